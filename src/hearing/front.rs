//! The front: microphone blocks of any usual rate to 16 kHz without our own voice.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};
use sonora::config::{EchoCanceller, HighPassFilter};
use sonora::{AudioProcessing, Config, StreamConfig};

use super::{BLOCK, HearingError, RATE};
use crate::ports::OUTPUT_RATE;

/// A block of silence has this level, in dBFS.
pub(super) const SILENCE_DB: f32 = -90.0;

/// 10 ms behind the canceller.
pub(super) struct Block {
    /// What the recogniser gets: 16 bits only (it aborts on NaN and on infinite samples).
    pub samples: [i16; BLOCK],
    pub powers: Powers,
}

/// Levels of one block in dBFS (RMS).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Powers {
    pub microphone: f32,
    pub reference: f32,
    pub cancelled: f32,
}

pub(super) struct Front {
    microphone: ToHearingRate,
    reference: ToHearingRate,
    canceller: Box<AudioProcessing>,
}

impl Front {
    pub fn new(mic_rate: u32) -> Result<Front, HearingError> {
        let stream = StreamConfig::new(RATE as u32, 1);
        let config = Config {
            echo_canceller: Some(EchoCanceller::default()),
            high_pass_filter: Some(HighPassFilter::default()),
            ..Config::default()
        };
        let canceller =
            AudioProcessing::builder().config(config).capture_config(stream).render_config(stream).build();
        Ok(Front {
            microphone: ToHearingRate::new(mic_rate)?,
            reference: ToHearingRate::new(OUTPUT_RATE)?,
            canceller: Box::new(canceller),
        })
    }

    /// One block; a block of the wrong length is padded or cut, so that time goes on.
    pub fn clean(&mut self, mic: &[f32], reference: &[f32]) -> Block {
        let near = self.microphone.convert(mic);
        let far = self.reference.convert(reference);
        let mut scratch = [0.0; BLOCK];
        let mut cleaned = near;
        // Both fail only for formats that are fixed above; then the microphone is heard as it is.
        let _ = self.canceller.process_render_f32(&[&far], &mut [&mut scratch]);
        if self.canceller.process_capture_f32(&[&near], &mut [&mut cleaned]).is_err() {
            cleaned = near;
        }
        let cleaned = cleaned.map(sane);
        Block {
            samples: cleaned.map(to_16_bits),
            powers: Powers { microphone: level_db(&near), reference: level_db(&far), cancelled: level_db(&cleaned) },
        }
    }
}

/// Resamples blocks of 10 ms to [`RATE`]; the same number of samples in and out each time.
struct ToHearingRate {
    /// Samples of 10 ms at the rate of the source.
    length: usize,
    resampler: Option<Fft<f32>>,
    input: Vec<f32>,
}

impl ToHearingRate {
    fn new(rate: u32) -> Result<ToHearingRate, HearingError> {
        let refused = HearingError::Rate(rate);
        if !(8_000..=192_000).contains(&rate) || rate % 100 != 0 {
            return Err(refused);
        }
        let length = (rate / 100) as usize;
        let resampler = if rate as usize == RATE {
            None
        } else {
            let fft = Fft::new(rate as usize, RATE, length, 1, FixedSync::Both).map_err(|_| refused.clone())?;
            if fft.input_frames_next() != length || fft.output_frames_next() != BLOCK {
                return Err(refused);
            }
            Some(fft)
        };
        Ok(ToHearingRate { length, resampler, input: vec![0.0; length] })
    }

    fn convert(&mut self, block: &[f32]) -> [f32; BLOCK] {
        self.input.clear();
        self.input.extend(block.iter().take(self.length).map(|&sample| sane(sample)));
        self.input.resize(self.length, 0.0);
        let mut output = [0.0; BLOCK];
        match &mut self.resampler {
            None => output.iter_mut().zip(&self.input).for_each(|(out, &sample)| *out = sample),
            Some(fft) => {
                let input = SequentialSlice::new(&self.input, 1, self.length);
                let into = SequentialSlice::new_mut(&mut output, 1, BLOCK);
                if let (Ok(input), Ok(mut into)) = (input, into) {
                    // Fails only for lengths other than those asked for in `new`.
                    let _ = fft.process_into_buffer(&input, &mut into, None);
                }
            }
        }
        output
    }
}

/// Within -1 to 1, and a number.
pub(super) fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

fn to_16_bits(sample: f32) -> i16 {
    (sample * 32_767.0) as i16
}

/// RMS level in dBFS, at least [`SILENCE_DB`].
pub(super) fn level_db(samples: &[f32]) -> f32 {
    let power = samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32;
    (10.0 * (power + 1e-12).log10()).max(SILENCE_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, block: usize) -> Vec<f32> {
        let length = (rate / 100) as usize;
        (0..length)
            .map(|i| 0.3 * ((block * length + i) as f32 / rate as f32 * 440.0 * std::f32::consts::TAU).sin())
            .collect()
    }

    #[test]
    fn usual_rates_keep_their_level_and_odd_ones_are_refused() {
        for rate in [8_000, 16_000, 22_100, 32_000, 44_100, 48_000, 96_000] {
            let mut front = Front::new(rate).unwrap_or_else(|error| panic!("{rate}: {error}"));
            let level = (0..50).map(|i| front.clean(&sine(rate, i), &[0.0; 480]).powers.cancelled).last().unwrap();
            assert!((level - -13.5).abs() < 1.5, "{rate}: {level}");
        }
        for rate in [0, 4_000, 11_025, 22_050, 1_000_000] {
            assert_eq!(Front::new(rate).err(), Some(HearingError::Rate(rate)));
        }
    }

    #[test]
    fn hostile_samples_become_sound_that_the_recogniser_can_bear() {
        let mut front = Front::new(16_000).unwrap();
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e30, -1e30] {
            let block = front.clean(&[bad; 160], &[bad; 480]);
            assert!(block.powers.cancelled.is_finite());
        }
        front.clean(&[], &[]);
        front.clean(&[0.1; 5000], &[0.1; 5000]);
    }
}
