//! Sounds that nobody would call sounds, through the ears: an abort inside the recogniser would take the whole app down, so this is a
//! program of its own. Forty pieces by default; `HARK_HOSTILE_PIECES=2000` tries for an hour of sound (docs/benchmarks-hearing.md).
#![cfg(feature = "hearing")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::path::Path;

use hark::command::{Names, PhraseTable};
use hark::hearing::{EarsConfig, HearingError, SpeechModel, VoskEars};
use hark::ports::{EarOutput, Ears, OUTPUT_BLOCK};
use hark::session::EarReport;
use hark::units::Millis;

/// Blocks of 10 ms in a piece: 2 s.
const BLOCKS: u64 = 200;
const BLOCK: usize = 160;

/// splitmix64 (Steele, Lea, Flood 2014).
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly from -1 to 1.
    fn sample(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A sample of each kind of sound, at a time in samples.
fn sample(kind: u64, at: u64, chance: &mut Chance) -> f32 {
    match kind {
        0 => 0.0,
        1 => f32::NAN,
        2 => f32::INFINITY,
        3 => 1e30 * chance.sample(),
        4 => chance.sample(),
        5 => 1e-39,
        6 => {
            if at.is_multiple_of(2) {
                1.0
            } else {
                -1.0
            }
        }
        7 => {
            if (at / 37).is_multiple_of(2) {
                32_768.0
            } else {
                -32_768.0
            }
        }
        8 => {
            if at.is_multiple_of(1_600) {
                1.0
            } else {
                0.0
            }
        }
        9 => 1.0,
        10 => ((at * at) as f32 * 1e-5).sin(),
        11 => f32::from_bits(chance.next() as u32),
        12 => 0.3 * chance.sample() * ((at as f32 * 0.002).sin()),
        _ => 0.01 * chance.sample(),
    }
}

const KINDS: u64 = 14;

#[test]
fn no_sound_stops_the_ears_and_the_next_word_is_heard() {
    let model = match SpeechModel::open(Path::new("models")) {
        Ok(model) => model,
        Err(error @ HearingError::Missing(_)) => {
            eprintln!("SKIPPED: no_sound_stops_the_ears_and_the_next_word_is_heard: {error}");
            return;
        }
        Err(error) => panic!("{error}"),
    };
    let pieces: u64 = std::env::var("HARK_HOSTILE_PIECES").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let mut chance = Chance(7);
    let mut ears = VoskEars::on(&model, PhraseTable::english().unwrap(), EarsConfig::new(16_000)).unwrap();
    let mut now = Millis(0);
    let mut told = 0_u64;
    for piece in 0..pieces {
        // Microphone and reference are hostile by turns and together; every kind comes.
        let (mic, far) = (piece % KINDS, chance.below(KINDS));
        // Odd lengths, too: empty, short, far too long.
        let length = [BLOCK, BLOCK, BLOCK, 0, 7, 5_000][chance.below(6) as usize];
        for block in 0..BLOCKS {
            let start = block * BLOCK as u64;
            let near: Vec<f32> = (0..length as u64).map(|n| sample(mic, start + n, &mut chance)).collect();
            let reference: Vec<f32> = (0..OUTPUT_BLOCK as u64).map(|n| sample(far, start + n, &mut chance)).collect();
            ears.hear(now, &near, &reference);
            told += std::iter::from_fn(|| ears.poll()).count() as u64;
            now = now.plus(10);
        }
        // Clocks jump, names change under way.
        if piece % 5 == 4 {
            now = now.plus(chance.below(100_000));
            ears.learn(&Names { senders: vec![format!("Ana \u{0}\"{piece}]}}")], ..Names::default() });
        }
    }
    println!("{pieces} pieces of 2 s, {told} reports");
    assert!(hears_a_word(&mut ears, now), "deaf after {pieces} pieces");
}

/// Whether the ears still hear a recorded "next message", after two seconds of quiet.
fn hears_a_word(ears: &mut VoskEars, mut now: Millis) -> bool {
    let word =
        hark::hearing::files::read_recording(Path::new("tests/replay/clips/next-message.wav")).unwrap().at_rate(16_000);
    let quiet = vec![0.0; 16_000];
    let samples = [&quiet[..], &quiet, &word.samples, &quiet].concat();
    let mut heard = false;
    for block in samples.chunks(BLOCK) {
        ears.hear(now, block, &[0.0; OUTPUT_BLOCK]);
        while let Some(output) = ears.poll() {
            if let EarOutput::Report(EarReport::Utterance(utterance)) = output {
                heard |= utterance.words == "next message";
            }
        }
        now = now.plus(10);
    }
    heard
}
