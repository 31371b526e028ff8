//! What is said: the phrases of the table, near misses, and other talk, all our own.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::recordings::chance::Chance;
use crate::shell;

/// A phrase and its intent.
pub type Command = (String, String);

#[derive(Deserialize)]
struct Table {
    phrase: Vec<Phrase>,
}

#[derive(Deserialize)]
struct Phrase {
    intent: String,
    slot: Option<String>,
    say: Vec<String>,
}

/// Every phrase without a slot.
pub fn commands() -> Result<Vec<Command>> {
    let path = shell::root().join("assets/phrases.en.toml");
    let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let table: Table = toml::from_str(&text)?;
    let phrases = table.phrase.into_iter().filter(|phrase| phrase.slot.is_none());
    Ok(phrases.flat_map(|one| one.say.into_iter().map(move |say| (say, one.intent.clone()))).collect())
}

/// Lone words and short phrases that are none of ours, though they sound or read like one.
pub const NEAR: [&str; 98] = [
    "next week",
    "next to me",
    "the next day",
    "text",
    "nest",
    "neck",
    "stop by",
    "stop by my office",
    "shop",
    "top",
    "step",
    "stopped",
    "the bus stop",
    "delete the file",
    "deleted",
    "the lead",
    "archives",
    "the archive is full",
    "mark",
    "marcus",
    "pauses",
    "applause",
    "because",
    "clause",
    "wait for me",
    "the weight",
    "eight",
    "weighed",
    "late",
    "black",
    "bag",
    "bat",
    "pack",
    "back home",
    "my back hurts",
    "in the background",
    "go home",
    "going out",
    "go",
    "get on",
    "carry it",
    "played",
    "plate",
    "player",
    "plain",
    "continued",
    "the menu",
    "resumed",
    "presume",
    "yesterday",
    "yet",
    "guess",
    "chess",
    "know",
    "nose",
    "snow",
    "now",
    "not now",
    "helped",
    "health",
    "helping hand",
    "kelp",
    "repeated",
    "receipt",
    "defeat",
    "a gain",
    "gain",
    "against",
    "flags",
    "flack",
    "black flag",
    "plaque",
    "undone",
    "under",
    "and then",
    "skipping",
    "ship",
    "script",
    "a skip",
    "previously",
    "precious",
    "faster than light",
    "fast",
    "lower",
    "slow",
    "louder than words",
    "loud",
    "good morning",
    "goodness",
    "read",
    "read a book",
    "repay",
    "apply",
    "candle",
    "cancelled",
    "council",
    "held",
    "off",
];

/// What other people say: templates by kind, and what their slots are filled with.
pub struct Talk {
    /// In the order of their names, so that the same numbers pick the same text.
    kinds: Vec<(String, Vec<String>)>,
    slots: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct TalkFile {
    kinds: BTreeMap<String, Vec<String>>,
    slots: BTreeMap<String, Vec<String>>,
}

/// Lone words are a turn as often as this many kinds of sentences: what is said alone is what is taken for a command.
const ALONE: &str = "alone";
const ALONE_TIMES: usize = 3;
/// Most sentences of a turn.
const SENTENCES: usize = 3;

impl Talk {
    pub fn read() -> Result<Talk> {
        let file: TalkFile = toml::from_str(include_str!("talk.toml"))?;
        let often = |kind: &(String, Vec<String>)| if kind.0 == ALONE { ALONE_TIMES } else { 1 };
        let kinds = file.kinds.into_iter().flat_map(|kind| std::iter::repeat_n(kind.clone(), often(&kind))).collect();
        Ok(Talk { kinds, slots: file.slots })
    }

    /// One turn: a word alone, or one to three sentences of a kind.
    pub fn turn(&self, chance: &mut Chance) -> Result<String> {
        let (kind, templates) = picked(&self.kinds, chance)?;
        let sentences = if kind == ALONE { 1 } else { 1 + (chance.unit() * SENTENCES as f32) as usize % SENTENCES };
        let said: Result<Vec<String>> =
            (0..sentences).map(|_| picked(templates, chance).and_then(|one| self.filled(one, chance))).collect();
        Ok(said?.join(" "))
    }

    fn filled(&self, template: &str, chance: &mut Chance) -> Result<String> {
        let mut said = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let (slot, behind) = after.split_once('}').context("a slot without its end")?;
            said += before;
            said += picked(self.slots.get(slot).with_context(|| format!("no slot {slot}"))?, chance)?;
            rest = behind;
        }
        Ok(said + rest)
    }
}

fn picked<'a, T>(list: &'a [T], chance: &mut Chance) -> Result<&'a T> {
    list.get((chance.unit() * list.len() as f32) as usize % list.len().max(1)).context("nothing to pick from")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_filled_differ_and_are_the_same_every_time() {
        let talk = Talk::read().unwrap();
        let turns = || {
            let mut chance = Chance::of("test");
            (0..2000).map(|_| talk.turn(&mut chance).unwrap()).collect::<Vec<String>>()
        };
        let once = turns();
        assert_eq!(once, turns());
        assert!(once.iter().all(|turn| !turn.is_empty() && !turn.contains(['{', '}'])));
        let distinct: std::collections::BTreeSet<&String> = once.iter().collect();
        assert!(distinct.len() > 1200, "{}", distinct.len());
    }
}
