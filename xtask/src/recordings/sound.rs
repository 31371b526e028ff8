//! Mono sound in memory: WAV in and out, rate, level, silence.

use std::f32::consts::PI;

use anyhow::{Result, bail};

use super::chance::Chance;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sound {
    pub samples: Vec<f32>,
    /// Hz.
    pub rate: u32,
}

/// Frames for levels, in seconds.
const FRAME_S: f32 = 0.02;
/// Frames this far below the loudest are no speech, in dB.
const QUIET_DB: f32 = 25.0;

impl Sound {
    pub fn silence(seconds: f32, rate: u32) -> Sound {
        Sound { samples: vec![0.0; (seconds * rate as f32) as usize], rate }
    }

    /// Reads 16-bit PCM; several channels are averaged.
    pub fn from_wav(bytes: &[u8]) -> Result<Sound> {
        let number = |at: usize| bytes.get(at..at + 4).and_then(|b| Some(u32::from_le_bytes(b.try_into().ok()?)));
        let mut at = 12;
        let (mut rate, mut channels) = (0, 1_usize);
        while let (Some(name), Some(length)) = (bytes.get(at..at + 4), number(at + 4)) {
            let body = at + 8;
            if name == b"fmt " {
                channels = bytes.get(body + 2).copied().unwrap_or(1).max(1).into();
                rate = number(body + 4).unwrap_or(0);
            }
            if name == b"data" {
                // Programs that write to a pipe do not know the length: take what is there.
                let data = bytes.get(body..).unwrap_or_default();
                let data = data.get(..length as usize).unwrap_or(data);
                let all: Vec<f32> =
                    data.chunks_exact(2).map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0).collect();
                let samples =
                    all.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>() / channels as f32).collect();
                return Ok(Sound { samples, rate });
            }
            at = body + length as usize + length as usize % 2;
        }
        bail!("no WAV file")
    }

    /// 16-bit PCM, dithered; every channel the same.
    pub fn to_wav(&self, channels: u16) -> Vec<u8> {
        let frame = u32::from(channels) * 2;
        let length = self.samples.len() as u32 * frame;
        let mut out = Vec::with_capacity(length as usize + 44);
        out.extend(b"RIFF");
        out.extend((length + 36).to_le_bytes());
        out.extend(b"WAVEfmt ");
        out.extend(16_u32.to_le_bytes());
        out.extend(1_u16.to_le_bytes());
        out.extend(channels.to_le_bytes());
        out.extend(self.rate.to_le_bytes());
        out.extend((self.rate * frame).to_le_bytes());
        out.extend((frame as u16).to_le_bytes());
        out.extend(16_u16.to_le_bytes());
        out.extend(b"data");
        out.extend(length.to_le_bytes());
        let mut chance = Chance::new(1);
        for sample in &self.samples {
            let dither = chance.unit() - chance.unit();
            let value = (sample * 32_767.0 + dither).round().clamp(-32_768.0, 32_767.0) as i16;
            for _ in 0..channels {
                out.extend(value.to_le_bytes());
            }
        }
        out
    }

    /// At another rate, by a windowed sinc of 32 zero crossings a side.
    pub fn resampled(&self, rate: u32) -> Sound {
        if rate == self.rate {
            return self.clone();
        }
        let step = f64::from(self.rate) / f64::from(rate);
        let cut = (1.0 / step).min(1.0) as f32 * 0.95;
        let reach = (32.0 / cut).ceil() as i64;
        let length = (self.samples.len() as f64 / step) as usize;
        let samples = (0..length).map(|n| {
            let centre = n as f64 * step;
            let middle = centre as i64;
            let around = middle - reach..=middle + reach;
            around.map(|k| self.sample(k) * kernel((centre - k as f64) as f32, cut, reach as f32)).sum()
        });
        Sound { samples: samples.collect(), rate }
    }

    fn sample(&self, at: i64) -> f32 {
        usize::try_from(at).ok().and_then(|at| self.samples.get(at)).copied().unwrap_or(0.0)
    }

    /// Root mean square of the frames that are speech, in dBFS.
    pub fn active_dbfs(&self) -> f32 {
        let energies: Vec<f32> = self.frames().map(mean_square).collect();
        let loudest = energies.iter().copied().fold(0.0, f32::max);
        let least = loudest * 10_f32.powf(-QUIET_DB / 10.0);
        let active: Vec<f32> = energies.into_iter().filter(|energy| *energy >= least && *energy > 0.0).collect();
        10.0 * (active.iter().sum::<f32>() / active.len().max(1) as f32 + 1e-12).log10()
    }

    fn frames(&self) -> impl Iterator<Item = &[f32]> {
        self.samples.chunks((FRAME_S * self.rate as f32).max(1.0) as usize)
    }

    /// Scaled to this active level in dBFS, quieter if peaks would clip.
    pub fn at_level(&self, dbfs: f32) -> Sound {
        let gain = 10_f32.powf((dbfs - self.active_dbfs()) / 20.0);
        let peak = self.samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        let gain = if peak * gain > 0.98 { 0.98 / peak } else { gain };
        self.map(|sample| sample * gain)
    }

    /// Without what is far below speech at both ends.
    pub fn trimmed(&self) -> Sound {
        let least = 10_f32.powf((self.active_dbfs() - 2.0 * QUIET_DB) / 10.0);
        let frame = (FRAME_S * self.rate as f32) as usize;
        let loud: Vec<bool> = self.frames().map(|frame| mean_square(frame) > least).collect();
        let first = loud.iter().position(|loud| *loud).unwrap_or(0);
        let last = loud.iter().rposition(|loud| *loud).map_or(0, |last| last + 1);
        let samples = self.samples.iter().take(last * frame).skip(first * frame).copied().collect();
        Sound { samples, rate: self.rate }
    }

    /// With silence before and after, in seconds.
    pub fn padded(&self, before: f32, after: f32) -> Sound {
        let mut out = Sound::silence(before, self.rate);
        out.samples.extend(&self.samples);
        out.samples.extend(Sound::silence(after, self.rate).samples);
        out
    }

    /// Over white noise at this level in dBFS.
    pub fn with_floor(&self, dbfs: f32, chance: &mut Chance) -> Sound {
        let gain = 10_f32.powf(dbfs / 20.0);
        self.map(|sample| sample + gain * chance.normal())
    }

    fn map(&self, change: impl FnMut(&f32) -> f32) -> Sound {
        Sound { samples: self.samples.iter().map(change).collect(), rate: self.rate }
    }
}

/// Low-pass at `cut` of the input's band, seen from `x` samples away, under a Hann window.
fn kernel(x: f32, cut: f32, reach: f32) -> f32 {
    if x.abs() >= reach {
        return 0.0;
    }
    let angle = PI * x * cut;
    let sinc = if angle.abs() < 1e-6 { 1.0 } else { angle.sin() / angle };
    cut * sinc * (0.5 + 0.5 * (PI * x / reach).cos())
}

fn mean_square(frame: &[f32]) -> f32 {
    frame.iter().map(|sample| sample * sample).sum::<f32>() / frame.len().max(1) as f32
}
