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
        config.filter.refined.length_blocks = LENGTH;
        config.filter.coarse.length_blocks = LENGTH;
        config.suppressor.normal_tuning = config.suppressor.nearend_tuning.clone();
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
