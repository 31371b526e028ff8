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
    pub legal_topics: LegalTopics,
    pub banner: Cues,
    pub list: List,
    pub unsubscribe: Unsubscribe,
    pub webview: WebView,
    pub machine: Machine,
    pub answers: Answers,
}

/// "My answers are below, in red."
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    pub words: Vec<String>,
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

/// What notices about confidential mail speak of, as stems of words.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LegalTopics {
    pub secret: Vec<String>,
    pub forbidden: Vec<String>,
    pub addressee: Vec<String>,
    pub mistake: Vec<String>,
    pub destroy: Vec<String>,
    /// Of laws about data: enough in small print.
    pub data: Vec<String>,
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
    /// In the addresses of links that leave a list or change what is sent.
    pub targets: Vec<String>,
    /// What stands above the sender's postal address.
    pub address: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebView {
    pub words: Vec<String>,
    /// "Browser": enough where the line is nothing but a link.
    pub browser: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Machine {
    /// Programs for calls, as they stand above how to join one.
    pub calls: Vec<String>,
    pub words: Vec<String>,
    pub above: Vec<String>,
    /// Forms of firms, without their points.
    pub firms: Vec<String>,
    /// Stems of "mail", "because", "automatic", "answer" and "not".
    pub mail: Vec<String>,
    pub because: Vec<String>,
    pub automatic: Vec<String>,
    pub answer: Vec<String>,
    pub not: Vec<String>,
}

/// A constant that is too large to write in Rust; a test proves that it parses.
static WORDS: LazyLock<Words> = LazyLock::new(|| read().unwrap_or_default());

fn read() -> Result<Words, toml::de::Error> {
    toml::from_str(include_str!("../../../assets/zones.toml"))
}

pub(crate) fn words() -> &'static Words {
    &WORDS
}

/// Lower case, with one form of apostrophe: the lists are written so.
pub(crate) fn fold(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.contains('\u{2019}') { lower.replace('\u{2019}', "'") } else { lower }
}

/// True when `text` (folded) holds one of `needles`.
pub(crate) fn any_in(needles: &[String], text: &str) -> bool {
    needles.iter().any(|needle| text.contains(needle.as_str()))
}

/// True when `text` (folded) holds both words of a pair, the second at most `gap` bytes after the first: "reset your
/// Larder password".
pub(crate) fn any_pair_in(pairs: &[[String; 2]], text: &str, gap: usize) -> bool {
    pairs.iter().any(|[first, second]| {
        text.match_indices(first.as_str()).take(20).any(|(at, found)| {
            let from = at + found.len();
            let to = text.floor_char_boundary((from + gap + second.len()).min(text.len()));
            text.get(from..to).is_some_and(|rest| rest.contains(second.as_str()))
        })
    })
}

/// How many different needles `text` (folded) holds.
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
