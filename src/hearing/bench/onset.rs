//! How soon a voice is noticed, and what else is taken for one: the detector alone, without a recogniser.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::corpus::{Clip, Corpus};
use super::mix::{Draw, padded, with_noise};
use super::{BenchError, RATIOS, drawn, shuffled, sound};
use crate::hearing::activity::Activity;
use crate::hearing::company::{Company, Told};
use crate::hearing::echo::Echo;
use crate::hearing::front::Front;
use crate::hearing::{BLOCK, RATE};
use crate::ports::OUTPUT_BLOCK;

/// A dip lasts so long after a voice (behaviour.md): 1.2 s.
const AFTER: u64 = 12 * RATE as u64 / 10;
/// Levels of other people relative to the listener, in dB.
pub const OTHERS_DB: [f32; 4] = [0.0, -6.0, -12.0, -20.0];
/// A frame within so much of the loudest one is speech, in dB.
const AUDIBLE_DB: f32 = 22.0;
/// An onset told later than this after the word began belongs to something else, in ms.
const TOO_LATE: i64 = 1_500;
/// An onset told so much before the word began was a false one, in ms.
const TOO_EARLY: i64 = -60;

/// What the detector did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct OnsetReport {
    /// By signal-to-noise ratio.
    pub delays: BTreeMap<String, Delays>,
    /// False ones, by what was heard.
    pub falses: BTreeMap<String, Falses>,
}

/// From the word's first audible frame to the report, in ms, sorted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Delays {
    pub told_ms: Vec<i64>,
    /// Not noticed at all.
    pub missed: u32,
    /// A dip was on already when the word began.
    pub before: u32,
}

/// Onsets that were nobody speaking to us.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Falses {
    pub minutes: f64,
    pub onsets: u32,
    /// Time in a dip.
    pub ducked_s: f64,
}

impl Delays {
    /// Nearest-rank percentile.
    pub fn percentile(&self, percent: usize) -> Option<i64> {
        let at = (self.told_ms.len() * percent).div_ceil(100).saturating_sub(1);
        self.told_ms.get(at).copied()
    }
}

/// Hears all commands in noise, all noises, and other people at several levels.
pub fn run(folder: &Path, limit: Option<usize>) -> Result<OnsetReport, BenchError> {
    let corpus = Corpus::read(folder)?;
    let limit = limit.unwrap_or(usize::MAX);
    let mut report = OnsetReport::default();
    let mut noises = BTreeMap::new();
    for clip in shuffled(&corpus.commands).into_iter().filter(|clip| clip.intent.is_some()).take(limit) {
        for snr in RATIOS {
            command(clip, snr, &corpus, &mut noises, &mut report)?;
        }
    }
    for (kind, paths) in &corpus.noises {
        for path in paths.iter().take(limit) {
            // As loud as a voice: 0 dB.
            let samples = padded(&sound(path)?.into_iter().take(NOISE).collect::<Vec<f32>>()).samples;
            report.falses.entry(format!("noise: {kind}")).or_default().add(&samples);
        }
    }
    for clips in shuffled(&corpus.speech).chunks(8).take(limit / 8) {
        let mut stream = Vec::new();
        for clip in clips {
            stream.extend(padded(&sound(&clip.path)?).samples);
        }
        for db in OTHERS_DB {
            let gain = 10.0_f32.powf(db / 20.0);
            let softer: Vec<f32> = stream.iter().map(|sample| sample * gain).collect();
            report.falses.entry(format!("people at {db:+03.0} dB")).or_default().add(&softer);
        }
    }
    for delays in report.delays.values_mut() {
        delays.told_ms.sort_unstable();
    }
    Ok(report)
}

/// Decoded once: each is used many times.
type Noises = BTreeMap<PathBuf, Vec<f32>>;

fn command(
    clip: &Clip,
    snr: Option<f32>,
    corpus: &Corpus,
    noises: &mut Noises,
    report: &mut OnsetReport,
) -> Result<(), BenchError> {
    let speech = padded(&sound(&clip.path)?).samples;
    let Some(began) = began_ms(&speech) else { return Ok(()) };
    let (name, samples) = match snr {
        None => ("clean".to_owned(), speech),
        Some(snr) => {
            let mut draw = Draw::seeded(&[&clip.name, &snr.to_string()]);
            let path = drawn(corpus, Some(snr), &mut draw).1.map(Path::to_owned).unwrap_or_default();
            if !noises.contains_key(&path) {
                noises.insert(path.clone(), sound(&path)?);
            }
            let noise = noises.get(&path).map_or(&[][..], Vec::as_slice);
            // Six seconds of the noise first: nobody meets it together with the word.
            let lead: Vec<f32> = std::iter::repeat_n(0.0, LEAD).chain(speech).collect();
            (format!("{snr:02} dB"), with_noise(&lead, noise, snr, &mut draw))
        }
    };
    let began = began + if snr.is_some() { (LEAD * 1000 / RATE) as i64 } else { 0 };
    let delays = report.delays.entry(name).or_default();
    let mut dip_until = i64::MIN;
    for (at, told) in listened(&samples) {
        let at = (at * 1000 / RATE as u64) as i64;
        match told {
            Told::Onset(_) if at - began > TOO_LATE => break,
            Told::Onset(_) if at - began >= TOO_EARLY => {
                delays.told_ms.push(at - began);
                return Ok(());
            }
            Told::Onset(_) => dip_until = i64::MAX,
            Told::Over(_) => dip_until = at + 1_200,
            Told::Company(_) => dip_until = at,
        }
    }
    if dip_until >= began {
        delays.before += 1
    } else {
        delays.missed += 1
    }
    Ok(())
}

/// Noise before the word, in samples: 6 s.
const LEAD: usize = 6 * RATE;
/// Of every noise so much is heard, in samples: 20 s.
const NOISE: usize = 20 * RATE;

impl Falses {
    fn add(&mut self, samples: &[f32]) {
        self.minutes += samples.len() as f64 / RATE as f64 / 60.0;
        let mut dip: Option<u64> = None;
        let end = samples.len() as u64;
        let mut ducked = 0;
        let mut until = 0;
        for (at, told) in listened(samples) {
            match told {
                Told::Onset(_) => {
                    self.onsets += 1;
                    ducked += until.min(at).saturating_sub(dip.unwrap_or(at));
                    // Still down from the last one: goes on from there.
                    dip = Some(at);
                    until = u64::MAX;
                }
                Told::Over(_) => until = at + AFTER,
                Told::Company(_) => until = at,
            }
        }
        ducked += until.min(end).saturating_sub(dip.unwrap_or(end));
        self.ducked_s += ducked as f64 / RATE as f64;
    }
}

/// Everything told, with the sample at which it was.
fn listened(samples: &[f32]) -> Vec<(u64, Told)> {
    let Ok(mut front) = Front::new(RATE as u32) else { return Vec::new() };
    let (mut echo, mut activity, mut company) = (Echo::new(), Activity::new(), Company::default());
    let mut told = Vec::new();
    for (number, block) in samples.chunks(BLOCK).enumerate() {
        let now = ((number + 1) * BLOCK) as u64;
        let block = front.clean(block, &[0.0; OUTPUT_BLOCK]);
        let look = echo.look(block.powers, activity.voice().is_some());
        activity.push(&block.suppressed.samples, look.near);
        if activity.silence_ms() >= 300 {
            activity.close();
        }
        told.extend(
            company.look(now, block.suppressed.presence, activity.voice(), echo.weighed()).map(|told| (now, told)),
        );
    }
    told
}

/// The first of two frames of 10 ms that are nearly as loud as the loudest.
pub(super) fn began_ms(samples: &[f32]) -> Option<i64> {
    let powers: Vec<f32> = samples.chunks(BLOCK).map(|frame| frame.iter().map(|s| s * s).sum()).collect();
    let least = powers.iter().copied().fold(0.0, f32::max) * 10.0_f32.powf(-AUDIBLE_DB / 10.0);
    let first = powers.windows(2).position(|pair| pair.iter().all(|&power| power >= least))?;
    Some(first as i64 * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_begins_with_its_first_audible_frame() {
        let samples: Vec<f32> =
            (0..16_000).map(|i| if i < 4_800 { 0.001 } else { (i as f32 * 0.3).sin() * 0.2 }).collect();
        assert_eq!(began_ms(&samples), Some(300));
    }

    #[test]
    fn a_dip_lasts_until_after_the_voice() {
        let mut falses = Falses::default();
        falses.add(&vec![0.0; 60 * RATE]);
        assert_eq!((falses.onsets, falses.minutes.round() as u32), (0, 1));
        assert!(falses.ducked_s.abs() < 1e-9);
    }
}
