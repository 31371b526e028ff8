//! The mouth: text to sound. Feature `voice`; builds without `audio`.
//!
//! A [`Synthesiser`] (a Piper voice through rten, or espeak-ng) turns one piece of text into a clip; a clip source
//! ([`WorkerClips`] live, [`ChargedClips`] in replay) does so ahead of need; the [`Mouth`] reads, stretches and mixes
//! clips into blocks and reports what was played; the [`OutputStage`] applies duck, volume and hush as late as possible.

mod cache;
mod charged;
mod earcons;
mod espeak;
mod level;
mod memo;
mod mouth;
mod output;
mod phonemes;
mod pieces;
mod piper;
mod process;
mod prompts;
mod queue;
mod resample;
mod stretch;
mod worker;

pub use charged::ChargedClips;
pub use espeak::EspeakVoice;
pub use level::loudness_lufs;
pub use memo::MemoVoice;
pub use mouth::Mouth;
pub use output::{OutputControl, OutputStage};
pub use pieces::pieces;
pub use piper::{Noise, PiperVoice, VoiceOptions};
pub use prompts::PromptStore;
pub use worker::{ClipOptions, WorkerClips};

use std::path::Path;

use crate::ports::{ClipKey, ClipSource, ClipState, Synthesiser, Urgency, VoiceError};
use crate::units::Millis;

/// Name of the voice that needs no model.
pub const FALLBACK_VOICE: &str = "espeak";

/// Opens a voice by name: "espeak", or any folder in `models` that holds a Piper voice (`*.onnx` and `*.onnx.json`).
///
/// # Errors
/// [`VoiceError::Missing`] when there is no such folder, [`VoiceError::Damaged`] when it cannot be read,
/// [`VoiceError::NoPhonemes`] when espeak-ng is not installed.
pub fn open_voice(name: &str, models: &Path, options: VoiceOptions) -> Result<Box<dyn Synthesiser + Send>, VoiceError> {
    if name == FALLBACK_VOICE {
        return Ok(Box::new(EspeakVoice::open()?));
    }
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !plain || name.starts_with('.') {
        return Err(VoiceError::Missing(format!("there is no voice called \"{}\"", name.escape_debug())));
    }
    Ok(Box::new(PiperVoice::open(&models.join(name), options)?))
}

/// So that an engine may choose its source when it runs.
impl<C: ClipSource + ?Sized> ClipSource for Box<C> {
    fn request(&mut self, now: Millis, key: &ClipKey, urgency: Urgency) {
        (**self).request(now, key, urgency);
    }

    fn get(&mut self, now: Millis, key: &ClipKey) -> ClipState {
        (**self).get(now, key)
    }
}
