//! What comes next when nobody interferes: one thing is said at a time, then the pause after it, then the next.

use super::arrivals::Awaiting;
use super::closing::{Close, Leaving};
use super::history::{Focus, Situation, Snapshot};
use super::opening::Opening;
use super::reading::{Announced, Part, Recital, Step};
use super::voice::{Live, Source, Utter};
use super::{Event, MomentName, RequestId, SayRole, Session, VoiceReport};
use crate::units::Millis;

/// A voice that stays on holds a window or question open for at most this long.
const HELD_OPEN_MS: u64 = 3_000;
/// After the voice ended the recogniser still needs its end of utterance and its flush.
const DECIDING_MS: u64 = 600;
/// An acknowledgement waits this long for the journal.
pub(super) const JOURNAL_PATIENCE_MS: u64 = 3_000;
/// Paused this long, the microphone rests.
const REST_AFTER_MS: u64 = 5 * 60 * 1_000;

/// Where the session is, from greeting to the end.
#[derive(Debug)]
pub(super) enum Stage {
    Opening(Opening),
    /// The next item is not here yet.
    Awaiting(Awaiting),
    Playing(Box<Recital>),
    Close(Close),
    Leaving(Leaving),
    Over,
}

/// Whether the reading goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    Running,
    /// Our own voice said "pause": silent for a moment, then on by itself.
    Dip {
        until: Millis,
    },
    Paused {
        rests: Rests,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rests {
    At(Millis),
    Already,
}

impl Halt {
    pub fn paused(now: Millis) -> Halt {
        Halt::Paused { rests: Rests::At(now.plus(REST_AFTER_MS)) }
    }
}

/// Something said beside the course of things: an answer, a notice, quoted text.
#[derive(Debug, Clone)]
pub(super) struct Aside {
    pub utter: Utter,
    pub kind: AsideKind,
    /// Not before the journal has this request (or the time is over).
    pub after: Option<(RequestId, Millis)>,
    pub turn: Turn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AsideKind {
    /// Overtaken by the next command.
    Answer,
    /// Must be heard once.
    Notice,
    /// Text of a message the listener asked for.
    Content,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// Even while paused.
    Now,
    /// When the reading goes on.
    Later,
}

/// Asides in order; those whose turn is later stand last.
#[derive(Debug, Default)]
pub(super) struct Asides {
    list: Vec<Aside>,
}

impl Asides {
    pub fn push(&mut self, aside: Aside) {
        let at = self.list.iter().position(|known| known.turn == Turn::Later).unwrap_or(self.list.len());
        self.list.insert(at, aside);
    }

    pub fn first(&self) -> Option<&Aside> {
        self.list.first()
    }

    pub fn done(&mut self) -> Option<Aside> {
        if self.list.is_empty() { None } else { Some(self.list.remove(0)) }
    }

    /// A new command: answers to earlier ones are out of date, and so is text asked for before.
    pub fn overtake(&mut self) {
        self.list.retain(|aside| aside.kind == AsideKind::Notice);
    }

    /// Paused: answers are dropped, the rest waits.
    pub fn put_off(&mut self) {
        self.list.retain(|aside| aside.kind != AsideKind::Answer);
        for aside in &mut self.list {
            aside.turn = Turn::Later;
        }
    }

    pub fn drop_waiting_for(&mut self, request: RequestId) {
        self.list.retain(|aside| aside.after.is_none_or(|(id, _)| id != request));
    }
}

/// The moment told last, so that it is told once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    name: MomentName,
    visit: u64,
}

/// Whether a step changed anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stepped {
    On,
    Waits,
}

impl Session {
    /// Lets everything happen that is due.
    pub(super) fn proceed(&mut self) {
        self.timers();
        // Each step says something, waits, or moves to a later item; the bound only guards against a mistake in them.
        for _ in 0..10_000 {
            if self.step() == Stepped::Waits {
                break;
            }
        }
    }

    fn step(&mut self) -> Stepped {
        if self.voice.is_live() || self.absent.silences() || self.quiet_until.is_some_and(|until| self.now < until) {
            return Stepped::Waits;
        }
        self.quiet_until = None;
        if let Some(aside) = self.next_aside() {
            if aside.after.is_some_and(|(id, patience)| !self.acts.is_journalled(id) && self.now < patience) {
                return Stepped::Waits;
            }
            let utter = aside.utter.clone();
            self.say(utter, Source::Aside);
            return Stepped::Waits;
        }
        if self.halt != Halt::Running {
            return Stepped::Waits;
        }
        if self.question.is_some() {
            return self.step_question();
        }
        match self.stage {
            Stage::Opening(_) => self.step_opening(),
            Stage::Awaiting(_) => self.step_awaiting(),
            Stage::Playing(_) => self.step_recital(),
            Stage::Close(_) => self.step_close(),
            Stage::Leaving(_) => self.step_leaving(),
            Stage::Over => Stepped::Waits,
        }
    }

    /// The aside whose turn it is; in a dip nothing is.
    fn next_aside(&self) -> Option<&Aside> {
        self.asides.first().filter(|aside| match self.halt {
            Halt::Running => true,
            Halt::Paused { .. } => aside.turn == Turn::Now,
            Halt::Dip { .. } => false,
        })
    }

    /// When [`Session::step`] or a timer could do something without any input.
    pub(super) fn wake_at(&self) -> Option<Millis> {
        if matches!(self.stage, Stage::Over) {
            return None;
        }
        [self.timers_due(), self.step_due()].into_iter().flatten().min()
    }

    fn step_due(&self) -> Option<Millis> {
        if self.voice.is_live() || self.absent.silences() {
            return None;
        }
        if self.quiet_until.is_some() {
            return self.quiet_until;
        }
        if let Some(aside) = self.next_aside() {
            return aside.after.map(|(_, patience)| patience);
        }
        if self.halt != Halt::Running {
            return None;
        }
        if let Some(question) = &self.question {
            return question.until().map(|until| self.held_open(until));
        }
        match &self.stage {
            Stage::Opening(opening) => opening.due(),
            Stage::Awaiting(awaiting) => awaiting.due(),
            Stage::Playing(recital) => match recital.step {
                Step::Lines | Step::Asking => None,
                Step::Gate { until, .. } | Step::Tone { until } => Some(until),
                Step::Window { until } => Some(self.held_open(until)),
            },
            Stage::Close(close) => close.until().map(|until| self.held_open(until)),
            Stage::Leaving(leaving) => leaving.due(),
            Stage::Over => None,
        }
    }

    /// When a silence that would end at `until` ends, given that a voice holds it open.
    pub(super) fn held_open(&self, until: Millis) -> Millis {
        match self.hearing.voice_until() {
            super::dips::VoiceUntil::StillOn => until.plus(HELD_OPEN_MS),
            super::dips::VoiceUntil::Ended(at) => until.max(at.plus(DECIDING_MS)).min(until.plus(HELD_OPEN_MS)),
            super::dips::VoiceUntil::Silent => until,
        }
    }

    pub(super) fn say(&mut self, utter: Utter, source: Source) {
        self.voice.say(utter, source, &mut self.out);
        self.prepare_ahead();
    }

    /// Silence at once; whatever is due is said later.
    pub(super) fn hush(&mut self) {
        let cut = self.voice.hush(self.now, &mut self.out);
        self.quiet_until = None;
        if cut.is_some_and(|live| live.source == Source::Question) {
            self.question_cut();
        }
    }

    pub(super) fn voice_reported(&mut self, report: VoiceReport) {
        match report {
            VoiceReport::Started { id, epoch, duration_ms } => {
                let Some(live) = self.voice.started(self.now, id, epoch, duration_ms) else { return };
                let event = live.say_event(&self.store);
                let source = live.source;
                if source == Source::Stage {
                    self.tell_moment_of_stage();
                }
                self.report(event);
                self.duck_under_a_voice();
            }
            VoiceReport::Finished { id, epoch } => {
                let Some(live) = self.voice.finished(self.now, id, epoch) else { return };
                if live.was_played() {
                    self.report(Event::Said { utterance: live.id(), complete: true });
                }
                self.said(&live, Played::Yes);
            }
            VoiceReport::Failed { id, epoch } => {
                let Some(live) = self.voice.finished(self.now, id, epoch) else { return };
                if live.was_played() {
                    self.report(Event::Said { utterance: live.id(), complete: false });
                }
                self.said(&live, Played::No);
            }
            VoiceReport::Hushed { epoch } => {
                if epoch == self.voice.epoch() && matches!(self.halt, Halt::Paused { .. }) {
                    self.tell_moment(MomentName::Paused);
                }
            }
        }
    }

    fn said(&mut self, live: &Live, played: Played) {
        self.quiet_until = Some(self.now.plus(live.utter.pause_after_ms));
        match live.source {
            Source::Aside => {
                self.asides.done();
                self.silence_begins_anew();
            }
            Source::Question => match played {
                Played::Yes => self.question_said(),
                Played::No => self.question_failed(),
            },
            Source::Stage => match &mut self.stage {
                Stage::Opening(opening) => opening.said(),
                Stage::Playing(_) => self.line_said(played),
                Stage::Close(close) => close.said(),
                Stage::Leaving(leaving) => leaving.said(),
                Stage::Awaiting(_) | Stage::Over => {}
            },
        }
    }

    /// After an answer the listener has the whole window again.
    pub(super) fn silence_begins_anew(&mut self) {
        let now = self.now;
        let window_ms = self.window_ms();
        let gate_ms = self.gate_ms();
        if let Some(question) = &mut self.question {
            question.wait_anew(now);
        }
        match &mut self.stage {
            Stage::Playing(recital) => match &mut recital.step {
                Step::Window { until } => *until = now.plus(window_ms),
                Step::Gate { until, .. } => *until = now.plus(gate_ms),
                Step::Lines | Step::Asking | Step::Tone { .. } => {}
            },
            Stage::Close(close) => close.wait_anew(now),
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Leaving(_) | Stage::Over => {}
        }
    }

    fn tell_moment_of_stage(&mut self) {
        let name = match &self.stage {
            Stage::Opening(_) => MomentName::Opening,
            Stage::Playing(recital) => match recital.cue().map(|cue| cue.part) {
                Some(Part::Announce | Part::Gate) | None => MomentName::Announcing,
                Some(Part::Subject | Part::Body) => MomentName::Reading,
            },
            Stage::Awaiting(_) | Stage::Close(_) | Stage::Leaving(_) | Stage::Over => return,
        };
        self.tell_moment(name);
    }

    /// Reports a moment when it begins; a window that begins anew is the same window.
    pub(super) fn tell_moment(&mut self, name: MomentName) {
        let told = Told { name, visit: self.visits };
        if self.told.as_ref() == Some(&told) {
            return;
        }
        if matches!(name, MomentName::Window | MomentName::Bundle) {
            if self.window_told == Some(self.visits) {
                return;
            }
            self.window_told = Some(self.visits);
        }
        self.told = Some(told);
        let asked =
            self.question.as_ref().filter(|_| name == MomentName::Question).and_then(|question| question.mail());
        let message_id = asked.or_else(|| self.message_in_focus()).and_then(|ix| self.store.message_id(ix));
        self.report(Event::Moment { name, message_id });
    }

    /// The moment as it bears on a word that begins now.
    pub(super) fn snapshot(&self) -> Snapshot {
        let mark = match &self.stage {
            Stage::Playing(recital) => Some(recital.mark()),
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Close(_) | Stage::Leaving(_) | Stage::Over => None,
        };
        Snapshot { situation: self.situation(), focus: self.focus(), mark }
    }

    fn situation(&self) -> Situation {
        if matches!(self.stage, Stage::Leaving(_) | Stage::Over) {
            return Situation::Leaving;
        }
        if matches!(self.halt, Halt::Paused { .. }) {
            return Situation::Moment(MomentName::Paused);
        }
        if let Some(question) = &self.question {
            return match question.until() {
                Some(_) => Situation::Moment(MomentName::Question),
                None => Situation::Asking,
            };
        }
        Situation::Moment(match &self.stage {
            Stage::Opening(_) => MomentName::Opening,
            Stage::Awaiting(_) => MomentName::Announcing,
            Stage::Close(_) | Stage::Leaving(_) | Stage::Over => MomentName::Close,
            Stage::Playing(recital) => match recital.step {
                Step::Gate { .. } => MomentName::Gate,
                Step::Window { .. } => recital.window,
                Step::Tone { .. } | Step::Asking => MomentName::Reading,
                Step::Lines => match recital.cue().map(|cue| cue.part) {
                    Some(Part::Announce | Part::Gate) => MomentName::Announcing,
                    Some(Part::Subject | Part::Body) | None => MomentName::Reading,
                },
            },
        })
    }

    fn focus(&self) -> Focus {
        match &self.stage {
            Stage::Playing(recital) => Focus {
                subject: Some(recital.subject),
                announced: recital.announced == Announced::Fully,
                before: self.before,
                obeyed: self.obeyed,
            },
            Stage::Close(_) | Stage::Leaving(_) => {
                Focus { subject: self.before, announced: true, before: None, obeyed: self.obeyed }
            }
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Over => {
                Focus { subject: None, announced: false, before: self.before, obeyed: self.obeyed }
            }
        }
    }

    pub(super) fn window_ms(&self) -> u64 {
        seconds(self.settings.window_s, 0.5, 60.0)
    }

    pub(super) fn gate_ms(&self) -> u64 {
        seconds(self.settings.protected_pause_s, 2.0, 10.0)
    }

    pub(super) fn answer(&mut self, wording: super::wording::Wording) {
        self.aside(Utter::new(wording, SayRole::Answer), AsideKind::Answer);
    }

    pub(super) fn aside(&mut self, utter: Utter, kind: AsideKind) {
        self.asides.push(Aside { utter, kind, after: None, turn: Turn::Now });
    }
}

/// Whether a line was really heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Played {
    Yes,
    No,
}

/// A setting in seconds as milliseconds, within sane bounds whatever it says.
pub(super) fn seconds(value: f64, least: f64, most: f64) -> u64 {
    let sane = if value.is_finite() { value.clamp(least, most) } else { least };
    (sane * 1_000.0).round() as u64
}
