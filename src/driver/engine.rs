//! The real engine and the real output stage, as the driver and the device callback want them.

use super::LiveEngine;
use crate::audio::Stage;
use crate::engine::Engine;
use crate::ports::OUTPUT_BLOCK;
use crate::session::{Epoch, Event, Input};
use crate::units::Millis;
use crate::voice::OutputStage;

impl LiveEngine for Engine {
    fn capture(&mut self, now: Millis, mic: &[f32], reference: &[f32]) {
        Engine::capture(self, now, mic, reference);
    }

    fn render(&mut self, now: Millis, block: &mut [f32; OUTPUT_BLOCK]) -> Epoch {
        Engine::render(self, now, block)
    }

    fn played(&mut self, frames: u64) {
        Engine::played(self, frames);
    }

    fn step(&mut self, now: Millis) -> Vec<(Millis, Event)> {
        Engine::step(self, now).into_iter().map(|stamped| (stamped.t, stamped.event)).collect()
    }

    fn input(&mut self, now: Millis, input: Input) {
        Engine::input(self, now, input);
    }

    fn ended(&self) -> bool {
        Engine::ended(self)
    }
}

impl Stage for OutputStage {
    fn process(&mut self, block: &mut [f32], epoch: Epoch) {
        OutputStage::process(self, block, epoch);
    }
}
