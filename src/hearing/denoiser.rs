//! Takes noise away: RNNoise (`nnnoiseless`), most of it mixed with a little of the sound as it was (docs/adr/0020).
//!
//! RNNoise works at 48 kHz in frames of 10 ms. Both changes of rate and its own overlap make the result [`LATENCY`] late; the
//! sound as it was is kept back for as long.

use std::collections::VecDeque;

use nnnoiseless::DenoiseState;
use rubato::{Fft, FixedSync};

use super::front::resampled;
use super::{BLOCK, HearingError, RATE};

/// Samples of 10 ms at the rate of RNNoise.
const FRAME: usize = DenoiseState::FRAME_SIZE;
const FRAME_RATE: usize = 48_000;
/// How late the result is: half a block by each change of rate, one by the overlap; 20 ms.
const LATENCY: usize = 2 * BLOCK;
/// RNNoise counts in steps of 16 bits.
const SCALE: f32 = 32_768.0;
/// Share of the result without noise: what RNNoise takes from a voice is half as bad when a little is left.
const WET: f32 = 0.7;

pub(super) struct Denoiser {
    state: Box<DenoiseState<'static>>,
    up: Fft<f32>,
    down: Fft<f32>,
    dry: VecDeque<f32>,
}

impl Denoiser {
    pub fn new() -> Result<Denoiser, HearingError> {
        let refused = |_| HearingError::Rate(FRAME_RATE as u32);
        Ok(Denoiser {
            state: DenoiseState::new(),
            up: Fft::new(RATE, FRAME_RATE, BLOCK, 1, FixedSync::Both).map_err(refused)?,
            down: Fft::new(FRAME_RATE, RATE, FRAME, 1, FixedSync::Both).map_err(refused)?,
            dry: VecDeque::from(vec![0.0; LATENCY]),
        })
    }

    /// Takes 10 ms (samples within -1 to 1) and gives the 10 ms that were taken [`LATENCY`] ago, with less noise.
    pub fn clean(&mut self, block: &[f32; BLOCK]) -> [f32; BLOCK] {
        let (mut noisy, mut quiet, mut out) = ([0.0; FRAME], [0.0; FRAME], [0.0; BLOCK]);
        resampled(&mut self.up, block, &mut noisy);
        self.state.process_frame(&mut quiet, &noisy.map(|sample| sample * SCALE));
        resampled(&mut self.down, &quiet, &mut out);
        self.dry.extend(block);
        for (sample, dry) in out.iter_mut().zip(self.dry.drain(..BLOCK)) {
            *sample = WET * *sample / SCALE + (1.0 - WET) * dry;
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hearing::canceller::tests::noise;
    use crate::hearing::front::level_db;

    /// Something like a vowel: harmonics of a wavering 130 Hz under two formants, in syllables of 0.3 s.
    fn vowels(samples: usize) -> Vec<f32> {
        let mut phase = 0.0_f32;
        let sample = |n: usize| {
            let time = n as f32 / RATE as f32;
            phase += (130.0 + 8.0 * (time * 5.0).sin()) / RATE as f32;
            let formant = |hz: f32, at: f32| (-((hz - at) / 180.0).powi(2)).exp();
            let harmonic = |k: u32| {
                let hz = 130.0 * k as f32;
                (0.1 + formant(hz, 700.0) + 0.6 * formant(hz, 1200.0))
                    * (std::f32::consts::TAU * phase * k as f32).sin()
            };
            let syllable = (time / 0.45).fract() * 0.45;
            let loudness = if syllable < 0.3 { (std::f32::consts::PI * syllable / 0.3).sin() } else { 0.0 };
            0.05 * loudness * (1..30).map(harmonic).sum::<f32>()
        };
        (0..samples).map(sample).collect()
    }

    fn cleaned(sound: &[f32]) -> Vec<f32> {
        let mut denoiser = Denoiser::new().unwrap();
        let blocks = sound.chunks_exact(BLOCK).map(|block| denoiser.clean(block.try_into().unwrap()));
        blocks.collect::<Vec<_>>().concat()
    }

    #[test]
    fn steady_noise_falls_and_a_voice_stays() {
        let noise = noise(1, 0.05).take(3 * RATE / BLOCK).collect::<Vec<_>>().concat();
        let left = cleaned(&noise);
        assert!(level_db(&left[RATE..]) < level_db(&noise[RATE..]) - 8.0);
        let voice = vowels(3 * RATE);
        assert!((level_db(&cleaned(&voice)[RATE..]) - level_db(&voice[RATE..])).abs() < 1.5);
    }

    #[test]
    fn what_is_mixed_belongs_to_the_same_moment() {
        let voice = vowels(3 * RATE);
        let out = cleaned(&voice);
        // Without the share of the sound as it was, whose lateness is known.
        let wet: Vec<f32> = (RATE..3 * RATE).map(|n| out[n] - (1.0 - WET) * voice[n - LATENCY]).collect();
        let alike = |late: usize| wet.iter().enumerate().map(|(n, wet)| wet * voice[RATE + n - late]).sum::<f32>();
        let best = (LATENCY - 60..LATENCY + 60).max_by(|&a, &b| alike(a).total_cmp(&alike(b))).unwrap();
        assert!(best.abs_diff(LATENCY) <= 1, "{best}");
    }

    #[test]
    fn any_samples_stay_numbers() {
        for sample in [0.0, 1.0, -1.0, 1e-38] {
            let out = cleaned(&vec![sample; RATE]);
            assert!(out.iter().all(|sample| sample.is_finite() && sample.abs() < 1.5));
        }
    }
}
