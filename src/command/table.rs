//! The phrase table: data in `assets/phrases.en.toml`, filled with the names of a session.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Command, Intent, Slot};

/// All phrases that can be heard now, each with the command it means.
#[derive(Debug, Clone)]
pub struct PhraseTable {
    templates: Vec<Template>,
    phrases: BTreeMap<String, Command>,
    witnesses: BTreeMap<String, Vec<String>>,
    wake_word: String,
    calling: Calling,
}

/// Whether the wake word is listened for: alone, and before any phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Calling {
    #[default]
    Off,
    On,
}

/// What a session brings to the table: names to fill phrases with, as displayed, and whether it is called first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Names {
    pub senders: Vec<String>,
    pub folders: Vec<String>,
    pub accounts: Vec<String>,
    pub calling: Calling,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    intent: Intent,
    slot: Option<SlotKind>,
    choice: Option<String>,
    say: Vec<String>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SlotKind {
    Name,
    Folder,
    Account,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    wake_word: String,
    phrase: Vec<Template>,
    #[serde(default)]
    witnesses: BTreeMap<String, Vec<String>>,
}

/// The phrase file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the phrase table is broken: {0}")]
pub struct TableError(String);

impl PhraseTable {
    /// Reads a table; no names yet.
    pub fn parse(text: &str) -> Result<PhraseTable, TableError> {
        let file: File = toml::from_str(text).map_err(|error| TableError(error.to_string()))?;
        let mut table = PhraseTable {
            templates: file.phrase,
            phrases: BTreeMap::new(),
            witnesses: file.witnesses,
            wake_word: file.wake_word,
            calling: Calling::Off,
        };
        table.learn(&Names::default());
        Ok(table)
    }

    /// The English table in assets; a test reads it, so an error here cannot reach a user.
    pub fn english() -> Result<PhraseTable, TableError> {
        PhraseTable::parse(include_str!("../../assets/phrases.en.toml"))
    }

    /// Fills the slots with these names, in place of earlier ones.
    pub fn learn(&mut self, names: &Names) {
        let mut phrases = BTreeMap::new();
        for template in &self.templates {
            for say in &template.say {
                for (words, slot) in template.filled(say, names) {
                    phrases.entry(words).or_insert(Command { intent: template.intent, slot });
                }
            }
        }
        if names.calling == Calling::On {
            let called: Vec<(String, Command)> = phrases
                .iter()
                .map(|(words, command)| (format!("{} {words}", self.wake_word), command.clone()))
                .collect();
            phrases.extend(called);
            phrases.insert(self.wake_word.clone(), Command::from(Intent::Listen));
        }
        self.calling = names.calling;
        self.phrases = phrases;
    }

    /// Whether the wake word is listened for.
    pub fn calling(&self) -> Calling {
        self.calling
    }

    /// Whether these words begin with the wake word, while it is listened for.
    pub fn is_called(&self, words: &str) -> bool {
        self.calling == Calling::On && self.behind_the_call(words).is_some()
    }

    /// What follows the wake word; `None` without it.
    fn behind_the_call<'a>(&self, words: &'a str) -> Option<&'a str> {
        words.strip_prefix(self.wake_word.as_str()).filter(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// The command that exactly these words mean (lower case, one blank between words).
    pub fn command(&self, words: &str) -> Option<&Command> {
        self.phrases.get(words)
    }

    /// Whether these words are a phrase and no longer phrase begins with them.
    pub fn is_final(&self, words: &str) -> bool {
        let longer = format!("{words} ");
        let goes_on = self.phrases.range(longer.clone()..).next().is_some_and(|(next, _)| next.starts_with(&longer));
        self.phrases.contains_key(words) && !goes_on
    }

    /// Other words that a recogniser without this table tends to write for the phrase ("and do" for "undo").
    pub fn witnesses(&self, phrase: &str) -> &[String] {
        let phrase = self.behind_the_call(phrase).map_or(phrase, str::trim_start);
        self.witnesses.get(phrase).map_or(&[], Vec::as_slice)
    }

    /// Every phrase with its command, in alphabetical order.
    pub fn phrases(&self) -> impl Iterator<Item = (&str, &Command)> {
        self.phrases.iter().map(|(words, command)| (words.as_str(), command))
    }
}

impl Template {
    fn filled(&self, say: &str, names: &Names) -> Vec<(String, Option<Slot>)> {
        let (list, mark, make): (&[String], &str, fn(String) -> Slot) = match self.slot {
            None => return vec![(say.to_owned(), self.choice.clone().map(Slot::Choice))],
            Some(SlotKind::Name) => (&names.senders, "{name}", Slot::Name),
            Some(SlotKind::Folder) => (&names.folders, "{folder}", Slot::Folder),
            Some(SlotKind::Account) => (&names.accounts, "{account}", Slot::Account),
        };
        list.iter()
            .map(|name| (say.replace(mark, &speakable(name)), Some(make(name.clone()))))
            .filter(|(words, _)| !words.trim().is_empty())
            .collect()
    }
}

/// A displayed name as the words one would say: lower case letters and apostrophes.
pub fn speakable(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| if c.is_alphabetic() || c == '\'' { c } else { ' ' })
        .flat_map(char::to_lowercase)
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_table_reads_and_knows_its_words() {
        let table = PhraseTable::english().unwrap();
        assert_eq!(table.command("stop").unwrap().intent, Intent::Pause);
        assert_eq!(table.command("play").unwrap().intent, Intent::Resume);
        assert_eq!(table.command("never mind").unwrap().intent, Intent::Cancel);
        assert!(table.command("delete the file").is_none());
    }

    #[test]
    fn a_phrase_is_final_when_none_goes_on_from_it() {
        let table = PhraseTable::english().unwrap();
        assert!(table.is_final("stop") && table.is_final("delete this message"));
        assert!(!table.is_final("delete") && !table.is_final("next") && !table.is_final("delete the"));
    }

    #[test]
    fn every_witness_belongs_to_a_phrase_and_is_none_itself() {
        let table = PhraseTable::english().unwrap();
        for (phrase, words) in &table.witnesses {
            assert!(table.command(phrase).is_some(), "{phrase}");
            assert!(words.iter().all(|word| table.command(word).is_none()), "{phrase}: {words:?}");
        }
    }

    #[test]
    fn the_wake_word_stands_before_any_phrase_when_it_is_listened_for() {
        let mut table = PhraseTable::english().unwrap();
        assert!(table.command("hey hark").is_none() && !table.is_called("hey hark"));
        table.learn(&Names { calling: Calling::On, ..Names::default() });
        assert_eq!(table.command("hey hark").unwrap().intent, Intent::Listen);
        assert_eq!(table.command("hey hark delete it").unwrap().intent, Intent::Delete);
        assert_eq!(table.command("delete it").unwrap().intent, Intent::Delete);
        assert!(table.is_called("hey hark next") && !table.is_called("next") && !table.is_called("hey harken"));
        assert_eq!(table.witnesses("hey hark undo"), table.witnesses("undo"));
        table.learn(&Names::default());
        assert!(table.command("hey hark next").is_none());
    }

    #[test]
    fn names_fill_the_slots() {
        let mut table = PhraseTable::english().unwrap();
        table.learn(&Names { senders: vec!["Ana Silva".into()], folders: vec!["Travel".into()], ..Names::default() });
        assert_eq!(table.command("move to travel").unwrap().slot, Some(Slot::Folder("Travel".into())));
        assert_eq!(table.command("read mail from ana silva").unwrap().slot, Some(Slot::Name("Ana Silva".into())));
    }
}
