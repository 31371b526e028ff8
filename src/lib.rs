//! Hark reads mail aloud and does what it is told.
//!
//! The tour of the house is in ARCHITECTURE.md. Pure rooms: [`mail`] (bytes to meaning), [`script`] (meaning to speech),
//! [`command`] (words to commands), [`session`] (decides everything).
//! They know no clock, file, socket, device, thread, environment or randomness: nothing of the kind is among the dependencies of the
//! build without features, and the lints below keep out the standard library's own (listed in clippy.toml).

#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod command;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod mail;
#[cfg(feature = "models")]
pub mod models;
pub mod ports;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod script;
#[cfg_attr(not(test), deny(clippy::disallowed_methods, clippy::disallowed_types))]
pub mod session;
pub mod units;
