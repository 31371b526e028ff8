//! What a listener can want.

use serde::{Deserialize, Serialize};

/// Every command, by the name it has in assets, reports and `hear --json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    Pause,
    Resume,
    Next,
    Previous,
    Repeat,
    Undo,
    SentenceForward,
    SentenceBack,
    Flag,
    Unflag,
    Archive,
    Delete,
    MarkRead,
    MarkUnread,
    Move,
    Details,
    ReadAll,
    ReadQuoted,
    Summary,
    Spell,
    Start,
    ReadFrom,
    ReadBundle,
    ArchiveBundle,
    Scope,
    HowManyLeft,
    HowLong,
    Faster,
    Slower,
    NormalSpeed,
    Louder,
    Softer,
    Brief,
    Full,
    /// The next of the voices at hand.
    ChangeVoice,
    Help,
    End,
    Yes,
    No,
    Cancel,
    Unsubscribe,
    Reply,
    /// The wake word alone: silence, and what is said next counts.
    Listen,
    /// Whether the wake word has to come first.
    WakeWord,
}

/// How much evidence a command needs (behaviour.md, "Risk classes"). Ordered from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    Safe,
    Move,
    Change,
    Destructive,
}

impl Intent {
    /// The evidence this command needs.
    pub fn risk(self) -> Risk {
        match self {
            Intent::Pause
            | Intent::Repeat
            | Intent::Help
            | Intent::Details
            | Intent::HowManyLeft
            | Intent::HowLong
            | Intent::Faster
            | Intent::Slower
            | Intent::NormalSpeed
            | Intent::Louder
            | Intent::Softer
            | Intent::Brief
            | Intent::Full
            | Intent::ChangeVoice
            | Intent::Spell
            | Intent::Listen
            | Intent::WakeWord
            | Intent::No
            | Intent::Cancel => Risk::Safe,
            Intent::Next
            | Intent::Previous
            | Intent::Resume
            | Intent::SentenceForward
            | Intent::SentenceBack
            | Intent::ReadAll
            | Intent::ReadQuoted
            | Intent::ReadBundle
            | Intent::ReadFrom
            | Intent::Scope
            | Intent::Summary
            | Intent::Start
            | Intent::Reply
            | Intent::Yes => Risk::Move,
            Intent::Flag | Intent::Unflag | Intent::MarkRead | Intent::MarkUnread | Intent::Undo => Risk::Change,
            Intent::Archive
            | Intent::Delete
            | Intent::Move
            | Intent::ArchiveBundle
            | Intent::End
            | Intent::Unsubscribe => Risk::Destructive,
        }
    }
}

/// What a slot of a phrase was filled with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Slot {
    /// A sender of this session, as displayed.
    Name(String),
    /// A folder of the account, as displayed.
    Folder(String),
    Account(String),
    /// A fixed choice of the phrase itself ("today", "flagged", "from", "subject" ...), from the table's `choice` key.
    Choice(String),
}

/// A command with its slot.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Command {
    pub intent: Intent,
    pub slot: Option<Slot>,
}

impl From<Intent> for Command {
    fn from(intent: Intent) -> Self {
        Command { intent, slot: None }
    }
}
