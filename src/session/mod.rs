//! The session decides everything and touches nothing: inputs in, effects out, time as an argument.

mod effect;
mod event;
pub mod guard;
mod input;
mod settings;

pub use effect::*;
pub use event::*;
pub use input::*;
pub use settings::*;
