//! The last step before the device: duck, volume and hush. Runs in the device callback (live) or inline (replay): no
//! allocation, no lock, no clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use crate::ports::OUTPUT_RATE;
use crate::session::Epoch;

/// Gain while ducked: -22 dB; behaviour.md asks for at least 18.
const DUCKED: f32 = 0.08;
/// Frames of a full change of gain: 10 ms.
const RAMP: f32 = OUTPUT_RATE as f32 * 0.010;
/// Frames in which a hushed voice fades: 5 ms.
const FADE: f32 = OUTPUT_RATE as f32 * 0.005;
/// Limits of the volume in dB.
const VOLUME_DB: (f32, f32) = (-20.0, 6.0);
/// Above this level the output bends instead of clipping: +6 dB of volume would exceed full scale in peaks.
const KNEE: f32 = 0.8;

/// What engine and callback share: three atomics. One writer, one reader.
#[derive(Debug)]
pub struct OutputControl {
    epoch: AtomicU64,
    volume: AtomicU32,
    ducked: AtomicBool,
}

impl OutputControl {
    #[allow(clippy::new_ret_no_self)]
    pub fn new() -> Arc<OutputControl> {
        Arc::new(OutputControl {
            epoch: AtomicU64::new(0),
            volume: AtomicU32::new(1.0_f32.to_bits()),
            ducked: AtomicBool::new(false),
        })
    }

    /// From now on only blocks of `epoch` and later are heard. Never goes back.
    pub fn hush(&self, epoch: Epoch) {
        self.epoch.fetch_max(epoch.0, Ordering::Release);
    }

    pub fn duck(&self) {
        self.ducked.store(true, Ordering::Relaxed);
    }

    pub fn unduck(&self) {
        self.ducked.store(false, Ordering::Relaxed);
    }

    /// Gain in dB relative to normal, -20 to +6; what is no number is ignored.
    pub fn set_volume(&self, db: f32) {
        if db.is_finite() {
            let gain = 10_f32.powf(db.clamp(VOLUME_DB.0, VOLUME_DB.1) / 20.0);
            self.volume.store(gain.to_bits(), Ordering::Relaxed);
        }
    }
}

/// Owned by whoever plays.
#[derive(Debug)]
pub struct OutputStage {
    control: Arc<OutputControl>,
    duck: Ramp,
    volume: Ramp,
    /// 1 = open; falls to 0 while blocks of an old epoch are dropped.
    gate: f32,
    /// Last sample that was heard of a hushed block, fading: the step to what follows would click.
    residue: f32,
    residue_step: f32,
    /// Epoch of the last block, and its last sample.
    last_epoch: Epoch,
    last: f32,
}

impl OutputStage {
    pub fn new(control: Arc<OutputControl>) -> OutputStage {
        OutputStage {
            control,
            duck: Ramp::new(1.0),
            volume: Ramp::new(1.0),
            gate: 1.0,
            residue: 0.0,
            residue_step: 0.0,
            last_epoch: Epoch(0),
            last: 0.0,
        }
    }

    /// Turns rendered frames of `epoch` into what is played, in place. Any number of frames, mono. What comes out is the
    /// reference for the ears.
    pub fn process(&mut self, block: &mut [f32], epoch: Epoch) {
        let hushed = epoch.0 < self.control.epoch.load(Ordering::Acquire);
        self.duck.aim(if self.control.ducked.load(Ordering::Relaxed) { DUCKED } else { 1.0 });
        self.volume.aim(f32::from_bits(self.control.volume.load(Ordering::Relaxed)));
        if !hushed {
            self.open(epoch);
        }
        for sample in block.iter_mut() {
            if hushed {
                self.gate = (self.gate - 1.0 / FADE).max(0.0);
            }
            let gain = self.gate * self.duck.next() * self.volume.next();
            self.residue = fade_towards_zero(self.residue, self.residue_step);
            *sample = bend(*sample * gain + self.residue);
        }
        self.last = block.last().copied().unwrap_or(self.last);
        self.last_epoch = epoch;
    }

    /// A block to be heard. When the one before belonged to an older epoch it was cut off in the middle: let it die away.
    fn open(&mut self, epoch: Epoch) {
        if epoch.0 > self.last_epoch.0 {
            self.residue = self.last;
            self.residue_step = self.last.abs() / FADE;
        }
        self.gate = 1.0;
    }
}

fn fade_towards_zero(value: f32, step: f32) -> f32 {
    if value.abs() <= step { 0.0 } else { value - step.copysign(value) }
}

/// Straight up to the knee, then bent so that it stays below 1. What is no number is silence.
fn bend(sample: f32) -> f32 {
    let level = sample.abs();
    if level <= KNEE {
        sample
    } else if sample.is_nan() {
        0.0
    } else {
        (KNEE + (1.0 - KNEE) * ((level - KNEE) / (1.0 - KNEE)).tanh()).copysign(sample)
    }
}

/// A gain that takes [`RAMP`] frames to any target, in a straight line.
#[derive(Debug, Clone, Copy)]
struct Ramp {
    now: f32,
    target: f32,
    step: f32,
}

impl Ramp {
    fn new(gain: f32) -> Ramp {
        Ramp { now: gain, target: gain, step: 0.0 }
    }

    fn aim(&mut self, target: f32) {
        if target != self.target {
            self.target = target;
            self.step = (target - self.now) / RAMP;
        }
    }

    fn next(&mut self) -> f32 {
        if (self.target - self.now).abs() <= self.step.abs() {
            self.now = self.target;
        } else {
            self.now += self.step;
        }
        self.now
    }
}
