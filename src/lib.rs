//! Hark reads mail aloud and does what it is told.
//!
//! The tour of the house is in ARCHITECTURE.md. Pure rooms: [`mail`] (bytes to meaning), [`script`] (meaning to speech),
//! [`command`] (words to commands), [`session`] (decides everything).
//! They know no clock, file, socket, device, thread, environment or randomness: nothing of the kind is among the dependencies of the
//! build without features, and the lints below keep out the standard library's own (listed in clippy.toml).

#[cfg(feature = "audio")]
pub mod audio;
#[cfg(feature = "app")]
pub mod cli;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod command;
#[cfg(feature = "maildir")]
pub mod config;
#[cfg(feature = "driver")]
pub mod driver;
#[cfg(feature = "voice")]
pub mod engine;
#[cfg(feature = "hearing")]
pub mod hearing;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod mail;
#[cfg(feature = "maildir")]
pub mod mailbox;
#[cfg(feature = "models")]
pub mod models;
pub mod ports;
#[cfg(feature = "replay")]
pub mod replay;
#[cfg(any(feature = "hearing", feature = "voice"))]
pub mod resample;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod script;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod session;
pub mod units;
#[cfg(feature = "voice")]
pub mod voice;
