//! Levels of the last seconds: how loud a phrase was, and what was around it.

use std::collections::VecDeque;
use std::ops::Range;

use super::front::SILENCE_DB;

/// Blocks kept: 12 s.
const KEPT: usize = 1200;
/// Blocks over which a neighbour's loudness is taken: 100 ms.
const WINDOW: usize = 10;
/// From here a block counts as voiced.
const VOICED: f32 = 0.5;

#[derive(Debug, Clone, Copy)]
struct Level {
    db: f32,
    voice: f32,
}

/// A history of 10 ms blocks, addressed by their number since the start.
pub(super) struct Levels {
    blocks: VecDeque<Level>,
    next: u64,
}

impl Levels {
    pub fn new() -> Levels {
        Levels { blocks: VecDeque::with_capacity(KEPT + 1), next: 0 }
    }

    /// The level of the next block in dBFS, and the probability that it is a voice.
    pub fn push(&mut self, db: f32, voice: f32) {
        self.blocks.push_back(Level { db, voice });
        if self.blocks.len() > KEPT {
            self.blocks.pop_front();
        }
        self.next += 1;
    }

    /// Active level in dBFS of these blocks: the mean power of the louder half.
    pub fn active(&self, range: Range<u64>) -> f32 {
        let mut powers: Vec<f32> = self.blocks(range).map(|level| power(level.db)).collect();
        powers.sort_by(f32::total_cmp);
        let louder = powers.get(powers.len() / 2..).unwrap_or_default();
        mean_db(louder)
    }

    /// The loudest 100 ms of voice within these blocks, in dBFS; silence when nobody speaks there.
    pub fn loudest_voice(&self, range: Range<u64>) -> f32 {
        let powers: Vec<f32> =
            self.blocks(range).map(|level| if level.voice >= VOICED { power(level.db) } else { 0.0 }).collect();
        if powers.len() < WINDOW {
            return mean_db(&powers);
        }
        powers.windows(WINDOW).map(mean_db).fold(SILENCE_DB, f32::max)
    }

    /// Mean level of these blocks in dBFS.
    pub fn mean(&self, range: Range<u64>) -> f32 {
        let powers: Vec<f32> = self.blocks(range).map(|level| power(level.db)).collect();
        mean_db(&powers)
    }

    /// Level in dBFS of the quiet moments: a fifth of these blocks is quieter.
    pub fn quiet(&self, range: Range<u64>) -> f32 {
        let mut levels: Vec<f32> = self.blocks(range).map(|level| level.db).collect();
        levels.sort_by(f32::total_cmp);
        levels.get(levels.len() / 5).copied().unwrap_or(SILENCE_DB)
    }

    /// Share of these blocks that is voiced, 0 to 1; 0 for none.
    pub fn voiced_share(&self, range: Range<u64>) -> f32 {
        let (mut voiced, mut all) = (0_u32, 0_u32);
        for level in self.blocks(range) {
            all += 1;
            voiced += u32::from(level.voice >= VOICED);
        }
        if all == 0 { 0.0 } else { voiced as f32 / all as f32 }
    }

    fn blocks(&self, range: Range<u64>) -> impl Iterator<Item = Level> + '_ {
        let first = self.next - self.blocks.len() as u64;
        let from = range.start.saturating_sub(first) as usize;
        let to = range.end.saturating_sub(first) as usize;
        self.blocks.iter().copied().skip(from).take(to.saturating_sub(from))
    }
}

fn power(db: f32) -> f32 {
    10.0_f32.powf(db / 10.0)
}

fn mean_db(powers: &[f32]) -> f32 {
    if powers.is_empty() {
        return SILENCE_DB;
    }
    (10.0 * (powers.iter().sum::<f32>() / powers.len() as f32 + 1e-12).log10()).max(SILENCE_DB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_as_loud_as_its_louder_half_and_neighbours_count_only_when_voiced() {
        let mut levels = Levels::new();
        for block in 0..300 {
            let (db, voice) = match block {
                100..150 => (-20.0, 0.9),
                200..220 => (-30.0, 0.9),
                _ => (-60.0, 0.1),
            };
            levels.push(db, voice);
        }
        assert!((levels.active(80..170) - -20.0).abs() < 0.2);
        assert!((levels.loudest_voice(160..300) - -30.0).abs() < 0.2);
        assert!(levels.loudest_voice(0..90) <= SILENCE_DB);
        assert!((levels.voiced_share(100..200) - 0.5).abs() < 0.01);
    }

    #[test]
    fn what_is_forgotten_or_not_yet_heard_is_silence() {
        let mut levels = Levels::new();
        assert!(levels.active(0..10) <= SILENCE_DB);
        for _ in 0..3000 {
            levels.push(-10.0, 1.0);
        }
        assert!(levels.active(0..100) <= SILENCE_DB);
        assert!(levels.loudest_voice(5000..6000) <= SILENCE_DB);
        assert!(levels.voiced_share(9..9) <= 0.0);
    }
}
