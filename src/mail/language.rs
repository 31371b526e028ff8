//! The language of what will be read.

use std::collections::{BTreeMap, HashSet};
use std::sync::LazyLock;

use whatlang::{Lang, Script};

use super::message::{Block, BlockRole};

/// Letters below which no language is told.
const LETTERS_MIN: usize = 12;
/// Text that is looked at: the answer does not change later, the cost does.
const SAMPLE_BYTES: usize = 4_000;
/// Scripts without blanks write whole sentences as one word; beyond this it is data.
const WORD_BYTES: usize = 1_000;
/// From this many letters on the detector is believed alone.
const LONG: usize = 120;

/// ISO 639-1 code of the new text, `None` when it is too short or mixed to tell.
pub(crate) fn of(blocks: &[Block]) -> Option<String> {
    let sample = sample(blocks);
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    let info = whatlang::detect(&sample)?;
    let told = code(info.lang());
    let language = match info.script() {
        Script::Latin => latin(&sample, letters, told, info.confidence()),
        Script::Cyrillic => cyrillic(&sample).or(told).filter(|_| letters >= LETTERS_MIN),
        Script::Arabic | Script::Devanagari => told.filter(|_| letters >= LETTERS_MIN),
        // Other scripts belong to one language each, or nearly so.
        _ => told.filter(|_| letters >= 4),
    };
    language.map(str::to_owned)
}

fn sample(blocks: &[Block]) -> String {
    let read = |role: BlockRole| matches!(role, BlockRole::Body | BlockRole::ListItem | BlockRole::Heading);
    let mut sample = String::new();
    for block in blocks.iter().filter(|block| read(block.role)) {
        for word in block.text.split_whitespace().filter(|word| is_word(word)) {
            if sample.len() > SAMPLE_BYTES {
                return sample;
            }
            sample.push_str(word);
            sample.push(' ');
        }
    }
    sample
}

/// Addresses and data belong to no language.
fn is_word(word: &str) -> bool {
    word.len() <= WORD_BYTES && !word.contains("://") && !word.contains('@')
}

/// The detector when it is sure; in short text the votes of small words.
fn latin(sample: &str, letters: usize, told: Option<&'static str>, confidence: f64) -> Option<&'static str> {
    if letters < LETTERS_MIN {
        return None;
    }
    let (best, votes, second) = vote(sample);
    let voted = best.filter(|_| votes >= 2 && votes > second);
    match (told, voted) {
        (Some(told), Some(voted)) if told == voted => Some(told),
        (_, Some(voted)) if votes >= second + 3 => Some(voted),
        (told, voted) if letters >= LONG && confidence > 0.5 => told.or(voted),
        (_, Some(voted)) if votes >= 2 * second && letters < LONG => Some(voted),
        (told, _) => told.filter(|_| confidence > 0.9 && letters >= 2 * LETTERS_MIN),
    }
}

/// The language with most small words in the text, its count and the count of the next.
fn vote(sample: &str) -> (Option<&'static str>, usize, usize) {
    let lower = sample.to_lowercase();
    let said: Vec<&str> = lower.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
    let mut counts: Vec<(usize, &'static str)> = SMALL_WORDS
        .iter()
        .map(|(language, words)| (said.iter().filter(|word| words.contains(**word)).count(), language.as_str()))
        .collect();
    counts.sort_by(|a, b| b.cmp(a));
    let first = counts.first().copied().filter(|(count, _)| *count > 0);
    let second = counts.get(1).map_or(0, |(count, _)| *count);
    (first.map(|(_, language)| language), first.map_or(0, |(count, _)| count), second)
}

/// Letters that only one of the languages has.
fn cyrillic(sample: &str) -> Option<&'static str> {
    let has = |letters: &[char]| sample.contains(letters);
    if has(&['ї', 'є', 'ґ', 'Ї', 'Є']) {
        Some("uk")
    } else if has(&['ў', 'Ў']) {
        Some("be")
    } else if has(&['ђ', 'ћ', 'Ћ', 'Ђ']) {
        Some("sr")
    } else if has(&['ѓ', 'ќ', 'ѕ']) {
        Some("mk")
    } else if has(&['ы', 'э', 'ё', 'Э']) {
        Some("ru")
    } else {
        None
    }
}

/// A constant too large to write in Rust; a test proves that it parses.
static SMALL_WORDS: LazyLock<BTreeMap<String, HashSet<String>>> = LazyLock::new(|| read().unwrap_or_default());

fn read() -> Result<BTreeMap<String, HashSet<String>>, toml::de::Error> {
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
        assert!(read().expect("assets/languages.toml").len() >= 15);
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
            ("OK", None),
            ("Hmm, ok then", None),
        ] {
            let block = Block { role: BlockRole::Body, text: text.into(), links: vec![], rows: vec![] };
            assert_eq!(of(&[block]).as_deref(), language, "{text}");
        }
    }
}
