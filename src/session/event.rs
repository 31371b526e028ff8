//! What a report tells; keys and names as in the command-line contract (docs/cli.md).

use serde::Serialize;

use super::effect::Earcon;
use super::input::UtteranceId;
use crate::command::{Intent, Risk, Slot};

/// One line of a report, without its time.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    Moment {
        name: MomentName,
        message_id: Option<String>,
    },
    /// First frame played.
    Say {
        utterance: UtteranceId,
        text: String,
        spoken: String,
        role: SayRole,
        message_id: Option<String>,
    },
    /// Last frame played (or cut short: `complete` false).
    Said {
        utterance: UtteranceId,
        complete: bool,
    },
    /// `slots` as an object: {"name": ...}.
    Heard {
        intent: Intent,
        slots: Option<Slot>,
        phrase: String,
        start_s: f64,
        end_s: f64,
    },
    Refused {
        phrase: String,
        reason: String,
        risk: Option<Risk>,
    },
    Duck,
    Unduck,
    Hush,
    Earcon {
        kind: Earcon,
    },
    Pause,
    Resume,
    Mail {
        verb: MailVerb,
        of: Option<MailVerb>,
        message_id: String,
        state: MailState,
        auto: bool,
        bundle: bool,
    },
    Error {
        kind: String,
        text: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MomentName {
    Opening,
    Announcing,
    Gate,
    Reading,
    Window,
    Question,
    Bundle,
    Paused,
    Close,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SayRole {
    Opening,
    Prompt,
    Question,
    Answer,
    Announce,
    Gate,
    Subject,
    Body,
    Bundle,
    Closing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailVerb {
    Archive,
    Delete,
    Move,
    Flag,
    Unflag,
    MarkRead,
    MarkUnread,
    Unsubscribe,
    Undo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailState {
    Planned,
    Applied,
    Failed,
    /// It may have happened: nobody knows.
    Unsure,
}
