//! The committed recordings are those of the manifest, and what the generators make is what it says.

use std::f32::consts::TAU;
use std::fs;

use super::chance::Chance;
use super::sound::Sound;
use super::{LEVEL_DBFS, Manifest, manifest, noise};
use crate::shell;

fn committed() -> (Manifest, impl Fn(&str) -> Vec<u8>) {
    let root = shell::root();
    let manifest = manifest(&root).unwrap();
    (manifest, move |file: &str| fs::read(root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}")))
}

#[test]
fn every_recording_is_there_at_its_rate_and_level() {
    let (manifest, read) = committed();
    for clip in &manifest.clip {
        let sound = Sound::from_wav(&read(&clip.file)).unwrap();
        assert_eq!(sound.rate, clip.rate, "{}", clip.file);
        assert!((sound.active_dbfs() - LEVEL_DBFS).abs() < 1.0, "{} at {} dBFS", clip.file, sound.active_dbfs());
    }
    for bed in &manifest.noise {
        let sound = Sound::from_wav(&read(&bed.file)).unwrap();
        assert_eq!(sound.samples.len(), (bed.seconds * sound.rate) as usize, "{}", bed.file);
    }
}

#[test]
fn recordings_stay_small() {
    let (manifest, read) = committed();
    let files = manifest.clip.iter().map(|clip| &clip.file).chain(manifest.noise.iter().map(|bed| &bed.file));
    let bytes: usize = files.map(|file| read(file).len()).sum();
    assert!(bytes < 3_000_000, "{bytes} bytes");
}

#[test]
fn a_recording_is_never_digitally_silent() {
    let (manifest, read) = committed();
    for clip in &manifest.clip {
        let sound = Sound::from_wav(&read(&clip.file)).unwrap();
        let longest = sound.samples.chunk_by(|a, b| a == b).map(<[f32]>::len).max().unwrap();
        assert!(longest < 40, "{}: {longest} equal samples", clip.file);
    }
}

#[test]
fn noise_is_the_same_every_time_and_another_with_another_seed() {
    let make = |seed| noise::bed(noise::Kind::Train, 1, seed).unwrap();
    assert_eq!(make(1), make(1));
    assert_ne!(make(1), make(2));
}

#[test]
fn the_committed_beds_are_what_the_generators_make() {
    let (manifest, read) = committed();
    for bed in manifest.noise.iter().filter(|bed| bed.kind != noise::Kind::Babble) {
        let made = noise::bed(bed.kind, bed.seconds, bed.seed).unwrap().at_level(LEVEL_DBFS);
        let kept = Sound::from_wav(&read(&bed.file)).unwrap();
        let apart = made.samples.iter().zip(&kept.samples).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 1e-3, "{}: {apart} apart", bed.file);
    }
}

#[test]
fn a_wav_comes_back_as_it_was() {
    let sound = Sound { samples: (0..500).map(|n| 0.5 * (TAU * n as f32 / 50.0).sin()).collect(), rate: 8_000 };
    for channels in [1, 2] {
        let back = Sound::from_wav(&sound.to_wav(channels)).unwrap();
        assert_eq!((back.rate, back.samples.len()), (8_000, 500));
        let apart = sound.samples.iter().zip(&back.samples).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 3.0 / 32_768.0, "{apart}");
    }
    assert!(Sound::from_wav(b"RIFF....WAVE").is_err());
}

#[test]
fn resampling_keeps_a_tone_and_takes_away_what_would_fold_back() {
    let tone = |hertz: f32| {
        let samples = (0..48_000).map(|n| (TAU * hertz * n as f32 / 48_000.0).sin()).collect();
        Sound { samples, rate: 48_000 }.resampled(16_000)
    };
    let full = -3.0;
    assert!((tone(1_000.0).active_dbfs() - full).abs() < 0.3, "{}", tone(1_000.0).active_dbfs());
    assert!(inner(&tone(10_000.0)).active_dbfs() < -60.0, "{}", inner(&tone(10_000.0)).active_dbfs());
}

/// Without the ends, where the tone was cut off.
fn inner(sound: &Sound) -> Sound {
    let samples = sound.samples.iter().skip(2_000).take(12_000).copied().collect();
    Sound { samples, rate: sound.rate }
}

#[test]
fn chance_is_even_and_centred() {
    let mut chance = Chance::new(5);
    let values: Vec<f32> = (0..20_000).map(|_| chance.normal()).collect();
    let mean = values.iter().sum::<f32>() / 20_000.0;
    let variance = values.iter().map(|value| value * value).sum::<f32>() / 20_000.0;
    assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.05, "{mean} {variance}");
}
