//! The language of what will be read.

use whatlang::{Lang, Script};

use super::message::{Block, BlockRole};

/// Letters below which no language is told.
const LETTERS_MIN: usize = 24;
/// Text that is looked at: the answer does not change later, the cost does.
const SAMPLE_CHARS: usize = 4_000;
/// Below this many letters the detector must be surer.
const SHORT: usize = 120;

/// ISO 639-1 code of the new text, `None` when it is too short or mixed to tell.
pub(crate) fn of(blocks: &[Block]) -> Option<String> {
    let read = |role: BlockRole| matches!(role, BlockRole::Body | BlockRole::ListItem | BlockRole::Heading);
    let mut sample = String::new();
    for block in blocks.iter().filter(|block| read(block.role)) {
        for word in block.text.split_whitespace().filter(|word| !word.contains("://") && !word.contains('@')) {
            sample.push_str(word);
            sample.push(' ');
        }
        if sample.chars().count() > SAMPLE_CHARS {
            break;
        }
    }
    let sample: String = sample.chars().take(SAMPLE_CHARS).collect();
    let letters = sample.chars().filter(|c| c.is_alphabetic()).count();
    let info = whatlang::detect(&sample)?;
    let script_tells = !matches!(info.script(), Script::Latin | Script::Cyrillic | Script::Arabic | Script::Devanagari);
    if script_tells && letters >= 4 {
        return code(info.lang()).map(str::to_owned);
    }
    let sure = if letters >= SHORT { info.confidence() > 0.5 } else { info.confidence() > 0.9 };
    (letters >= LETTERS_MIN && sure).then(|| code(info.lang())).flatten().map(str::to_owned)
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
