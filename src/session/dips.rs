//! Voice over voice: when our voice goes down under another one, and when it comes back (behaviour.md, "Voice over voice").
//!
//! Which voices are worth it, the ears decide: they know how loud everybody is. What came of a voice is decided here.

use super::flow::Halt;
use super::moments::cancelled;
use super::{Effect, Event, Session};
use crate::units::Millis;

/// Nothing accepted this long after the voice ended: unduck.
const UNDUCK_MS: u64 = 1_200;
/// A voice that never ends is no command (the longest takes 2.5 s): unduck although it is still on.
const DUCKED_MAX_MS: u64 = 3_000;
/// Silence after our own "pause" before the reading goes on by itself.
pub(super) const DIP_MS: u64 = 1_500;

/// The voice beside ours, and what we do about it.
#[derive(Debug, Default)]
pub(super) struct Dips {
    voice: VoiceHeard,
    duck: Ducked,
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

/// Whether a voice holds a silence open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VoiceUntil {
    Silent,
    StillOn,
    Ended(Millis),
}

impl Dips {
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
}

impl Session {
    /// A near voice began.
    pub(super) fn onset(&mut self) {
        self.hearing.dips.voice = VoiceHeard::On { since: self.now };
        if !self.duck_under_a_voice()
            && let Ducked::Until(until) = &mut self.hearing.dips.duck
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
        let VoiceHeard::On { since } = self.hearing.dips.voice else { return false };
        let already = self.hearing.dips.duck != Ducked::No;
        if self.voice.playing().is_none() || already || self.now.since(since) >= DUCKED_MAX_MS {
            return false;
        }
        self.out.push(Effect::Duck);
        self.report(Event::Duck);
        self.hearing.dips.duck = Ducked::Until(self.now.plus(DUCKED_MAX_MS));
        true
    }

    /// The near voice is over since `at`.
    pub(super) fn voice_ended(&mut self, at: Millis) {
        self.hearing.dips.voice = VoiceHeard::Ended { reported: self.now };
        if let Ducked::Until(until) = &mut self.hearing.dips.duck {
            *until = at.min(self.now).plus(UNDUCK_MS).max(self.now);
        }
        if let Halt::Dip { until } = &mut self.halt {
            *until = self.now.plus(DIP_MS);
        }
    }

    /// The voice that is on does not speak to us: it holds no silence open, and the reading is loud again.
    pub(super) fn only_company(&mut self) {
        self.voice_ended(self.now);
        self.came_to_nothing();
    }

    /// What was heard has been decided on, and it was no command. There is no more to wait for, unless only the dip lets us hear: then
    /// the word may be said again, and gets its 1.2 s.
    pub(super) fn came_to_nothing(&mut self) {
        let still_on = matches!(self.hearing.dips.voice, VoiceHeard::On { .. });
        if !still_on && cancelled(self.room.output, self.room.echo) {
            self.unduck();
        }
    }

    /// Loud again.
    pub(super) fn unduck(&mut self) {
        if self.hearing.dips.duck != Ducked::No {
            self.hearing.dips.duck = Ducked::No;
            self.out.push(Effect::Unduck);
            self.report(Event::Unduck);
        }
    }

    pub(super) fn timers(&mut self) {
        if let Ducked::Until(until) = self.hearing.dips.duck
            && self.now >= until
        {
            self.unduck();
        }
        if let Halt::Dip { until } = self.halt
            && self.now >= until
        {
            self.halt = Halt::Running;
            self.report(Event::Resume);
        }
        self.floor_when_due();
        self.rest_when_due();
    }

    pub(super) fn timers_due(&self) -> Option<Millis> {
        let duck = match self.hearing.dips.duck {
            Ducked::No => None,
            Ducked::Until(until) => Some(until),
        };
        let halt = match self.halt {
            Halt::Running => None,
            Halt::Dip { until } => Some(until),
            Halt::Paused { rests } => rests.due(),
        };
        [duck, halt, self.floor_due()].into_iter().flatten().min()
    }
}
