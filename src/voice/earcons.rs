//! Five short sounds, made here from a small table: plucks with one overtone, all from one chord so that they belong
//! together, told apart by contour (up, tick, arpeggio, down, low) and not by loudness.

use super::level::loudness_lufs;
use crate::ports::OUTPUT_RATE;
use crate::session::Earcon;

/// No earcon is longer, in ms.
pub const MAX_MS: u32 = 150;
/// Loudness over the whole sound: 1 LU below speech, so that neither startles after the other.
const LUFS: f64 = -20.0;
/// Soft start and end in ms, so that there is no click.
const ATTACK_MS: f32 = 4.0;
const RELEASE_MS: f32 = 12.0;

/// One pluck: when it starts (ms), its pitch (Hz), how fast it dies (ms to 1/e), share of its overtone.
struct Pluck {
    at_ms: f32,
    hz: f32,
    decay_ms: f32,
    overtone: f32,
}

const fn pluck(at_ms: f32, hz: f32, decay_ms: f32, overtone: f32) -> Pluck {
    Pluck { at_ms, hz, decay_ms, overtone }
}

/// Length in ms and plucks. Pitches are A major; energy between 550 Hz and 2.7 kHz, where traffic is weaker and ears are
/// keen: in its strongest third of an octave each stands 13 dB or more above a street that is 6 dB below speech.
/// `Error` leaves the chord.
fn table(earcon: Earcon) -> (u32, &'static [Pluck]) {
    match earcon {
        Earcon::Listening => (130, const { &[pluck(0.0, 880.0, 45.0, 0.3), pluck(55.0, 1318.5, 50.0, 0.3)] }),
        Earcon::Heard => (70, const { &[pluck(0.0, 1318.5, 28.0, 0.4)] }),
        Earcon::Done => (
            145,
            const { &[pluck(0.0, 659.3, 40.0, 0.3), pluck(40.0, 880.0, 40.0, 0.3), pluck(80.0, 1108.7, 45.0, 0.3)] },
        ),
        Earcon::Error => (150, const { &[pluck(0.0, 784.0, 45.0, 0.6), pluck(65.0, 622.3, 60.0, 0.6)] }),
        Earcon::End => (150, const { &[pluck(0.0, 554.4, 75.0, 0.5)] }),
    }
}

/// Mono samples of an earcon at [`OUTPUT_RATE`].
pub fn sound(earcon: Earcon) -> Vec<f32> {
    let (length_ms, plucks) = table(earcon);
    let frames = length_ms.min(MAX_MS) as usize * OUTPUT_RATE as usize / 1000;
    let mut samples = vec![0.0_f32; frames];
    for (index, sample) in samples.iter_mut().enumerate() {
        let ms = index as f32 * 1000.0 / OUTPUT_RATE as f32;
        let fade = ((length_ms as f32 - ms) / RELEASE_MS).clamp(0.0, 1.0);
        *sample = fade * plucks.iter().map(|pluck| pluck.at(ms)).sum::<f32>();
    }
    let gain = 10_f64.powf((LUFS - loudness_lufs(&samples, OUTPUT_RATE)) / 20.0) as f32;
    samples.iter_mut().for_each(|s| *s *= gain);
    samples
}

impl Pluck {
    fn at(&self, ms: f32) -> f32 {
        let since = ms - self.at_ms;
        if since < 0.0 {
            return 0.0;
        }
        let turn = std::f32::consts::TAU * self.hz * since / 1000.0;
        let envelope = (since / ATTACK_MS).min(1.0) * (-since / self.decay_ms).exp();
        // The overtone dies twice as fast, as on a string.
        envelope * (turn.sin() + self.overtone * (-since / self.decay_ms).exp() * (2.0 * turn).sin())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Earcon; 5] = [Earcon::Listening, Earcon::Heard, Earcon::Done, Earcon::Error, Earcon::End];

    #[test]
    fn every_earcon_is_short_soft_and_starts_and_ends_in_silence() {
        for earcon in ALL {
            let samples = sound(earcon);
            assert!(samples.len() <= 7_200 && samples.len() >= 2_400, "{earcon:?}");
            let peak = samples.iter().fold(0.0_f32, |most, s| most.max(s.abs()));
            assert!((0.1..0.5).contains(&peak), "{earcon:?}: {peak}");
            let ends = [samples.first(), samples.last()];
            assert!(ends.iter().all(|s| s.is_some_and(|s| s.abs() < 0.001)), "{earcon:?}: {ends:?}");
        }
    }

    #[test]
    fn all_are_equally_loud() {
        for earcon in ALL {
            let lufs = loudness_lufs(&sound(earcon), OUTPUT_RATE);
            assert!((lufs - LUFS).abs() < 0.1, "{earcon:?}: {lufs}");
        }
    }

    #[test]
    fn no_two_earcons_sound_alike() {
        for (n, a) in ALL.iter().enumerate() {
            for b in ALL.iter().skip(n + 1) {
                let (x, y) = (sound(*a), sound(*b));
                let product: f32 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
                let power = |s: &[f32]| s.iter().map(|s| s * s).sum::<f32>().sqrt();
                let likeness = product.abs() / (power(&x) * power(&y));
                assert!(likeness < 0.6, "{a:?} and {b:?}: {likeness}");
            }
        }
    }
}
