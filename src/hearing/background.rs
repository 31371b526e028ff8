//! How loud it is while nobody speaks.

use std::collections::VecDeque;

/// Blocks that are looked at: the last second without a voice.
const KEPT: usize = 100;
/// From here on, in dBFS, it is noisy: 30 dB below somebody who speaks at the usual -28 dBFS; quiet rooms are below -60.
const NOISY_DB: f32 = -58.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Surroundings {
    Quiet,
    Noisy,
}

#[derive(Debug)]
pub(super) struct Background {
    levels: VecDeque<f32>,
    surroundings: Surroundings,
}

impl Default for Background {
    fn default() -> Background {
        Background { levels: VecDeque::with_capacity(KEPT + 1), surroundings: Surroundings::Quiet }
    }
}

impl Background {
    /// Takes the level of a block without a voice, in dBFS, its noise in it.
    pub fn push(&mut self, level: f32) {
        self.levels.push_back(level);
        if self.levels.len() > KEPT {
            self.levels.pop_front();
        }
        let loud = self.levels.iter().filter(|&&level| level >= NOISY_DB).count();
        // Half of them: the edges of words are loud, and a gap between two sounds is none.
        self.surroundings = if 2 * loud > self.levels.len() { Surroundings::Noisy } else { Surroundings::Quiet };
    }

    pub fn surroundings(&self) -> Surroundings {
        self.surroundings
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hearing::front::SILENCE_DB;

    #[test]
    fn half_a_second_of_noise_is_noise_and_the_edge_of_a_word_is_not() {
        let mut background = Background::default();
        let mut hear = |level: f32, blocks: usize| {
            (0..blocks).for_each(|_| background.push(level));
            background.surroundings()
        };
        assert_eq!(hear(SILENCE_DB, 200), Surroundings::Quiet);
        assert_eq!(hear(-40.0, 30), Surroundings::Quiet);
        assert_eq!(hear(-40.0, 30), Surroundings::Noisy);
        assert_eq!(hear(-70.0, 60), Surroundings::Quiet);
    }
}
