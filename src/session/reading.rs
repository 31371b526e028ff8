//! Where we are in one message or bundle: the lines of its script, and the steps around them.

use super::agenda::Subject;
use super::store::MailIx;
use super::voice::Utter;
use super::wording::{OUR_LANGUAGE, Wording};
use super::{Delivery, MomentName, SayRole, Tone};
use crate::mail::Protection;
use crate::script::{Fate, Line, Script, SegmentRole, slowly};
use crate::units::Millis;

/// Which part of a message a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Announce,
    Gate,
    Subject,
    Body,
}

/// A line of a recital.
#[derive(Debug, Clone)]
pub(super) struct Cue {
    pub part: Part,
    /// Lines of one segment share it: "next paragraph".
    pub paragraph: usize,
    pub utter: Utter,
    pub after: After,
}

/// What comes behind a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    TheNext,
    /// A natural break of a long text: two minutes have passed and a paragraph ends.
    Break,
}

/// "Spell that" means something in the last lines heard.
const SPELLED_LINES: usize = 3;
/// A text is broken this often where a paragraph ends; where none does for this long, at a sentence (which has this pause
/// after it).
const BREAK_EVERY_S: f32 = 120.0;
const LONGEST_WITHOUT_S: f32 = 150.0;
const SENTENCE_MS: u64 = 350;
/// The breath then.
const BREAK_MS: u64 = 1_500;

/// What follows the pause after a call-out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AfterGate {
    Read,
    /// The setting says skip, and nobody said "go on".
    Skip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Line `at` is being said or comes next.
    Lines,
    /// The call-out was played; silence until then.
    Gate {
        until: Millis,
        then: AfterGate,
    },
    /// The call-out was played; a question decides.
    Asking,
    /// The end tone sounds until then.
    Tone {
        until: Millis,
    },
    Window {
        until: Millis,
    },
}

/// The lock on subject and body of a protected message (I3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lock {
    /// Not protected.
    None,
    /// Nothing of subject or body may be said.
    Closed,
    /// The call-out was fully played; its pause runs.
    CalledOut,
    /// The pause has run out, or the listener said "go on".
    Open,
}

/// How much of the announcement was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announced {
    NotYet,
    /// A line of it could not be spoken: the listener does not know what this is.
    Broken,
    Fully,
}

/// Whether playing the last line means that the message was heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    Whole,
    /// A summary, a bundle, something that cannot be read here.
    Partial,
}

#[derive(Debug, Clone)]
pub(super) struct Recital {
    pub subject: Subject,
    /// Names this stay at the subject; never reused.
    pub visit: u64,
    pub step: Step,
    pub lock: Lock,
    pub announced: Announced,
    pub extent: Extent,
    pub window: MomentName,
    cues: Vec<Cue>,
    at: usize,
    /// Text that replaces the start of line `at`: what was left of it after our own word stopped us twice.
    tail: Option<Wording>,
}

/// A place to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub visit: u64,
    pub at: usize,
}

impl Recital {
    /// `language`: the message is in it and the voice speaks it.
    pub fn message(
        visit: u64,
        ix: MailIx,
        script: &Script,
        protection: Option<&Protection>,
        language: Option<&str>,
    ) -> Recital {
        let cues = cues_of(ix, script, language);
        let readable = protection.is_none_or(|protection| protection.readable);
        let cut = script.segments.iter().any(|segment| match (&segment.fate, segment.role) {
            (Fate::Skipped { .. }, SegmentRole::Body | SegmentRole::Heading | SegmentRole::List) => true,
            (Fate::Skipped { .. } | Fate::Spoken(_), _) => false,
        });
        Recital {
            subject: Subject::Message(ix),
            visit,
            step: Step::Lines,
            lock: if protection.is_some() { Lock::Closed } else { Lock::None },
            announced: Announced::NotYet,
            extent: if readable && !cut { Extent::Whole } else { Extent::Partial },
            window: MomentName::Window,
            cues,
            at: 0,
            tail: None,
        }
    }

    pub fn bundle(visit: u64, subject: Subject, lines: Vec<Utter>) -> Recital {
        let cues = lines
            .into_iter()
            .map(|utter| Cue { part: Part::Announce, paragraph: 0, utter, after: After::TheNext })
            .collect();
        Recital {
            subject,
            visit,
            step: Step::Lines,
            lock: Lock::None,
            announced: Announced::NotYet,
            extent: Extent::Partial,
            window: MomentName::Bundle,
            cues,
            at: 0,
            tail: None,
        }
    }

    pub fn cue(&self) -> Option<&Cue> {
        self.cues.get(self.at)
    }

    /// What to say for the line at hand.
    pub fn utter(&self) -> Option<Utter> {
        let mut utter = self.cue()?.utter.clone();
        if let Some(tail) = &self.tail {
            utter.wording = tail.clone();
        }
        Some(utter)
    }

    pub fn ahead(&self) -> Option<&Cue> {
        self.cues.get(self.at.saturating_add(1))
    }

    pub fn mark(&self) -> Mark {
        Mark { visit: self.visit, at: self.at }
    }

    /// Line `at` was said (or could not be).
    pub fn advance(&mut self) {
        self.at = self.at.saturating_add(1);
        self.tail = None;
    }

    /// The line just said was the last of its part.
    pub fn part_is_over(&self) -> bool {
        let said = self.at.checked_sub(1).and_then(|at| self.cues.get(at)).map(|cue| cue.part);
        said != self.cue().map(|cue| cue.part)
    }

    pub fn rewind(&mut self, at: usize) {
        if at <= self.cues.len() {
            self.at = at;
            self.tail = None;
            self.step = Step::Lines;
        }
    }

    /// From the announcement again; a protected message is called out again.
    pub fn start_over(&mut self) {
        self.rewind(0);
        if self.lock != Lock::None {
            self.lock = Lock::Closed;
        }
    }

    /// Of the body what was heard last, oldest first, the line at hand included.
    pub fn heard_last(&self) -> Vec<&str> {
        let open = matches!(self.lock, Lock::None | Lock::Open);
        let until = if open { self.at.saturating_add(1) } else { self.at };
        let heard = self.cues.iter().take(until).filter(|cue| cue.part == Part::Body);
        let mut last: Vec<&str> = heard.rev().take(SPELLED_LINES).map(|cue| cue.utter.wording.text.as_str()).collect();
        last.reverse();
        last
    }

    /// The line at hand is said again with a pause after each figure of its codes.
    pub fn slow_down(&mut self) {
        let Some(utter) = self.utter() else { return };
        let line = Line { text: utter.wording.text, say: utter.wording.spoken, pause_after_ms: 0 };
        self.tail = slowly(&line).map(|line| Wording::line(&line));
    }

    /// Says this behind everything else.
    pub fn add(&mut self, utter: Utter) {
        let paragraph = self.cues.last().map_or(0, |cue| cue.paragraph.saturating_add(1));
        self.cues.push(Cue { part: Part::Body, paragraph, utter, after: After::TheNext });
    }

    /// The listener does not want the rest.
    pub fn end_here(&mut self) {
        self.rewind(self.cues.len());
        self.extent = Extent::Partial;
    }

    /// Goes on behind `words_end` bytes of the line at hand.
    pub fn keep_tail(&mut self, words_end: usize) {
        let Some(spoken) = self.utter().map(|utter| utter.wording.spoken) else { return };
        let rest = spoken.get(words_end..).unwrap_or_default();
        let rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric()).to_owned();
        if rest.is_empty() {
            self.advance();
        } else {
            self.tail = Some(Wording::plain(&rest));
        }
    }

    /// The first line of the subject or body, where "read it all" begins.
    pub fn body_start(&self) -> usize {
        self.cues.iter().position(|cue| cue.part > Part::Gate).unwrap_or(self.cues.len())
    }

    /// Moves by sentence; stays within what may be said.
    pub fn sentence(&mut self, way: Way, unit: Unit) {
        let here = self.cue().map(|cue| cue.paragraph);
        let first = if self.cue().is_some_and(|cue| cue.part <= Part::Gate) { 0 } else { self.body_start() };
        let to = match (way, unit) {
            (Way::Forward, Unit::Sentence) => self.at.saturating_add(1),
            (Way::Forward, Unit::Paragraph) => (self.at..self.cues.len())
                .find(|&at| self.cues.get(at).map(|cue| cue.paragraph) != here)
                .unwrap_or(self.cues.len()),
            (Way::Back, Unit::Sentence) => self.at.saturating_sub(1),
            (Way::Back, Unit::Paragraph) => {
                let before = (0..self.at).rev().find(|&at| self.cues.get(at).map(|cue| cue.paragraph) != here);
                let paragraph = before.and_then(|at| self.cues.get(at)).map(|cue| cue.paragraph);
                self.cues.iter().position(|cue| Some(cue.paragraph) == paragraph).unwrap_or(0)
            }
        };
        let to = to.max(first).min(self.cues.len());
        let body_in = |cues: Option<&[Cue]>| cues.unwrap_or_default().iter().any(|cue| cue.utter.role == SayRole::Body);
        // Over the end of the body: it was skipped, not heard. Over a sentence of it is no more than impatience.
        if body_in(self.cues.get(self.at..to)) && !body_in(self.cues.get(to..)) {
            self.extent = Extent::Partial;
        }
        self.rewind(to);
    }

    /// The first sentence of the body only: "just the summary".
    pub fn keep_summary(&mut self) {
        let keep = self.cues.iter().position(|cue| cue.part == Part::Body).map_or(self.cues.len(), |at| at + 1);
        if keep < self.cues.len() {
            self.cues.truncate(keep);
            self.extent = Extent::Partial;
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Forward,
    Back,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Sentence,
    Paragraph,
}

fn cues_of(ix: MailIx, script: &Script, language: Option<&str>) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut since_break = 0.0;
    for (paragraph, segment) in script.segments.iter().enumerate() {
        let Fate::Spoken(lines) = &segment.fate else { continue };
        let (part, role) = part_of(segment.role);
        for line in lines.iter().filter(|line| !line.say.trim().is_empty()) {
            let language = language.filter(|_| is_the_writers(segment.role));
            let wording = match language {
                None | Some(OUR_LANGUAGE) => Wording::line(line),
                Some(_) => Wording::as_written(line),
            };
            let utter = Utter {
                wording,
                role,
                mail: Some(ix),
                pause_after_ms: u64::from(line.pause_after_ms),
                delivery: Delivery { language: language.map(str::to_owned), tone: tone_of(segment.role) },
            };
            if let Some(last) = cues.last_mut().filter(|last| last.part == Part::Body) {
                let long = if last.paragraph == paragraph { LONGEST_WITHOUT_S } else { BREAK_EVERY_S };
                if since_break >= long && last.utter.pause_after_ms >= SENTENCE_MS {
                    since_break = 0.0;
                    last.after = After::Break;
                    last.utter.pause_after_ms = last.utter.pause_after_ms.max(BREAK_MS);
                }
            }
            since_break += line.seconds();
            cues.push(Cue { part, paragraph, utter, after: After::TheNext });
        }
    }
    cues
}

/// Whether a segment is all in the words of whoever wrote the message; others hold ours ("table, four rows").
fn is_the_writers(role: SegmentRole) -> bool {
    match role {
        SegmentRole::Subject
        | SegmentRole::Body
        | SegmentRole::Heading
        | SegmentRole::List
        | SegmentRole::Quote
        | SegmentRole::Signature => true,
        SegmentRole::Announce
        | SegmentRole::Gate
        | SegmentRole::Table
        | SegmentRole::Link
        | SegmentRole::Code
        | SegmentRole::Footer
        | SegmentRole::Attachment => false,
    }
}

/// Quoted words are told from new ones by ear.
fn tone_of(role: SegmentRole) -> Tone {
    if role == SegmentRole::Quote { Tone::Quoted } else { Tone::Plain }
}

fn part_of(role: SegmentRole) -> (Part, SayRole) {
    match role {
        SegmentRole::Announce => (Part::Announce, SayRole::Announce),
        SegmentRole::Gate => (Part::Gate, SayRole::Gate),
        SegmentRole::Subject => (Part::Subject, SayRole::Subject),
        SegmentRole::Body
        | SegmentRole::Heading
        | SegmentRole::List
        | SegmentRole::Table
        | SegmentRole::Link
        | SegmentRole::Code
        | SegmentRole::Quote
        | SegmentRole::Signature
        | SegmentRole::Footer
        | SegmentRole::Attachment => (Part::Body, SayRole::Body),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::MessageId;
    use crate::script::{Line, Segment};

    fn segment(role: SegmentRole, text: &str, say: &str) -> Segment {
        let line = Line { text: text.to_owned(), say: say.to_owned(), pause_after_ms: 0 };
        Segment { role, fate: Fate::Spoken(vec![line]) }
    }

    #[test]
    fn the_writers_words_are_said_in_their_language_and_ours_in_ours() {
        let script = Script {
            message_id: MessageId("a@example.org".to_owned()),
            segments: vec![
                segment(SegmentRole::Announce, "Uwe on Termin", "Uwe on Termin"),
                segment(SegmentRole::Body, "Am 3. um 9.", "Am three. um nine."),
                segment(SegmentRole::Quote, "Bis 12.", "Bis twelve."),
                segment(SegmentRole::Table, "A 1", "table, one row"),
            ],
            duration_s: 1.0,
        };
        let said = |language| -> Vec<(String, Delivery)> {
            let cues = cues_of(MailIx::default(), &script, language).into_iter();
            cues.map(|cue| (cue.utter.wording.spoken, cue.utter.delivery)).collect()
        };
        let german = |tone| Delivery { language: Some("de".to_owned()), tone };
        let (plain, quoted) = (Delivery::default(), Delivery { tone: Tone::Quoted, language: None });
        assert_eq!(
            said(Some("de")),
            [
                ("Uwe on Termin".to_owned(), plain.clone()),
                ("Am 3. um 9.".to_owned(), german(Tone::Plain)),
                ("Bis 12.".to_owned(), german(Tone::Quoted)),
                ("table, one row".to_owned(), plain.clone()),
            ]
        );
        assert_eq!(
            said(None).get(1..3),
            Some(&[("Am three. um nine.".to_owned(), plain), ("Bis twelve.".to_owned(), quoted)][..])
        );
    }
}
