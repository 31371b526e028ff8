//! Plays a clip faster or slower with its pitch kept: WSOLA (Verhelst and Roelands 1993), one step per output block.
//!
//! Each step cross-fades from where the sound would naturally go on to the place near the wanted position that looks most
//! like it. At ratio 1 both are the same place, so unchanged speed is a plain copy.

use crate::ports::OUTPUT_BLOCK;

/// Frames searched on either side of the wanted position: 7.5 ms, so that a whole period of a voice down to 67 Hz is in reach.
const SEARCH: usize = 360;
/// Only every fourth frame is compared at first: voices have little above 6 kHz that decides a pitch period.
const COARSE: usize = 4;

/// A clip at the output rate that is being played.
#[derive(Debug, Clone)]
pub struct Stretch {
    /// With silence behind the end, so that every window is whole.
    samples: Vec<f32>,
    length: usize,
    /// Where the last step's sound goes on.
    natural: usize,
    /// Where playing should be.
    wanted: f64,
}

/// Whether there is more to play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    More,
    /// This block held the last frame.
    Ended,
}

impl Stretch {
    pub fn new(mut samples: Vec<f32>) -> Stretch {
        let length = samples.len();
        samples.resize(length.saturating_add(2 * (OUTPUT_BLOCK + SEARCH)), 0.0);
        Stretch { samples, length, natural: 0, wanted: 0.0 }
    }

    /// Frames of the clip at its own speed.
    pub fn frames(&self) -> usize {
        self.length
    }

    /// Adds the next frames to `block`, `ratio` times as fast as the clip was made (0.2 to 6).
    pub fn step(&mut self, block: &mut [f32; OUTPUT_BLOCK], ratio: f64) -> Progress {
        let ratio = if ratio.is_finite() { ratio.clamp(0.2, 6.0) } else { 1.0 };
        let chosen = self.choose();
        let before = self.window(self.natural);
        let after = self.window(chosen);
        if chosen == self.natural {
            block.iter_mut().zip(after).for_each(|(out, new)| *out += new);
        } else {
            for (index, ((out, old), new)) in block.iter_mut().zip(before).zip(after).enumerate() {
                let share = (index as f32 + 0.5) / OUTPUT_BLOCK as f32;
                let share = 0.5 - 0.5 * (std::f32::consts::PI * share).cos();
                *out += old * (1.0 - share) + new * share;
            }
        }
        self.natural = chosen.saturating_add(OUTPUT_BLOCK);
        self.wanted += OUTPUT_BLOCK as f64 * ratio;
        if self.wanted >= self.length as f64 { Progress::Ended } else { Progress::More }
    }

    fn window(&self, from: usize) -> &[f32] {
        let last = self.samples.len().saturating_sub(OUTPUT_BLOCK);
        self.samples.get(from.min(last)..).and_then(|rest| rest.get(..OUTPUT_BLOCK)).unwrap_or_default()
    }

    /// The place near the wanted position that continues the sound best: the natural one while it is near enough.
    fn choose(&self) -> usize {
        let wanted = (self.wanted as usize).min(self.length);
        if self.natural.abs_diff(wanted) <= SEARCH {
            return self.natural;
        }
        let (from, to) = (wanted.saturating_sub(SEARCH), wanted.saturating_add(SEARCH));
        let natural = self.window(self.natural);
        let coarse = best((from..=to).step_by(COARSE), |place| likeness(natural, self.window(place), COARSE));
        let (from, to) = (coarse.saturating_sub(COARSE - 1), coarse.saturating_add(COARSE - 1));
        best(from..=to, |place| likeness(natural, self.window(place), 2))
    }
}

fn best(places: impl Iterator<Item = usize>, score: impl Fn(usize) -> f32) -> usize {
    places.map(|place| (place, score(place))).max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(place, _)| place)
}

/// Correlation over the candidate's own strength, so that loud places are not preferred.
fn likeness(natural: &[f32], candidate: &[f32], step: usize) -> f32 {
    let (mut product, mut power) = (0.0_f32, 1e-6_f32);
    for (a, b) in natural.iter().step_by(step).zip(candidate.iter().step_by(step)) {
        product += a * b;
        power += b * b;
    }
    product / power.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HZ: f32 = 200.0;

    fn tone(seconds: f32) -> Vec<f32> {
        (0..(seconds * 48_000.0) as usize)
            .map(|n| 0.5 * (std::f32::consts::TAU * HZ * n as f32 / 48_000.0).sin())
            .collect()
    }

    fn play(samples: Vec<f32>, ratio: impl Fn(usize) -> f64) -> Vec<f32> {
        let mut stretch = Stretch::new(samples);
        let mut out = Vec::new();
        for step in 0.. {
            let mut block = [0.0; OUTPUT_BLOCK];
            let progress = stretch.step(&mut block, ratio(step));
            out.extend_from_slice(&block);
            if progress == Progress::Ended {
                return out;
            }
        }
        out
    }

    fn pitch(samples: &[f32]) -> f32 {
        let crossings = samples.windows(2).filter(|pair| matches!(pair, [a, b] if *a < 0.0 && *b >= 0.0)).count();
        crossings as f32 * 48_000.0 / samples.len() as f32
    }

    #[test]
    fn unchanged_speed_is_a_plain_copy() {
        let samples = tone(1.0);
        let out = play(samples.clone(), |_| 1.0);
        assert_eq!(out.get(..samples.len()), Some(samples.as_slice()));
        assert!(out.len() - samples.len() < OUTPUT_BLOCK);
    }

    #[test]
    fn any_speed_keeps_the_pitch_and_changes_the_length() {
        for ratio in [0.5, 0.8, 1.25, 2.0, 3.0] {
            let out = play(tone(2.0), |_| ratio);
            let expected = 96_000.0 / ratio;
            assert!((out.len() as f64 - expected).abs() <= 960.0, "{ratio}: {}", out.len());
            let body = out.get(..out.len() - 1500).expect("long");
            assert!((pitch(body) - HZ).abs() < 6.0, "{ratio}: {} Hz", pitch(body));
        }
    }

    #[test]
    fn a_change_in_the_middle_neither_clicks_nor_bends_the_pitch() {
        let out = play(tone(2.0), |step| if step < 50 { 1.0 } else { 1.6 });
        let body = out.get(..out.len() - 1500).expect("long");
        assert!((pitch(body) - HZ).abs() < 6.0, "{} Hz", pitch(body));
        // A 200 Hz tone of 0.5 moves at most 0.5 * 2 pi 200 / 48,000 = 0.013 a frame.
        let jump = body.windows(2).fold(0.0_f32, |most, pair| most.max((pair[1] - pair[0]).abs()));
        assert!(jump < 0.03, "{jump}");
    }

    #[test]
    fn an_empty_clip_ends_at_once() {
        assert_eq!(Stretch::new(Vec::new()).step(&mut [0.0; OUTPUT_BLOCK], 1.0), Progress::Ended);
    }
}
