//! The word lists of assets/kinds.toml and the sentences of assets/mail.en.toml.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kinds {
    pub sender: Sender,
    pub receipt: Texts,
    pub notification: Events,
    pub newsletter: Texts,
    pub report: Subjects,
    pub meeting: Subjects,
    pub portal: Portal,
    pub code: Code,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sender {
    pub machine: Vec<String>,
    pub bulk: Vec<String>,
    pub many: Vec<String>,
    pub event: Vec<String>,
    /// User parts of addresses that many read, and words in the names of firms.
    pub role: Vec<String>,
    pub firm: Vec<String>,
    /// Hosts where people have their mail.
    pub free: Vec<String>,
    /// Hosts of services for letters to many.
    pub campaign: Vec<String>,
    pub daemon: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Texts {
    pub subject: Vec<String>,
    pub text: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subjects {
    pub subject: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Events {
    pub subject: Vec<String>,
    /// Of parcels on their way.
    pub delivery: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Portal {
    pub paths: Vec<String>,
    pub hosts: Vec<String>,
    pub notice: Vec<String>,
    pub files: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    pub strong: Vec<String>,
    pub weak: Vec<String>,
    pub context: Vec<String>,
    pub other: Vec<String>,
    pub done: Vec<String>,
    pub request: Vec<String>,
    pub resets: Vec<String>,
    /// Stems of "password", and of making a new one.
    pub password: Vec<String>,
    pub renew: Vec<String>,
    /// Stems of "ignore".
    pub ignoring: Vec<String>,
    /// The same with a name between two words.
    pub resets_around: Vec<[String; 2]>,
    /// "If you did not ask for this": said beside codes and links that open a door.
    pub ignore: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sentences {
    pub report: ReportSentences,
    pub why: BTreeMap<String, String>,
    /// What mail systems say in words, and the code that means the same.
    pub said: BTreeMap<String, String>,
    pub meeting: MeetingSentences,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReportSentences {
    pub failed: String,
    pub failed_plain: String,
    pub delayed: String,
    pub delayed_plain: String,
    pub delivered: String,
    pub read: String,
    pub deleted: String,
    pub nobody: String,
    pub more: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MeetingSentences {
    pub request: String,
    pub reply_accepted: String,
    pub reply_declined: String,
    pub reply_tentative: String,
    pub reply: String,
    pub cancel: String,
    pub counter: String,
    pub other: String,
    pub untitled: String,
    pub somebody: String,
    pub when: String,
    pub to: String,
    pub place: String,
}

/// Constants too large to write in Rust; a test proves that they parse.
static KINDS: LazyLock<Kinds> = LazyLock::new(|| read_kinds().unwrap_or_default());
static SENTENCES: LazyLock<Sentences> = LazyLock::new(|| read_sentences().unwrap_or_default());

fn read_kinds() -> Result<Kinds, toml::de::Error> {
    toml::from_str(include_str!("../../assets/kinds.toml"))
}

fn read_sentences() -> Result<Sentences, toml::de::Error> {
    toml::from_str(include_str!("../../assets/mail.en.toml"))
}

pub(crate) fn kinds() -> &'static Kinds {
    &KINDS
}

pub(crate) fn sentences() -> &'static Sentences {
    &SENTENCES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_parse_and_words_are_lower_case() {
        let kinds = read_kinds().expect("assets/kinds.toml");
        for word in kinds
            .code
            .strong
            .iter()
            .chain(&kinds.code.weak)
            .chain(&kinds.code.resets)
            .chain(&kinds.receipt.subject)
            .chain(&kinds.portal.notice)
        {
            assert_eq!(*word, word.to_lowercase());
        }
        read_sentences().expect("assets/mail.en.toml");
    }
}
