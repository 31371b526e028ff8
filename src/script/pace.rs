//! Pauses and lengths. One place for every figure of timing in a script.

use super::{Fate, Line, Segment};

/// Characters of `say` that the voice speaks per second at speed 1: 180 words a minute of 5.5 characters with their blank.
pub const SPOKEN_CHARS_PER_S: f32 = 16.0;

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
    let chars = u16::try_from(line.say.chars().count()).unwrap_or(u16::MAX);
    f32::from(chars) / SPOKEN_CHARS_PER_S + line.pause_after_ms as f32 / 1000.0
}
