//! The guard: whether an utterance is a command, given the moment. Pure; used by the session and by `hark hear`.

use crate::command::{Command, Risk};

/// Where an utterance is heard; decides how strict the thresholds are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strictness {
    /// In a listening window, paused, or after a question: our voice is silent.
    Silent,
    /// While our voice reads into headphones, or a good canceller works.
    ReadingCancelled,
    /// While our voice reads from a loudspeaker without good cancellation.
    ReadingLoud,
}

/// What the guard found.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    Accepted(Command),
    Refused { reason: Refusal, risk: Option<Risk> },
}

/// Why an utterance is no command, in the words of reports (`Refusal::reason`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// No phrase of the table.
    NotACommand,
    /// A phrase, but not one that is live in this moment.
    NotNow,
    /// The free decoder heard something else.
    NotVerified,
    /// Other speech right before or after it.
    NotIsolated,
    /// The fused score is too low for its risk.
    TooUncertain,
    /// Our own voice said it.
    OwnSpeech,
    /// Said twice.
    Repeated,
    /// Nothing it could mean.
    NoMessage,
}

impl Refusal {
    /// The reason as reports tell it.
    pub fn reason(self) -> &'static str {
        match self {
            Refusal::NotACommand => "not a command",
            Refusal::NotNow => "not now",
            Refusal::NotVerified => "not verified",
            Refusal::NotIsolated => "not isolated",
            Refusal::TooUncertain => "too uncertain",
            Refusal::OwnSpeech => "own speech",
            Refusal::Repeated => "repeated",
            Refusal::NoMessage => "no message",
        }
    }
}
