//! Listening to a recording as to a session of its own: what `hark hear` and the bench do.

use std::sync::Arc;

use super::files::Recording;
use super::{BLOCK, EarsConfig, HearingError, RATE, Signs, SpeechModel, VoskEars};
use crate::command::{Calling, Command, Intent, PhraseTable};
use crate::ports::{EarOutput, Ears, OUTPUT_BLOCK};
use crate::session::guard::{Guard, Refusal, Strictness, Verdict};
use crate::session::{self, EarReport, EchoQuality, Floor, Liveness, MomentName, OutputKind, Utterance, is_answer};
use crate::units::Millis;

/// Silence before a recording (the ears settle) and after it (its last word ends), in blocks of 10 ms.
const BEFORE: u64 = 30;
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

    /// Whether the intent is live then: the session's own table, on headphones.
    pub fn live(self, intent: Intent) -> bool {
        let moment = match self {
            Moment::Reading => MomentName::Reading,
            Moment::Listening => MomentName::Window,
            Moment::Question => MomentName::Question,
        };
        match session::live(moment, intent, OutputKind::Headphones, EchoQuality::Headset) {
            Liveness::Live | Liveness::Asked => true,
            Liveness::Dead => false,
        }
    }
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
    pub signs: Option<Signs>,
}

/// An utterance of a recording, before anybody judges it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Heard {
    /// Times are those of the recording.
    pub utterance: Utterance,
    /// Sound of the recording consumed when it was decided (more than its length when only the silence after it decided).
    pub decided: Millis,
    pub signs: Option<Signs>,
}

/// Listens to a whole recording; the same recording gives the same answers.
pub fn listen(
    model: &Arc<SpeechModel>,
    table: &PhraseTable,
    config: EarsConfig,
    recording: Recording,
    moment: Moment,
) -> Result<Vec<Considered>, HearingError> {
    let length = Millis((recording.seconds() * 1000.0) as u64);
    let heard = utterances(model, table, config, recording)?;
    let mut floor = None;
    let consider = |heard: Heard| {
        let considered = consider(table, heard, moment, floor, length);
        floor = floor_after(&considered, floor);
        considered
    };
    Ok(heard.into_iter().map(consider).collect())
}

/// Everything that is said in a recording, silence before and after it included.
pub fn utterances(
    model: &Arc<SpeechModel>,
    table: &PhraseTable,
    config: EarsConfig,
    recording: Recording,
) -> Result<Vec<Heard>, HearingError> {
    let recording = recording.at_rate(RATE as u32);
    let mut ears = VoskEars::on(model, table.clone(), EarsConfig { mic_rate: recording.rate, ..config })?;
    let mut blocks = recording.samples.chunks(BLOCK);
    let total = BEFORE + recording.samples.len().div_ceil(BLOCK) as u64 + AFTER;
    let mut heard = Vec::new();
    for number in 0..total {
        let block = if number < BEFORE { &[][..] } else { blocks.next().unwrap_or_default() };
        ears.hear(Millis(number * 10), block, &[0.0; OUTPUT_BLOCK]);
        while let Some(output) = ears.poll() {
            if let EarOutput::Report(EarReport::Utterance(utterance)) = output {
                let decided = back(Millis((number + 1) * 10));
                heard.push(Heard { utterance: earlier(utterance), decided, signs: ears.signs() });
            }
        }
    }
    Ok(heard)
}

/// Who has the floor afterwards, as in a session.
fn floor_after(considered: &Considered, before: Option<Floor>) -> Option<Floor> {
    match &considered.verdict {
        Verdict::Accepted(command) if command.intent == Intent::Listen => Some(Floor::since(considered.decided)),
        Verdict::Accepted(_) => None,
        Verdict::Refused { .. } => before,
    }
}

fn consider(table: &PhraseTable, heard: Heard, moment: Moment, floor: Option<Floor>, length: Millis) -> Considered {
    let mut utterance = heard.utterance;
    let command = table.command(&utterance.words).cloned();
    let answers = moment == Moment::Question && command.as_ref().is_some_and(|command| is_answer(command.intent));
    let given = floor.is_some_and(|floor| floor.holds(utterance.onset));
    let addressed = table.calling() == Calling::Off || table.is_called(&utterance.words) || given || answers;
    let verdict = match &command {
        Some(command) if !addressed && command.intent != Intent::Pause => {
            Verdict::Refused { reason: Refusal::NotCalled, risk: Some(command.intent.risk()) }
        }
        Some(command) if !moment.live(command.intent) => {
            Verdict::Refused { reason: Refusal::NotNow, risk: Some(command.intent.risk()) }
        }
        Some(_) | None => {
            let weighed = floor.map_or_else(|| utterance.clone(), |floor| floor.weighed(&utterance));
            Guard::default().judge(&weighed, command.as_ref(), moment.strictness())
        }
    };
    utterance.start = utterance.start.min(length);
    utterance.end = utterance.end.min(length);
    Considered { utterance, command, verdict, decided: heard.decided.min(length), signs: heard.signs }
}

fn earlier(heard: Utterance) -> Utterance {
    Utterance { start: back(heard.start), end: back(heard.end), onset: back(heard.onset), ..heard }
}

/// Session time to the recording's own time.
fn back(time: Millis) -> Millis {
    Millis(time.0.saturating_sub(BEFORE * 10))
}
