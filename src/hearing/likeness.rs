//! Whether the microphone goes up and down with our own voice: is there an echo at all?
//!
//! Levels alone cannot tell it: in a café the microphone is loud whenever we speak, on headphones too. Compared are the envelopes in
//! dB, at every delay that a room and its devices can have; running means of both, their variances and their product give the
//! correlation (Pearson) over the last seconds.

use std::collections::VecDeque;

/// Delays looked at, in blocks of 10 ms: up to 0.4 s (a Bluetooth loudspeaker has 0.2 s).
const DELAYS: usize = 40;
/// Weight of a new block: a memory of 5 s.
const SHARE: f32 = 1.0 / 500.0;
/// Nothing is said before so many blocks of our voice: 2 s.
const FEW: u32 = 200;
/// Correlation of an echo. Measured: headphones in babble up to 0.3, an echo as loud as the noise 0.5 and more.
const ECHO: f32 = 0.4;
/// Levels below do not count as different, in dBFS.
const LEAST_DB: f32 = -65.0;

#[derive(Debug, Default)]
pub(super) struct Likeness {
    reference: VecDeque<f32>,
    blocks: u32,
    microphone: Moments,
    delays: Vec<Delayed>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    mean: f32,
    variance: f32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Delayed {
    reference: Moments,
    covariance: f32,
}

/// What the envelopes say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    NotYet,
    Echo,
    NoEcho,
}

impl Likeness {
    /// Takes the levels of a block in dBFS; `counts` = whether our voice is (or just was) on.
    pub fn push(&mut self, reference: f32, microphone: f32, counts: Counts) {
        self.reference.push_front(reference.max(LEAST_DB));
        self.reference.truncate(DELAYS);
        if counts == Counts::No {
            return;
        }
        self.blocks = self.blocks.saturating_add(1);
        // In the beginning every block weighs alike.
        let share = SHARE.max(1.0 / self.blocks as f32);
        let microphone = self.microphone.push(microphone.max(LEAST_DB), share);
        self.delays.resize(DELAYS, Delayed::default());
        for (delay, &reference) in self.delays.iter_mut().zip(&self.reference) {
            let reference = delay.reference.push(reference, share);
            delay.covariance += (reference * microphone - delay.covariance) * share;
        }
    }

    pub fn verdict(&self) -> Verdict {
        if self.blocks < FEW {
            Verdict::NotYet
        } else if self.correlation() >= ECHO {
            Verdict::Echo
        } else {
            Verdict::NoEcho
        }
    }

    /// At the likeliest delay.
    fn correlation(&self) -> f32 {
        let at = |delay: &Delayed| {
            let product = delay.reference.variance * self.microphone.variance;
            if product > 1e-3 { delay.covariance / product.sqrt() } else { 0.0 }
        };
        self.delays.iter().map(at).fold(0.0, f32::max)
    }
}

/// Whether a block is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counts {
    Yes,
    No,
}

impl Moments {
    /// Takes a value in; gives its distance from the mean.
    fn push(&mut self, value: f32, share: f32) -> f32 {
        let distance = value - self.mean;
        self.mean += distance * share;
        self.variance += (distance * distance - self.variance) * share;
        distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Levels that wander as speech does, the same in every run.
    fn speech(seed: u32) -> impl Iterator<Item = f32> {
        let mut state = seed;
        let mut level = -30.0_f32;
        std::iter::repeat_with(move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let aim = -50.0 + (state >> 24) as f32 / 6.0;
            level += (aim - level) * 0.25;
            level
        })
    }

    fn verdict(microphone: impl Fn(f32, f32) -> f32, delay: usize, seconds: usize) -> Verdict {
        let mut likeness = Likeness::default();
        let ours: Vec<f32> = speech(1).take(seconds * 100 + delay).collect();
        for (now, other) in speech(2).take(seconds * 100).enumerate() {
            likeness.push(ours[now + delay], microphone(ours[now], other), Counts::Yes);
        }
        likeness.verdict()
    }

    #[test]
    fn an_echo_is_told_from_a_loud_room() {
        let sum = |a: f32, b: f32| 10.0 * (10.0_f32.powf(a / 10.0) + 10.0_f32.powf(b / 10.0)).log10();
        assert_eq!(verdict(|ours, _| ours - 20.0, 10, 10), Verdict::Echo);
        assert_eq!(verdict(|ours, other| sum(ours, other - 3.0), 25, 10), Verdict::Echo);
        assert_eq!(verdict(|_, other| other, 10, 10), Verdict::NoEcho);
        assert_eq!(verdict(|_, _| -50.0, 10, 10), Verdict::NoEcho);
        assert_eq!(verdict(|ours, _| ours, 10, 1), Verdict::NotYet);
    }
}
