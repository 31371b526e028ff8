//! What is said: the phrases of the table, near misses, and other talk, all our own.

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

const WHO: [&str; 12] = [
    "my sister",
    "the driver",
    "our neighbour",
    "nobody",
    "the new manager",
    "a friend of mine",
    "the teacher",
    "everybody",
    "the man from the shop",
    "mark",
    "your mother",
    "the doctor",
];
const DOES: [&str; 20] = [
    "wants to stop by the office",
    "said we should go back to the lake",
    "will play the piano",
    "can wait for the next bus",
    "keeps asking for help with the garden",
    "told me to delete the old file",
    "put the flag on the roof",
    "found a letter in the archive",
    "read the whole book twice",
    "does not know what to say",
    "would like another coffee",
    "moved to the coast last spring",
    "has to skip lunch today",
    "thinks it will rain again",
    "never reads the news",
    "left the keys on the table",
    "is on the next train",
    "went home without a word",
    "called about the invoice",
    "paid for the tickets",
];
const WHEN: [&str; 10] = [
    "next week",
    "on the way home",
    "before the meeting",
    "and then we had dinner",
    "as far as I know",
    "because of the snow",
    "every other day",
    "if the weather is good",
    "when it stopped raining",
    "which is fine with me",
];
/// What people say alone between sentences, and it means nothing to us.
const BETWEEN: [&str; 20] = [
    "right",
    "okay then",
    "really",
    "oh well",
    "I see",
    "sure",
    "maybe later",
    "of course",
    "yeah exactly",
    "no idea",
    "who knows",
    "not yet",
    "come on",
    "thank you",
    "excuse me",
    "good morning",
    "see you",
    "what",
    "I think so",
    "let me see",
];

/// One turn of somebody's talk: one to three sentences, or a word between.
pub fn talk(chance: &mut Chance) -> String {
    let mut pick = |list: &[&'static str]| list[(chance.unit() * list.len() as f32) as usize % list.len()];
    if pick(&["s", "s", "s", "b"]) == "b" {
        return pick(&BETWEEN).to_owned();
    }
    let sentences = pick(&["1", "2", "2", "3"]).len() + usize::from(pick(&["a", "bb"]).len() == 2);
    let said: Vec<String> =
        (0..sentences).map(|_| format!("{} {} {}.", pick(&WHO), pick(&DOES), pick(&WHEN))).collect();
    said.join(" ")
}
