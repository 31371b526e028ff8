//! The word lists of assets/zones.toml.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Words {
    pub attribution: Attribution,
    pub forward: Thread,
    pub reply: Thread,
    pub labels: Labels,
    pub mobile: Mobile,
    pub closing: Closing,
    pub legal: Cues,
    pub banner: Cues,
    pub list: List,
    pub unsubscribe: Unsubscribe,
    pub webview: Plain,
    pub machine: Machine,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Attribution {
    pub verbs: Vec<String>,
    pub openers: Vec<String>,
}

/// Marker lines of the body and prefixes of the subject.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Thread {
    pub markers: Vec<String>,
    pub subjects: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Labels {
    pub from: Vec<String>,
    pub sent: Vec<String>,
    pub to: Vec<String>,
    pub subject: Vec<String>,
    pub other: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mobile {
    pub starts: Vec<String>,
    pub ends: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Closing {
    pub lines: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Cues {
    pub strong: Vec<String>,
    pub weak: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct List {
    pub starts: Vec<String>,
    pub words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unsubscribe {
    pub words: Vec<String>,
    pub around: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Plain {
    pub words: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    pub words: Vec<String>,
    pub above: Vec<String>,
}

/// A constant that is too large to write in Rust; a test proves that it parses.
static WORDS: LazyLock<Words> = LazyLock::new(|| read().unwrap_or_default());

fn read() -> Result<Words, toml::de::Error> {
    toml::from_str(include_str!("../../../assets/zones.toml"))
}

pub(crate) fn words() -> &'static Words {
    &WORDS
}

/// True when `text` (lower case) holds one of `needles`.
pub(crate) fn any_in(needles: &[String], text: &str) -> bool {
    needles.iter().any(|needle| text.contains(needle.as_str()))
}

/// How many different needles `text` (lower case) holds.
pub(crate) fn count_in(needles: &[String], text: &str) -> usize {
    needles.iter().filter(|needle| text.contains(needle.as_str())).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_parse_and_are_lower_case() {
        let words = read().expect("assets/zones.toml");
        for word in words.attribution.verbs.iter().chain(&words.legal.strong).chain(&words.mobile.starts) {
            assert_eq!(*word, word.to_lowercase());
        }
    }
}
