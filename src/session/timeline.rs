//! Which words of ours were audible when: the measure of own speech (behaviour.md, "Own speech").

use std::collections::VecDeque;

use super::UtteranceId;
use crate::units::Millis;

/// A word may be heard this much after it was played: room, delay, the recogniser's own borders.
const TAIL_MS: u64 = 500;
/// Words are placed by their share of the characters, which is off by up to a few hundred milliseconds in long sentences.
const SLACK_MIN_MS: u64 = 150;
const SLACK_MAX_MS: u64 = 400;
/// Words older than this cannot be in the microphone any more.
const KEEP_MS: u64 = 60_000;

/// The words played lately, oldest first.
#[derive(Debug, Clone, Default)]
pub(super) struct Timeline {
    lines: VecDeque<PlayedLine>,
}

#[derive(Debug, Clone)]
struct PlayedLine {
    id: UtteranceId,
    start: Millis,
    /// Planned end, or where it was cut.
    end: Millis,
    slack: u64,
    whose: Whose,
    words: Vec<PlayedWord>,
}

/// Whose text was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    Mail,
    /// A prompt of ours: it tells the listener what to say, who says it right after it. Its echo begins when the prompt's words do.
    Ours,
}

#[derive(Debug, Clone)]
struct PlayedWord {
    word: String,
    /// Byte offset behind the word in the spoken text.
    ends_at: usize,
    start: Millis,
    end: Millis,
}

/// Where in the voice's text the heard words stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OwnWords {
    pub id: UtteranceId,
    /// Byte offset in the spoken text, behind the last of the words.
    pub ends_at: usize,
}

impl Timeline {
    /// The first frame of `spoken` was played at `now`. `duration_ms` 0 = unknown: then every word may be anywhere in it.
    pub fn began(&mut self, now: Millis, id: UtteranceId, spoken: &str, duration_ms: u64, whose: Whose) {
        while self.lines.front().is_some_and(|line| now.since(line.end) > KEEP_MS) {
            self.lines.pop_front();
        }
        let pieces = pieces(spoken);
        let total: usize = pieces.iter().map(|(word, _)| word.chars().count() + 1).sum();
        let mut before = 0usize;
        let mut words = Vec::with_capacity(pieces.len());
        for (word, ends_at) in pieces {
            let after = before + word.chars().count() + 1;
            let (start, end) = match duration_ms {
                0 => (now, Millis(u64::MAX)),
                _ => (now.plus(share(duration_ms, before, total)), now.plus(share(duration_ms, after, total))),
            };
            words.push(PlayedWord { word, ends_at, start, end });
            before = after;
        }
        let end = if duration_ms == 0 { Millis(u64::MAX) } else { now.plus(duration_ms) };
        self.lines.push_back(PlayedLine {
            id,
            start: now,
            end,
            slack: (duration_ms / 10).clamp(SLACK_MIN_MS, SLACK_MAX_MS),
            whose,
            words,
        });
    }

    /// The voice fell silent at `now`: later words of `id` were never audible, but for those that may just have begun.
    pub fn ended(&mut self, now: Millis, id: UtteranceId) {
        let Some(line) = self.lines.iter_mut().rev().find(|line| line.id == id) else { return };
        line.end = line.end.min(now);
        let begun = now.plus(line.slack);
        line.words.retain(|word| word.start < begun);
        for word in &mut line.words {
            word.end = word.end.min(now);
        }
    }

    /// Whether `words` were played, in order, while they were heard from `start` to `end`.
    pub fn own(&self, words: &str, start: Millis, end: Millis) -> Option<OwnWords> {
        let heard: Vec<String> = pieces(words).into_iter().map(|(word, _)| word).collect();
        if heard.is_empty() {
            return None;
        }
        let played: Vec<(&PlayedWord, &PlayedLine)> =
            self.lines.iter().flat_map(|line| line.words.iter().map(move |word| (word, line))).collect();
        played.windows(heard.len()).rev().find_map(|run| {
            let (first, first_line) = run.first()?;
            let (last, last_line) = run.last()?;
            let same = run.iter().zip(&heard).all(|((played, _), heard)| played.word == *heard);
            let from = first.start.0.saturating_sub(first_line.slack);
            let until = match first_line.whose {
                Whose::Mail => last.end,
                Whose::Ours => first.start.max(Millis(if last.end.0 == u64::MAX { u64::MAX } else { 0 })),
            };
            let to = until.plus(TAIL_MS + last_line.slack).0;
            (same && start.0 <= to && end.0 >= from).then_some(OwnWords { id: last_line.id, ends_at: last.ends_at })
        })
    }

    /// Whether anything of ours was audible at `at`.
    pub fn audible(&self, at: Millis) -> bool {
        self.lines.iter().rev().any(|line| line.start <= at && at < line.end)
    }
}

fn share(duration_ms: u64, part: usize, total: usize) -> u64 {
    let part = u64::try_from(part).unwrap_or(u64::MAX);
    let total = u64::try_from(total.max(1)).unwrap_or(u64::MAX);
    duration_ms.saturating_mul(part) / total
}

/// The words of a text in lower case, each with the byte offset behind it.
fn pieces(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut word = String::new();
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() || ((c == '\'' || c == '\u{2019}') && !word.is_empty()) {
            if c == '\u{2019}' {
                word.push('\'');
            } else {
                word.extend(c.to_lowercase());
            }
        } else if !word.is_empty() {
            found.push((std::mem::take(&mut word), at));
        }
    }
    if !word.is_empty() {
        found.push((word, text.len()));
    }
    for (word, _) in &mut found {
        let bare = word.trim_end_matches('\'').len();
        word.truncate(bare);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(spoken: &str) -> Timeline {
        let mut timeline = Timeline::default();
        timeline.began(Millis(1_000), UtteranceId(1), spoken, 4_000, Whose::Mail);
        timeline
    }

    #[test]
    fn a_word_is_own_only_while_it_is_played() {
        let timeline = played("Please delete the old file before we meet on Monday morning.");
        assert!(timeline.own("delete", Millis(1_500), Millis(1_900)).is_some());
        assert!(timeline.own("delete", Millis(3_500), Millis(3_900)).is_none());
        assert!(timeline.own("archive", Millis(1_500), Millis(1_900)).is_none());
    }

    #[test]
    fn a_phrase_must_come_in_order() {
        let timeline = played("Hold on, we go on.");
        assert!(timeline.own("hold on", Millis(1_200), Millis(2_000)).is_some());
        assert!(timeline.own("on hold", Millis(1_200), Millis(2_000)).is_none());
    }

    #[test]
    fn what_a_prompt_proposes_can_be_said_right_after_it() {
        let mut timeline = Timeline::default();
        timeline.began(Millis(0), UtteranceId(1), "Say read them, or archive them all.", 2_400, Whose::Ours);
        assert!(timeline.own("archive them all", Millis(1_500), Millis(2_500)).is_some(), "its echo");
        assert!(timeline.own("archive them all", Millis(2_600), Millis(3_600)).is_none(), "the answer");
    }

    #[test]
    fn a_phrase_may_span_two_lines() {
        let mut timeline = played("Now go");
        timeline.began(Millis(5_000), UtteranceId(2), "on with it", 1_000, Whose::Mail);
        assert!(timeline.own("go on", Millis(4_500), Millis(5_200)).is_some());
    }

    #[test]
    fn what_was_cut_was_never_audible() {
        let mut timeline = played("one two three four five six seven delete");
        timeline.ended(Millis(1_500), UtteranceId(1));
        assert!(timeline.own("delete", Millis(4_500), Millis(4_900)).is_none());
        assert!(!timeline.audible(Millis(2_000)));
    }

    #[test]
    fn an_unknown_length_covers_every_word() {
        let mut timeline = Timeline::default();
        timeline.began(Millis(0), UtteranceId(1), "first second delete", 0, Whose::Mail);
        assert!(timeline.own("delete", Millis(100), Millis(300)).is_some());
    }
}
