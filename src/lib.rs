//! Hark reads mail aloud and does what it is told.
//!
//! The tour of the house is in ARCHITECTURE.md. Pure rooms: [`mail`] (bytes to meaning), [`script`] (meaning to speech),
//! [`command`] (words to commands), [`session`] (decides everything).

#[cfg(feature = "audio")]
pub mod audio;
#[cfg(feature = "app")]
pub mod cli;
pub mod command;
#[cfg(feature = "driver")]
pub mod driver;
pub mod mail;
pub mod ports;
pub mod script;
pub mod session;
pub mod units;
