//! Collects segments: splits paragraphs into lines, sets pauses, puts what is not uttered beside what is.

use std::collections::HashSet;

use super::tidy::{self, Removed};
use crate::mail::{Block, Link};
use crate::script::normal::link;
use crate::script::sentence::{self, Ending, Place};
use crate::script::{Fate, Hints, Line, Segment, SegmentRole, Verbosity, pace, speakable};

pub(super) struct Composer<'a> {
    verbosity: Verbosity,
    hints: &'a Hints,
    out: Vec<Segment>,
    seen_emoji: HashSet<char>,
    place: Place,
    /// A quote was skipped and nothing was said since.
    after_quote: bool,
}

impl<'a> Composer<'a> {
    pub(super) fn new(verbosity: Verbosity, hints: &'a Hints) -> Self {
        Composer { verbosity, hints, out: Vec::new(), seen_emoji: HashSet::new(), place: Place::Opening, after_quote: false }
    }

    pub(super) fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    pub(super) fn finish(self) -> Vec<Segment> {
        self.out
    }

    /// Each paragraph of a block as a segment of its own, so that one can move by paragraphs.
    pub(super) fn paragraphs(&mut self, role: SegmentRole, block: &Block, pause_ms: u32) {
        for paragraph in block.text.split('\n') {
            let role = if is_one_link(paragraph, &block.links) { SegmentRole::Link } else { role };
            self.paragraph(role, paragraph, pause_ms);
        }
    }

    /// One item of a list; items in a row make one segment.
    pub(super) fn item(&mut self, block: &Block) {
        let mut lines = Vec::new();
        let mut removed = Vec::new();
        for paragraph in block.text.split('\n') {
            let (more, gone) = self.lines(without_bullet(paragraph), pace::AFTER_ITEM_MS);
            lines.extend(more);
            removed.extend(gone);
        }
        let joins = matches!(self.out.last(), Some(Segment { role: SegmentRole::List, fate: Fate::Spoken(_) }));
        match self.out.last_mut() {
            Some(Segment { fate: Fate::Spoken(earlier), .. }) if joins => earlier.extend(lines),
            Some(_) | None => self.push(SegmentRole::List, lines),
        }
        self.put_aside(removed);
    }

    /// The head of a forwarded message, already in words or as header lines.
    pub(super) fn forward(&mut self, block: &Block) {
        for paragraph in block.text.split('\n') {
            self.paragraph(SegmentRole::Heading, paragraph, pace::AFTER_HEADING_MS);
        }
    }

    /// Says words of our own.
    pub(super) fn say(&mut self, role: SegmentRole, text: String, pause_ms: u32) {
        let line = Line { say: speakable(&text, self.hints), text, pause_after_ms: pause_ms };
        self.push(role, vec![line]);
    }

    /// Says text of the message, as one segment; what cannot be said is put aside.
    pub(super) fn paragraph(&mut self, role: SegmentRole, text: &str, pause_ms: u32) {
        let (lines, removed) = self.lines(text, pause_ms);
        self.push(role, lines);
        self.put_aside(removed);
    }

    /// Leaves text out, with the reason. Text next to text of the same fate makes one segment.
    pub(super) fn skip(&mut self, role: SegmentRole, text: &str, reason: &'static str) {
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        if role == SegmentRole::Quote && !self.after_quote {
            self.after_quote = true;
            self.lengthen_last_pause(pace::AFTER_SKIPPED_QUOTE_MS);
        }
        if let Some(Segment { role: last, fate: Fate::Skipped { text: earlier, reason: why } }) = self.out.last_mut()
            && *last == role
            && *why == reason
        {
            earlier.push('\n');
            earlier.push_str(text);
            return;
        }
        self.out.push(Segment { role, fate: Fate::Skipped { text: text.to_owned(), reason } });
    }

    fn put_aside(&mut self, removed: Vec<Removed>) {
        for Removed { role, text, reason } in removed {
            self.skip(role, &text, reason);
        }
    }

    fn push(&mut self, role: SegmentRole, lines: Vec<Line>) {
        if lines.is_empty() {
            return;
        }
        self.after_quote = false;
        self.out.push(Segment { role, fate: Fate::Spoken(lines) });
    }

    fn lengthen_last_pause(&mut self, pause_ms: u32) {
        let spoken = self.out.iter_mut().rev().find_map(|segment| match &mut segment.fate {
            Fate::Spoken(lines) => lines.last_mut(),
            Fate::Skipped { .. } => None,
        });
        if let Some(line) = spoken {
            line.pause_after_ms = line.pause_after_ms.max(pause_ms);
        }
    }

    /// Lines of one paragraph, the last with `pause_ms` after it.
    fn lines(&mut self, paragraph: &str, pause_ms: u32) -> (Vec<Line>, Vec<Removed>) {
        let tidied = tidy::paragraph(paragraph, &mut self.seen_emoji);
        let mut removed = tidied.skipped;
        let mut out = Vec::new();
        for (shown, ending) in sentence::lines(&tidied.shown, self.place) {
            let text = tidy::without_marks(shown);
            let say = speakable(shown, self.hints);
            let speaks = say.chars().any(char::is_alphabetic);
            if text.is_empty() {
                continue;
            }
            if !speaks {
                removed.push(Removed { role: SegmentRole::Body, text, reason: "decoration" });
                continue;
            }
            let pause_after_ms = match ending {
                Ending::Sentence => pace::AFTER_SENTENCE_MS,
                Ending::Clause => pace::AFTER_CLAUSE_MS,
            };
            out.push(Line { text, say, pause_after_ms });
            self.place = Place::Following;
        }
        if let Some(last) = out.last_mut() {
            last.pause_after_ms = pause_ms;
        }
        (out, removed)
    }
}

pub(super) fn is_spoken(segment: &Segment) -> bool {
    matches!(segment.fate, Fate::Spoken(_))
}

pub(super) fn one_line(role: SegmentRole, text: String, hints: &Hints, pause_after_ms: u32) -> Segment {
    let say = speakable(&text, hints);
    Segment { role, fate: Fate::Spoken(vec![Line { text, say, pause_after_ms }]) }
}

/// Whether a paragraph is nothing but one link.
fn is_one_link(paragraph: &str, links: &[Link]) -> bool {
    let paragraph = paragraph.trim();
    !paragraph.is_empty() && (links.iter().any(|l| l.text.trim() == paragraph) || link::parse(paragraph).is_some())
}

/// An item without the sign before it: "- milk", "* milk", "• milk". A number stays: it is said.
fn without_bullet(item: &str) -> &str {
    let item = item.trim();
    let bare = item.trim_start_matches(['-', '*', '•', '·', '‣', '◦', '▪', '–', '—', 'o', '+']);
    if bare.len() < item.len() && bare.starts_with(char::is_whitespace) { bare.trim_start() } else { item }
}
