//! Pauses and lengths. One place for every figure of timing in a script.

use super::sentence::Ending;
use super::{Fate, Line, Segment};

/// How long the voice takes for a line at speed 1: characters of `say`, marks inside it, and a share of each line alone.
/// Least squares over 41 lines of five mails (131 s) rendered by "joe" at its unhurried pace: the sum is right within 1 %,
/// a single line within 0.2 s (root of the mean square).
pub const SPOKEN_CHARS_PER_S: f32 = 18.0;
pub const MARK_S: f32 = 0.345;
pub const LINE_S: f32 = 0.14;

/// Silence after a line, in milliseconds.
pub(super) const AFTER_CLAUSE_MS: u32 = 120;
pub(super) const AFTER_SENTENCE_MS: u32 = 350;
pub(super) const AFTER_ITEM_MS: u32 = 400;
pub(super) const AFTER_HEADING_MS: u32 = 500;
pub(super) const AFTER_PARAGRAPH_MS: u32 = 600;
/// Where quoted lines were skipped between answers.
pub(super) const AFTER_SKIPPED_QUOTE_MS: u32 = 800;
pub(super) const AFTER_ANNOUNCE_MS: u32 = 700;
/// After the call-out the session waits as its settings say; the script adds nothing.
pub(super) const AFTER_GATE_MS: u32 = 0;

pub(super) fn after(ending: Ending) -> u32 {
    match ending {
        Ending::Sentence => AFTER_SENTENCE_MS,
        Ending::Clause => AFTER_CLAUSE_MS,
    }
}

impl Line {
    /// Seconds it takes at speed 1, the pause after it included (an estimate: see [`SPOKEN_CHARS_PER_S`]).
    pub fn seconds(&self) -> f32 {
        line_s(self)
    }
}

/// Seconds everything spoken takes at speed 1, pauses included.
pub(super) fn duration_s(segments: &[Segment]) -> f32 {
    segments.iter().map(segment_s).sum()
}

fn segment_s(segment: &Segment) -> f32 {
    match &segment.fate {
        Fate::Spoken(lines) => lines.iter().map(line_s).sum(),
        Fate::Skipped { .. } => 0.0,
    }
}

fn line_s(line: &Line) -> f32 {
    let say = line.say.trim_end_matches(is_mark);
    let marks = say.chars().filter(|c| is_mark(*c)).count();
    let chars = say.chars().count();
    count(chars) / SPOKEN_CHARS_PER_S + count(marks) * MARK_S + LINE_S + line.pause_after_ms as f32 / 1000.0
}

fn is_mark(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '.' | '!' | '?')
}

fn count(n: usize) -> f32 {
    f32::from(u16::try_from(n).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(say: &str) -> Line {
        Line { text: say.to_owned(), say: say.to_owned(), pause_after_ms: 0 }
    }

    /// Seconds as rendered; the estimate of a mail is to be right within a tenth.
    #[test]
    fn estimates_agree_with_rendered_lines() {
        let rendered = [
            (4.890, "Shop on Your order number one two, three four five has shipped rocket, yesterday."),
            (4.709, "Hi Robin, order A-B, one two, three four five is on its way."),
            (3.983, "Arrives Tuesday, March third between nine A-M and eleven A-M."),
            (1.504, "Do not share it with anyone."),
            (3.877, "The new place on twelve Main street is great, open twenty-four seven."),
            (4.994, "Can we meet on April third at two thirty P-M Central European Time in room B twelve?"),
            (3.773, "doctor Smith will join, and so will the people from saint Mary's."),
            (0.692, "Hi Robin,"),
        ];
        let real: f32 = rendered.iter().map(|(seconds, _)| seconds).sum();
        let estimate: f32 = rendered.iter().map(|(_, say)| line_s(&line(say))).sum();
        assert!((estimate / real - 1.0).abs() < 0.1, "{estimate} against {real}");
    }
}
