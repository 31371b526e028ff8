//! Everything a session can want done, in order.

use super::event::Event;
use super::input::{Epoch, Flags, Place, RequestId, UtteranceId};
use crate::command::Names;
use crate::mail::{MailTo, MessageId};

/// An effect of `Session::handle`. Carry them out in order.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Speak; at most one is live (I1).
    Say(Say),
    /// Render ahead; nothing becomes audible.
    Prepare {
        spoken: String,
        /// As in [`Delivery`].
        language: Option<String>,
    },
    /// Be silent now: whatever belongs to an epoch before this one is dropped.
    Hush {
        epoch: Epoch,
    },
    Duck,
    Unduck,
    Earcon(Earcon),
    /// Speaking rate from now on, 0.5 to 3.
    Speed(f32),
    /// The next of the voices at hand speaks from now on.
    NextVoice,
    /// Gain in dB relative to normal, -20 to +6.
    Volume(f32),
    /// What the recogniser should know from now on: rebuild the grammar at the next silence.
    Names(Names),
    /// The last voice was the listener's: it gave a command. The ears weigh other voices against it.
    Vouch,
    /// Microphone rests (`Rest`) or works.
    Microphone(MicrophoneUse),
    Mail(MailRequest),
    /// For the report and the screen; stamped with the time of the `handle` call.
    Report(Event),
    /// The session is over.
    End,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Say {
    pub id: UtteranceId,
    pub epoch: Epoch,
    /// As spoken, ready for the voice.
    pub spoken: String,
    pub delivery: Delivery,
}

/// How something is said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delivery {
    /// Language of the words, ISO 639-1, when a voice of it is at hand; `None` is the voice's own.
    pub language: Option<String>,
    pub tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Plain,
    /// Words of somebody else inside a message: a little quieter and slower.
    Quoted,
}

/// Sounds for states; at most 150 ms each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Earcon {
    Listening,
    Heard,
    Done,
    Error,
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MicrophoneUse {
    Works,
    Rests,
}

/// Requests to the mailbox. The session never waits for the answer.
#[derive(Debug, Clone, PartialEq)]
pub enum MailRequest {
    /// Read what `scope` names; answered by `Counted`, then `Opened` or `CannotOpen`.
    Open(MailScope),
    Act(Act),
    /// Take the act of an earlier request back, exactly (folder and flags); cancels it when not yet applied.
    Undo {
        request: RequestId,
        act: RequestId,
    },
    /// Send the mail that leaves a list; never repeated, never undone. Answered by `Applied` once the account's own
    /// submission server has taken it, by `Failed` when it surely did not, by `Unsure` when nobody knows.
    Leave(Leave),
    /// Apply or queue everything, then answer `Settled`.
    Settle,
}

/// One list to leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leave {
    pub request: RequestId,
    /// The account the list writes to, and the mail goes out from.
    pub account: String,
    pub to: MailTo,
}

/// One change of one message.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    pub request: RequestId,
    pub place: Place,
    pub message: MessageId,
    /// Flags at the time of the act, for an exact undo.
    pub flags_before: Flags,
    pub verb: ActVerb,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActVerb {
    Archive,
    Delete,
    MoveTo(String),
    Flag,
    Unflag,
    MarkRead,
    MarkUnread,
}

/// What is asked of the mailbox at opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MailScope {
    /// Unread mail of the last 7 x 24 hours, at most 50.
    #[default]
    Unread,
    /// The newest ten, read or not.
    NewestTen,
    /// Unread of today.
    Today,
    /// Flagged mail, read or not.
    Flagged,
}
