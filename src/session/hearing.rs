//! Is it a command? Onsets and ducking, own speech, liveness, evidence, what was not understood.

use std::collections::VecDeque;

use super::ask::Reply;
use super::commands::By;
use super::flow::{Halt, Stage};
use super::guard::{Refusal, Strictness, Verdict};
use super::history::{Situation, Snapshot};
use super::moments::{Liveness, cancelled, live};
use super::timeline::OwnWords;
use super::voice::Source;
use super::wording::Wording;
use super::{EarReport, EchoQuality, Effect, Event, MomentName, OutputKind, Session, Utterance};
use crate::command::{Command, Intent, Risk};
use crate::units::Millis;

/// Nothing accepted this long after the voice ended: unduck.
const UNDUCK_MS: u64 = 1_200;
/// A voice that never ends is no command (the longest takes three seconds): unduck although it is still on.
const DUCKED_MAX_MS: u64 = 4_000;
/// Three fruitless onsets within this time, and the next ones do not duck.
const FRUITLESS_WITHIN_MS: u64 = 20_000;
const FRUITLESS_MANY: usize = 3;
/// How long they do not; doubled when it goes on, up to four times this.
const BACK_OFF_MS: u64 = 15_000;
/// Silence after our own "pause" before the reading goes on by itself.
const DIP_MS: u64 = 1_500;
/// What is answered with "Sorry?" stands clear of other sounds by this much.
const ISOLATED_DB: f32 = 10.0;

/// What the ears told, and how it went.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    voice: VoiceHeard,
    duck: Ducked,
    fruitless: VecDeque<Millis>,
    backed_off: Option<BackOff>,
    not_understood: u32,
    /// The words of ours that stopped us last.
    dipped: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum VoiceHeard {
    #[default]
    Never,
    On {
        since: Millis,
    },
    Ended {
        reported: Millis,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Ducked {
    #[default]
    No,
    /// Until then at the latest.
    Until(Millis),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BackOff {
    until: Millis,
    length_ms: u64,
}

/// Whether a voice holds a silence open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VoiceUntil {
    Silent,
    StillOn,
    Ended(Millis),
}

impl Hearing {
    pub fn voice_until(&self) -> VoiceUntil {
        match self.voice {
            VoiceHeard::Never => VoiceUntil::Silent,
            VoiceHeard::On { .. } => VoiceUntil::StillOn,
            VoiceHeard::Ended { reported } => VoiceUntil::Ended(reported),
        }
    }

    pub fn restarted(&mut self) {
        self.voice = VoiceHeard::Never;
    }

    /// A command was accepted, or a new message begins: misunderstandings are counted anew.
    pub fn understood(&mut self) {
        self.not_understood = 0;
    }

    fn ducks(&self, now: Millis) -> bool {
        self.duck == Ducked::No && self.backed_off.is_none_or(|back_off| now >= back_off.until)
    }

    /// An onset led to nothing.
    fn fruitless(&mut self, now: Millis) {
        self.fruitless.retain(|at| now.since(*at) < FRUITLESS_WITHIN_MS);
        self.fruitless.push_back(now);
        if self.fruitless.len() >= FRUITLESS_MANY {
            self.fruitless.clear();
            let last = self.backed_off.map_or(BACK_OFF_MS / 2, |back_off| back_off.length_ms);
            let length_ms = last.saturating_mul(2).min(BACK_OFF_MS * 4);
            self.backed_off = Some(BackOff { until: now.plus(length_ms), length_ms });
        }
    }
}

impl Session {
    pub(super) fn ear(&mut self, report: EarReport) {
        match report {
            EarReport::Onset { .. } => self.onset(),
            EarReport::VoiceEnded { .. } => self.voice_ended(),
            EarReport::Utterance(utterance) => self.utterance(&utterance),
            EarReport::Restarted => self.hearing.restarted(),
        }
    }

    fn onset(&mut self) {
        self.hearing.voice = VoiceHeard::On { since: self.now };
        if !self.duck_under_a_voice()
            && let Ducked::Until(until) = &mut self.hearing.duck
        {
            // Still ducked from a moment ago: this voice has its time too, within the same limit.
            *until = (*until).max(self.now.plus(UNDUCK_MS));
        }
        if let Halt::Dip { until } = &mut self.halt {
            *until = self.now.plus(DUCKED_MAX_MS);
        }
    }

    /// Our voice goes down while another is on; true when it just did. Also asked when a line of ours begins over a voice.
    pub(super) fn duck_under_a_voice(&mut self) -> bool {
        let VoiceHeard::On { since } = self.hearing.voice else { return false };
        let trusted = cancelled(self.room.output, self.room.echo);
        let ducks = self.hearing.duck == Ducked::No && (!trusted || self.hearing.ducks(self.now));
        if self.voice.playing().is_none() || !ducks || self.now.since(since) >= DUCKED_MAX_MS {
            return false;
        }
        self.out.push(Effect::Duck);
        self.report(Event::Duck);
        self.hearing.duck = Ducked::Until(self.now.plus(DUCKED_MAX_MS));
        true
    }

    fn voice_ended(&mut self) {
        self.hearing.voice = VoiceHeard::Ended { reported: self.now };
        if let Ducked::Until(until) = &mut self.hearing.duck {
            *until = self.now.plus(UNDUCK_MS);
        }
        if let Halt::Dip { until } = &mut self.halt {
            *until = self.now.plus(DIP_MS);
        }
    }

    /// Loud again.
    pub(super) fn unduck(&mut self) {
        if self.hearing.duck != Ducked::No {
            self.hearing.duck = Ducked::No;
            self.out.push(Effect::Unduck);
            self.report(Event::Unduck);
        }
    }

    pub(super) fn timers(&mut self) {
        if let Ducked::Until(until) = self.hearing.duck
            && self.now >= until
        {
            self.unduck();
            self.hearing.fruitless(self.now);
        }
        if let Halt::Dip { until } = self.halt
            && self.now >= until
        {
            self.halt = Halt::Running;
            self.report(Event::Resume);
        }
        self.rest_when_due();
    }

    pub(super) fn timers_due(&self) -> Option<Millis> {
        let duck = match self.hearing.duck {
            Ducked::No => None,
            Ducked::Until(until) => Some(until),
        };
        let halt = match self.halt {
            Halt::Running => None,
            Halt::Dip { until } => Some(until),
            Halt::Paused { rests } => rests.due(),
        };
        [duck, halt].into_iter().flatten().min()
    }

    fn utterance(&mut self, utterance: &Utterance) {
        let onset = utterance.onset.min(utterance.start).min(self.now);
        let then = self.history.at(onset).unwrap_or_else(|| self.snapshot());
        let audible = self.voice.timeline.audible(onset) || self.voice.timeline.audible(utterance.end.min(self.now));
        let Some(command) = self.table.command(&utterance.words).cloned() else {
            self.no_command(utterance, then);
            return;
        };
        if let Some(own) = self.own_speech(utterance) {
            self.own_word(utterance, &command, then, own);
            return;
        }
        let by = By::Voice { then };
        // Never gated: whoever says "stop" is not asked whether it sounded enough like "stop".
        if command.intent == Intent::Pause {
            self.accept(utterance, &command);
            self.perform(&command, &by);
            return;
        }
        match self.liveness(then.situation, command.intent) {
            Liveness::Dead => {
                self.refuse(utterance, Refusal::NotNow, Some(command.intent.risk()));
                self.dead_word(&command, then);
            }
            liveness @ (Liveness::Live | Liveness::Asked) => {
                let strictness = self.strictness(then.situation, audible);
                match self.guard.judge(utterance, Some(&command), strictness) {
                    Verdict::Refused { reason, risk } => {
                        self.refuse(utterance, reason, risk);
                        self.maybe_sorry(utterance, then);
                    }
                    Verdict::Accepted(command) => self.accepted(utterance, &command, liveness, then),
                }
            }
        }
    }

    fn accepted(&mut self, utterance: &Utterance, command: &Command, liveness: Liveness, then: Snapshot) {
        if let Some(refusal) = self.aimless(then.focus, command.intent) {
            self.refuse(utterance, refusal, Some(command.intent.risk()));
            self.dropped(refusal);
            return;
        }
        self.accept(utterance, command);
        match liveness {
            Liveness::Asked => self.hold_and_ask(command, then),
            Liveness::Live | Liveness::Dead => self.perform(command, &By::Voice { then }),
        }
    }

    fn liveness(&self, situation: Situation, intent: Intent) -> Liveness {
        match situation {
            Situation::Moment(MomentName::Question) => {
                let answers = self.question.as_ref().is_some_and(|question| question.reply(intent).is_some());
                if answers {
                    Liveness::Live
                } else {
                    live(MomentName::Question, intent, self.room.output, self.room.echo)
                }
            }
            Situation::Moment(moment) => live(moment, intent, self.room.output, self.room.echo),
            // A question is being spoken: "no" need not wait for its end, "yes" must.
            Situation::Asking if intent == Intent::Undo => Liveness::Live,
            Situation::Asking => match self.reply_in_question(intent) {
                Some(Reply::No) => Liveness::Live,
                Some(Reply::Yes) | None => Liveness::Dead,
            },
            Situation::Leaving if intent == Intent::Undo => Liveness::Live,
            Situation::Leaving => Liveness::Dead,
        }
    }

    fn strictness(&self, situation: Situation, audible: bool) -> Strictness {
        let reading = matches!(situation, Situation::Moment(MomentName::Announcing | MomentName::Reading));
        match (reading || audible, cancelled(self.room.output, self.room.echo)) {
            (false, _) => Strictness::Silent,
            (true, true) => Strictness::ReadingCancelled,
            (true, false) => Strictness::ReadingLoud,
        }
    }

    fn accept(&mut self, utterance: &Utterance, command: &Command) {
        self.hearing.understood();
        self.hearing.fruitless.clear();
        self.hearing.backed_off = None;
        self.report(Event::Heard {
            intent: command.intent,
            slots: command.slot.clone(),
            phrase: utterance.words.clone(),
            start_s: in_seconds(utterance.start),
            end_s: in_seconds(utterance.end),
        });
    }

    fn refuse(&mut self, utterance: &Utterance, refusal: Refusal, risk: Option<Risk>) {
        self.report(Event::Refused { phrase: utterance.words.clone(), reason: refusal.reason().to_owned(), risk });
    }

    /// The words of the utterance, if our own voice said them just then.
    fn own_speech(&self, utterance: &Utterance) -> Option<OwnWords> {
        let headset = self.room.output == OutputKind::Headphones && self.room.echo == EchoQuality::Headset;
        if headset {
            return None;
        }
        self.voice.timeline.own(&utterance.words, utterance.start, utterance.end)
    }

    /// Our own voice said a command: "pause" dips (it may have been the listener after all), the rest is nothing.
    fn own_word(&mut self, utterance: &Utterance, command: &Command, then: Snapshot, own: OwnWords) {
        self.refuse(utterance, Refusal::OwnSpeech, Some(command.intent.risk()));
        if command.intent != Intent::Pause {
            return;
        }
        if self.is_paused() {
            self.pause(&By::Hand);
            return;
        }
        let stopped =
            self.voice.playing_text().filter(|(id, ..)| *id == own.id).map(|(_, source, spoken)| (source, spoken));
        let again = stopped.as_ref().filter(|(_, spoken)| self.hearing.dipped.as_ref() == Some(spoken));
        let again = again.map(|(source, _)| *source);
        if let Some((_, spoken)) = stopped {
            self.hearing.dipped = Some(spoken);
        }
        self.hush();
        self.unduck();
        self.halt = Halt::Dip { until: self.now.plus(DIP_MS) };
        match again {
            Some(source) => self.pass_own_word(source, own),
            None => self.rewind_to(then),
        }
    }

    /// The same words stopped us before: behind them, or they would stop us for ever.
    fn pass_own_word(&mut self, source: Source, own: OwnWords) {
        match source {
            Source::Aside => {
                self.asides.done();
            }
            Source::Question => self.question_said(),
            Source::Stage => match &mut self.stage {
                Stage::Playing(recital) => recital.keep_tail(own.ends_at),
                Stage::Opening(opening) => opening.said(),
                Stage::Close(close) => close.said(),
                Stage::Leaving(leaving) => leaving.said(),
                Stage::Awaiting(_) | Stage::Over => {}
            },
        }
    }

    /// A command that means nothing in this moment.
    fn dead_word(&mut self, command: &Command, then: Snapshot) {
        let for_one = matches!(command.intent.risk(), Risk::Change | Risk::Destructive);
        if then.situation == Situation::Moment(MomentName::Bundle) && for_one {
            self.make_way(&By::Voice { then });
            self.answer(Wording::plain(&self.prompts.bundle.choice.clone()));
        }
    }

    /// Speech that is no phrase: "Sorry?", then two words that fit, then nothing.
    fn no_command(&mut self, utterance: &Utterance, then: Snapshot) {
        if utterance.words.is_empty() {
            return;
        }
        self.refuse(utterance, Refusal::NotACommand, None);
        self.maybe_sorry(utterance, then);
    }

    fn maybe_sorry(&mut self, utterance: &Utterance, then: Snapshot) {
        let asked_for = matches!(
            then.situation,
            Situation::Moment(MomentName::Window | MomentName::Bundle | MomentName::Paused | MomentName::Close)
        );
        let evidence = &utterance.evidence;
        let isolated = evidence.isolation_before_db >= ISOLATED_DB && evidence.isolation_after_db >= ISOLATED_DB;
        if !asked_for || !isolated || self.voice.is_live() {
            return;
        }
        self.not_understood();
    }

    pub(super) fn not_understood(&mut self) {
        self.hearing.not_understood = self.hearing.not_understood.saturating_add(1);
        let said = match self.hearing.not_understood {
            1 => self.prompts.answers.sorry.clone(),
            2 => self.hint(),
            _ => return,
        };
        self.earcon(super::Earcon::Error);
        self.answer(Wording::plain(&said));
    }

    /// Something was heard in a question that is an answer to it.
    pub(super) fn reply_in_question(&self, intent: Intent) -> Option<Reply> {
        self.question.as_ref().and_then(|question| question.reply(intent))
    }
}

fn in_seconds(at: Millis) -> f64 {
    at.0 as f64 / 1_000.0
}
