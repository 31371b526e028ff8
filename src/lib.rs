//! Hark reads mail aloud and does what it is told.
//!
//! The tour of the house is in ARCHITECTURE.md. Pure rooms: [`mail`] (bytes to meaning), [`script`] (meaning to speech),
//! [`command`] (words to commands), [`session`] (decides everything).

#[cfg(feature = "audio")]
pub mod audio;
pub mod command;
pub mod mail;
pub mod ports;
pub mod script;
pub mod session;
pub mod units;
