//! The live end: real devices, real time. Nothing here decides; it carries blocks, keys and device news to the engine, and
//! events to the screen.
//!
//! One thread turns the engine every few milliseconds ([`Live`]); the devices' callbacks share only rings with it. Threads of
//! their own: what waits for the sound system (opening, [`watch_route`]) and for keys.

mod engine;
mod live;
mod play;
mod run;
mod silent;
mod watch;

use crate::ports::OUTPUT_BLOCK;
use crate::session::{Epoch, Event, Input};
use crate::units::Millis;

pub use live::{Live, OutputEnds, Sound, new_render};
pub use play::{Heard, play};
pub use run::{DriverError, Inbox, Options, Route, Sender, inbox, run_live};
pub use silent::{NoEars, NoSound, ReadingTime};
pub use watch::{WallWatch, watch_route};

/// What the driver needs of an engine.
pub trait LiveEngine {
    /// 10 ms of microphone that begin at `now`, and what was played in them.
    fn capture(&mut self, now: Millis, mic: &[f32], reference: &[f32]);
    /// The next 10 ms of our voice and the epoch they belong to.
    fn render(&mut self, now: Millis, block: &mut [f32; OUTPUT_BLOCK]) -> Epoch;
    /// So many more rendered frames are over: played, or skipped after a hush.
    fn played(&mut self, frames: u64);
    /// Lets what happened take effect; what is to be shown, oldest first.
    fn step(&mut self, now: Millis) -> Vec<(Millis, Event)>;
    fn input(&mut self, now: Millis, input: Input);
    /// The session is over and its last word played.
    fn ended(&self) -> bool;
}
