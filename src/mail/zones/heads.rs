//! Header blocks and marker lines that stand before a quoted or forwarded message.

use super::super::line::{Line, Mark};
use super::super::text::is_rule;
use super::words::{Labels, words};

/// Lines between the first and the last label of a header block; addressees may wrap.
const BLOCK_CAP: usize = 24;
/// Longest line that can be a marker: "-------- Forwarded Message --------".
const MARKER_CAP: usize = 90;

/// What a head by itself says of the message after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HeadKind {
    Forward,
    Original,
    /// From, Sent, To, Subject without a marker: reply or forward.
    Bare,
}

/// A head found at a line: it covers `start..end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub kind: HeadKind,
    pub start: usize,
    pub end: usize,
}

/// The head that starts at line `at`, if one does.
pub(crate) fn find(lines: &[Line], at: usize) -> Option<Head> {
    let line = lines.get(at).filter(|line| !line.is_blank())?;
    if is_rule(&line.text) && line.text.len() >= 5 {
        // Outlook draws a line first.
        let next = next_line(lines, at + 1)?;
        let head = find_at(lines, next).filter(|head| head.kind == HeadKind::Bare)?;
        return Some(Head { start: at, ..head });
    }
    find_at(lines, at)
}

fn find_at(lines: &[Line], at: usize) -> Option<Head> {
    let line = lines.get(at)?;
    if let Some(kind) = marker(&line.text) {
        let after = next_line(lines, at + 1);
        let end = after.and_then(|next| block(lines, next, 2)).unwrap_or(at + 1);
        // A marker in dashes is sure; one without needs its header block.
        let sure = line.text.starts_with(['-', '_', '=', '*', '>']) || end > at + 1;
        return sure.then_some(Head { kind, start: at, end });
    }
    let least = if line.mark == Mark::ReplyHead { 2 } else { 3 };
    let end = block(lines, at, least)?;
    Some(Head { kind: HeadKind::Bare, start: at, end })
}

fn next_line(lines: &[Line], from: usize) -> Option<usize> {
    (from..lines.len().min(from + 4)).find(|&index| lines.get(index).is_some_and(|line| !line.is_blank()))
}

fn marker(text: &str) -> Option<HeadKind> {
    if text.len() > MARKER_CAP {
        return None;
    }
    let core =
        text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '=' | '*' | '>' | ':' | '：' | '—'));
    let core = core.to_lowercase();
    let is = |needles: &[String]| {
        needles.iter().any(|needle| core == *needle || core.starts_with(&format!("{needle} ")) && text.starts_with('-'))
    };
    if is(&words().forward.markers) {
        Some(HeadKind::Forward)
    } else if is(&words().reply.markers) {
        Some(HeadKind::Original)
    } else {
        None
    }
}

/// The kinds of label a block must have some of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    From,
    Sent,
    To,
    Subject,
    Other,
}

/// End of the header block that starts at `at`, when it has at least `least` different main labels, From among them.
fn block(lines: &[Line], at: usize, least: usize) -> Option<usize> {
    let depth = lines.get(at)?.quote;
    let mut seen: Vec<Label> = Vec::new();
    let mut end = at;
    let mut gap = 0;
    for (index, line) in lines.iter().enumerate().skip(at).take(BLOCK_CAP) {
        if line.quote != depth {
            break;
        }
        match label(&line.text) {
            Some(label) => {
                if label != Label::Other && !seen.contains(&label) {
                    seen.push(label);
                }
                end = index + 1;
                gap = 0;
            }
            // A wrapped list of addressees, or the blank lines some clients put between labels.
            None if index > at && gap < 2 && (line.text.contains('@') || line.text.contains(';')) => {
                gap += 1;
                end = index + 1;
            }
            None if line.is_blank() && index > at && gap == 0 && next_is_label(lines, index + 1) => gap = 1,
            None => break,
        }
    }
    let first = label(&lines.get(at)?.text)?;
    let main = matches!(first, Label::From | Label::Sent | Label::Subject);
    (main && seen.len() >= least && seen.contains(&Label::From)).then_some(end)
}

fn next_is_label(lines: &[Line], at: usize) -> bool {
    lines.get(at).is_some_and(|line| label(&line.text).is_some())
}

fn label(text: &str) -> Option<Label> {
    let text = text.trim_start_matches(['*', '>', ' ']);
    let end = text.find([':', '：'])?;
    if end > 40 {
        return None;
    }
    let name = text.get(..end)?.trim().trim_matches(['*', '\u{a0}', ' ']).to_lowercase();
    let Labels { from, sent, to, subject, other } = &words().labels;
    let is = |names: &[String]| names.contains(&name);
    // "de", "da", "a" and the like are words of many languages: only together with the others do they make a block.
    if is(from) {
        Some(Label::From)
    } else if is(sent) {
        Some(Label::Sent)
    } else if is(to) {
        Some(Label::To)
    } else if is(subject) {
        Some(Label::Subject)
    } else if is(other) {
        Some(Label::Other)
    } else {
        None
    }
}
