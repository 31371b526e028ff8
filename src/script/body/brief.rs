//! Short mode: the first sentence, the rest put aside.

use crate::script::{Fate, Line, Segment, SegmentRole, pace};

const REASON: &str = "short mode";

/// Keeps the first sentence of what is spoken; the rest becomes skipped text of the same role.
pub(super) fn shortened(segments: Vec<Segment>) -> Vec<Segment> {
    let mut out = Vec::with_capacity(segments.len() + 1);
    let mut said = false;
    for Segment { role, fate } in segments {
        match fate {
            Fate::Skipped { .. } => out.push(Segment { role, fate }),
            Fate::Spoken(lines) if said => out.extend(put_aside(role, lines)),
            Fate::Spoken(lines) => {
                let (kept, rest) = first_sentence(lines);
                // A heading alone tells too little: go on to the first sentence below it.
                said = role != SegmentRole::Heading;
                out.push(Segment { role, fate: Fate::Spoken(kept) });
                out.extend(put_aside(role, rest));
            }
        }
    }
    out
}

fn first_sentence(mut lines: Vec<Line>) -> (Vec<Line>, Vec<Line>) {
    let end = lines.iter().position(|line| line.pause_after_ms >= pace::AFTER_SENTENCE_MS);
    let rest = lines.split_off(end.map_or(lines.len(), |at| at + 1).min(lines.len()));
    (lines, rest)
}

fn put_aside(role: SegmentRole, lines: Vec<Line>) -> Option<Segment> {
    let texts: Vec<String> = lines.into_iter().map(|line| line.text).collect();
    let text = texts.join(" ");
    (!text.is_empty()).then_some(Segment { role, fate: Fate::Skipped { text, reason: REASON } })
}
