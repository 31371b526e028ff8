//! The session decides everything and touches nothing: inputs in, effects out, time as an argument.

mod effect;
mod event;
mod input;

pub use effect::*;
pub use event::*;
pub use input::*;
