//! The session decides everything and touches nothing: inputs in, effects out, time as an argument.

mod effect;
mod event;
pub mod guard;
mod input;
mod moments;
mod prompts;
mod settings;

pub use effect::*;
pub use event::*;
pub use input::*;
pub use moments::{Liveness, cancelled, live};
pub use prompts::{Prompts, PromptsError};
pub use settings::*;

use crate::command::PhraseTable;
use crate::units::{Millis, WallTime};

/// One listener with one inbox, from greeting to good-bye.
///
/// Give it every input with the time it happened, carry out the effects in order, and call again with [`Input::Deadline`]
/// at [`Session::next_deadline`].
#[derive(Debug)]
pub struct Session {
    start: WallTime,
    settings: Settings,
    table: PhraseTable,
    prompts: Prompts,
}

impl Session {
    /// A session that begins at `start` (session time 0). Nothing happens before [`Session::start`].
    #[must_use]
    pub fn new(start: WallTime, settings: Settings, table: PhraseTable, prompts: Prompts) -> Session {
        Session { start, settings, table, prompts }
    }

    /// Greets and asks for the mail. Call it once, first.
    #[must_use]
    pub fn start(&mut self, now: Millis) -> Vec<Effect> {
        let _ = (now, &self.start, &self.settings, &self.table, &self.prompts.opening.morning);
        Vec::new()
    }

    /// What `input` at `now` leads to, in order. Never blocks, never panics; time that runs backwards is taken as standing still.
    #[must_use]
    pub fn handle(&mut self, now: Millis, input: Input) -> Vec<Effect> {
        let _ = (now, input);
        Vec::new()
    }

    /// When the session wants [`Input::Deadline`] next; always later than the last `now`.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Millis> {
        None
    }
}
