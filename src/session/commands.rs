//! What a command does.

use super::ask::{Ask, Reply};
use super::flow::{Halt, Rests, Stage};
use super::history::{Focus, Situation, Snapshot};
use super::reading::{Part, Step, Unit, Way};
use super::wording::Wording;
use super::{ActVerb, Earcon, Effect, Event, MailScope, MicrophoneUse, Session};
use crate::command::{Command, Intent, Slot};
use crate::script::Verbosity;

/// Who gave a command, and what they heard when they began.
#[derive(Debug, Clone)]
pub(super) enum By {
    Voice {
        then: Snapshot,
    },
    /// A key, a button, typed words: means what is in focus now.
    Hand,
}

const SPEED_STEP: f64 = 1.15;
const VOLUME_STEP_DB: f32 = 3.0;
const VOLUME_DB: std::ops::RangeInclusive<f32> = -20.0..=6.0;

impl Session {
    pub(super) fn pressed(&mut self, command: &Command) {
        self.wake_microphone();
        self.hearing.understood();
        self.floor_used(command.intent);
        if let Some(refusal) = self.aimless(self.focus_now(), command.intent) {
            self.dropped(refusal);
            return;
        }
        self.perform(command, &By::Hand);
    }

    /// Typed words are as good as keys; what is no phrase is answered as if it had been said in silence.
    pub(super) fn typed(&mut self, words: &str) {
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase().replace('\u{2019}', "'");
        match self.table.command(&words).cloned() {
            Some(command) => {
                let at = self.now.0 as f64 / 1_000.0;
                self.report(Event::Heard {
                    intent: command.intent,
                    slots: command.slot.clone(),
                    phrase: words,
                    start_s: at,
                    end_s: at,
                });
                self.pressed(&command);
            }
            None if words.is_empty() => {}
            None => {
                self.make_way(&By::Hand);
                self.not_understood();
            }
        }
    }

    /// Long press of the button: silence, and the listener has the floor.
    pub(super) fn listen(&mut self) {
        self.wake_microphone();
        self.give_the_floor(&By::Hand);
    }

    /// Carries out an accepted command.
    pub(super) fn perform(&mut self, command: &Command, by: &By) {
        if command.intent == Intent::Pause {
            self.pause(by);
            self.earcon(Earcon::Heard);
            return;
        }
        if command.intent == Intent::Listen {
            self.give_the_floor(by);
            return;
        }
        if let Some(reply) = self.reply_in_question(command.intent) {
            self.make_way(by);
            self.reply(reply);
            return;
        }
        if self.adjusted(command.intent) {
            return;
        }
        if command.intent == Intent::Resume && self.is_reading_on() {
            self.unduck();
            return;
        }
        self.make_way(by);
        match command.intent {
            Intent::Pause | Intent::Listen | Intent::Yes | Intent::No | Intent::Cancel => self.earcon(Earcon::Error),
            Intent::Resume => self.resume(),
            Intent::Next => self.next(by),
            Intent::Previous => self.previous(by),
            Intent::Repeat => self.repeat(command.slot.as_ref(), by),
            Intent::Undo => self.undo(),
            Intent::SentenceForward => self.sentence(Way::Forward, command.slot.as_ref()),
            Intent::SentenceBack => self.sentence(Way::Back, command.slot.as_ref()),
            Intent::Flag => self.act(command, ActVerb::Flag, by),
            Intent::Unflag => self.act(command, ActVerb::Unflag, by),
            Intent::Archive | Intent::ArchiveBundle => self.act(command, ActVerb::Archive, by),
            Intent::Delete => self.act(command, ActVerb::Delete, by),
            Intent::MarkRead => self.act(command, ActVerb::MarkRead, by),
            Intent::MarkUnread => self.act(command, ActVerb::MarkUnread, by),
            Intent::Move => match &command.slot {
                Some(Slot::Folder(folder)) => self.act(command, ActVerb::MoveTo(folder.clone()), by),
                Some(Slot::Name(_) | Slot::Account(_) | Slot::Choice(_)) | None => self.earcon(Earcon::Error),
            },
            Intent::Details => self.details(command.slot.as_ref()),
            Intent::Spell => self.spell(),
            Intent::ReadAll => self.read_all(),
            Intent::ReadQuoted => self.read_quoted(),
            Intent::Summary => self.summary(),
            Intent::Start => self.start_reading(),
            Intent::ReadFrom => self.read_from(command.slot.as_ref()),
            Intent::Scope => self.change_scope(command.slot.as_ref()),
            Intent::ReadBundle => self.read_bundle(by),
            Intent::HowManyLeft => self.how_many_left(),
            Intent::HowLong => self.how_long(),
            Intent::Help => self.help(by),
            Intent::End => self.good_bye(),
            Intent::Unsubscribe => self.unsubscribe(by),
            Intent::WakeWord => self.change_wake_word(command.slot.as_ref()),
            Intent::Reply => {
                let said = self.prompts.answers.cannot_reply.clone();
                self.answer(Wording::plain(&said));
            }
            Intent::ChangeVoice => {
                self.out.push(Effect::NextVoice);
                let said = self.prompts.answers.new_voice.clone();
                self.answer(Wording::plain(&said));
            }
            Intent::Faster
            | Intent::Slower
            | Intent::NormalSpeed
            | Intent::Louder
            | Intent::Softer
            | Intent::Brief
            | Intent::Full => {}
        }
    }

    /// Our voice stops for an accepted word; the reading would go on at the sentence that was playing when the word began.
    pub(super) fn make_way(&mut self, by: &By) {
        if self.voice.is_live() {
            self.hush();
        }
        self.quiet_until = None;
        self.unduck();
        self.asides.overtake();
        if let Halt::Dip { .. } = self.halt {
            self.halt = Halt::Running;
            self.report(Event::Resume);
        }
        if let By::Voice { then } = by {
            self.rewind_to(*then);
        }
    }

    /// Back to the sentence that was playing then, unless the reading has moved to something else.
    pub(super) fn rewind_to(&mut self, then: Snapshot) {
        let (Stage::Playing(recital), Some(mark)) = (&mut self.stage, then.mark) else { return };
        if mark.visit == recital.visit && recital.step == Step::Lines && mark.at < recital.mark().at {
            recital.rewind(mark.at);
        }
    }

    pub(super) fn pause(&mut self, by: &By) {
        self.hush();
        self.unduck();
        self.asides.put_off();
        if let By::Voice { then } = by {
            self.rewind_to(*then);
        }
        if !matches!(self.halt, Halt::Paused { .. }) {
            self.report(Event::Pause);
        }
        self.halt = Halt::paused(self.now);
        // Whatever stopped the reading now, no earlier call starts it again: not on a loudspeaker that has just taken over.
        self.floor = None;
    }

    /// The reading goes on, if it was paused.
    pub(super) fn go_on(&mut self) {
        if matches!(self.halt, Halt::Paused { .. }) {
            self.report(Event::Resume);
        }
        self.wake_microphone();
        self.halt = Halt::Running;
    }

    fn is_reading_on(&self) -> bool {
        self.halt == Halt::Running && matches!(&self.stage, Stage::Playing(recital) if recital.step == Step::Lines)
    }

    fn resume(&mut self) {
        self.go_on();
        let now = self.now;
        match &mut self.stage {
            Stage::Playing(recital) => match recital.step {
                Step::Gate { .. } => self.unlock(),
                Step::Tone { .. } | Step::Window { .. } => self.go_to_next(),
                Step::Lines | Step::Asking => {}
            },
            Stage::Close(close) => close.wait_anew(now),
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Leaving(_) | Stage::Over => {}
        }
    }

    fn next(&mut self, by: &By) {
        self.go_on();
        self.question = None;
        if let Stage::Opening(opening) = &mut self.stage {
            opening.hurry();
            return;
        }
        if matches!(self.stage, Stage::Close(_)) {
            let said = self.prompts.answers.last_message.clone();
            self.answer(Wording::plain(&said));
            return;
        }
        // Begun over the message before: that one is already behind us.
        if self.is_late(by) {
            self.start_over();
            return;
        }
        self.go_to_next();
    }

    fn previous(&mut self, _by: &By) {
        self.go_on();
        self.question = None;
        match self.agenda.previous(&self.store) {
            Some(subject) => self.begin(subject),
            None => {
                let said = self.prompts.answers.first_message.clone();
                self.answer(Wording::plain(&said));
                self.start_over();
            }
        }
    }

    fn repeat(&mut self, slot: Option<&Slot>, by: &By) {
        self.go_on();
        if self.is_late(by)
            && let Some(subject) = self.agenda.previous(&self.store)
        {
            self.begin(subject);
            return;
        }
        let whole = matches!(slot, Some(Slot::Choice(choice)) if choice == "message");
        let in_body = match &self.stage {
            Stage::Playing(recital) => {
                recital.step == Step::Lines && recital.cue().is_some_and(|cue| cue.part > Part::Gate)
            }
            Stage::Close(_) => {
                self.close();
                return;
            }
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Leaving(_) | Stage::Over => return,
        };
        if whole || !in_body {
            self.start_over();
        } else if let Stage::Playing(recital) = &mut self.stage {
            recital.slow_down();
        }
    }

    pub(super) fn start_over(&mut self) {
        if let Stage::Playing(recital) = &mut self.stage {
            recital.start_over();
        }
    }

    /// The word began before the item in focus did.
    fn is_late(&self, by: &By) -> bool {
        match (by, &self.stage) {
            (By::Voice { then }, Stage::Playing(recital)) => then.mark.is_some_and(|mark| mark.visit != recital.visit),
            (By::Voice { .. } | By::Hand, _) => false,
        }
    }

    fn sentence(&mut self, way: Way, slot: Option<&Slot>) {
        self.go_on();
        let unit = match slot {
            Some(Slot::Choice(choice)) if choice == "paragraph" => Unit::Paragraph,
            Some(_) | None => Unit::Sentence,
        };
        match &mut self.stage {
            Stage::Playing(recital) => match (recital.step, way) {
                (Step::Lines, _) | (Step::Window { .. } | Step::Tone { .. }, Way::Back) => recital.sentence(way, unit),
                (Step::Window { .. } | Step::Tone { .. }, Way::Forward) => self.go_to_next(),
                (Step::Gate { .. } | Step::Asking, _) => {}
            },
            Stage::Opening(_) | Stage::Awaiting(_) | Stage::Close(_) | Stage::Leaving(_) | Stage::Over => {
                self.earcon(Earcon::Error)
            }
        }
    }

    fn read_bundle(&mut self, by: &By) {
        let focus = self.focus_of(by);
        let Some(super::Subject::Bundle(ix)) = focus.subject else {
            self.earcon(Earcon::Error);
            return;
        };
        self.go_on();
        self.agenda.open_bundle(&self.store, ix);
        self.go_to_next();
    }

    /// Speed, volume and verbosity change without stopping the voice; silent moments get a word to hear it by.
    fn adjusted(&mut self, intent: Intent) -> bool {
        let answers = &self.prompts.answers;
        let said = match intent {
            Intent::Faster => answers.faster.clone(),
            Intent::Slower => answers.slower.clone(),
            Intent::NormalSpeed => answers.normal_speed.clone(),
            Intent::Louder => answers.louder.clone(),
            Intent::Softer => answers.softer.clone(),
            Intent::Brief => answers.brief.clone(),
            Intent::Full => answers.full.clone(),
            _ => return false,
        };
        let changed = match intent {
            Intent::Faster => self.set_speed(self.settings.speed * SPEED_STEP),
            Intent::Slower => self.set_speed(self.settings.speed / SPEED_STEP),
            Intent::NormalSpeed => self.set_speed(1.0),
            Intent::Louder => self.set_volume(self.volume_db + VOLUME_STEP_DB),
            Intent::Softer => self.set_volume(self.volume_db - VOLUME_STEP_DB),
            Intent::Brief => self.set_verbosity(Verbosity::Brief),
            Intent::Full => self.set_verbosity(Verbosity::Full),
            _ => Changed::No,
        };
        self.unduck();
        match (changed, self.voice.is_live()) {
            (Changed::No, _) => self.earcon(Earcon::Error),
            (Changed::Yes, true) => self.earcon(Earcon::Done),
            (Changed::Yes, false) => self.answer(Wording::plain(&said)),
        }
        true
    }

    fn set_speed(&mut self, speed: f64) -> Changed {
        let speed = speed.clamp(0.5, 3.0);
        if (speed - self.settings.speed).abs() < 1e-6 {
            return Changed::No;
        }
        self.settings.speed = speed;
        self.out.push(Effect::Speed(speed as f32));
        Changed::Yes
    }

    fn set_volume(&mut self, db: f32) -> Changed {
        let db = db.clamp(*VOLUME_DB.start(), *VOLUME_DB.end());
        if (db - self.volume_db).abs() < 1e-3 {
            return Changed::No;
        }
        self.volume_db = db;
        self.out.push(Effect::Volume(db));
        Changed::Yes
    }

    fn set_verbosity(&mut self, verbosity: Verbosity) -> Changed {
        // Full again after short is normal: what the listener started with is in between.
        self.verbosity = verbosity;
        Changed::Yes
    }

    pub(super) fn rest_when_due(&mut self) {
        if let Halt::Paused { rests: Rests::At(at) } = self.halt
            && self.now >= at
        {
            self.halt = Halt::Paused { rests: Rests::Already };
            self.out.push(Effect::Microphone(MicrophoneUse::Rests));
        }
    }

    pub(super) fn wake_microphone(&mut self) {
        if let Halt::Paused { rests } = &mut self.halt {
            if *rests == Rests::Already {
                self.out.push(Effect::Microphone(MicrophoneUse::Works));
            }
            self.halt = Halt::paused(self.now);
        }
    }

    pub(super) fn focus_of(&self, by: &By) -> Focus {
        match by {
            By::Voice { then } => then.focus,
            By::Hand => self.focus_now(),
        }
    }

    /// The listener's answer to a destructive word over a loudspeaker decides; until then the reading is held.
    pub(super) fn hold_and_ask(&mut self, command: &Command, then: Snapshot) {
        let by = By::Voice { then };
        self.make_way(&by);
        match command.intent {
            Intent::End => self.ask(Ask::End),
            Intent::Archive | Intent::Delete | Intent::Move => self.ask_before_acting(command, &by),
            // Nothing that could not be taken back comes of the others ("unsubscribe" asks by itself).
            _ => self.perform(command, &by),
        }
    }

    pub(super) fn situation_of(&self, by: &By) -> Situation {
        match by {
            By::Voice { then } => then.situation,
            By::Hand => self.snapshot().situation,
        }
    }

    pub(super) fn start_reading(&mut self) {
        self.go_on();
        if let Stage::Opening(opening) = &mut self.stage {
            opening.hurry();
            return;
        }
        self.reopen(MailScope::Unread);
    }
}

/// Whether an adjustment had any effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Changed {
    Yes,
    No,
}

impl Rests {
    pub(super) fn due(self) -> Option<crate::units::Millis> {
        match self {
            Rests::At(at) => Some(at),
            Rests::Already => None,
        }
    }
}

/// Whether this is the answer to a question of yes or no.
#[must_use]
pub fn is_answer(intent: Intent) -> bool {
    Reply::of(intent).is_some()
}

/// What a listener answers.
impl Reply {
    pub(super) fn of(intent: Intent) -> Option<Reply> {
        match intent {
            Intent::Yes => Some(Reply::Yes),
            Intent::No | Intent::Cancel => Some(Reply::No),
            _ => None,
        }
    }
}
