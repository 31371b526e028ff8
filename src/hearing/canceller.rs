//! Takes our own voice out of the microphone: AEC3 (`sonora-aec3`), fed in its own blocks, with both of its results.
//!
//! The suppressed result is quiet wherever only we speak: it says *whether* somebody speaks. But it also takes away what somebody says
//! over us; the linear result keeps that, with a little of our voice: it says *what* was said (docs/adr/0019).

use std::collections::VecDeque;

use sonora_aec3::block::Block;
use sonora_aec3::block_processor::BlockProcessor;
use sonora_aec3::config::EchoCanceller3Config;

use super::{BLOCK, RATE};

/// Samples of a block of AEC3: 4 ms.
const STEP: usize = 64;
/// Length of its filter in steps: 80 ms of a room instead of 52.
const LENGTH: usize = 20;
/// 10 ms are two and a half steps: so much is kept back that 10 ms can always be given.
const KEPT: usize = STEP / 2;
/// AEC3 counts in steps of 16 bits.
const SCALE: f32 = 32_768.0;
/// From here on the microphone is clipped, of 1.
const CLIPPED: f32 = 0.99;

/// 10 ms without our voice.
pub(super) struct Cancelled {
    pub suppressed: [f32; BLOCK],
    pub linear: [f32; BLOCK],
}

pub(super) struct Canceller {
    processor: Box<BlockProcessor>,
    near: VecDeque<f32>,
    far: VecDeque<f32>,
    suppressed: VecDeque<f32>,
    linear: VecDeque<f32>,
    render: Block,
    capture: Block,
    exported: Block,
}

impl Canceller {
    pub fn new() -> Canceller {
        let mut config = EchoCanceller3Config::default();
        config.filter.export_linear_aec_output = true;
        // As if somebody near always spoke: at -12 dB command to echo 69 % of words instead of 44 % (docs/benchmarks-bargein.md).
        config.suppressor.normal_tuning = config.suppressor.nearend_tuning.clone();
        config.filter.refined.length_blocks = LENGTH;
        config.filter.coarse.length_blocks = LENGTH;
        config.validate();
        let start = || VecDeque::from(vec![0.0; KEPT]);
        Canceller {
            processor: Box::new(BlockProcessor::new(&config, RATE, 1, 1)),
            near: VecDeque::new(),
            far: VecDeque::new(),
            suppressed: start(),
            linear: start(),
            render: Block::new(1, 1),
            capture: Block::new(1, 1),
            exported: Block::new(1, 1),
        }
    }

    /// Takes 10 ms of the microphone and of what was played.
    pub fn cancel(&mut self, near: &[f32; BLOCK], far: &[f32; BLOCK]) -> Cancelled {
        self.far.extend(far);
        self.near.extend(near);
        while self.far.len() >= STEP && self.near.len() >= STEP {
            fill(&mut self.render, &mut self.far);
            self.processor.buffer_render(&self.render);
            let clipped = self.near.iter().take(STEP).any(|sample| sample.abs() >= CLIPPED);
            fill(&mut self.capture, &mut self.near);
            self.processor.process_capture(false, clipped, Some(&mut self.exported), &mut self.capture);
            self.suppressed.extend(self.capture.view(0, 0).iter().map(|sample| sample / SCALE));
            self.linear.extend(self.exported.view(0, 0).iter().map(|sample| sample / SCALE));
        }
        Cancelled { suppressed: taken(&mut self.suppressed), linear: taken(&mut self.linear) }
    }
}

fn fill(block: &mut Block, from: &mut VecDeque<f32>) {
    block.view_mut(0, 0).iter_mut().zip(from.drain(..STEP)).for_each(|(to, sample)| *to = sample * SCALE);
}

fn taken(from: &mut VecDeque<f32>) -> [f32; BLOCK] {
    let mut block = [0.0; BLOCK];
    let ready = from.len().min(BLOCK);
    block.iter_mut().zip(from.drain(..ready)).for_each(|(to, sample)| *to = sample);
    block
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::hearing::front::level_db;

    /// Noise, the same in every run, in blocks.
    pub fn noise(seed: u32, level: f32) -> impl Iterator<Item = [f32; BLOCK]> {
        let mut state = seed;
        std::iter::repeat_with(move || {
            std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                level * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0)
            })
        })
    }

    #[test]
    fn without_an_echo_the_linear_result_is_the_microphone_two_milliseconds_late() {
        let mut canceller = Canceller::new();
        let near: Vec<[f32; BLOCK]> = noise(1, 0.1).take(20).collect();
        let out: Vec<f32> = near.iter().flat_map(|block| canceller.cancel(block, &[0.0; BLOCK]).linear).collect();
        let late = near.concat();
        assert!(out[KEPT..].iter().zip(&late).all(|(out, near)| (out - near).abs() < 1e-3));
    }

    #[test]
    fn an_echo_goes_from_both_and_a_near_voice_stays_in_the_linear_one() {
        let mut canceller = Canceller::new();
        let played: Vec<[f32; BLOCK]> = noise(1, 0.2).take(600).collect();
        let mut alone = (0.0, 0.0);
        let mut both = 0.0;
        for (number, (far, voice)) in played.iter().zip(noise(2, 0.2)).enumerate() {
            let speaks = if number >= 550 { 1.0 } else { 0.0 };
            // The loudspeaker is heard 40 ms later, at half its level.
            let heard = number.checked_sub(4).and_then(|then| played.get(then)).unwrap_or(&[0.0; BLOCK]);
            let near = std::array::from_fn(|n| 0.5 * heard[n] + speaks * voice[n]);
            let cancelled = canceller.cancel(&near, far);
            match number {
                500..550 => alone = (level_db(&cancelled.linear), level_db(&cancelled.suppressed)),
                560.. => both = level_db(&cancelled.linear),
                _ => {}
            }
        }
        let (echo, voice) = (level_db(&played[0].map(|sample| 0.5 * sample)), level_db(&played[0]));
        assert!(alone.0 < echo - 15.0 && alone.1 < alone.0 + 0.1, "{alone:?} of {echo}");
        assert!((both - voice).abs() < 3.0, "{both} of {voice}");
    }
}
