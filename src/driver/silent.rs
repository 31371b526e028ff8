//! A session without sound: what would be said is read on the screen, what would be heard is typed.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::{OutputEnds, Sound, new_render};
use crate::audio::{Render, Stage};
use crate::command::Names;
use crate::ports::{Clip, ClipKey, ClipSource, ClipState, EarOutput, Ears, Rest, Urgency};
use crate::session::DeviceChange;
use crate::units::Millis;

/// Seconds a reader gets for each character: 40 characters a second, about twice as fast as speech.
const SECONDS_A_CHARACTER: f32 = 0.025;
/// Rate of the silence, in Hz; the lowest that the mouth converts without a filter of its own would be no better.
const RATE: u32 = 48_000;
/// Frames of a millisecond at the output.
const FRAMES_A_MS: u64 = 48;
/// After a pause of the whole process, at most this much is caught up at once.
const CATCH_UP_MS: u64 = 200;

/// Clips of silence, as long as it takes to read their words.
pub struct ReadingTime;

impl ClipSource for ReadingTime {
    fn request(&mut self, _now: Millis, _key: &ClipKey, _urgency: Urgency) {}

    fn get(&mut self, _now: Millis, key: &ClipKey) -> ClipState {
        let speed = f32::from(key.speed_percent.max(1)) / 100.0;
        let seconds = key.spoken.chars().count() as f32 * SECONDS_A_CHARACTER / speed;
        let samples = vec![0.0; (seconds * RATE as f32) as usize + 1];
        ClipState::Ready(Arc::new(Clip { samples, rate: RATE }))
    }
}

/// Ears that hear nothing.
pub struct NoEars;

impl Ears for NoEars {
    fn hear(&mut self, _now: Millis, _mic: &[f32], _reference: &[f32]) {}

    fn poll(&mut self) -> Option<EarOutput> {
        None
    }

    fn learn(&mut self, _names: &Names) {}

    fn rest(&mut self, _rest: Rest) {}
}

/// A loudspeaker that nobody hears: it takes samples as fast as a real one would.
pub struct NoSound {
    render: Render,
    until: Millis,
    scratch: Vec<f32>,
}

impl NoSound {
    /// The silent loudspeaker and the engine's ends of its rings.
    pub fn new<S: Stage + 'static>(stage: impl FnMut() -> S + Send + 'static) -> (NoSound, Receiver<OutputEnds>) {
        let (mut make, ends) = new_render(stage);
        let scratch = vec![0.0; (CATCH_UP_MS * FRAMES_A_MS) as usize];
        (NoSound { render: make(), until: Millis(0), scratch }, ends)
    }
}

impl Sound for NoSound {
    fn next_block(&mut self) -> Option<&[f32]> {
        None
    }

    fn poll(&mut self, now: Millis) -> Vec<DeviceChange> {
        let due = now.since(self.until).min(CATCH_UP_MS) * FRAMES_A_MS;
        self.until = now;
        if let Some(samples) = self.scratch.get_mut(..due as usize) {
            (self.render)(samples);
        }
        Vec::new()
    }
}
