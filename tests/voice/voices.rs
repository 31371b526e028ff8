//! The voices themselves: loudness, trouble, languages, changing between them.

use hark::ports::{Synthesiser, VoiceError};
use hark::voice::{EspeakVoice, Noise, VoiceOptions, loudness_lufs, open_voice, voices};

use super::bench::{joe, models};

#[test]
fn the_neural_voice_speaks_the_same_samples_twice_at_the_set_loudness() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let first = voice.synthesise("Ana on the roadmap, ten past nine.", 1.0).expect("speech");
    let second = voice.synthesise("Ana on the roadmap, ten past nine.", 1.0).expect("speech");
    assert_eq!(first, second);
    assert!((1.5..4.0).contains(&first.seconds()), "{}", first.seconds());
    let lufs = loudness_lufs(&first.samples, first.rate);
    assert!((-20.5..-17.5).contains(&lufs), "{lufs}");
    for speed in [0.7_f32, 1.5, 1.8] {
        let other = voice.synthesise("Ana on the roadmap, ten past nine.", speed).expect("speech");
        let faster = first.seconds() / other.seconds();
        assert!((0.9..1.1).contains(&(faster / f64::from(speed))), "{speed}: {faster}");
    }
}

#[test]
fn a_long_text_is_cut_and_stays_whole_and_odd_text_is_no_error() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let one = voice.synthesise("The garden is wet.", 1.0).expect("speech").seconds();
    let four = voice.synthesise(&"The garden is wet. ".repeat(4), 1.0).expect("speech").seconds();
    assert!(four > 3.5 * one && four < 6.5 * one, "{one} {four}");
    for odd in ["", "...", "\u{0}\u{1}", "\u{1f600}", "\u{202e}abc", "<speak>x</speak>", "[[a]]", "-f /etc/passwd"] {
        voice.synthesise(odd, f32::NAN).unwrap_or_else(|error| panic!("{odd:?}: {error}"));
    }
}

#[test]
fn the_fallback_voice_speaks() {
    let mut voice = match EspeakVoice::open("en-us") {
        Ok(voice) => voice,
        Err(error) => return eprintln!("SKIPPED the_fallback_voice_speaks: {error}"),
    };
    let clip = voice.synthesise("Archived.", 1.0).expect("speech");
    assert!((0.3..1.5).contains(&clip.seconds()), "{}", clip.seconds());
    assert_eq!(voice.synthesise("...", 1.0).expect("silence").samples, Vec::<f32>::new());
}

#[test]
fn a_voice_that_is_not_there_says_what_to_do() {
    let folder = tempfile::tempdir().expect("folder");
    for name in ["joe", "../joe", "", ".hidden", "a/b"] {
        let error = open_voice(name, folder.path(), VoiceOptions::default()).err().expect("no voice");
        assert!(matches!(error, VoiceError::Missing(_)), "{name}: {error}");
        assert!(error.to_string().contains("hark models add"));
    }
}

#[test]
fn a_damaged_voice_is_told_from_a_missing_one() {
    let folder = tempfile::tempdir().expect("folder");
    let voice = folder.path().join("bad");
    std::fs::create_dir(&voice).expect("folder");
    std::fs::write(voice.join("x.onnx"), b"no graph").expect("file");
    for settings in [
        "",
        "{}",
        r#"{"audio":{"sample_rate":0},"espeak":{"voice":"en"},"phoneme_id_map":{}}"#,
        r#"{"audio":{"sample_rate":22050},"espeak":{"voice":"en"},"phoneme_id_map":{}}"#,
    ] {
        std::fs::write(voice.join("x.onnx.json"), settings).expect("file");
        let error = open_voice("bad", folder.path(), VoiceOptions::default()).err().expect("no voice");
        assert!(matches!(error, VoiceError::Damaged(_) | VoiceError::NoPhonemes), "{settings}: {error}");
    }
}

#[test]
fn a_graph_cut_short_or_overwritten_is_damage_in_one_sentence() {
    let joe = models().join("joe");
    let (Ok(settings), Ok(graph)) =
        (std::fs::read(joe.join("en_US-joe-medium.onnx.json")), std::fs::read(joe.join("en_US-joe-medium.onnx")))
    else {
        return eprintln!("SKIPPED a_graph_cut_short_or_overwritten_is_damage_in_one_sentence: no voice \"joe\"");
    };
    let folder = tempfile::tempdir().expect("folder");
    let voice = folder.path().join("bad");
    std::fs::create_dir(&voice).expect("folder");
    std::fs::write(voice.join("x.onnx.json"), settings).expect("settings");
    let half = graph.get(..graph.len() / 2).expect("half");
    let mut noise = graph.clone();
    noise.iter_mut().skip(100).step_by(7).for_each(|byte| *byte = byte.wrapping_mul(31).wrapping_add(7));
    for (what, bytes) in [("empty", &[][..]), ("text", b"no graph"), ("half", half), ("noise", noise.as_slice())] {
        std::fs::write(voice.join("x.onnx"), bytes).expect("graph");
        let error = open_voice("bad", folder.path(), VoiceOptions::default()).err();
        let error = error.unwrap_or_else(|| panic!("{what} is no voice"));
        assert!(matches!(error, VoiceError::Damaged(_) | VoiceError::NoPhonemes), "{what}: {error}");
        let told = error.to_string();
        assert!(!told.contains('\n') && told.chars().count() < 300, "{what}: {told}");
    }
}

/// The graph of "joe" with settings that say German: what matters is which settings and phonemes are used.
#[test]
fn a_voice_of_another_language_speaks_mail_of_that_language() {
    let joe = models().join("joe");
    let (graph, settings) = (joe.join("en_US-joe-medium.onnx"), joe.join("en_US-joe-medium.onnx.json"));
    if !graph.is_file() {
        return eprintln!("SKIPPED a_voice_of_another_language_speaks_mail_of_that_language: no voice \"joe\"");
    }
    let folder = tempfile::tempdir().expect("folder");
    let english = std::fs::read_to_string(&settings).expect("settings");
    let german = english.replace("\"voice\": \"en-us\"", "\"voice\": \"de\"").replace("en_US", "de_DE");
    for (name, stem, settings) in [("joe", "en_US-joe", &english), ("hans", "de_DE-hans", &german)] {
        let voice = folder.path().join(name);
        std::fs::create_dir(&voice).expect("folder");
        std::fs::hard_link(&graph, voice.join(format!("{stem}.onnx")))
            .or_else(|_| std::fs::copy(&graph, voice.join(format!("{stem}.onnx"))).map(drop))
            .expect("graph");
        std::fs::write(voice.join(format!("{stem}.onnx.json")), settings).expect("settings");
    }
    let options = VoiceOptions { noise: Noise::None, ..VoiceOptions::default() };
    let mut voice = match open_voice("joe", folder.path(), options) {
        Ok(voice) => voice,
        Err(error) => return eprintln!("SKIPPED a_voice_of_another_language_speaks_mail_of_that_language: {error}"),
    };
    assert_eq!(voice.languages(), ["en", "de"]);
    let english = voice.synthesise_in(None, "Die Zeit ist um.", 1.0).expect("speech");
    assert_eq!(voice.synthesise_in(Some("fr"), "Die Zeit ist um.", 1.0).expect("speech"), english, "no French voice");
    let german = voice.synthesise_in(Some("de"), "Die Zeit ist um.", 1.0).expect("speech");
    assert_ne!(german, english);
    let by_file = open_voice("de_DE-hans", folder.path(), VoiceOptions::default());
    assert_eq!(by_file.map(|voice| voice.languages()).expect("voice"), ["de", "en"]);
    let names: Vec<String> = voices(folder.path()).into_iter().map(|voice| voice.name).collect();
    assert_eq!(names, ["hans", "joe", "espeak"]);
}

#[test]
fn changing_the_voice_goes_around_those_of_its_language() {
    let Some(mut voice) = joe(Noise::None) else { return };
    let joe = voice.identity();
    assert!(voice.next_voice());
    assert!(voice.identity().starts_with("espeak-ng en-us"), "{}", voice.identity());
    assert!(voice.synthesise("Archived.", 1.0).expect("speech").seconds() > 0.3);
    assert!(voice.next_voice());
    assert_eq!(voice.identity(), joe);
}

#[test]
fn espeak_speaks_all_its_languages() {
    let folder = tempfile::tempdir().expect("folder");
    let Ok(mut voice) = open_voice("espeak", folder.path(), VoiceOptions::default()) else {
        return eprintln!("SKIPPED espeak_speaks_all_its_languages: espeak-ng is not installed");
    };
    let languages = voice.languages();
    assert_eq!(languages.first().map(String::as_str), Some("en"));
    for (language, text) in
        [("de", "Guten Tag."), ("fr", "Bonjour à tous."), ("ru", "Добрый день."), ("zh", "你好，世界。")]
    {
        assert!(languages.iter().any(|known| known == language), "{language}");
        let clip = voice.synthesise_in(Some(language), text, 1.0).expect("speech");
        assert!(clip.seconds() > 0.3, "{language}");
        assert_ne!(clip, voice.synthesise(text, 1.0).expect("speech"), "{language}");
    }
    assert!(
        open_voice("espeak-de", folder.path(), VoiceOptions::default()).is_ok_and(|voice| voice.languages()[0] == "de")
    );
    let unknown = open_voice("espeak-klingon-x", folder.path(), VoiceOptions::default());
    assert!(matches!(unknown.err(), Some(VoiceError::Missing(_))));
}
