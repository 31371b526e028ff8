//! Listening to a recording as to a session of its own: what `hark hear` and the bench do.

use std::sync::Arc;

use super::files::Recording;
use super::{BLOCK, EarsConfig, HearingError, RATE, SpeechModel, VoskEars};
use crate::command::{Command, Intent, PhraseTable, Risk};
use crate::ports::{EarOutput, Ears, OUTPUT_BLOCK};
use crate::session::guard::{Guard, Refusal, Strictness, Verdict};
use crate::session::{EarReport, Utterance};
use crate::units::Millis;

/// Silence before a recording (the ears settle) and after it (its last word ends), in blocks of 10 ms.
const BEFORE: u64 = 50;
const AFTER: u64 = 100;

/// The moment of a session that a recording is heard in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Moment {
    /// While our voice reads, on headphones.
    Reading,
    /// In a listening window.
    #[default]
    Listening,
    /// After a question.
    Question,
}

impl Moment {
    /// How strict the guard is then.
    pub fn strictness(self) -> Strictness {
        match self {
            Moment::Reading => Strictness::ReadingCancelled,
            Moment::Listening | Moment::Question => Strictness::Silent,
        }
    }

    /// Whether the intent is live then.
    pub fn live(self, intent: Intent) -> bool {
        match self {
            Moment::Question => {
                matches!(intent, Intent::Yes | Intent::No | Intent::Cancel | Intent::Pause | Intent::Help)
            }
            Moment::Listening => !matches!(intent, Intent::Yes | Intent::No),
            Moment::Reading => first_ring(intent) || matches!(intent.risk(), Risk::Change | Risk::Destructive),
        }
    }
}

/// What is live while our voice reads, whatever the output.
fn first_ring(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::Pause
            | Intent::Resume
            | Intent::Next
            | Intent::Previous
            | Intent::Repeat
            | Intent::SentenceForward
            | Intent::SentenceBack
            | Intent::Faster
            | Intent::Slower
            | Intent::NormalSpeed
            | Intent::Louder
            | Intent::Softer
            | Intent::Help
            | Intent::Cancel
    )
}

/// An utterance of a recording with the guard's verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Considered {
    /// Times are those of the recording.
    pub utterance: Utterance,
    /// The command of its words, whether it was accepted or not.
    pub command: Option<Command>,
    pub verdict: Verdict,
    /// Sound of the recording consumed when it was decided.
    pub decided: Millis,
}

/// Listens to a whole recording; the same recording gives the same answers.
pub fn listen(
    model: &Arc<SpeechModel>,
    table: &PhraseTable,
    config: EarsConfig,
    recording: Recording,
    moment: Moment,
) -> Result<Vec<Considered>, HearingError> {
    let recording = recording.at_rate(RATE as u32);
    let mut ears = VoskEars::on(model, table.clone(), EarsConfig { mic_rate: recording.rate, ..config })?;
    let length = Millis(recording.samples.len() as u64 * 1000 / RATE as u64);
    let mut blocks = recording.samples.chunks(BLOCK);
    let total = BEFORE + recording.samples.len().div_ceil(BLOCK) as u64 + AFTER;
    let mut considered = Vec::new();
    for number in 0..total {
        let block = if number < BEFORE { &[][..] } else { blocks.next().unwrap_or_default() };
        ears.hear(Millis(number * 10), block, &[0.0; OUTPUT_BLOCK]);
        let decided = back(Millis((number + 1) * 10), length);
        while let Some(output) = ears.poll() {
            if let EarOutput::Report(EarReport::Utterance(utterance)) = output {
                considered.push(consider(table, utterance, moment, decided, length));
            }
        }
    }
    Ok(considered)
}

fn consider(table: &PhraseTable, heard: Utterance, moment: Moment, decided: Millis, length: Millis) -> Considered {
    let command = table.command(&heard.words).cloned();
    let verdict = match &command {
        Some(command) if !moment.live(command.intent) => {
            Verdict::Refused { reason: Refusal::NotNow, risk: Some(command.intent.risk()) }
        }
        Some(_) | None => Guard::default().judge(&heard, command.as_ref(), moment.strictness()),
    };
    let utterance = Utterance {
        start: back(heard.start, length),
        end: back(heard.end, length),
        onset: back(heard.onset, length),
        ..heard
    };
    Considered { utterance, command, verdict, decided }
}

/// Session time to the recording's own time, within the recording.
fn back(time: Millis, length: Millis) -> Millis {
    Millis(time.0.saturating_sub(BEFORE * 10).min(length.0))
}
