//! From meaning to speech. Pure: [`crate::mail::Message`] in, [`Script`] out.

mod types;

pub use types::*;
