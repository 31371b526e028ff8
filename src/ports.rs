//! The few traits between the core and the world. Engine and replay speak these; adapters implement them.

use crate::command::Names;
use crate::session::{EarReport, EchoQuality, MailReport, MailRequest, UtteranceId};
use crate::units::Millis;

/// Samples of one engine block of output: 10 ms at 48 kHz, mono.
pub const OUTPUT_BLOCK: usize = 480;
/// Output rate in Hz: what is rendered, played, and given to the ears as reference.
pub const OUTPUT_RATE: u32 = 48_000;
/// Length of an engine block.
pub const BLOCK_MS: u64 = 10;

/// Ears: 10 ms blocks in, reports out. `hear` may be slow (a flush costs ~40 ms); live runs it on a thread of its own behind the same trait.
pub trait Ears {
    /// One block: `mic` holds 10 ms at the microphone's rate, `reference` the [`OUTPUT_BLOCK`] samples really played in it (after gain, zeros included).
    /// `now` = session time of the block's first frame. Times in reports are session times.
    fn hear(&mut self, now: Millis, mic: &[f32], reference: &[f32]);
    /// The next report, oldest first.
    fn poll(&mut self) -> Option<EarOutput>;
    /// Rebuilds the grammar with these names at the next silence.
    fn learn(&mut self, names: &Names);
    /// The last voice was the listener's: it gave a command. Ears that do not weigh voices against each other ignore it.
    fn vouch(&mut self) {}
    /// Stops or restarts decoding to save power; blocks are still accepted.
    fn rest(&mut self, rest: Rest);
}

/// Whether the recogniser sleeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    Sleep,
    Wake,
}

/// What ears report.
#[derive(Debug, Clone, PartialEq)]
pub enum EarOutput {
    Report(EarReport),
    /// Estimate of the canceller changed.
    Echo(EchoQuality),
}

/// A voice: text to sound. Blocking and slow (0.2 s per second of speech); callers put it on a worker or charge its time.
pub trait Synthesiser {
    /// Mono samples of `text` at `length_scale` 1/speed, and their rate. Loudness about -19 LUFS, peaks below 1.
    fn synthesise(&mut self, text: &str, speed: f32) -> Result<Clip, VoiceError>;
    /// Identifies voice and version, for cache keys.
    fn identity(&self) -> String;
    /// The same for words of a language (ISO 639-1; `None` is the voice's own). A voice with one language only does its best.
    fn synthesise_in(&mut self, language: Option<&str>, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        let _ = language;
        self.synthesise(text, speed)
    }
    /// Becomes the next of the voices at hand. `false` when there is no other.
    fn next_voice(&mut self) -> bool {
        false
    }
    /// Languages at hand, its own first; empty when it does not tell.
    fn languages(&self) -> Vec<String> {
        Vec::new()
    }
}

/// A voice that plays by itself and gives no samples (the system's on Linux). Never blocks.
///
/// What it plays is unknown to the echo canceller: whoever uses it tells the session [`EchoQuality::None`].
pub trait RemoteVoice {
    /// Speaks after whatever it is speaking; `speed` 0.5 to 3.
    fn speak(&mut self, id: UtteranceId, text: &str, speed: f32);
    /// Silence at once; marks of what was stopped may still come.
    fn stop(&mut self);
    /// The next mark, oldest first.
    fn poll(&mut self) -> Option<RemoteMark>;
}

/// What a remote voice tells of an utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RemoteMark {
    Began(UtteranceId),
    Ended(UtteranceId),
    Failed(UtteranceId),
}

/// Mono sound.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clip {
    pub samples: Vec<f32>,
    pub rate: u32,
}

impl Clip {
    /// Length in seconds; 0 for an empty clip.
    pub fn seconds(&self) -> f64 {
        if self.rate == 0 { 0.0 } else { self.samples.len() as f64 / f64::from(self.rate) }
    }
}

/// Why nothing could be spoken; in the listener's words, with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VoiceError {
    #[error("the voice is missing: {0}. Run `cargo xtask models`, or `hark models add FILE`")]
    Missing(String),
    #[error("the voice is damaged: {0}. Run `cargo xtask models` to fetch it again")]
    Damaged(String),
    #[error("espeak-ng is missing: install the package espeak-ng")]
    NoPhonemes,
    #[error("the system's voice cannot be used: {0}. Choose another one: `hark doctor` lists them")]
    NoSystemVoice(String),
    #[error("this text could not be spoken: {0}")]
    Failed(String),
}

/// Where rendered clips come from: a worker thread live, charged virtual time in replay. Never blocks.
pub trait ClipSource {
    /// Asks for a clip; asking again for one under way or cached costs nothing. `urgent` goes first.
    fn request(&mut self, now: Millis, key: &ClipKey, urgency: Urgency);
    /// The clip if it is ready at `now`.
    fn get(&mut self, now: Millis, key: &ClipKey) -> ClipState;
    /// Clips asked for from now on are spoken by the next of the voices at hand.
    fn next_voice(&mut self) {}
}

/// Names a clip: what is said and how fast (speed in per cent).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClipKey {
    pub spoken: String,
    pub speed_percent: u16,
    /// Of the words, ISO 639-1; `None` is the voice's own.
    pub language: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Wanted some day: prompts.
    Background,
    /// Will be wanted next.
    Ahead,
    /// Somebody waits.
    Now,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ClipState {
    Pending,
    Ready(std::sync::Arc<Clip>),
    Failed(VoiceError),
}

/// A mailbox: one owner of its connection. Never blocks; work happens on its own thread (IMAP) or at once (Maildir).
pub trait Mailbox {
    fn submit(&mut self, now: Millis, request: MailRequest);
    /// The next report, oldest first.
    fn poll(&mut self, now: Millis) -> Option<MailReport>;
}
