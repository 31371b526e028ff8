//! The front: microphone blocks of any usual rate to 16 kHz without our own voice, with its noise and with most of it taken away.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};

use super::canceller::{Cancelled, Canceller};
use super::denoiser::Denoiser;
use super::{BLOCK, HearingError, RATE};
use crate::ports::OUTPUT_RATE;

/// A block of silence has this level, in dBFS.
pub(super) const SILENCE_DB: f32 = -90.0;

/// 10 ms behind the canceller.
pub(super) struct Block {
    /// What everybody gets unless we speak or it is noisy, and the voice detector over an echo: quiet where only we speak. 16 bits only
    /// (the recogniser aborts on NaN and on infinite samples).
    pub suppressed: Sound,
    /// What everybody gets in noise: with most of it gone, and 20 ms late.
    pub denoised: Sound,
    /// What the recognisers get of somebody who speaks over an echo.
    pub linear: [i16; BLOCK],
    pub powers: Powers,
}

/// 10 ms with their levels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sound {
    pub samples: [i16; BLOCK],
    /// In dBFS (RMS).
    pub level: f32,
    /// Of what makes a voice stand out, in dB: rumble counts less, consonants more.
    pub presence: f32,
}

/// Levels of one block in dBFS (RMS), the noise in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Powers {
    pub microphone: f32,
    pub reference: f32,
    pub cancelled: f32,
}

pub(super) struct Front {
    microphone: ToHearingRate,
    /// Length of the last block, when it was not the one expected.
    odd: Option<usize>,
    reference: ToHearingRate,
    rumble: HighPass,
    canceller: Canceller,
    /// Whether anything was ever played: before that there is nothing to cancel (and a third of the cost of silence to save).
    engaged: bool,
    denoiser: Denoiser,
    denoised: ToSound,
    suppressed: ToSound,
    linear: Floor,
}

impl Front {
    pub fn new(mic_rate: u32) -> Result<Front, HearingError> {
        Ok(Front {
            microphone: ToHearingRate::new(mic_rate)?,
            odd: None,
            reference: ToHearingRate::new(OUTPUT_RATE)?,
            rumble: HighPass::default(),
            canceller: Canceller::new(),
            engaged: false,
            denoiser: Denoiser::new()?,
            denoised: ToSound::new(),
            suppressed: ToSound::new(),
            linear: Floor(1),
        })
    }

    /// One block; a block of the wrong length is padded or cut, so that time goes on. Two alike in a row are a microphone that has
    /// another rate now (a headset that fell back to 8 kHz, another device): it is followed.
    pub fn clean(&mut self, mic: &[f32], reference: &[f32]) -> Block {
        self.follow_rate(mic.len());
        let near = self.rumble.filter(self.microphone.convert(mic));
        let far = self.reference.convert(reference);
        self.engaged |= far.iter().any(|&sample| sample != 0.0);
        let Cancelled { suppressed, linear } = if self.engaged {
            self.canceller.cancel(&near, &far)
        } else {
            Cancelled { suppressed: near, linear: near }
        };
        let suppressed = suppressed.map(sane);
        let powers =
            Powers { microphone: level_db(&near), reference: level_db(&far), cancelled: level_db(&suppressed) };
        let denoised = self.denoiser.clean(&suppressed).map(sane);
        Block {
            denoised: self.denoised.sound(&denoised),
            suppressed: self.suppressed.sound(&suppressed),
            linear: linear.map(|sample| self.linear.over(sane(sample))),
            powers,
        }
    }
}

/// To 16 bits, with levels.
struct ToSound {
    floor: Floor,
    presence: Presence,
}

impl ToSound {
    fn new() -> ToSound {
        ToSound { floor: Floor(1), presence: Presence(0.0) }
    }

    fn sound(&mut self, block: &[f32; BLOCK]) -> Sound {
        Sound {
            samples: block.map(|sample| self.floor.over(sample)),
            level: level_db(block),
            presence: self.presence.level_db(block),
        }
    }
}

impl Front {
    fn follow_rate(&mut self, length: usize) {
        if length == self.microphone.length {
            self.odd = None;
        } else if self.odd.replace(length) == Some(length)
            && let Some(other) = u32::try_from(length * 100).ok().and_then(|rate| ToHearingRate::new(rate).ok())
        {
            self.microphone = other;
            self.odd = None;
        }
    }
}

/// Takes away what no voice has: a second-order Butterworth high-pass at 80 Hz (bilinear transform, RBJ cookbook).
#[derive(Default)]
struct HighPass {
    x: [f32; 2],
    y: [f32; 2],
}

impl HighPass {
    /// cos and alpha of 2 pi 80 / 16000 with Q = 1 / sqrt 2.
    const COS: f32 = 0.999_506_56;
    const ALPHA: f32 = 0.022_210_67;

    fn filter(&mut self, block: [f32; BLOCK]) -> [f32; BLOCK] {
        block.map(|x| {
            let [x1, x2] = self.x;
            let [y1, y2] = self.y;
            let b = (1.0 + Self::COS) / 2.0;
            let y = (b * (x - 2.0 * x1 + x2) + 2.0 * Self::COS * y1 - (1.0 - Self::ALPHA) * y2) / (1.0 + Self::ALPHA);
            self.x = [x, x1];
            // Far below hearing it is zero: denormal numbers are slow.
            self.y = [if y.abs() < 1e-15 { 0.0 } else { y }, y1];
            y
        })
    }
}

/// The usual pre-emphasis of speech (a first difference with 0.95): takes 16 dB more from 100 Hz than from 1 kHz.
struct Presence(f32);

impl Presence {
    fn level_db(&mut self, block: &[f32; BLOCK]) -> f32 {
        level_db(&block.map(|sample| sample - 0.95 * std::mem::replace(&mut self.0, sample)))
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
        if !(8_000..=192_000).contains(&rate) || !rate.is_multiple_of(100) {
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
            Some(fft) => resampled(fft, &self.input, &mut output),
        }
        output
    }
}

/// One step of a resampler whose lengths these are.
pub(super) fn resampled(fft: &mut Fft<f32>, input: &[f32], output: &mut [f32]) {
    let (read, written) = (input.len(), output.len());
    if let (Ok(input), Ok(mut into)) =
        (SequentialSlice::new(input, 1, read), SequentialSlice::new_mut(output, 1, written))
    {
        // Fails only for lengths other than those that it was made for.
        let _ = fft.process_into_buffer(&input, &mut into, None);
    }
}

/// Within -1 to 1, and a number.
pub(super) fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

/// Noise of about one step of 16 bits (-89 dBFS) under everything, the same in every run: it stands in for the recogniser's
/// own dither, whose random numbers made the confidences of two runs differ from the seventh digit on.
struct Floor(u32);

impl Floor {
    /// The sample in 16 bits, over the noise (a linear congruential generator, constants of Numerical Recipes).
    fn over(&mut self, sample: f32) -> i16 {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = (self.0 >> 24) as f32 / 64.0 - 2.0;
        (sample * 32_767.0 + noise).round() as i16
    }
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
    fn a_microphone_that_changes_its_rate_is_followed() {
        let mut front = Front::new(48_000).unwrap();
        for rate in [48_000, 8_000, 16_000, 44_100, 48_000] {
            let level = (0..50).map(|i| front.clean(&sine(rate, i), &[0.0; 480]).powers.cancelled).last().unwrap();
            assert!((level - -13.5).abs() < 1.5, "{rate}: {level}");
        }
        for _ in 0..3 {
            front.clean(&[0.1; 7], &[0.0; 480]);
        }
        let level = (0..50).map(|i| front.clean(&sine(48_000, i), &[0.0; 480]).powers.cancelled).last().unwrap();
        assert!((level - -13.5).abs() < 1.5, "{level}");
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
