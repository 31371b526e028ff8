//! The mouth: text to sound. Feature `voice`; builds without `audio`.
//!
//! A [`Synthesiser`] (a Piper voice through rten, or espeak-ng) turns one piece of text into a clip; a clip source
//! ([`WorkerClips`] live, [`ChargedClips`] in replay) does so ahead of need; the [`Mouth`] reads, stretches and mixes
//! clips into blocks and reports what was played; the [`OutputStage`] applies duck, volume and hush as late as possible.

mod cache;
mod charged;
mod earcons;
mod elsewhere;
mod espeak;
mod letters;
mod level;
mod lexicon;
mod memo;
mod mouth;
mod output;
mod phonemes;
mod pieces;
mod piper;
mod process;
mod prompts;
mod pronounced;
mod queue;
mod readable;
mod resample;
mod stretch;
#[cfg(feature = "system-voice")]
mod system;
mod voices;
mod worker;

pub use charged::ChargedClips;
pub use earcons::sound as earcon_sound;
pub use espeak::EspeakVoice;
pub use level::loudness_lufs;
pub use lexicon::{Lexicon, LexiconError, Lexicons};
pub use memo::MemoVoice;
pub use mouth::{AnyMouth, Mouth};
pub use output::{OutputControl, OutputStage};
pub use pieces::pieces;
pub use piper::{Noise, PiperVoice, VoiceOptions};
pub use prompts::PromptStore;
pub use voices::{FALLBACK_VOICE, SYSTEM_VOICE, VoiceInfo, VoiceKind, find_voice, lexicons, open_voice, voices};
pub use worker::{ClipOptions, WorkerClips};

use crate::ports::{ClipKey, ClipSource, ClipState, RemoteVoice, Urgency, VoiceError};
use crate::units::Millis;

/// The operating system's own voice.
///
/// # Errors
/// [`VoiceError::NoSystemVoice`] when there is none, or this build cannot use it.
pub fn open_system_voice() -> Result<Box<dyn RemoteVoice + Send>, VoiceError> {
    #[cfg(feature = "system-voice")]
    return Ok(Box::new(system::SystemVoice::open()?));
    #[cfg(not(feature = "system-voice"))]
    Err(VoiceError::NoSystemVoice("this build has none: build with `--features system-voice`".to_owned()))
}

/// So that an engine may choose its source when it runs.
impl<C: ClipSource + ?Sized> ClipSource for Box<C> {
    fn request(&mut self, now: Millis, key: &ClipKey, urgency: Urgency) {
        (**self).request(now, key, urgency);
    }

    fn get(&mut self, now: Millis, key: &ClipKey) -> ClipState {
        (**self).get(now, key)
    }

    fn next_voice(&mut self) {
        (**self).next_voice();
    }
}
