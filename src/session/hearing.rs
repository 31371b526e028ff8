//! Is it a command? Onsets and ducking (`dips`), own speech, liveness, evidence, what was not understood.

use super::ask::Reply;
use super::commands::By;
use super::dips::{DIP_MS, Dips, VoiceUntil};
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

/// What is answered with "Sorry?" stands clear of other sounds by this much.
const ISOLATED_DB: f32 = 10.0;

/// What the ears told, and how it went.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    pub dips: Dips,
    not_understood: u32,
    /// The words of ours that stopped us last.
    dipped: Option<String>,
}

impl Hearing {
    pub fn voice_until(&self) -> VoiceUntil {
        self.dips.voice_until()
    }

    pub fn restarted(&mut self) {
        self.dips.restarted();
    }

    /// A command was accepted, or a new message begins: misunderstandings are counted anew.
    pub fn understood(&mut self) {
        self.not_understood = 0;
    }
}

impl Session {
    pub(super) fn ear(&mut self, report: EarReport) {
        match report {
            EarReport::Onset { .. } => self.onset(),
            EarReport::VoiceEnded { at } => self.voice_ended(at),
            EarReport::Company { .. } => self.only_company(),
            EarReport::Utterance(utterance) => self.utterance(&utterance),
            EarReport::Input(trouble) => self.input_trouble(trouble),
            EarReport::Restarted => self.hearing.restarted(),
        }
    }

    fn utterance(&mut self, utterance: &Utterance) {
        let onset = utterance.onset.min(utterance.start).min(self.now);
        let then = self.history.at(onset).unwrap_or_else(|| self.snapshot());
        let audible = self.voice.timeline.audible(onset) || self.voice.timeline.audible(utterance.end.min(self.now));
        let Some(command) = self.table.command(&utterance.words).cloned() else {
            self.no_command(utterance, then, onset);
            return;
        };
        self.weigh_level(utterance.evidence.level_dbfs);
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
        if !self.is_addressed(&utterance.words, Some(command.intent), then.situation, onset) {
            self.refuse(utterance, Refusal::NotCalled, Some(command.intent.risk()));
            return;
        }
        match self.liveness(then.situation, command.intent) {
            Liveness::Dead => {
                self.refuse(utterance, Refusal::NotNow, Some(command.intent.risk()));
                self.dead_word(&command, then);
            }
            liveness @ (Liveness::Live | Liveness::Asked) => {
                let strictness = self.strictness(then.situation, audible);
                match self.guard.judge(&self.behind_a_call(utterance), Some(&command), strictness) {
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
        self.out.push(Effect::Vouch);
        self.report(Event::Heard {
            intent: command.intent,
            slots: command.slot.clone(),
            phrase: utterance.words.clone(),
            start_s: in_seconds(utterance.start),
            end_s: in_seconds(utterance.end),
        });
        self.floor_used(command.intent);
    }

    fn refuse(&mut self, utterance: &Utterance, refusal: Refusal, risk: Option<Risk>) {
        self.report(Event::Refused { phrase: utterance.words.clone(), reason: refusal.reason().to_owned(), risk });
        if refusal != Refusal::OwnSpeech {
            self.came_to_nothing();
        }
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
    fn no_command(&mut self, utterance: &Utterance, then: Snapshot, onset: Millis) {
        if utterance.words.is_empty() {
            self.came_to_nothing();
            return;
        }
        self.refuse(utterance, Refusal::NotACommand, None);
        if self.is_addressed(&utterance.words, None, then.situation, onset) {
            self.maybe_sorry(utterance, then);
        }
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
