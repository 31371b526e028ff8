//! Microphone and loudspeaker: what the engine needs of a sound card, and nothing that decides.
//!
//! In reading order: [`Capture`] and [`Playback`] own one device each; [`output_ring`] and [`reference_ring`] carry sound between
//! the engine and their callbacks; [`Watchdog`] judges from the frame counters alone whether a device lives; [`Devices`] opens
//! again what was lost; [`output_kind`] asks where the voice comes out.
//!
//! **Invariant** In a callback nothing allocates, locks, waits or logs (tests/audio_realtime.rs proves it, rodio's path included).
//!
//! # Time
//! Both streams are counted in frames from their own start. Ten milliseconds of microphone always go with the next ten of
//! reference: both cards run at the same nominal rate, so one offset found at the start holds, and [`ReferenceReader`] corrects it
//! only when it has drifted by more than a few blocks. What is left is a constant delay, which an echo canceller measures itself.

mod capture;
mod complaints;
mod counter;
mod devices;
mod error;
mod format;
mod playback;
mod quiet;
mod reference;
mod ring;
mod route;
mod watchdog;

pub use capture::{Capture, CaptureConfig, CaptureReader, MicrophoneSink};
pub use counter::FrameCounter;
pub use devices::{Devices, NewRender, Opened, Wanted};
pub use error::{AudioError, Side};
pub use playback::{Playback, Render, RenderSource, SpeakerDevice};
pub use reference::{ReferenceReader, ReferenceWriter, reference_ring};
pub use ring::{Block, Full, OutputProducer, SpeakerFeed, Stage, output_ring};
pub use route::{output_kind, parse_output_kind};
pub use watchdog::{Liveness, Watchdog};
