//! Playing one item of the agenda: announcement, gate, body, end tone, window.

use super::agenda::{BundleIx, BundleKind, Subject};
use super::arrivals::News;
use super::ask::Ask;
use super::flow::{Played, Stage, Stepped};
use super::pending::Cause;
use super::reading::{After, AfterGate, Announced, Extent, Lock, Part, Recital, Step};
use super::store::MailIx;
use super::voice::{Source, Utter};
use super::wording::{OUR_LANGUAGE, Wording, count};
use super::{ActVerb, Breaks, Delivery, Earcon, MarkRead, MomentName, OutputKind, ProtectedSetting, SayRole, Session};
use crate::script::{AmbiguousSender, Fate, Script, ScriptContext, SegmentRole, Tongue, Verbosity};

/// The end tone and the breath after it.
const TONE_MS: u64 = 150;
const BEFORE_TONE_MS: u64 = 250;

impl Session {
    /// Goes on to the next item, or closes.
    pub(super) fn go_to_next(&mut self) {
        if self.offer_news() == News::Offered {
            return;
        }
        match self.agenda.next(&self.store) {
            Some(subject) => self.begin(subject),
            None => self.close(),
        }
    }

    /// Begins an item at its announcement.
    pub(super) fn begin(&mut self, subject: Subject) {
        if self.is_coming(subject) {
            return self.wait_for(subject);
        }
        self.leave_item();
        self.speak_notices();
        self.visits += 1;
        self.hearing.understood();
        let recital = match subject {
            Subject::Message(ix) => self.recital_of(ix, self.verbosity),
            Subject::Bundle(ix) => Some(Recital::bundle(self.visits, subject, self.bundle_lines(ix))),
        };
        match recital {
            Some(recital) => self.stage = Stage::Playing(Box::new(recital)),
            None => return self.close(),
        }
        // The next item may be wanted at any moment.
        if let Some(spoken) = self.agenda.peek(&self.store).and_then(|subject| self.first_line(subject)) {
            self.voice.prepare(&spoken, &mut self.out);
        }
    }

    /// What was played so far becomes what was played before; a question about it is void.
    pub(super) fn leave_item(&mut self) {
        self.question = None;
        if let Stage::Playing(recital) = &self.stage {
            self.before = (recital.announced == Announced::Fully).then_some(recital.subject);
        }
    }

    /// The language of a message, when the voice speaks it and it is not English in the mouth of an English voice.
    fn tongue_of<'a>(&self, language: Option<&'a str>) -> Option<&'a str> {
        let ours =
            |language: &str| language == OUR_LANGUAGE && self.languages.first().is_some_and(|own| own == language);
        language.filter(|language| !ours(language) && self.languages.iter().any(|spoken| spoken == language))
    }

    pub(super) fn recital_of(&self, ix: MailIx, verbosity: Verbosity) -> Option<Recital> {
        let script = self.script(ix, verbosity)?;
        let message = &self.store.get(ix)?.mail.message;
        let language = self.tongue_of(message.language.as_deref());
        let mut recital = Recital::message(self.visits, ix, &script, message.protection.as_ref(), language);
        if verbosity != Verbosity::Brief && script.skips_earlier_messages() {
            let said = Wording::plain(&self.prompts.reading.earlier_skipped);
            recital.add(Utter { mail: Some(ix), ..Utter::new(said, SayRole::Prompt) });
        }
        Some(recital)
    }

    pub(super) fn script(&self, ix: MailIx, verbosity: Verbosity) -> Option<Script> {
        let message = &self.store.get(ix)?.mail.message;
        let context = ScriptContext {
            now: self.clock.timestamp(self.now),
            zone: self.clock.zone().clone(),
            verbosity,
            place_in_conversation: self.store.place_in_conversation(ix),
            ambiguous_sender: if self.store.shares_name(ix) {
                AmbiguousSender::SharedName
            } else {
                AmbiguousSender::Clear
            },
            tongue: match self.tongue_of(message.language.as_deref()) {
                Some(_) => Tongue::Spoken,
                None => Tongue::Unspoken,
            },
        };
        Some(Script::of(message, &context))
    }

    fn bundle_lines(&self, ix: BundleIx) -> Vec<Utter> {
        let Some(bundle) = self.agenda.bundle(ix) else { return Vec::new() };
        let mails = self.agenda.mails(&self.store, Subject::Bundle(ix));
        let prompts = &self.prompts.bundle;
        let (one, many) = match bundle.kind {
            BundleKind::Newsletters => (&prompts.newsletter, &prompts.newsletters),
            BundleKind::Notifications => (&prompts.notification, &prompts.notifications),
            BundleKind::Receipts => (&prompts.receipt, &prompts.receipts),
        };
        let head =
            if mails.len() == 1 { Wording::plain(one) } else { Wording::fill(many, &[("count", &count(mails.len()))]) };
        let mut lines = vec![Utter::new(head, SayRole::Bundle)];
        for &ix in &mails {
            let Some(script) = self.script(ix, Verbosity::Normal) else { continue };
            lines.extend(announcement(&script, ix));
        }
        if !self.told_bundle_choice {
            lines.push(Utter::new(Wording::plain(&prompts.choice), SayRole::Bundle));
        }
        lines
    }

    pub(super) fn step_recital(&mut self) -> Stepped {
        let now = self.now;
        let window_until = now.plus(self.window_ms());
        let Stage::Playing(recital) = &self.stage else { return Stepped::Waits };
        let still_open = match recital.step {
            Step::Window { until } => now < self.held_open(until),
            Step::Lines | Step::Gate { .. } | Step::Asking | Step::Tone { .. } => false,
        };
        let Stage::Playing(recital) = &mut self.stage else { return Stepped::Waits };
        match recital.step {
            Step::Lines => self.step_lines(),
            // The question that decides was overtaken by another word: it is asked anew.
            Step::Asking => {
                self.ask(Ask::ReadProtected);
                Stepped::On
            }
            Step::Gate { until, .. } if now < until => Stepped::Waits,
            Step::Gate { then: AfterGate::Read, .. } => {
                recital.lock = Lock::Open;
                recital.step = Step::Lines;
                Stepped::On
            }
            Step::Gate { then: AfterGate::Skip, .. } => {
                self.go_to_next();
                Stepped::On
            }
            Step::Tone { until } if now < until => Stepped::Waits,
            Step::Tone { .. } => {
                let name = recital.window;
                recital.step = Step::Window { until: window_until };
                self.tell_moment(name);
                Stepped::On
            }
            Step::Window { .. } if still_open => Stepped::Waits,
            Step::Window { .. } => {
                self.go_to_next();
                Stepped::On
            }
        }
    }

    fn step_lines(&mut self) -> Stepped {
        let Stage::Playing(recital) = &mut self.stage else { return Stepped::Waits };
        let Some(part) = recital.cue().map(|cue| cue.part) else {
            self.end_of_lines();
            return Stepped::On;
        };
        if part > Part::Gate {
            match recital.lock {
                Lock::None | Lock::Open => {}
                Lock::CalledOut => {
                    self.open_gate();
                    return Stepped::On;
                }
                // The call-out could not be spoken, or there is none: nothing of this message may be said.
                Lock::Closed => {
                    self.go_to_next();
                    return Stepped::On;
                }
            }
        }
        let Some(utter) = recital.utter() else { return Stepped::Waits };
        self.say(utter, Source::Stage);
        Stepped::Waits
    }

    fn end_of_lines(&mut self) {
        let locked = match &self.stage {
            Stage::Playing(recital) => matches!(recital.lock, Lock::Closed | Lock::CalledOut),
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Close(_) | Stage::Leaving(_) | Stage::Over => false,
        };
        if locked {
            // A protected message of which nothing but the call-out is known.
            self.open_gate();
            return;
        }
        self.earcon(Earcon::End);
        let until = self.now.plus(TONE_MS);
        if let Stage::Playing(recital) = &mut self.stage {
            recital.step = Step::Tone { until };
        }
    }

    /// The call-out was fully played: pause, ask or skip.
    fn open_gate(&mut self) {
        let until = self.now.plus(self.gate_ms());
        let readable = self
            .message_in_focus()
            .and_then(|ix| self.store.get(ix))
            .is_some_and(|entry| entry.mail.message.protection.as_ref().is_none_or(|protection| protection.readable));
        let loud = self.room.output == OutputKind::Loudspeaker;
        let Stage::Playing(recital) = &mut self.stage else { return };
        let step = match self.settings.protected {
            ProtectedSetting::Skip => Step::Gate { until, then: AfterGate::Skip },
            ProtectedSetting::Ask if readable => Step::Asking,
            ProtectedSetting::Pause if readable && loud => Step::Asking,
            ProtectedSetting::Ask | ProtectedSetting::Pause => Step::Gate { until, then: AfterGate::Read },
        };
        recital.step = step;
        if step == Step::Asking {
            self.ask(Ask::ReadProtected);
        } else {
            self.tell_moment(MomentName::Gate);
        }
    }

    /// The listener said "go on" in the silence after the call-out.
    pub(super) fn unlock(&mut self) {
        if let Stage::Playing(recital) = &mut self.stage
            && recital.lock == Lock::CalledOut
        {
            recital.lock = Lock::Open;
            recital.step = Step::Lines;
        }
    }

    pub(super) fn line_said(&mut self, played: Played) {
        let Stage::Playing(recital) = &mut self.stage else { return };
        let Some((part, after)) = recital.cue().map(|cue| (cue.part, cue.after)) else { return };
        recital.advance();
        if played == Played::No {
            match part {
                Part::Announce => recital.announced = Announced::Broken,
                Part::Gate => recital.lock = Lock::Closed,
                Part::Subject | Part::Body => recital.extent = Extent::Partial,
            }
        }
        if after == After::Break && self.settings.breaks == Breaks::Ask && recital.cue().is_some() {
            self.ask(Ask::GoOn);
            return;
        }
        if !recital.part_is_over() {
            return;
        }
        match (part, played) {
            (Part::Announce, Played::Yes) if recital.announced == Announced::NotYet => {
                recital.announced = Announced::Fully;
                self.obeyed = None;
            }
            (Part::Gate, Played::Yes) if recital.lock == Lock::Closed => {
                recital.lock = Lock::CalledOut;
                self.quiet_until = None;
            }
            (Part::Announce | Part::Gate, _) | (Part::Subject, _) => {}
            (Part::Body, _) => {}
        }
        if recital.cue().is_none() {
            // The end tone tells what a pause would: no waiting for both.
            self.quiet_until = Some(self.now.plus(BEFORE_TONE_MS));
            self.played_to_the_end();
        }
    }

    /// The last line was played: heard, and marked as read if the setting says so.
    fn played_to_the_end(&mut self) {
        let Stage::Playing(recital) = &self.stage else { return };
        let Subject::Message(ix) = recital.subject else {
            self.told_bundle_choice = true;
            return;
        };
        let open = matches!(recital.lock, Lock::None | Lock::Open);
        if recital.extent != Extent::Whole || recital.announced != Announced::Fully || !open {
            return;
        }
        let Some(entry) = self.store.get_mut(ix) else { return };
        entry.heard = true;
        if self.settings.mark_read == MarkRead::Heard && !entry.mail.flags.seen {
            self.change(&[ix], &ActVerb::MarkRead, Cause::Heard);
        }
    }

    /// Renders what comes next while this is said.
    pub(super) fn prepare_ahead(&mut self) {
        let Stage::Playing(recital) = &self.stage else { return };
        if let Some(utter) = recital.ahead().map(|cue| cue.utter.clone()) {
            self.voice.prepare_in(utter.delivery.language.as_deref(), &utter.wording.spoken, &mut self.out);
        } else if let Some(spoken) = self.agenda.peek(&self.store).and_then(|subject| self.first_line(subject)) {
            self.voice.prepare(&spoken, &mut self.out);
        }
    }

    /// The first line of an item's announcement.
    pub(super) fn first_line(&self, subject: Subject) -> Option<String> {
        match subject {
            Subject::Message(ix) => {
                let script = self.script(ix, self.verbosity)?;
                announcement(&script, ix).into_iter().next().map(|utter| utter.wording.spoken)
            }
            Subject::Bundle(ix) => self.bundle_lines(ix).into_iter().next().map(|utter| utter.wording.spoken),
        }
    }

    pub(super) fn message_in_focus(&self) -> Option<MailIx> {
        let subject = match &self.stage {
            Stage::Playing(recital) => Some(recital.subject),
            Stage::Close(_) => self.before,
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Leaving(_) | Stage::Over => None,
        };
        match subject? {
            Subject::Message(ix) => Some(ix),
            Subject::Bundle(_) => None,
        }
    }
}

fn announcement(script: &Script, ix: MailIx) -> Vec<Utter> {
    let lines = script.segments.iter().filter(|segment| segment.role == SegmentRole::Announce);
    let lines = lines.filter_map(|segment| match &segment.fate {
        Fate::Spoken(lines) => Some(lines),
        Fate::Skipped { .. } => None,
    });
    lines
        .flatten()
        .map(|line| Utter {
            wording: Wording::line(line),
            role: SayRole::Bundle,
            mail: Some(ix),
            pause_after_ms: u64::from(line.pause_after_ms).max(300),
            delivery: Delivery::default(),
        })
        .collect()
}
