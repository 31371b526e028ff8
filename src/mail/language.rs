//! The language of what will be read.
//!
//! Mails are short: a statistical detector alone is wrong in every fifth of three sentences. Small words and letters of
//! each language vote, and the detector has a vote that grows with the length of the text.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use whatlang::{Lang, Script};

use super::message::{Block, BlockRole};

/// Letters below which no language is told in scripts that many languages share.
const LETTERS_MIN: usize = 5;
/// Text that is looked at: the answer does not change later, the cost does.
const SAMPLE_BYTES: usize = 4_000;
/// Quotes that are looked at where the new text is too short.
const QUOTES: usize = 3;
/// Scripts without blanks write whole sentences as one word; beyond this it is data.
const WORD_BYTES: usize = 1_000;
/// From this many letters on the detector's word counts in full.
const LONG: usize = 200;
/// Weight of the detector when the text is long: about four words that only one language has.
const DETECTOR: f32 = 4.0;
/// Votes the best language needs: one word that only it has.
const VOTES_MIN: f32 = 0.9;
/// How far ahead of the second it must be, in votes or as a share.
const AHEAD: f32 = 0.3;
const AHEAD_SHARE: f32 = 1.3;
/// Letters among which Ukrainian has one that Russian has not.
const UKRAINIAN: usize = 40;
/// Vote of a letter that one language alone has.
const LETTER: f32 = 0.6;

/// ISO 639-1 code of the new text, `None` when it is too short or mixed to tell. A short text is judged together with
/// the subject, which is most often of the same language.
pub(crate) fn of(blocks: &[Block], subject: &str) -> Option<String> {
    let mut sample = sample(blocks);
    if sample.is_empty() {
        return None;
    }
    let alone = told(&sample);
    if alone.is_none() {
        push_words(&mut sample, super::subject::bare(subject));
    }
    let told_with = alone.or_else(|| told(&sample));
    // People answer in the language they were written to in.
    told_with.or_else(|| told(&quoted(blocks, sample))).map(str::to_owned)
}

/// The sample with what it answers behind it.
fn quoted(blocks: &[Block], mut sample: String) -> String {
    for block in blocks.iter().filter(|block| block.role == BlockRole::Quote).take(QUOTES) {
        push_words(&mut sample, &block.text);
    }
    sample
}

fn told(sample: &str) -> Option<&'static str> {
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    let info = whatlang::detect(sample)?;
    let by_script = code(info.lang());
    match info.script() {
        Script::Cyrillic if sample.contains(['ў', 'Ў']) => Some("be"),
        Script::Latin | Script::Cyrillic if letters >= LETTERS_MIN => vote(sample, letters, info.script()),
        Script::Latin | Script::Cyrillic => None,
        Script::Arabic => Some(arabic(sample)).filter(|_| letters >= LETTERS_MIN),
        Script::Devanagari => by_script.filter(|_| letters >= LETTERS_MIN),
        // Han with kana between is Japanese; the detector goes by the majority.
        Script::Mandarin if sample.contains(|c: char| ('\u{3041}'..='\u{30fa}').contains(&c)) => Some("ja"),
        // Other scripts belong to one language each, or nearly so.
        _ => by_script.filter(|_| letters >= 2),
    }
}

fn sample(blocks: &[Block]) -> String {
    let read = |role: BlockRole| matches!(role, BlockRole::Body | BlockRole::ListItem | BlockRole::Heading);
    let mut sample = String::new();
    for block in blocks.iter().filter(|block| read(block.role)) {
        push_words(&mut sample, &block.text);
    }
    sample
}

/// Addresses and data belong to no language.
fn push_words(sample: &mut String, text: &str) {
    let is_word = |word: &&str| {
        word.len() <= WORD_BYTES
            && !word.contains("://")
            && !word.contains('@')
            && !word.starts_with("www.")
            && word.chars().any(char::is_alphabetic)
    };
    for word in text.split_whitespace().filter(is_word) {
        if sample.len() > SAMPLE_BYTES {
            return;
        }
        sample.push_str(word);
        sample.push(' ');
    }
}

/// The language with most votes, when it is ahead of the next.
fn vote(sample: &str, letters: usize, script: Script) -> Option<&'static str> {
    let mut votes: HashMap<&'static str, f32> = HashMap::new();
    let lower = sample.to_lowercase();
    for word in lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()) {
        let voters = WORDS.voters.get(word).map(Vec::as_slice).unwrap_or_default();
        for &language in voters {
            *votes.entry(language).or_default() += 1.0 / voters.len() as f32;
        }
        for (letters, languages) in LETTERS.iter().filter(|(letters, _)| word.contains(|c| letters.contains(c))) {
            debug_assert!(!letters.is_empty());
            for &language in *languages {
                *votes.entry(language).or_default() += LETTER / languages.len() as f32;
            }
        }
    }
    for word in lower.split(|c: char| !c.is_alphabetic()).filter(|word| word.len() >= 6) {
        if let Some((language, _)) = ENDINGS.iter().find(|(_, ending)| word.ends_with(ending)) {
            *votes.entry(language).or_default() += ENDING;
        }
    }
    if let Some(info) = whatlang::detect(sample)
        && let Some(language) = code(info.lang())
    {
        let length = (letters as f32 / LONG as f32).min(1.0);
        // Few languages share the Cyrillic letters: there the detector is good from the first sentence on.
        let weight = if script == Script::Cyrillic { length.sqrt() } else { length * length };
        *votes.entry(language).or_default() += DETECTOR * weight * info.confidence() as f32;
    }
    // Every other sentence of Ukrainian has several of its letters.
    let not_ukrainian = letters >= UKRAINIAN && !lower.contains(['і', 'ї', 'є', 'ґ']);
    let fits = |language: &&'static str| {
        CYRILLIC.contains(language) == (script == Script::Cyrillic) && !(not_ukrainian && *language == "uk")
    };
    let mut ranked: Vec<(&'static str, f32)> = votes.into_iter().filter(|(language, _)| fits(language)).collect();
    ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    let (best, most) = ranked.first().copied()?;
    let next = ranked.get(1).map_or(0.0, |(_, votes)| *votes);
    let second = ranked.get(1).map_or("", |(language, _)| *language);
    // Between two that share most of their words either is nearer than none.
    let related = RELATED.iter().any(|pair| pair.contains(&best) && pair.contains(&second));
    let ahead = most - next >= AHEAD && most >= next * AHEAD_SHARE
        || most - next >= 4.0 * AHEAD
        || related && most - next >= AHEAD / 2.0;
    (most >= VOTES_MIN && ahead).then_some(best)
}

/// Languages that share most of their small words.
const RELATED: [[&str; 2]; 5] = [["da", "nb"], ["cs", "sk"], ["hr", "sl"], ["fi", "et"], ["ru", "uk"]];

/// Endings of words where little is said by small words.
const ENDINGS: [(&str, &str); 30] = [
    ("da", "erne"),
    ("da", "hed"),
    ("nb", "ene"),
    ("sv", "arna"),
    ("sv", "orna"),
    ("sv", "erna"),
    ("tr", "yorum"),
    ("tr", "yoruz"),
    ("tr", "ıyor"),
    ("tr", "iyor"),
    ("tr", "uyor"),
    ("tr", "acak"),
    ("tr", "ecek"),
    ("tr", "ünde"),
    ("tr", "unda"),
    ("tr", "ınız"),
    ("tr", "iniz"),
    ("fi", "ssä"),
    ("fi", "stä"),
    ("fi", "llä"),
    ("fi", "ltä"),
    ("fi", "mme"),
    ("hu", "ról"),
    ("hu", "ről"),
    ("hu", "ból"),
    ("hu", "ből"),
    ("hu", "tól"),
    ("hu", "től"),
    ("hu", "ünk"),
    ("hu", "nek"),
];
/// Vote of an ending.
const ENDING: f32 = 0.5;

const CYRILLIC: [&str; 9] = ["ru", "uk", "bg", "sr", "mk", "be", "kk", "mn", "tg"];

/// Letters that only a few languages have.
const LETTERS: [(&str, &[&str]); 34] = [
    ("ß", &["de"]),
    ("ä", &["de", "fi", "sv", "et", "sk"]),
    ("ö", &["de", "fi", "sv", "hu", "tr", "et", "is"]),
    ("ü", &["de", "hu", "tr", "et"]),
    ("å", &["sv", "da", "nb"]),
    ("æø", &["da", "nb"]),
    ("ñ", &["es"]),
    ("ã", &["pt"]),
    ("õ", &["pt", "et"]),
    ("ç", &["fr", "pt", "tr", "ca"]),
    ("œêû", &["fr"]),
    ("è", &["fr", "it", "ca"]),
    ("à", &["fr", "it", "ca", "pt"]),
    ("ł", &["pl"]),
    ("żźśń", &["pl"]),
    ("ą", &["pl", "lt"]),
    ("ę", &["pl", "lt"]),
    ("řěů", &["cs"]),
    ("ľĺŕ", &["sk"]),
    ("őű", &["hu"]),
    ("ğı", &["tr"]),
    ("ş", &["tr", "ro"]),
    ("țșăţ", &["ro"]),
    ("đơưạảấầậếệ", &["vi"]),
    ("ðþ", &["is"]),
    ("ėųūį", &["lt"]),
    ("āēīļņķģ", &["lv"]),
    ("ćđ", &["hr"]),
    ("їєґ", &["uk"]),
    ("ыэё", &["ru"]),
    ("ў", &["be"]),
    ("ђћљњ", &["sr"]),
    ("ѓќѕ", &["mk"]),
    ("і", &["uk"]),
];

/// Letters that Persian and Urdu have and Arabic has not.
fn arabic(sample: &str) -> &'static str {
    if sample.contains(['ٹ', 'ڈ', 'ڑ', 'ے', 'ں']) {
        "ur"
    } else if sample.contains(['پ', 'چ', 'ژ', 'گ']) {
        "fa"
    } else {
        "ar"
    }
}

/// Which languages have a word.
struct Words {
    voters: HashMap<String, Vec<&'static str>>,
}

/// A constant too large to write in Rust; a test proves that it parses.
static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let mut voters: HashMap<String, Vec<&'static str>> = HashMap::new();
    for (language, words) in read().unwrap_or_default() {
        let Some(language) = CODES.iter().find(|code| **code == language) else { continue };
        for word in words.split(' ') {
            voters.entry(word.to_owned()).or_default().push(language);
        }
    }
    Words { voters }
});

/// Languages whose small words are listed.
const CODES: [&str; 33] = [
    "eu", "sw", "en", "de", "fr", "es", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "sk", "tr", "ro", "hu",
    "id", "hr", "sl", "et", "lv", "lt", "vi", "ca", "is", "ru", "uk", "bg", "sr", "mk",
];

fn read() -> Result<BTreeMap<String, String>, toml::de::Error> {
    toml::from_str(include_str!("../../assets/languages.toml"))
}

fn code(lang: Lang) -> Option<&'static str> {
    Some(match lang {
        Lang::Epo => "eo",
        Lang::Eng => "en",
        Lang::Rus => "ru",
        Lang::Cmn => "zh",
        Lang::Spa => "es",
        Lang::Por => "pt",
        Lang::Ita => "it",
        Lang::Ben => "bn",
        Lang::Fra => "fr",
        Lang::Deu => "de",
        Lang::Ukr => "uk",
        Lang::Kat => "ka",
        Lang::Ara => "ar",
        Lang::Hin => "hi",
        Lang::Jpn => "ja",
        Lang::Heb => "he",
        Lang::Yid => "yi",
        Lang::Pol => "pl",
        Lang::Amh => "am",
        Lang::Jav => "jv",
        Lang::Kor => "ko",
        Lang::Nob => "nb",
        Lang::Dan => "da",
        Lang::Swe => "sv",
        Lang::Fin => "fi",
        Lang::Tur => "tr",
        Lang::Nld => "nl",
        Lang::Hun => "hu",
        Lang::Ces => "cs",
        Lang::Ell => "el",
        Lang::Bul => "bg",
        Lang::Bel => "be",
        Lang::Mar => "mr",
        Lang::Kan => "kn",
        Lang::Ron => "ro",
        Lang::Slv => "sl",
        Lang::Hrv => "hr",
        Lang::Srp => "sr",
        Lang::Mkd => "mk",
        Lang::Lit => "lt",
        Lang::Lav => "lv",
        Lang::Est => "et",
        Lang::Tam => "ta",
        Lang::Vie => "vi",
        Lang::Urd => "ur",
        Lang::Tha => "th",
        Lang::Guj => "gu",
        Lang::Uzb => "uz",
        Lang::Pan => "pa",
        Lang::Aze => "az",
        Lang::Ind => "id",
        Lang::Tel => "te",
        Lang::Pes => "fa",
        Lang::Mal => "ml",
        Lang::Ori => "or",
        Lang::Mya => "my",
        Lang::Nep => "ne",
        Lang::Sin => "si",
        Lang::Khm => "km",
        Lang::Tuk => "tk",
        Lang::Aka => "ak",
        Lang::Zul => "zu",
        Lang::Sna => "sn",
        Lang::Afr => "af",
        Lang::Lat => "la",
        Lang::Slk => "sk",
        Lang::Cat => "ca",
        Lang::Tgl => "tl",
        Lang::Hye => "hy",
        Lang::Cym => "cy",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_words_parse() {
        let words = read().expect("assets/languages.toml");
        assert!(CODES.iter().all(|code| words.contains_key(*code)));
        assert_eq!(words.len(), CODES.len());
    }

    #[test]
    fn every_language_that_can_be_told_has_a_name() {
        let speaking: toml::Table = toml::from_str(include_str!("../../assets/speaking.en.toml")).expect("parses");
        let names = speaking["languages"].as_table().expect("a table");
        let told = Lang::all().iter().filter_map(|lang| code(*lang)).chain(CODES).chain(["be", "ur", "fa", "ar"]);
        let nameless: Vec<&str> = told.filter(|code| !names.contains_key(*code)).collect();
        assert!(nameless.is_empty(), "{nameless:?}");
    }

    #[test]
    fn short_letters_are_told() {
        for (text, language) in [
            ("Hi Bob, see you tomorrow at 9?", Some("en")),
            ("Thanks, that works for me.", Some("en")),
            ("Danke, das passt mir gut.", Some("de")),
            ("Merci, c'est parfait pour nous.", Some("fr")),
            ("Gracias, nos vemos mañana.", Some("es")),
            ("Grazie, ci vediamo domani.", Some("it")),
            ("Back by six, keys are with Agnes!", Some("en")),
            ("Tak, det er fint med mig.", Some("da")),
            ("Takk, det er fint for meg.", Some("nb")),
            ("Dziękuję, do jutra.", Some("pl")),
            ("Да, завтра в десять.", Some("ru")),
            ("Приеду в субботу утром, ключ у соседки. Возьми, пожалуйста, лейку.", Some("ru")),
            ("Приїду в суботу вранці, ключ у сусідки. Візьми, будь ласка, лійку.", Some("uk")),
            ("Ana Costa called, Ana said yes.", Some("en")),
            ("Habari, tutakuja kesho asubuhi.", Some("sw")),
            ("OK", None),
            ("Hmm, ok", None),
            ("Robin Example", None),
        ] {
            let block = Block { role: BlockRole::Body, text: text.into(), links: vec![], rows: vec![] };
            assert_eq!(of(&[block], "").as_deref(), language, "{text}");
        }
    }
}
