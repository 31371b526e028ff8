//! A microphone beside the loudspeaker.

use hark::session::{Event, Input, UtteranceId};

use super::{PHRASES, utterance};
use crate::house::House;

/// Every phrase of what is being said comes back through it, clear as day, a little later.
#[derive(Default)]
pub struct Microphone {
    delay: u64,
    /// Events seen so far.
    seen: usize,
    echoes: Vec<Echo>,
}

struct Echo {
    id: UtteranceId,
    /// When the mouth begins its last word.
    last_word: u64,
    heard: u64,
    utterance: Input,
}

impl Microphone {
    pub fn delayed(delay: u64) -> Microphone {
        Microphone { delay, ..Microphone::default() }
    }

    /// Gives what is heard before the next thing happens.
    pub fn hear(&mut self, house: &mut House) {
        loop {
            self.listen(house);
            let next = house.next().unwrap_or(u64::MAX);
            let due = self.echoes.iter().enumerate().filter(|(_, echo)| echo.heard <= next);
            let Some(first) = due.min_by_key(|(_, echo)| echo.heard).map(|(at, _)| at) else { return };
            let echo = self.echoes.remove(first);
            house.now = house.now.max(echo.heard);
            if !house.ended {
                house.give(echo.utterance);
            }
        }
    }

    fn listen(&mut self, house: &House) {
        for (at, event) in &house.events[self.seen..] {
            match event {
                Event::Say { utterance, spoken, .. } => self.echo(*at, *utterance, spoken),
                // Words that the mouth never came to do not come back.
                Event::Said { utterance, complete: false } => {
                    self.echoes.retain(|echo| echo.id != *utterance || echo.last_word < *at);
                }
                _ => {}
            }
        }
        self.seen = house.events.len();
    }

    fn echo(&mut self, at: u64, id: UtteranceId, spoken: &str) {
        let bare = |word: &str| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        let words: Vec<String> = spoken.split_whitespace().map(bare).collect();
        for first in 0..words.len() {
            for length in 1..=5.min(words.len() - first) {
                let phrase = words[first..first + length].join(" ");
                if !PHRASES.contains(&phrase.as_str()) {
                    continue;
                }
                // The house's mouth takes 330 ms a word.
                let start = at + 330 * first as u64 + self.delay;
                let end = start + 330 * length as u64;
                let last_word = end - self.delay - 330;
                let utterance = utterance(&phrase, start, end, true);
                self.echoes.push(Echo { id, last_word, heard: end + 200, utterance });
            }
        }
    }
}
