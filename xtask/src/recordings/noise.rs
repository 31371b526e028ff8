//! Noise beds that loop without a seam: a train, a street, a room full of people.

use std::f32::consts::TAU;

use anyhow::Result;
use serde::Deserialize;

use super::chance::Chance;
use super::sound::Sound;
use super::voices::Voice;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Rumble, hiss of the ventilation, wheels over joints.
    Train,
    /// Steady traffic, cars that pass, a far horn.
    Street,
    /// A dozen people who talk at once of other things.
    Babble,
    /// Gusts over the microphone.
    Wind,
    /// Somebody near coughs, a few times, in a quiet room.
    Coughs,
}

const RATE: u32 = 16_000;
/// The end fades into the beginning over this long.
const SEAM_S: f32 = 0.5;

/// What people say in the babble: no command, and nothing that sounds like one.
const CHATTER: [&str; 12] = [
    "the quarterly report is due on friday afternoon and nobody has seen the numbers",
    "i think the weather will be nice this weekend so we might walk to the lake",
    "can you pick up some milk and a dozen eggs after work",
    "the train leaves at half past seven in the morning from the other platform",
    "my sister is visiting from the coast next month with her two children",
    "the new office is on the third floor beside the library",
    "dinner is almost ready so wash your hands and sit down",
    "she bought a red coat and a pair of gloves for the winter",
    "our flight was late by two hours and the hotel had given our room to others",
    "they are building a bridge across the river near the old mill",
    "the museum is closed on mondays but the garden is not",
    "we had coffee and talked about old friends until it was dark",
];

/// `seconds` of noise at 16 kHz.
pub fn bed(kind: Kind, seconds: u32, seed: u64) -> Result<Sound> {
    let mut chance = Chance::new(seed);
    let length = ((seconds as f32 + SEAM_S) * RATE as f32) as usize;
    let samples = match kind {
        Kind::Train => train(length, &mut chance),
        Kind::Street => street(length, &mut chance),
        Kind::Babble => babble(length, &mut chance)?,
        Kind::Wind => wind(length, &mut chance),
        Kind::Coughs => coughs(length, &mut chance),
    };
    Ok(looped(Sound { samples, rate: RATE }))
}

fn train(length: usize, chance: &mut Chance) -> Vec<f32> {
    let mut rumble = LowPass::new(90.0);
    let mut body = LowPass::new(400.0);
    let mut out: Vec<f32> = (0..length)
        .map(|n| {
            let sway = 1.0 + 0.3 * wave(n, 0.31) + 0.2 * wave(n, 0.83);
            let white = chance.normal();
            sway * (5.0 * rumble.next(white) + 0.9 * body.next(white)) + 0.03 * chance.normal() + 0.02 * wave(n, 118.0)
        })
        .collect();
    // Two axles over each joint, then the pair of the next coach.
    let mut at = 0.4;
    while at * (RATE as f32) < length as f32 {
        for (later, strength) in [(0.0, 1.0), (0.13, 0.8), (0.52, 0.5), (0.65, 0.4)] {
            knock(&mut out, at + later, strength * chance.between(0.7, 1.0), chance);
        }
        at += chance.between(1.55, 1.7);
    }
    out
}

/// A wheel over a joint: a dull blow with a little ring.
fn knock(out: &mut [f32], at_s: f32, strength: f32, chance: &mut Chance) {
    let mut dull = LowPass::new(700.0);
    let begin = (at_s * RATE as f32) as usize;
    for (n, sample) in out.iter_mut().skip(begin).take(RATE as usize / 8).enumerate() {
        let fade = (-(n as f32) / (0.018 * RATE as f32)).exp();
        *sample += strength * fade * (2.2 * dull.next(chance.normal()) + 0.25 * wave(n, 210.0));
    }
}

fn street(length: usize, chance: &mut Chance) -> Vec<f32> {
    let mut far = LowPass::new(350.0);
    let mut out: Vec<f32> = (0..length)
        .map(|n| (1.0 + 0.25 * wave(n, 0.17)) * 1.5 * far.next(chance.normal()) + 0.05 * chance.normal())
        .collect();
    let mut at = 1.0;
    while at * (RATE as f32) < length as f32 {
        pass(&mut out, at, chance.between(0.7, 1.3), chance);
        at += chance.between(2.2, 4.0);
    }
    horn(&mut out, chance.between(3.0, 5.0));
    out
}

/// A car comes, hisses past at `at_s`, and goes.
fn pass(out: &mut [f32], at_s: f32, strength: f32, chance: &mut Chance) {
    let mut tyres = LowPass::new(1_400.0);
    let width = chance.between(0.5, 0.9);
    for (n, sample) in out.iter_mut().enumerate() {
        let away = (n as f32 / RATE as f32 - at_s) / width;
        *sample += strength * (-away * away).exp() * 1.3 * tyres.next(chance.normal());
    }
}

fn horn(out: &mut [f32], at_s: f32) {
    let begin = (at_s * RATE as f32) as usize;
    for (n, sample) in out.iter_mut().skip(begin).take(RATE as usize / 2).enumerate() {
        let swell = (TAU * n as f32 / RATE as f32).sin().max(0.0);
        *sample += 0.12 * swell * (wave(n, 415.0) + 0.7 * wave(n, 494.0) + 0.3 * wave(n, 830.0));
    }
}

fn babble(length: usize, chance: &mut Chance) -> Result<Vec<f32>> {
    let mut out = vec![0.0; length];
    for (n, text) in CHATTER.iter().enumerate() {
        let voice = Voice::ALL[n % Voice::ALL.len()];
        let said = voice.say(text)?.resampled(RATE).trimmed().at_level(-26.0);
        let gain = chance.between(0.6, 1.0);
        let begin = chance.between(0.0, length as f32) as usize;
        // Talks on and on, round the loop.
        for (at, sample) in (begin..begin + length).zip(said.samples.iter().cycle()) {
            if let Some(out) = out.get_mut(at % length) {
                *out += gain * sample;
            }
        }
    }
    Ok(out)
}

fn wind(length: usize, chance: &mut Chance) -> Vec<f32> {
    let mut deep = LowPass::new(120.0);
    let mut body = LowPass::new(500.0);
    let mut gust = LowPass::new(0.6);
    (0..length)
        .map(|n| {
            // A gust is a slow chance of its own over a swell.
            let strength = (1.0 + 60.0 * gust.next(chance.normal()) + 0.6 * wave(n, 0.23)).max(0.05);
            let white = chance.normal();
            strength * (4.0 * deep.next(white) + 0.7 * body.next(white)) + 0.02 * chance.normal()
        })
        .collect()
}

fn coughs(length: usize, chance: &mut Chance) -> Vec<f32> {
    let mut out: Vec<f32> = (0..length).map(|_| 0.002 * chance.normal()).collect();
    let mut at = 1.2;
    while at * (RATE as f32) < length as f32 {
        for later in [0.0, 0.38] {
            cough(&mut out, at + later, chance);
        }
        at += chance.between(2.5, 4.0);
    }
    out
}

/// A burst of breath, then a short voiced end.
fn cough(out: &mut [f32], at_s: f32, chance: &mut Chance) {
    let mut throat = LowPass::new(1_800.0);
    let begin = (at_s * RATE as f32) as usize;
    for (n, sample) in out.iter_mut().skip(begin).take(RATE as usize * 3 / 10).enumerate() {
        let second = n as f32 / RATE as f32;
        let burst = (-second / 0.05).exp() * (second / 0.004).min(1.0);
        let voiced = (-((second - 0.18) / 0.05).powi(2)).exp();
        *sample += 2.0 * burst * throat.next(chance.normal()) + 0.25 * voiced * (wave(n, 160.0) + 0.5 * wave(n, 480.0));
    }
}

/// Cross-fades the surplus at the end into the beginning.
fn looped(sound: Sound) -> Sound {
    let seam = (SEAM_S * sound.rate as f32) as usize;
    let kept = sound.samples.len().saturating_sub(seam);
    let (body, rest) = sound.samples.split_at(kept);
    let mut samples = body.to_vec();
    for (n, (sample, surplus)) in samples.iter_mut().zip(rest).enumerate() {
        let share = n as f32 / seam as f32;
        *sample = *sample * share.sqrt() + surplus * (1.0 - share).sqrt();
    }
    Sound { samples, rate: sound.rate }
}

fn wave(n: usize, hertz: f32) -> f32 {
    (TAU * hertz * n as f32 / RATE as f32).sin()
}

/// One pole.
struct LowPass {
    share: f32,
    held: f32,
}

impl LowPass {
    fn new(hertz: f32) -> LowPass {
        LowPass { share: 1.0 - (-TAU * hertz / RATE as f32).exp(), held: 0.0 }
    }

    fn next(&mut self, sample: f32) -> f32 {
        self.held += self.share * (sample - self.held);
        self.held
    }
}
