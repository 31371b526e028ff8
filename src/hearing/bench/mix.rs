//! Clips in noise: the same clip, noise and seed give the same sound.

use crate::hearing::RATE;

/// Level every clip is brought to: -26 dBFS while it speaks.
const SPEECH: f32 = 0.05;
/// Noise before and after the clip, in samples: 0.6 s and 0.8 s.
const LEAD: usize = RATE * 6 / 10;
const TAIL: usize = RATE * 8 / 10;
/// Frame for active levels: 20 ms.
const FRAME: usize = RATE / 50;

/// A generator for drawing noises and offsets; seeded by names, never by time.
pub(super) struct Draw(u64);

impl Draw {
    /// Seeded with all parts (FNV-1a).
    pub fn seeded(parts: &[&str]) -> Draw {
        let bytes = parts.iter().flat_map(|part| part.bytes().chain([0x1f]));
        Draw(bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    /// A number below `below`; 0 for 0 (splitmix64).
    pub fn below(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        if below == 0 { 0 } else { (z % below as u64) as usize }
    }
}

/// A clip with silence around it, at the common level, and the end of its speech in ms.
pub(super) struct Padded {
    pub samples: Vec<f32>,
    pub speech_end_ms: u64,
}

pub(super) fn padded(clip: &[f32]) -> Padded {
    let gain = SPEECH / active_rms(clip).max(1e-6);
    let mut samples = vec![0.0; LEAD];
    samples.extend(clip.iter().map(|sample| sample * gain));
    samples.resize(samples.len() + TAIL, 0.0);
    Padded { samples, speech_end_ms: ((LEAD + active_end(clip)) * 1000 / RATE) as u64 }
}

/// Adds noise `snr_db` below the common speech level; loud sums are brought below full scale.
pub(super) fn with_noise(speech: &[f32], noise: &[f32], snr_db: f32, draw: &mut Draw) -> Vec<f32> {
    if noise.is_empty() {
        return speech.to_vec();
    }
    let offset = draw.below(noise.len());
    let segment: Vec<f32> = (0..speech.len()).filter_map(|i| noise.get((offset + i) % noise.len()).copied()).collect();
    let gain = SPEECH / 10.0_f32.powf(snr_db / 20.0) / rms(&segment).max(1e-6);
    let mixed: Vec<f32> = speech.iter().zip(&segment).map(|(s, n)| s + n * gain).collect();
    let peak = mixed.iter().fold(0.0_f32, |peak, s| peak.max(s.abs()));
    let down = if peak > 0.97 { 0.97 / peak } else { 1.0 };
    mixed.into_iter().map(|sample| sample * down).collect()
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

/// RMS over the frames within 30 dB of the loudest.
fn active_rms(samples: &[f32]) -> f32 {
    let powers = powers(samples);
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    let active: Vec<f32> = powers.into_iter().filter(|&power| power >= loudest * 1e-3).collect();
    (active.iter().sum::<f32>() / active.len().max(1) as f32 + 1e-12).sqrt()
}

/// First sample after the last frame within 25 dB of the loudest.
fn active_end(samples: &[f32]) -> usize {
    let powers = powers(samples);
    let loudest = powers.iter().copied().fold(0.0, f32::max);
    powers.iter().rposition(|&power| power >= loudest * 3e-3).map_or(samples.len(), |last| (last + 1) * FRAME)
}

fn powers(samples: &[f32]) -> Vec<f32> {
    samples.chunks(FRAME).map(|frame| frame.iter().map(|s| s * s).sum::<f32>() / frame.len().max(1) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_of_speech_to_noise_is_the_one_asked_for() {
        let speech = padded(&(0..16_000).map(|i| (i as f32 * 0.2).sin()).collect::<Vec<f32>>());
        assert_eq!(speech.speech_end_ms, 1600);
        let mut draw = Draw::seeded(&["noise"]);
        let noise: Vec<f32> = (0..40_000).map(|_| draw.below(2001) as f32 / 1000.0 - 1.0).collect();
        let mixed = with_noise(&speech.samples, &noise, 10.0, &mut Draw::seeded(&["a", "b"]));
        let only_noise = mixed.get(..LEAD).unwrap();
        assert!((20.0 * (SPEECH / rms(only_noise)).log10() - 10.0).abs() < 0.5);
        assert_eq!(mixed, with_noise(&speech.samples, &noise, 10.0, &mut Draw::seeded(&["a", "b"])));
    }
}
