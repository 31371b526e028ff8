//! The wake word, for loud company: who is spoken to, and the floor that a call gives.

use super::commands::By;
use super::flow::Halt;
use super::history::Situation;
use super::wording::Wording;
use super::{Earcon, Effect, MomentName, OutputKind, Session, Utterance, WakeWord};
use crate::command::{Calling, Intent, Names, Slot};
use crate::units::Millis;

/// After a call (or a long press) this long a command needs no other: time to take a breath and to say the longest phrase.
const FLOOR_MS: u64 = 8_000;
/// A command so soon after a call has the call's own voice before it, and is not asked to stand alone.
const IN_ONE_BREATH_MS: u64 = 1_000;

/// What a call gives: the session and `hark hear` judge by it alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    called: Millis,
}

impl Floor {
    /// The listener's since `called`, when the call was decided on.
    #[must_use]
    pub fn since(called: Millis) -> Floor {
        Floor { called }
    }

    fn until(self) -> Millis {
        self.called.plus(FLOOR_MS)
    }

    /// Whether what begins at `onset` is said on it.
    #[must_use]
    pub fn holds(self, onset: Millis) -> bool {
        onset <= self.until()
    }

    /// The utterance as it is to be weighed: in one breath with the call, the voice before it is the listener's own.
    #[must_use]
    pub fn weighed(self, utterance: &Utterance) -> Utterance {
        let mut utterance = utterance.clone();
        if utterance.start <= self.called.plus(IN_ONE_BREATH_MS) {
            utterance.evidence.isolation_before_db = f32::INFINITY;
        }
        utterance
    }
}

/// A floor given in this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    floor: Floor,
    unused: Unused,
}

/// What happens when nothing is said on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unused {
    /// The call stopped the reading, and may have been a mishearing: a false one costs seconds, never the place.
    GoesOn,
    StaysPaused,
}

impl Session {
    pub(super) fn behind_a_call(&self, utterance: &Utterance) -> Utterance {
        self.floor.map_or_else(|| utterance.clone(), |given| given.floor.weighed(utterance))
    }

    /// Whether what was heard from `onset` on was said to us. "Stop" is not asked this (I8).
    pub(super) fn is_addressed(&self, words: &str, intent: Option<Intent>, then: Situation, onset: Millis) -> bool {
        let demanded = match self.settings.wake_word {
            WakeWord::Never => false,
            WakeWord::Loudspeaker => self.room.output == OutputKind::Loudspeaker,
            WakeWord::Always => true,
        };
        let in_question = matches!(then, Situation::Asking | Situation::Moment(MomentName::Question));
        let asked = in_question && intent.and_then(|intent| self.reply_in_question(intent)).is_some();
        let given = self.floor.is_some_and(|given| given.floor.holds(onset));
        !demanded || asked || given || self.table.is_called(words)
    }

    /// Silence, and the listener has the floor.
    pub(super) fn give_the_floor(&mut self, by: &By) {
        let unused = match (by, self.halt) {
            (By::Hand, _) | (_, Halt::Paused { .. }) => Unused::StaysPaused,
            (By::Voice { .. }, Halt::Running | Halt::Dip { .. }) => Unused::GoesOn,
        };
        self.pause(by);
        // After the pause, which takes back any floor.
        self.floor = Some(Given { floor: Floor::since(self.now), unused });
        self.earcon(Earcon::Listening);
    }

    /// Paused, and not only for a call that nothing may follow.
    pub(super) fn stays_paused(&self) -> bool {
        let goes_on = self.floor.is_some_and(|given| given.unused == Unused::GoesOn);
        matches!(self.halt, Halt::Paused { .. }) && !goes_on
    }

    /// A command came: the floor is ours again, and the reading that the call stopped goes on behind it.
    pub(super) fn floor_used(&mut self, intent: Intent) {
        if intent == Intent::Listen {
            return;
        }
        match self.floor.take().map(|given| given.unused) {
            Some(Unused::GoesOn) if intent != Intent::Pause => self.go_on(),
            Some(Unused::GoesOn | Unused::StaysPaused) | None => {}
        }
    }

    pub(super) fn floor_due(&self) -> Option<Millis> {
        self.floor.map(|given| given.floor.until().plus(1))
    }

    pub(super) fn floor_when_due(&mut self) {
        let Some(given) = self.floor.filter(|given| !given.floor.holds(self.now)) else { return };
        self.floor = None;
        match given.unused {
            Unused::GoesOn => {
                self.go_on();
                // The silence it fell into is whole again: a window, and the pause before what is protected.
                self.silence_begins_anew();
            }
            Unused::StaysPaused => {}
        }
    }

    /// "use the wake word", "forget the wake word".
    pub(super) fn change_wake_word(&mut self, slot: Option<&Slot>) {
        let (wake_word, said) = match slot {
            Some(Slot::Choice(choice)) if choice == "never" => (WakeWord::Never, &self.prompts.answers.wake_word_off),
            Some(_) | None => (WakeWord::Always, &self.prompts.answers.wake_word_on),
        };
        let said = said.clone();
        self.settings.wake_word = wake_word;
        self.learn_names(self.folders.clone());
        self.answer(Wording::plain(&said));
    }

    pub(super) fn calling(&self) -> Calling {
        match self.settings.wake_word {
            WakeWord::Never => Calling::Off,
            // The output may change: the ears know the call before it is needed.
            WakeWord::Loudspeaker | WakeWord::Always => Calling::On,
        }
    }

    /// At the start, before any names are known.
    pub(super) fn listen_for_the_call(&mut self) {
        if self.calling() == Calling::On {
            self.teach(Names { calling: Calling::On, ..Names::default() });
        }
    }

    pub(super) fn teach(&mut self, names: Names) {
        self.table.learn(&names);
        self.out.push(Effect::Names(names));
    }
}
