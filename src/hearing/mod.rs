//! Hearing: blocks of the microphone in, utterances with their evidence out.
//!
//! In the order sound goes through it: [`front`] (resampling, echo, noise), [`activity`] (is that a voice?), [`recogniser`]
//! (which words?), [`ending`] (is it over?), [`decision`] and [`score`] (was it a phrase?), [`ears`] (all of it). `docs/benchmarks-hearing.md` says how well.

mod activity;
mod background;
mod canceller;
mod company;
mod decision;
mod denoiser;
mod ears;
mod echo;
mod ending;
mod front;
mod input;
mod levels;
mod likeness;
mod model;
mod names;
mod recogniser;
mod score;
mod threaded;
mod witness;

#[cfg(feature = "replay")]
pub mod bench;
#[cfg(feature = "replay")]
pub mod files;
#[cfg(feature = "replay")]
pub mod listen;

use std::path::PathBuf;

pub use ears::{EarsConfig, VoskEars};
pub use input::InputWatch;
pub use model::SpeechModel;
pub use recogniser::Recipe;
pub use score::{NUMBERS, Signs};
pub use threaded::ThreadedEars;

/// Rate at which everything behind the front works, in Hz: what the speech model was trained on.
pub(crate) const RATE: usize = 16_000;
/// Samples of one 10 ms block at [`RATE`].
pub(crate) const BLOCK: usize = 160;

/// Why the ears cannot be opened; says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HearingError {
    #[error("the speech model is missing: {} was not found. Run `cargo xtask models`, or `hark models add FILE`", .0.display())]
    Missing(PathBuf),
    #[error("the speech model in {} is damaged. Remove the folder and run `cargo xtask models`", .0.display())]
    Damaged(PathBuf),
    #[error("the speech model could not be prepared in {}: {reason}. Is there room, and may Hark write there?", .folder.display())]
    Folder { folder: PathBuf, reason: String },
    #[error("a microphone at {0} Hz cannot be used: choose 8000, 16000, 44100 or 48000 Hz")]
    Rate(u32),
    #[error("the phrase list holds nothing that this speech model can hear")]
    NoPhrases,
    #[error("the weights of the hearing are broken: {0}")]
    Weights(String),
    #[error("the recogniser could not be started: the speech library refused the phrase list")]
    Refused,
}
