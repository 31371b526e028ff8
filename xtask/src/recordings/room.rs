//! Rooms: a direct sound, a few early reflections, a tail that dies away.

use serde::Deserialize;

use super::chance::Chance;
use super::sound::Sound;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Room {
    /// A headset's microphone: nearly dry.
    #[default]
    Near,
    /// Somebody two metres away in a furnished room.
    Far,
    /// From a loudspeaker to the microphone beside it, on a table.
    Table,
}

/// Arrival in ms and level in dB of early reflections.
type Early = &'static [(f32, f32)];

impl Room {
    /// What arrives of a click; the direct sound first, at sample 0.
    pub fn response(self, rate: u32) -> Sound {
        let (early, tail_db, decay_s, seed): (Early, f32, f32, u64) = match self {
            Room::Near => (&[(2.1, -22.0), (5.3, -26.0)], -46.0, 0.15, 11),
            Room::Far => (&[(3.7, -7.0), (7.9, -9.0), (12.1, -11.0), (19.3, -14.0)], -30.0, 0.35, 12),
            Room::Table => (&[(0.9, -8.0), (4.3, -14.0), (9.7, -16.0), (15.1, -19.0)], -36.0, 0.3, 13),
        };
        let mut sound = Sound::silence(decay_s, rate);
        add(&mut sound, 0.0, 0.0);
        for (ms, db) in early {
            add(&mut sound, *ms, *db);
        }
        let mut chance = Chance::new(seed);
        for (n, sample) in sound.samples.iter_mut().enumerate().skip((0.02 * rate as f32) as usize) {
            // 60 dB down at `decay_s`.
            let db = tail_db - 60.0 * n as f32 / rate as f32 / decay_s;
            *sample += chance.normal() * gain(db);
        }
        sound
    }

    /// The sound as it arrives there.
    pub fn hear(self, sound: &Sound) -> Sound {
        let response = self.response(sound.rate);
        let mut heard = Sound { samples: vec![0.0; sound.samples.len()], rate: sound.rate };
        for (delay, gain) in response.samples.iter().enumerate().filter(|(_, gain)| **gain != 0.0) {
            for (out, sample) in heard.samples.iter_mut().skip(delay).zip(&sound.samples) {
                *out += gain * sample;
            }
        }
        heard
    }
}

fn add(sound: &mut Sound, ms: f32, db: f32) {
    let at = (ms * 0.001 * sound.rate as f32) as usize;
    if let Some(sample) = sound.samples.get_mut(at) {
        *sample += gain(db);
    }
}

fn gain(db: f32) -> f32 {
    10_f32.powf(db / 20.0)
}
