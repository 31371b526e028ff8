//! Makes any text one that the phonemiser can say: nothing unknown becomes silence, and nothing is spelled out as code points.
//!
//! What espeak-ng 1.51 does by itself with an English voice: letters up to U+024F are read; Korean, Indic, Georgian and
//! Armenian words are read with the sounds of their language; Cyrillic and Greek words are spelled letter by letter;
//! Chinese, Arabic, Hebrew, Thai and others become "Chinese letter, Chinese letter ..."; digits of other scripts are silent;
//! anything else is "letter 1 D 4 7".

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::letters::{fold, is_cyrillic, is_greek, latin};

/// Parsed once: part of the program. A test keeps the file whole.
static NAMES: LazyLock<BTreeMap<Foreign, String>> =
    LazyLock::new(|| toml::from_str(include_str!("../../assets/scripts.en.toml")).unwrap_or_default());

/// Letters that are named, not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Foreign {
    Arabic,
    Burmese,
    Ethiopic,
    Han,
    Hebrew,
    Japanese,
    Khmer,
    Lao,
    Oriya,
    Telugu,
    Thai,
    Tibetan,
    Unknown,
    /// Not letters at all.
    Sign,
}

/// First and last letter of scripts, and how they are named. In order.
const NAMED: [(char, char, Foreign); 22] = [
    ('\u{590}', '\u{5ff}', Foreign::Hebrew),
    ('\u{600}', '\u{6ff}', Foreign::Arabic),
    ('\u{750}', '\u{77f}', Foreign::Arabic),
    ('\u{8a0}', '\u{8ff}', Foreign::Arabic),
    ('\u{b00}', '\u{b7f}', Foreign::Oriya),
    ('\u{c00}', '\u{c7f}', Foreign::Telugu),
    ('\u{e00}', '\u{e7f}', Foreign::Thai),
    ('\u{e80}', '\u{eff}', Foreign::Lao),
    ('\u{f00}', '\u{fff}', Foreign::Tibetan),
    ('\u{1000}', '\u{109f}', Foreign::Burmese),
    ('\u{1200}', '\u{139f}', Foreign::Ethiopic),
    ('\u{1780}', '\u{17ff}', Foreign::Khmer),
    ('\u{2e80}', '\u{2fdf}', Foreign::Han),
    ('\u{3005}', '\u{3007}', Foreign::Han),
    ('\u{3040}', '\u{30ff}', Foreign::Japanese),
    ('\u{31f0}', '\u{31ff}', Foreign::Japanese),
    ('\u{3400}', '\u{9fff}', Foreign::Han),
    ('\u{f900}', '\u{faff}', Foreign::Han),
    ('\u{fb1d}', '\u{fb4f}', Foreign::Hebrew),
    ('\u{fb50}', '\u{fdff}', Foreign::Arabic),
    ('\u{fe70}', '\u{fefe}', Foreign::Arabic),
    ('\u{20000}', '\u{323af}', Foreign::Han),
];

/// Scripts whose words espeak-ng reads with the sounds of their own language.
const READ: [(char, char); 13] = [
    ('\u{530}', '\u{58f}'),
    ('\u{900}', '\u{97f}'),
    ('\u{980}', '\u{9ff}'),
    ('\u{a00}', '\u{a7f}'),
    ('\u{a80}', '\u{aff}'),
    ('\u{b80}', '\u{bff}'),
    ('\u{c80}', '\u{cff}'),
    ('\u{d00}', '\u{d7f}'),
    ('\u{d80}', '\u{dff}'),
    ('\u{10a0}', '\u{10ff}'),
    ('\u{1100}', '\u{11ff}'),
    ('\u{3130}', '\u{318f}'),
    ('\u{ac00}', '\u{d7a3}'),
];

/// The language of a voice, as far as it matters for letters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    own: Own,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    English,
    /// Latin letters, but not English.
    Latin,
    Cyrillic,
    Greek,
    Named(Foreign),
}

impl Reader {
    /// `language` is ISO 639-1, or espeak-ng's name.
    pub fn of(language: &str) -> Reader {
        let own = match language.split(['-', '_']).next().unwrap_or_default() {
            "en" => Own::English,
            "ru" | "uk" | "bg" | "sr" | "mk" | "be" | "kk" | "ky" | "tt" => Own::Cyrillic,
            "el" => Own::Greek,
            "ar" | "fa" | "ur" => Own::Named(Foreign::Arabic),
            "he" => Own::Named(Foreign::Hebrew),
            "zh" | "cmn" | "yue" => Own::Named(Foreign::Han),
            "ja" => Own::Named(Foreign::Japanese),
            "th" => Own::Named(Foreign::Thai),
            "te" => Own::Named(Foreign::Telugu),
            "or" => Own::Named(Foreign::Oriya),
            "my" => Own::Named(Foreign::Burmese),
            "am" => Own::Named(Foreign::Ethiopic),
            _ => Own::Latin,
        };
        Reader { own }
    }

    /// `text` as this voice can read it.
    pub fn readable(&self, text: &str) -> String {
        let folded: String = text.chars().flat_map(fold).filter(|c| !('\u{300}'..='\u{36f}').contains(c)).collect();
        let named = self.name_runs(&folded);
        let spelled = self.spell(&named);
        if self.own == Own::English { letters_named_a(&spelled) } else { spelled }
    }

    /// Runs of letters that cannot be read, blanks and marks between them included, become the name of their script.
    fn name_runs(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut run: Option<Foreign> = None;
        let mut between = String::new();
        for c in text.chars() {
            match self.class(c) {
                Class::Named(script) => {
                    match run {
                        Some(before) if alike(before, script) => {
                            // Chinese letters beside kana are Japanese.
                            run = Some(if before == Foreign::Han { script } else { before });
                        }
                        Some(before) => {
                            say(&mut out, before);
                            out.push_str(&between);
                            run = Some(script);
                        }
                        None => run = Some(script),
                    }
                    between.clear();
                }
                Class::Read if run.is_some() && !c.is_alphanumeric() => between.push(c),
                Class::Read => {
                    if let Some(script) = run.take() {
                        say(&mut out, script);
                        out.push_str(&between);
                        if !between.ends_with(char::is_whitespace) {
                            out.push(' ');
                        }
                        between.clear();
                    }
                    out.push(c);
                }
            }
        }
        if let Some(script) = run {
            say(&mut out, script);
            out.push_str(&between);
        }
        out
    }

    fn class(&self, c: char) -> Class {
        if c < '\u{250}' || !c.is_alphabetic() {
            return Class::Read;
        }
        let named = NAMED.iter().find(|(first, last, _)| (*first..=*last).contains(&c)).map(|(_, _, script)| *script);
        match named {
            Some(script) if self.own == Own::Named(script) => Class::Read,
            Some(Foreign::Han) if self.own == Own::Named(Foreign::Japanese) => Class::Read,
            Some(script) => Class::Named(script),
            None if is_cyrillic(c) || is_greek(c) || READ.iter().any(|(a, z)| (*a..=*z).contains(&c)) => Class::Read,
            // Phonetic letters and the like, one by one: espeak-ng knows them.
            None if c < '\u{300}' || ('\u{2071}'..='\u{214f}').contains(&c) => Class::Read,
            None => Class::Named(Foreign::Unknown),
        }
    }

    /// Cyrillic and Greek words in Latin letters: names stay names ("Ivan", "Kalimera").
    fn spell(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for word in text.split_inclusive(|c: char| !c.is_alphabetic()) {
            let letters = word.chars().filter(|c| c.is_alphabetic()).count();
            let cyrillic = self.own != Own::Cyrillic && word.chars().any(is_cyrillic);
            // A single Greek letter is a sign of science, and has a name.
            let greek = self.own != Own::Greek && letters > 1 && word.chars().any(is_greek);
            if !cyrillic && !greek {
                out.push_str(word);
                continue;
            }
            let mut before = ' ';
            for c in word.chars() {
                let small = c.to_lowercase().next().unwrap_or(c);
                match latin(small, before) {
                    Some(letters) if c.is_uppercase() => {
                        let mut letters = letters.chars();
                        out.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                        out.push_str(letters.as_str());
                    }
                    Some(letters) => out.push_str(letters),
                    None => out.push(c),
                }
                before = small;
            }
        }
        out
    }
}

enum Class {
    Read,
    Named(Foreign),
}

fn alike(a: Foreign, b: Foreign) -> bool {
    let east = |script| matches!(script, Foreign::Han | Foreign::Japanese);
    a == b || (east(a) && east(b))
}

/// What is said for a text of which nothing can be read.
pub fn name(script: Foreign) -> &'static str {
    NAMES.get(&script).map_or("some text", String::as_str)
}

fn say(out: &mut String, script: Foreign) {
    if out.chars().next_back().is_some_and(|c| !c.is_whitespace()) {
        out.push(' ');
    }
    out.push_str(name(script));
}

/// Whether anything of `text` should be heard: letters, digits, signs with a name; not marks, blanks and rules.
pub fn has_sound(text: &str) -> bool {
    text.chars().any(|c| match c {
        '+' | '=' | '$' | '%' | '&' | '@' | '#' | '~' | '<' | '>' | '^' | '|' => true,
        _ if c.is_alphanumeric() => true,
        _ => {
            !c.is_ascii()
                && !c.is_whitespace()
                && !c.is_control()
                && !matches!(c, '\u{80}'..='\u{a0}' | '\u{ab}' | '\u{ad}' | '\u{b7}' | '\u{bb}' | '\u{300}'..='\u{36f}' | '\u{2000}'..='\u{206f}'
                    | '\u{2500}'..='\u{25ff}' | '\u{2e00}'..='\u{2e7f}' | '\u{3000}'..='\u{3004}' | '\u{3008}'..='\u{303f}'
                    | '\u{fe00}'..='\u{fe6f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
        }
    })
}

/// A capital A between others is a letter, but the phonemiser takes it for the article: "F-A-Q", "gate A twelve".
/// Written as "eigh" it is said right.
fn letters_named_a(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before)).copied();
        let further = at.checked_sub(2).and_then(|before| letters.get(before)).copied();
        let after = letters.get(at + 1).copied();
        let chained = before == Some('-') && after == Some('-');
        let inside = before == Some(' ') && further.is_some_and(char::is_alphanumeric) && after == Some(' ');
        if *c == 'A' && (chained || inside) {
            out.push_str("eigh");
        } else {
            out.push(*c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn english(text: &str) -> String {
        Reader::of("en-us").readable(text)
    }

    #[test]
    fn what_is_plain_stays() {
        for text in ["Hello, world.", "Zoë's résumé, 12 %", "a - b", "Ångström", "α and μ", "नमस्ते, 안녕", "€ 5"]
        {
            assert_eq!(english(text), text);
        }
    }

    #[test]
    fn letters_that_cannot_be_read_are_named_once() {
        for (text, said) in [
            ("你好，世界。", "some Chinese text。"),
            ("Dear 王小明, hello", "Dear some Chinese text, hello"),
            ("漢字とかな", "some Japanese text"),
            ("مرحبا بالعالم and שלום", "some Arabic text and some Hebrew text"),
            ("Hi王and", "Hi some Chinese text and"),
            ("ᚠᚢᚦ", "some text in other letters"),
        ] {
            assert_eq!(english(text), said);
        }
        assert_eq!(Reader::of("zh").readable("你好"), "你好");
    }

    #[test]
    fn cyrillic_and_greek_words_are_read() {
        assert_eq!(english("Привет, Иван Щукин"), "Privet, Ivan Shchukin");
        assert_eq!(english("Київ"), "Kiyiv");
        assert_eq!(english("Γιώργος Παπαδόπουλος"), "Giorgos Papadopoulos");
        assert_eq!(Reader::of("ru").readable("Привет"), "Привет");
    }

    #[test]
    fn variants_are_what_they_look_like() {
        for (text, said) in [
            ("ＡＢＣ１２", "ABC12"),
            ("𝓗𝓮𝓵𝓵𝓸 𝟙𝟚", "Hello 12"),
            ("٣٤٥", "345"),
            ("Nguyễn Phạm Trần", "Nguyen Pham Tran"),
            ("ﬁne", "fine"),
            ("①②", " 1  2 "),
            ("re\u{301}sume\u{301}", "resume"),
        ] {
            assert_eq!(english(text), said);
        }
    }

    #[test]
    fn a_capital_a_among_others_is_a_letter() {
        assert_eq!(english("F-A-Q"), "F-eigh-Q");
        assert_eq!(english("gate A twelve"), "gate eigh twelve");
        for text in ["A dog. A cat.", "A-P-I", "U-S-A", "Plan A."] {
            assert_eq!(english(text), text);
        }
    }

    #[test]
    fn every_script_has_its_name() {
        let all: BTreeMap<Foreign, String> =
            toml::from_str(include_str!("../../assets/scripts.en.toml")).expect("asset");
        assert!(NAMED.iter().all(|(_, _, script)| all.contains_key(script)));
        assert!(all.contains_key(&Foreign::Unknown) && all.contains_key(&Foreign::Sign));
    }

    proptest! {
        #[test]
        fn what_can_be_heard_stays_to_be_heard(text in "\\PC{0,60}") {
            for language in ["en-us", "ru", "ja"] {
                let said = Reader::of(language).readable(&text);
                let marks = text.chars().all(|c| ('\u{300}'..='\u{36f}').contains(&c) || !has_sound(&c.to_string()) || matches!(c, 'ъ' | 'ь' | 'Ъ' | 'Ь'));
                prop_assert!(marks || has_sound(&said), "{language}: {said:?}");
                // Short runs of letters become a name of 26 letters at most.
                prop_assert!(said.len() <= 40 * text.len() + 40);
            }
        }
    }
}
