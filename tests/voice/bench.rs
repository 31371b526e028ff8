//! A mouth on a bench, with clips of a fake voice; and the real voice where it is installed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hark::ports::{Clip, ClipKey, ClipSource, ClipState, OUTPUT_BLOCK, OUTPUT_RATE, Synthesiser, Urgency, VoiceError};
use hark::session::{Delivery, Epoch, Say, UtteranceId, VoiceReport};
use hark::units::Millis;
use hark::voice::{Mouth, Noise, VoiceOptions, open_voice};

pub const TONE_HZ: f32 = 200.0;

/// Clips of a 200 Hz tone, half a second each; ready from a set time on; texts with "fail" fail.
#[derive(Default)]
pub struct FakeClips {
    pub ready_at: BTreeMap<String, Millis>,
    pub requests: Vec<(ClipKey, Urgency)>,
    pub only_speed: Option<u16>,
}

impl ClipSource for FakeClips {
    fn request(&mut self, _now: Millis, key: &ClipKey, urgency: Urgency) {
        self.requests.push((key.clone(), urgency));
    }

    fn get(&mut self, now: Millis, key: &ClipKey) -> ClipState {
        let late = self.ready_at.get(&key.spoken).is_some_and(|ready| now < *ready);
        let asked = self.requests.iter().any(|(asked, _)| asked == key);
        if late || !asked || self.only_speed.is_some_and(|speed| speed != key.speed_percent) {
            ClipState::Pending
        } else if key.spoken.contains("fail") {
            ClipState::Failed(VoiceError::Failed("on purpose".to_owned()))
        } else {
            ClipState::Ready(Arc::new(tone(0.5, OUTPUT_RATE)))
        }
    }
}

pub fn tone(seconds: f32, rate: u32) -> Clip {
    let frames = (seconds * rate as f32) as usize;
    let samples = (0..frames).map(|n| 0.5 * (std::f32::consts::TAU * TONE_HZ * n as f32 / rate as f32).sin()).collect();
    Clip { samples, rate }
}

pub fn say(id: u64, epoch: u64, spoken: &str) -> Say {
    Say { id: UtteranceId(id), epoch: Epoch(epoch), spoken: spoken.to_owned(), delivery: Delivery::default() }
}

/// A mouth whose blocks are played at once, as in replay.
pub struct Bench {
    pub mouth: Mouth<FakeClips>,
    pub now: Millis,
    pub sound: Vec<f32>,
    pub epochs: Vec<Epoch>,
    pub reports: Vec<(u64, VoiceReport)>,
}

impl Bench {
    pub fn new(clips: FakeClips) -> Bench {
        Bench { mouth: Mouth::new(clips), now: Millis(0), sound: Vec::new(), epochs: Vec::new(), reports: Vec::new() }
    }

    pub fn run(&mut self, ms: u64) {
        for _ in 0..ms / 10 {
            self.render();
            self.mouth.played(OUTPUT_BLOCK as u64);
            self.collect();
        }
    }

    pub fn render(&mut self) {
        let mut block = [0.0; OUTPUT_BLOCK];
        self.epochs.push(self.mouth.render(self.now, &mut block));
        self.sound.extend_from_slice(&block);
        self.now = self.now.plus(10);
    }

    pub fn collect(&mut self) {
        while let Some(report) = self.mouth.poll() {
            self.reports.push((self.now.0, report));
        }
    }

    pub fn level(&self, from_ms: usize, to_ms: usize) -> f32 {
        rms(self.sound.get(from_ms * 48..to_ms * 48).expect("rendered"))
    }
}

pub fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len().max(1) as f32).sqrt()
}

pub fn pitch(samples: &[f32]) -> f32 {
    let crossings = samples.windows(2).filter(|pair| matches!(pair, [a, b] if *a < 0.0 && *b >= 0.0)).count();
    crossings as f32 * OUTPUT_RATE as f32 / samples.len() as f32
}

/// The folder of models.
pub fn models() -> PathBuf {
    std::env::var_os("HARK_MODELS").map_or_else(|| Path::new("models").to_owned(), Into::into)
}

/// The neural voice; says so when it is not installed.
pub fn joe(noise: Noise) -> Option<Box<dyn Synthesiser + Send>> {
    match open_voice("joe", &models(), VoiceOptions { noise, ..VoiceOptions::default() }) {
        Ok(voice) => Some(voice),
        Err(error @ (VoiceError::Missing(_) | VoiceError::NoPhonemes)) => {
            eprintln!("SKIPPED a test with the voice \"joe\": {error}");
            None
        }
        Err(error) => panic!("{error}"),
    }
}
