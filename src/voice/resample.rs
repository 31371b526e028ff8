//! Clips to the output rate.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler as _};

use crate::ports::{Clip, OUTPUT_RATE};

/// Keeps the filter of the last rate: a voice has one.
#[derive(Default)]
pub struct Resampler {
    filter: Option<(u32, Fft<f32>)>,
}

impl Resampler {
    /// The clip's samples at [`OUTPUT_RATE`]; empty when its rate is none that can be converted.
    pub fn convert(&mut self, clip: &Clip) -> Vec<f32> {
        if clip.rate == OUTPUT_RATE || clip.samples.is_empty() {
            return clip.samples.clone();
        }
        self.filtered(clip).unwrap_or_default()
    }

    fn filtered(&mut self, clip: &Clip) -> Option<Vec<f32>> {
        if self.filter.as_ref().is_none_or(|(rate, _)| *rate != clip.rate) {
            let filter = Fft::new(clip.rate as usize, OUTPUT_RATE as usize, 1024, 1, FixedSync::Input).ok()?;
            self.filter = Some((clip.rate, filter));
        }
        let (_, filter) = self.filter.as_mut()?;
        let frames = clip.samples.len();
        let input = InterleavedSlice::new(&clip.samples, 1, frames).ok()?;
        Some(filter.process_all(&input, frames, None).ok()?.take_data())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_pitch_survive() {
        let samples = (0..22_050).map(|n| (std::f32::consts::TAU * 440.0 * n as f32 / 22_050.0).sin()).collect();
        let out = Resampler::default().convert(&Clip { samples, rate: 22_050 });
        assert!(out.len().abs_diff(48_000) <= 2, "{}", out.len());
        let crossings = out.windows(2).filter(|pair| matches!(pair, [a, b] if *a < 0.0 && *b >= 0.0)).count();
        assert!(crossings.abs_diff(440) <= 2, "{crossings}");
    }

    #[test]
    fn a_clip_without_a_rate_is_silence() {
        assert!(Resampler::default().convert(&Clip { samples: vec![0.5; 10], rate: 0 }).is_empty());
    }
}
