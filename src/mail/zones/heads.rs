//! Header blocks and marker lines that stand before a quoted or forwarded message.

use super::super::line::{Line, Mark};
use super::super::text::is_rule;
use super::attribution::{self, Need};
use super::words::{Labels, words};

/// Lines between the first and the last label of a header block; addressees may wrap.
const BLOCK_CAP: usize = 24;
/// Longest line that can be a marker: "-------- Forwarded Message --------".
const MARKER_CAP: usize = 200;

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

/// Lines with the label each starts with, told once: blocks are looked for at every line.
pub(crate) struct Heads<'a> {
    lines: &'a [Line],
    labels: Vec<Option<Label>>,
}

impl<'a> Heads<'a> {
    pub fn new(lines: &'a [Line]) -> Heads<'a> {
        Heads { lines, labels: lines.iter().map(|line| label(&line.text)).collect() }
    }

    /// The head that starts at line `at`, if one does.
    pub fn find(&self, at: usize) -> Option<Head> {
        let line = self.lines.get(at).filter(|line| !line.is_blank())?;
        if is_rule(&line.text) && line.text.len() >= 5 {
            // Outlook draws a line first.
            let next = self.next_line(at + 1)?;
            let bare = |end: usize| Head { kind: HeadKind::Bare, start: next, end };
            let known = self.find_at(next).filter(|head| head.kind == HeadKind::Bare);
            let head = known.or_else(|| self.unknown_block(next).map(bare))?;
            return Some(Head { start: at, ..head });
        }
        self.find_at(at)
    }

    fn find_at(&self, at: usize) -> Option<Head> {
        let line = self.lines.get(at)?;
        if let Some(kind) = marker(&line.text) {
            let next = self.next_line(at + 1);
            let end = next.and_then(|next| self.block(next, 2).or_else(|| self.bare_block(next))).unwrap_or(at + 1);
            // A marker in dashes is sure; one without needs its header block.
            let sure = line.text.starts_with(['-', '_', '=', '*', '>', '—', '－']) || end > at + 1;
            return sure.then_some(Head { kind, start: at, end });
        }
        if line.mark == Mark::ReplyHead
            && let Some(end) = self.marked_block(at)
        {
            return Some(Head { kind: HeadKind::Bare, start: at, end });
        }
        let least = if line.mark == Mark::ReplyHead { 2 } else { 3 };
        let end = self.block(at, least)?;
        Some(Head { kind: HeadKind::Bare, start: at, end })
    }

    /// A block in the markup of one, whatever its language: at least two lines "label: value".
    fn marked_block(&self, at: usize) -> Option<usize> {
        let run = self.lines.iter().skip(at).take(BLOCK_CAP).take_while(|line| line.mark == Mark::ReplyHead);
        let (mut end, mut labelled) = (at, 0);
        for (nth, line) in run.enumerate().filter(|(_, line)| !line.is_blank()) {
            labelled += usize::from(is_labelled(&line.text));
            end = at + nth + 1;
        }
        let first = self.lines.get(at).is_some_and(|line| is_labelled(&line.text));
        (first && labelled >= 2).then_some(end)
    }

    /// A block in a language we have no words of: lines "label: value", one with an address, one with date and time.
    fn unknown_block(&self, at: usize) -> Option<usize> {
        let depth = self.lines.get(at)?.quote;
        let run = || {
            self.lines.iter().skip(at).take(8).take_while(|l| l.quote == depth && !l.is_blank() && is_labelled(&l.text))
        };
        let has = |test: fn(&str) -> bool| run().any(|line| test(&line.text));
        let count = run().count();
        // Details that people list look the same, but no rule and no text stands before them.
        let after_text = self.lines.iter().take(at).any(|line| !line.is_blank());
        let sure = (3..=7).contains(&count) && after_text && has(|t| t.contains('@')) && has(attribution::has_moment);
        sure.then_some(at + count)
    }

    /// Labels without colons, as one program writes them after its marker.
    fn bare_block(&self, at: usize) -> Option<usize> {
        let run = self.lines.iter().skip(at).take(6).take_while(|line| bare_label(&line.text).is_some());
        let labels: Vec<Label> = run.filter_map(|line| bare_label(&line.text)).collect();
        (labels.len() >= 3 && labels.contains(&Label::From)).then_some(at + labels.len())
    }

    fn next_line(&self, from: usize) -> Option<usize> {
        let to = self.lines.len().min(from + 4);
        (from..to).find(|&index| self.lines.get(index).is_some_and(|line| !line.is_blank()))
    }

    /// End of the header block that starts at `at`, when it has at least `least` different main labels, From among them.
    fn block(&self, at: usize, least: usize) -> Option<usize> {
        if self.label(at)? == Label::Other {
            return None;
        }
        let depth = self.lines.get(at)?.quote;
        let mut seen: Vec<Label> = Vec::new();
        let mut end = at;
        let mut gap = 0;
        for (index, line) in self.lines.iter().enumerate().skip(at).take(BLOCK_CAP) {
            if line.quote != depth {
                break;
            }
            match self.label(index) {
                Some(label) => {
                    if label != Label::Other && !seen.contains(&label) {
                        seen.push(label);
                    }
                    end = index + 1;
                    gap = 0;
                }
                // A wrapped list of addressees, or the blank lines some clients put between labels.
                None if gap < 2 && (line.text.contains('@') || line.text.contains(';')) => {
                    gap += 1;
                    end = index + 1;
                }
                None if line.is_blank() && gap == 0 && self.label(index + 1).is_some() => gap = 1,
                None => break,
            }
        }
        (seen.len() >= least && seen.contains(&Label::From)).then_some(end)
    }

    fn label(&self, at: usize) -> Option<Label> {
        self.labels.get(at).copied().flatten()
    }
}

fn marker(text: &str) -> Option<HeadKind> {
    if text.len() > MARKER_CAP {
        return None;
    }
    if is_attribution_marker(text) {
        return Some(HeadKind::Original);
    }
    let decoration = |c: char| {
        c.is_whitespace()
            || matches!(c, '-' | '_' | '=' | '*' | '>' | ':' | '：' | '—' | '－' | '~' | '#' | '[' | ']' | '<')
    };
    let core = text.trim_matches(decoration).to_lowercase();
    let dashed = text.starts_with('-');
    // "---- Forwarded message from Ana ----" says more than the marker.
    let is = |needles: &[String]| {
        needles.iter().any(|needle| {
            core.strip_prefix(needle.as_str()).is_some_and(|rest| rest.is_empty() || dashed && rest.starts_with(' '))
        })
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
pub(crate) enum Label {
    From,
    Sent,
    To,
    Subject,
    Other,
}

/// `-----Ana <ana@example.org> wrote: -----`, `---- On Mon, 02 Mar 2026 10:15 Ana wrote ---`, `>>> Ana 3/2/2026 10:15 >>>`.
fn is_attribution_marker(text: &str) -> bool {
    let framed = |sign: char| text.starts_with(sign) && text.ends_with(sign) && text.len() > 20;
    if framed('-') {
        let inner = format!("{}:", text.trim_matches(['-', ' ', ':']));
        return attribution::is_one(&inner, Need::QuoteFollows)
            && inner.bytes().filter(u8::is_ascii_digit).count() >= 2
            || inner.contains('@') && attribution::is_one(&inner, Need::QuoteFollows);
    }
    framed('>') && text.starts_with(">>> ") && attribution::has_moment(text)
}

/// `Label: value` in any language: a few words without figures before the colon, something after it.
fn is_labelled(text: &str) -> bool {
    let text = text.trim_start_matches(['*', ' ']);
    let Some((label, value)) = text.split_once([':', '：']) else { return false };
    let label = label.trim();
    (1..=25).contains(&label.chars().count())
        && label.split_whitespace().count() <= 4
        && !label.contains(|c: char| c.is_ascii_digit() || matches!(c, '@' | '/' | '<' | '.'))
        && !value.trim().is_empty()
}

/// `From "Ana Silva" <ana@example.org>`.
fn bare_label(text: &str) -> Option<Label> {
    let (name, value) = text.split_once(' ')?;
    (!value.trim().is_empty()).then(|| label_of(&name.to_lowercase())).flatten()
}

pub(crate) fn label(text: &str) -> Option<Label> {
    let text = text.trim_start_matches(['*', '>', ' ', '|', '\u{200f}', '\u{200e}', '\u{202b}']);
    let end = text.find([':', '：'])?;
    if end > 40 {
        return None;
    }
    label_of(&text.get(..end)?.trim().trim_matches(['*', '\u{a0}', ' ', '\u{200f}', '\u{200e}']).to_lowercase())
}

fn label_of(name: &str) -> Option<Label> {
    let Labels { from, sent, to, subject, other } = &words().labels;
    let is = |names: &[String]| names.iter().any(|known| known == name);
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
