//! The virtual room: what the microphone gets of clips, noise and our own loudspeaker.
//!
//! Everything is mixed at 16 kHz, the rate the ears work at, and only then brought to the microphone's rate.

use super::scenario::{Room, RoomOutput, ScenarioError};
use crate::ports::{OUTPUT_BLOCK, OUTPUT_RATE};
use crate::resample::Stream;
use crate::units::Millis;

/// Rate of the mix in Hz.
pub const ROOM_RATE: u32 = 16_000;
/// Samples of 10 ms of the mix.
const BLOCK: usize = 160;
/// Active speech level at the microphone that counts as 0 dB (docs/cli.md).
const NOMINAL_DBFS: f64 = -26.0;
/// Active level of our own voice at the output: the voice is normalised to about -19 LUFS.
const VOICE_DBFS: f64 = -19.0;
/// Level of the microphone's own noise: digital silence makes recognisers worse than real rooms do.
const FLOOR_DBFS: f64 = -70.0;
/// The tail of a room response below this share of its energy is left out.
const RIR_TAIL: f64 = 1e-4;

/// A recording placed on the session's time line.
struct Placed {
    start: u64,
    samples: Vec<f32>,
}

/// Clips, noise and echo, block by block.
pub struct VirtualRoom {
    placed: Vec<Placed>,
    noise: Vec<f32>,
    echo: Option<EchoPath>,
    floor: Floor,
    to_mic: Stream,
    position: u64,
    /// Samples in which the microphone gives zeros.
    muted: std::ops::Range<u64>,
}

impl VirtualRoom {
    /// `noise` and `rir` are mono at [`ROOM_RATE`].
    pub fn new(room: &Room, noise: Option<Vec<f32>>, rir: Option<Vec<f32>>) -> Result<VirtualRoom, ScenarioError> {
        let rate = |error: crate::resample::RateError| ScenarioError::Recording(error.to_string());
        let mut noise = noise.unwrap_or_default();
        let level = rms(&noise);
        if level > 0.0 {
            let gain = (gain(NOMINAL_DBFS + room.noise_db) / level) as f32;
            noise.iter_mut().for_each(|sample| *sample *= gain);
        }
        let echo = match room.output {
            RoomOutput::Headphones => None,
            RoomOutput::Loudspeaker => Some(EchoPath::new(room, rir).map_err(rate)?),
        };
        let sample = |seconds: f64| (seconds.max(0.0) * f64::from(ROOM_RATE)) as u64;
        let muted = room.muted_s.map_or(0..0, |[from, to]| sample(from)..sample(to));
        let to_mic = Stream::new(ROOM_RATE, room.mic_rate).map_err(rate)?;
        Ok(VirtualRoom { placed: Vec::new(), noise, echo, floor: Floor(0x2545_F491), to_mic, position: 0, muted })
    }

    /// Lets a clip (mono, [`ROOM_RATE`]) begin at `start`; not before the present block.
    pub fn place(&mut self, start: Millis, samples: Vec<f32>, gain_db: f64) {
        let factor = gain(gain_db) as f32;
        let samples = samples.into_iter().map(|sample| sample * factor).collect();
        let start = (start.0 * u64::from(ROOM_RATE) / 1000).max(self.position);
        self.placed.push(Placed { start, samples });
    }

    /// The next 10 ms at the microphone's rate; `played` is what the loudspeaker played in them.
    pub fn block(&mut self, played: &[f32; OUTPUT_BLOCK]) -> Vec<f32> {
        let mut mix = [0.0f32; BLOCK];
        for (index, sample) in mix.iter_mut().enumerate() {
            *sample = self.at(self.position + index as u64) + self.floor.next();
        }
        if let Some(echo) = &mut self.echo {
            for (sample, echoed) in mix.iter_mut().zip(echo.block(played)) {
                *sample += echoed;
            }
        }
        self.position += BLOCK as u64;
        let position = self.position;
        self.placed.retain(|placed| placed.start + placed.samples.len() as u64 > position);
        for sample in &mut mix {
            *sample = sample.clamp(-1.0, 1.0);
        }
        let sound = self.to_mic.block(&mix);
        if self.muted.contains(&position) { vec![0.0; sound.len()] } else { sound }
    }

    /// True while a clip is still to be heard.
    pub fn busy(&self) -> bool {
        !self.placed.is_empty()
    }

    fn at(&self, position: u64) -> f32 {
        let clips: f32 = self
            .placed
            .iter()
            .filter_map(|placed| placed.samples.get(usize::try_from(position.checked_sub(placed.start)?).ok()?))
            .sum();
        let noise = match self.noise.len() {
            0 => 0.0,
            length => self.noise.get(position as usize % length).copied().unwrap_or(0.0),
        };
        clips + noise
    }
}

/// Loudspeaker, room and delay between output and microphone.
struct EchoPath {
    to_room: Stream,
    rir: Vec<f32>,
    history: Vec<f32>,
    delayed: Vec<f32>,
    /// Frames of the delayed signal read per frame of the room: 1 + drift.
    step: f64,
    read: f64,
    drive: f32,
}

impl EchoPath {
    fn new(room: &Room, rir: Option<Vec<f32>>) -> Result<EchoPath, crate::resample::RateError> {
        let mut rir = rir.map_or_else(|| vec![1.0], |rir| direct_first(&rir));
        let energy = rir.iter().map(|&tap| f64::from(tap).powi(2)).sum::<f64>().sqrt().max(1e-9);
        let scale = (gain(NOMINAL_DBFS + room.echo_db - VOICE_DBFS) / energy) as f32;
        rir.iter_mut().for_each(|tap| *tap *= scale);
        let delay = room.delay_ms / 1000.0 * f64::from(ROOM_RATE);
        Ok(EchoPath {
            to_room: Stream::new(OUTPUT_RATE, ROOM_RATE)?,
            history: vec![0.0; rir.len() + BLOCK],
            rir,
            delayed: vec![0.0; delay as usize + 2],
            step: 1.0 + room.drift_ppm * 1e-6,
            read: 0.0,
            drive: (room.saturation.clamp(0.0, 1.0) * 4.0) as f32,
        })
    }

    fn block(&mut self, played: &[f32; OUTPUT_BLOCK]) -> [f32; BLOCK] {
        let distorted: Vec<f32> = played.iter().map(|&sample| saturate(sample, self.drive)).collect();
        let dry = self.to_room.block(&distorted);
        self.history.extend_from_slice(&dry);
        let wet = convolve_tail(&self.history, &self.rir, dry.len());
        let surplus = self.history.len().saturating_sub(self.rir.len() + BLOCK);
        self.history.drain(..surplus);
        self.delayed.extend_from_slice(&wet);
        self.read_delayed()
    }

    fn read_delayed(&mut self) -> [f32; BLOCK] {
        let mut out = [0.0; BLOCK];
        for sample in &mut out {
            let whole = self.read.floor();
            let part = (self.read - whole) as f32;
            let at = |offset: usize| self.delayed.get(whole as usize + offset).copied().unwrap_or(0.0);
            *sample = at(0) * (1.0 - part) + at(1) * part;
            self.read += self.step;
        }
        let done = (self.read.floor() as usize).min(self.delayed.len());
        self.delayed.drain(..done);
        self.read -= done as f64;
        out
    }
}

/// The last `count` samples of `signal` filtered by `taps`.
fn convolve_tail(signal: &[f32], taps: &[f32], count: usize) -> Vec<f32> {
    let reversed: Vec<f32> = taps.iter().rev().copied().collect();
    let first = signal.len().saturating_sub(count + taps.len() - 1);
    let window = signal.get(first..).unwrap_or_default();
    window.windows(taps.len()).map(|part| part.iter().zip(&reversed).map(|(a, b)| a * b).sum()).collect()
}

/// A room response from its direct sound on (the delay is the scenario's), without its inaudible tail.
fn direct_first(rir: &[f32]) -> Vec<f32> {
    let peak = rir.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs())).map_or(0, |(index, _)| index);
    let rir = rir.get(peak..).unwrap_or_default();
    let total: f64 = rir.iter().map(|&tap| f64::from(tap).powi(2)).sum();
    let mut left = total;
    let length = rir
        .iter()
        .position(|&tap| {
            left -= f64::from(tap).powi(2);
            left <= total * RIR_TAIL
        })
        .map_or(rir.len(), |index| index + 1);
    let kept = rir.get(..length).unwrap_or_default().to_vec();
    if kept.is_empty() { vec![1.0] } else { kept }
}

fn saturate(sample: f32, drive: f32) -> f32 {
    if drive <= 0.0 { sample } else { (sample * drive).tanh() / drive }
}

fn gain(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

fn rms(samples: &[f32]) -> f64 {
    if samples.is_empty() {
        return 0.0;
    }
    (samples.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / samples.len() as f64).sqrt()
}

/// White noise at [`FLOOR_DBFS`], the same in every run (xorshift32, Marsaglia 2003).
struct Floor(u32);

impl Floor {
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        // A uniform value in -1..1 has an RMS of 1/sqrt(3).
        let uniform = self.0 as f32 / u32::MAX as f32 * 2.0 - 1.0;
        uniform * (3f64.sqrt() * gain(FLOOR_DBFS)) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn db(samples: &[f32]) -> f64 {
        20.0 * rms(samples).log10()
    }

    fn sine_block(index: usize) -> [f32; OUTPUT_BLOCK] {
        // RMS -19 dBFS: our voice at its nominal level.
        let peak = (gain(VOICE_DBFS) * 2f64.sqrt()) as f32;
        std::array::from_fn(|n| {
            let t = (index * OUTPUT_BLOCK + n) as f32 / OUTPUT_RATE as f32;
            (std::f32::consts::TAU * 500.0 * t).sin() * peak
        })
    }

    #[test]
    fn echo_arrives_at_its_level_after_its_delay() {
        let room = Room { output: RoomOutput::Loudspeaker, echo_db: -6.0, delay_ms: 100.0, ..Room::default() };
        let mut virtual_room = VirtualRoom::new(&room, None, None).unwrap();
        let heard: Vec<f32> = (0..100).flat_map(|index| virtual_room.block(&sine_block(index))).collect();
        assert!(db(&heard[..1500]) < -60.0, "{}", db(&heard[..1500]));
        let level = db(&heard[4000..]);
        assert!((level - (NOMINAL_DBFS - 6.0)).abs() < 0.5, "{level}");
    }

    #[test]
    fn headphones_give_no_echo() {
        let mut room = VirtualRoom::new(&Room::default(), None, None).unwrap();
        let heard: Vec<f32> = (0..50).flat_map(|index| room.block(&sine_block(index))).collect();
        assert!((db(&heard) - FLOOR_DBFS).abs() < 1.0);
    }

    #[test]
    fn noise_loops_at_its_level() {
        let noise: Vec<f32> = (0..8000).map(|n| if n % 7 < 3 { 0.3 } else { -0.2 }).collect();
        let mut room = VirtualRoom::new(&Room { noise_db: -10.0, ..Room::default() }, Some(noise), None).unwrap();
        let heard: Vec<f32> = (0..200).flat_map(|_| room.block(&[0.0; OUTPUT_BLOCK])).collect();
        assert!((db(&heard) - (NOMINAL_DBFS - 10.0)).abs() < 0.5);
    }

    #[test]
    fn a_clip_begins_where_it_was_placed_and_clips_add_up() {
        let mut room = VirtualRoom::new(&Room::default(), None, None).unwrap();
        room.place(Millis(20), vec![0.25; 160], 0.0);
        room.place(Millis(20), vec![0.25; 160], 0.0);
        let heard: Vec<f32> = (0..4).flat_map(|_| room.block(&[0.0; OUTPUT_BLOCK])).collect();
        assert!(heard[319].abs() < 0.01 && (heard[320] - 0.5).abs() < 0.01 && heard[480].abs() < 0.01);
        assert!(!room.busy());
    }
}
