//! Collects segments: splits paragraphs into lines, sets pauses, puts what is not uttered beside what is.

use std::collections::HashSet;

use super::tidy::{self, Removed};
use crate::mail::{Block, Link};
use crate::script::normal::link;
use crate::script::sentence::{self, Place};
use crate::script::texts::{fill, texts};
use crate::script::{Fate, Hints, Line, Segment, SegmentRole, Verbosity, pace, speakable};

/// Bytes of one message that are said at most: three hours of speech.
const SPOKEN_BYTES: usize = 160 * 1024;

pub(super) struct Composer<'a> {
    verbosity: Verbosity,
    hints: &'a Hints,
    out: Vec<Segment>,
    seen_emoji: HashSet<char>,
    place: Place,
    /// Bytes of text that may still be said.
    budget: usize,
    /// A quote was skipped and nothing was said since.
    after_quote: bool,
}

impl<'a> Composer<'a> {
    pub(super) fn new(verbosity: Verbosity, hints: &'a Hints) -> Self {
        Composer {
            verbosity,
            hints,
            out: Vec::new(),
            seen_emoji: HashSet::new(),
            place: Place::Opening,
            budget: SPOKEN_BYTES,
            after_quote: false,
        }
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
            match lone_link(paragraph, &block.links) {
                Some(target) => self.link(paragraph, target, pause_ms),
                None => self.paragraph(role, paragraph, pause_ms),
            }
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

    /// A link that stands alone: "link: View your order"; where its words say nothing, its host as well.
    fn link(&mut self, text: &str, target: &str, pause_ms: u32) {
        let (mut lines, removed) = self.lines(text, pause_ms);
        if let Some(first) = lines.first_mut().filter(|_| link::parse(text.trim()).is_none()) {
            let body = &texts().body;
            let host = link::parse(target).filter(|target| target.tells).map(|target| target.host);
            first.say = match host {
                Some(host) if says_nothing(text) => {
                    let host = speakable(&format!("https://{host}"), self.hints);
                    fill(&body.link_to, &[("say", &first.say), ("host", host.trim_start_matches("link to "))])
                }
                Some(_) | None => fill(&body.link, &[("say", &first.say)]),
            };
        }
        self.push(SegmentRole::Link, lines);
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
        let (paragraph, beyond) = within(paragraph, self.budget);
        self.budget -= paragraph.len().min(self.budget);
        let tidied = tidy::paragraph(paragraph, &mut self.seen_emoji);
        let mut removed = tidied.skipped;
        if !beyond.trim().is_empty() {
            removed.push(Removed { role: SegmentRole::Body, text: beyond.to_owned(), reason: "very long message" });
        }
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
            out.push(Line { text, say, pause_after_ms: pace::after(ending) });
            self.place = Place::Following;
        }
        if let Some(last) = out.last_mut() {
            last.pause_after_ms = pause_ms;
        }
        (out, removed)
    }
}

/// Splits at the last blank within `budget` bytes.
fn within(text: &str, budget: usize) -> (&str, &str) {
    if text.len() <= budget {
        return (text, "");
    }
    let head = text.get(..text.floor_char_boundary(budget)).unwrap_or("");
    let at = head.rfind(char::is_whitespace).unwrap_or(head.len());
    text.split_at_checked(at).unwrap_or(("", text))
}

pub(super) fn is_spoken(segment: &Segment) -> bool {
    matches!(segment.fate, Fate::Spoken(_))
}

pub(super) fn one_line(role: SegmentRole, text: String, hints: &Hints, pause_after_ms: u32) -> Segment {
    let say = speakable(&text, hints);
    Segment { role, fate: Fate::Spoken(vec![Line { text, say, pause_after_ms }]) }
}

/// Where a paragraph leads that is nothing but one link.
fn lone_link<'a>(paragraph: &'a str, links: &'a [Link]) -> Option<&'a str> {
    let paragraph = paragraph.trim();
    let bare = || link::parse(paragraph).filter(|_| !paragraph.contains(char::is_whitespace)).map(|_| paragraph);
    let named = links.iter().find(|l| !paragraph.is_empty() && l.text.trim() == paragraph);
    named.map(|link| link.target.as_str()).or_else(bare)
}

/// "Click here" and its kind tell nothing of where they lead.
fn says_nothing(text: &str) -> bool {
    let text = text.trim().trim_end_matches(['.', '!', '>', '»', '→', ' ']).to_lowercase();
    ["here", "click here", "click", "read more", "more", "learn more", "view", "link", "this link", "open", "see more"]
        .contains(&text.as_str())
}

/// An item without the sign before it: "- milk", "* milk", "• milk". A number stays: it is said.
fn without_bullet(item: &str) -> &str {
    let item = item.trim();
    let bare = item.trim_start_matches(['-', '*', '•', '·', '‣', '◦', '▪', '–', '—', 'o', '+']);
    if bare.len() < item.len() && bare.starts_with(char::is_whitespace) { bare.trim_start() } else { item }
}
