//! How words are said: nothing is silent, nothing is spelled for ever, and the listener's lexicon counts.

use hark::ports::Synthesiser;
use hark::voice::{Noise, VoiceOptions, lexicons, open_voice};

use super::bench::{joe, models};

/// What a listener meets in names, subjects and bodies: no token of it may be silent.
const TOKENS: [&str; 44] = [
    "word",
    "Ångström",
    "Łódź",
    "Nguyễn",
    "straße",
    "fooBar",
    "HTTPS",
    "XLSX",
    "x",
    "7",
    "007",
    "3.14",
    "1,234",
    "½",
    "№ 5",
    "٣٤٥",
    "१२३",
    "Ⅷ",
    "①",
    "𝓗𝓮𝓵𝓵𝓸",
    "ＡＢＣ",
    "ﬁ",
    "Привет",
    "Київ",
    "Καλημέρα",
    "α",
    "你好",
    "こんにちは",
    "안녕",
    "مرحبا",
    "שלום",
    "สวัสดี",
    "नमस्ते",
    "தமிழ்",
    "ქართული",
    "Հայերեն",
    "አማርኛ",
    "ᚠᚢᚦ",
    "ꙮ",
    "€",
    "+",
    "★",
    "😀",
    "ʻ",
];

#[test]
fn no_word_digit_or_sign_of_any_script_is_silent() {
    let mut voices = vec![("joe", joe(Noise::None))];
    match open_voice("espeak", &models(), VoiceOptions::default()) {
        Ok(voice) => voices.push(("espeak", Some(voice))),
        Err(error) => eprintln!("SKIPPED no_word_digit_or_sign_of_any_script_is_silent for espeak: {error}"),
    }
    for (name, voice) in voices {
        let Some(mut voice) = voice else { continue };
        for token in TOKENS {
            let clip = voice.synthesise(token, 1.5).unwrap_or_else(|error| panic!("{name}, {token}: {error}"));
            assert!(clip.seconds() > 0.05, "{name} says nothing for {token}");
            assert!(clip.seconds() < 4.0, "{name} spells {token} out: {} s", clip.seconds());
        }
    }
}

#[test]
fn a_page_of_letters_that_cannot_be_read_is_one_short_name() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let clip = voice.synthesise(&"你好，世界。".repeat(200), 1.0).expect("speech");
    assert!((0.5..4.0).contains(&clip.seconds()), "{}", clip.seconds());
}

#[test]
fn the_listeners_own_lexicon_changes_what_is_said() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("lexicon.toml");
    std::fs::write(&path, "hark = \"an extraordinarily long respelling\"\n").expect("file");
    let (lexicons, trouble) = lexicons(&path);
    assert_eq!(trouble, None);
    let open = |options| open_voice("espeak", folder.path(), options);
    let (Ok(mut own), Ok(mut plain)) =
        (open(VoiceOptions { lexicons, ..VoiceOptions::default() }), open(VoiceOptions::default()))
    else {
        return eprintln!("SKIPPED the_listeners_own_lexicon_changes_what_is_said: espeak-ng is not installed");
    };
    let seconds = |voice: &mut Box<dyn Synthesiser + Send>| voice.synthesise("Hark.", 1.0).expect("speech").seconds();
    assert!(seconds(&mut own) > 2.0 * seconds(&mut plain));
    assert_ne!(own.identity(), plain.identity());
}
