//! What the listener could hear at an earlier moment: a command is judged by when its first sound began, not by when it was understood.

use std::collections::VecDeque;

use super::MomentName;
use super::agenda::Subject;
use super::reading::Mark;
use crate::command::Intent;
use crate::units::Millis;

/// A word is decided on within a few seconds; more than this is never asked for.
const KEPT: usize = 128;

/// The moment as it bears on words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Situation {
    Moment(MomentName),
    /// A question is being spoken; it is not answered yet.
    Asking,
    /// Saying good-bye.
    Leaving,
}

/// Which message a word means (behaviour.md, "Which message a command means").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Focus {
    pub subject: Option<Subject>,
    /// The announcement of `subject` has been fully played.
    pub announced: bool,
    /// What was played before it, announcement included.
    pub before: Option<Subject>,
    /// The destructive word that was obeyed last, until the next announcement has been fully played.
    pub obeyed: Option<Intent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub situation: Situation,
    pub focus: Focus,
    /// The line that was being said, or would be next.
    pub mark: Option<Mark>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct History {
    snapshots: VecDeque<(Millis, Snapshot)>,
}

impl History {
    pub fn note(&mut self, now: Millis, snapshot: Snapshot) {
        if self.snapshots.back().is_some_and(|(_, last)| *last == snapshot) {
            return;
        }
        if self.snapshots.len() >= KEPT {
            self.snapshots.pop_front();
        }
        self.snapshots.push_back((now, snapshot));
    }

    /// What held at `at`: the last thing noted up to then, else the oldest known.
    pub fn at(&self, at: Millis) -> Option<Snapshot> {
        let last = self.snapshots.iter().rev().find(|(noted, _)| *noted <= at);
        last.or(self.snapshots.front()).map(|(_, snapshot)| *snapshot)
    }
}
