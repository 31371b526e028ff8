//! What is left of our own voice behind the canceller: whether a block can be a near voice, and how good cancellation is.

use std::collections::VecDeque;

use super::activity::Near;
use super::company::Weighed;
use super::front::{Powers, SILENCE_DB};
use super::likeness::{Counts, Likeness, Verdict};
use crate::session::EchoQuality;

/// Our voice is audible from this level of the reference on, in dBFS.
const PLAYING_DB: f32 = -60.0;
/// Our voice lingers this long in a room: 250 ms of blocks.
const TAIL: usize = 25;
/// A near voice is this much louder than what the canceller usually leaves.
const MARGIN_DB: f32 = 6.0;
/// Residual relative to the reference before anything is known, and its quickest changes per block (10 ms).
const FIRST_RESIDUAL_DB: f32 = -20.0;
const RISE_DB: f32 = 0.06;
const FALL_DB: f32 = 0.04;
/// Blocks of playing between two estimates of the quality: 1.5 s.
const ESTIMATE: u32 = 150;

pub(super) struct Echo {
    /// Levels of the reference during the last [`TAIL`] blocks.
    reference: VecDeque<f32>,
    /// What the canceller leaves, relative to the loudest reference of the tail, in dB (an upper estimate).
    residual: f32,
    /// Level of the microphone when neither we nor somebody near speaks, in dBFS.
    floor: f32,
    likeness: Likeness,
    sums: Sums,
    quality: Option<EchoQuality>,
}

/// Powers summed while we play and nobody near speaks.
#[derive(Default)]
struct Sums {
    blocks: u32,
    microphone: f64,
    cancelled: f64,
}

/// One look at a block.
pub(super) struct Look {
    pub near: Near,
    pub playing: bool,
    /// The quality, when its estimate has changed.
    pub quality: Option<EchoQuality>,
}

impl Echo {
    pub fn new() -> Echo {
        Echo {
            reference: VecDeque::with_capacity(TAIL + 1),
            residual: FIRST_RESIDUAL_DB,
            floor: SILENCE_DB,
            likeness: Likeness::default(),
            sums: Sums::default(),
            quality: None,
        }
    }

    /// Whether voices are weighed against company: not while our own is left in the microphone, where only a dip lets us hear.
    pub fn weighed(&self) -> Weighed {
        match self.quality {
            None | Some(EchoQuality::Headset | EchoQuality::System | EchoQuality::Good) => Weighed::Yes,
            Some(EchoQuality::Poor | EchoQuality::None) => Weighed::No,
        }
    }

    /// Whether our voice is known to be in the microphone: not on headphones, nor before the first estimate.
    pub fn in_microphone(&self) -> bool {
        match self.quality {
            None | Some(EchoQuality::Headset | EchoQuality::System) => false,
            Some(EchoQuality::Good | EchoQuality::Poor | EchoQuality::None) => true,
        }
    }

    /// Whether our voice may be in the microphone when we play: until headphones are known.
    pub fn may_be_in_microphone(&self) -> bool {
        match self.quality {
            Some(EchoQuality::Headset | EchoQuality::System) => false,
            None | Some(EchoQuality::Good | EchoQuality::Poor | EchoQuality::None) => true,
        }
    }

    /// Judges a block; `voice` = whether a near voice is open already.
    pub fn look(&mut self, powers: Powers, voice: bool) -> Look {
        self.reference.push_back(powers.reference);
        if self.reference.len() > TAIL {
            self.reference.pop_front();
        }
        let loudest = self.reference.iter().copied().fold(SILENCE_DB, f32::max);
        let counts = if loudest < PLAYING_DB { Counts::No } else { Counts::Yes };
        self.likeness.push(powers.reference, powers.microphone, counts);
        if loudest < PLAYING_DB {
            self.learn_floor(powers.microphone, voice);
            return Look { near: Near::Possible, playing: false, quality: None };
        }
        let near = self.near(powers.cancelled, loudest);
        if !voice {
            self.learn_residual(powers.cancelled - loudest);
        }
        let quality = if voice || near == Near::Possible { None } else { self.estimate(powers) };
        Look { near, playing: true, quality }
    }

    fn near(&self, cancelled: f32, loudest: f32) -> Near {
        let residual = (loudest + self.residual).max(self.floor);
        if cancelled >= residual + MARGIN_DB { Near::Possible } else { Near::OnlyEcho }
    }

    /// Follows the upper edge of the residual; slowly, so that a near voice does not raise it within its onset.
    fn learn_residual(&mut self, relative: f32) {
        let step = (relative - self.residual).clamp(-FALL_DB, RISE_DB);
        self.residual = (self.residual + step).clamp(-70.0, 10.0);
    }

    /// Follows the lower edge of the microphone.
    fn learn_floor(&mut self, microphone: f32, voice: bool) {
        if self.floor <= SILENCE_DB {
            self.floor = microphone;
        } else if !voice {
            self.floor += (microphone - self.floor).clamp(-0.5, 0.1);
        }
    }

    fn estimate(&mut self, powers: Powers) -> Option<EchoQuality> {
        self.sums.blocks += 1;
        self.sums.microphone += power(powers.microphone);
        self.sums.cancelled += power(powers.cancelled);
        if self.sums.blocks < ESTIMATE {
            return None;
        }
        let sums = std::mem::take(&mut self.sums);
        let mean = |sum: f64| (10.0 * (sum / f64::from(sums.blocks) + 1e-12).log10()) as f32;
        let found = quality(mean(sums.microphone), mean(sums.cancelled), self.floor, self.likeness.verdict())?;
        if self.quality == Some(found) {
            return None;
        }
        self.quality = Some(found);
        Some(found)
    }
}

/// How good the cancellation is, from mean levels while only we speak and the room's floor, in dBFS, and from whether the microphone
/// follows our voice at all; `None` when that is not known yet.
fn quality(microphone: f32, cancelled: f32, floor: f32, likeness: Verdict) -> Option<EchoQuality> {
    /// Less rise of the microphone than this is no echo.
    const AUDIBLE: f32 = 3.0;
    /// More than this is taken away only where there was something to take.
    const REMOVED: f32 = 6.0;
    let removed = microphone - cancelled;
    Some(if microphone < floor.max(-70.0) + AUDIBLE {
        EchoQuality::Headset
    } else if likeness == Verdict::NotYet {
        return None;
    } else if likeness == Verdict::NoEcho && removed < REMOVED {
        EchoQuality::Headset
    } else if removed >= 18.0 || cancelled < floor.max(-70.0) + AUDIBLE {
        EchoQuality::Good
    } else if removed >= REMOVED {
        EchoQuality::Poor
    } else {
        EchoQuality::None
    })
}

fn power(db: f32) -> f64 {
    10.0_f64.powf(f64::from(db) / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn play(echo: &mut Echo, microphone: f32, cancelled: f32, blocks: usize) -> Option<EchoQuality> {
        let powers = Powers { microphone, reference: -24.0, cancelled };
        (0..blocks).filter_map(|_| echo.look(powers, false).quality).last()
    }

    #[test]
    fn quality_follows_what_the_canceller_leaves() {
        for (microphone, cancelled, expected) in [
            (-60.0, -60.0, EchoQuality::Headset),
            (-30.0, -58.0, EchoQuality::Good),
            (-30.0, -40.0, EchoQuality::Poor),
            (-30.0, -31.0, EchoQuality::None),
        ] {
            let mut echo = Echo::new();
            for _ in 0..100 {
                echo.look(Powers { microphone: -60.0, reference: SILENCE_DB, cancelled: -60.0 }, false);
            }
            assert_eq!(play(&mut echo, microphone, cancelled, 1000), Some(expected));
        }
    }

    #[test]
    fn a_voice_above_the_residual_passes_and_the_residual_does_not() {
        let mut echo = Echo::new();
        play(&mut echo, -30.0, -55.0, 1000);
        let at = |echo: &mut Echo, cancelled| {
            echo.look(Powers { microphone: -30.0, reference: -24.0, cancelled }, false).near
        };
        assert_eq!(at(&mut echo, -54.0), Near::OnlyEcho);
        assert_eq!(at(&mut echo, -40.0), Near::Possible);
    }
}
