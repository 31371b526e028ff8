//! Barge-in: commands of people over our own narration from a loudspeaker in a room, ducked when the ears really notice the voice.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::Serialize;

use super::corpus::{Clip, Corpus};
use super::mix::{Draw, padded};
use super::tally::Share;
use super::{BenchError, shuffled, sound};
use crate::command::{Command, PhraseTable};
use crate::hearing::{EarsConfig, RATE, SpeechModel, VoskEars};
use crate::ports::{BLOCK_MS, EarOutput, Ears, OUTPUT_BLOCK};
use crate::replay::{Room, RoomOutput, VirtualRoom};
use crate::session::guard::{Guard, Strictness, Verdict};
use crate::session::{EarReport, Epoch, Utterance};
use crate::units::Millis;
use crate::voice::{OutputControl, OutputStage};

/// Level of the command at the microphone relative to our echo before cancellation, in dB.
pub const COMMAND_TO_ECHO: [f32; 4] = [6.0, 0.0, -6.0, -12.0];
/// The canceller has so long to learn the room before the word, in ms.
const BEFORE_MS: u64 = 4_000;
/// And the ears so long to decide after it.
const AFTER_MS: u64 = 2_000;
/// Unducked so long after the voice ended, as the session does it.
const UNDUCK_MS: u64 = 1_200;

/// A room with its devices.
#[derive(Debug, Clone, Copy)]
struct Place {
    name: &'static str,
    /// Reverberation time in seconds.
    rt60: f32,
    delay_ms: f64,
    drift_ppm: f64,
    saturation: f64,
}

const PLACES: [Place; 3] = [
    Place { name: "car, linear, 20 ms", rt60: 0.12, delay_ms: 20.0, drift_ppm: 0.0, saturation: 0.0 },
    Place {
        name: "study, 60 ms, drift 30 ppm, mild distortion",
        rt60: 0.3,
        delay_ms: 60.0,
        drift_ppm: 30.0,
        saturation: 0.2,
    },
    Place {
        name: "kitchen, 150 ms, drift 100 ppm, distorted",
        rt60: 0.6,
        delay_ms: 150.0,
        drift_ppm: 100.0,
        saturation: 0.5,
    },
];

/// Whether our voice goes down under the other one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ducking {
    AtOnset,
    Never,
}

#[derive(Debug, Default, Serialize)]
pub struct BargeInReport {
    pub ducked: BTreeMap<String, Share>,
    pub not_ducked: BTreeMap<String, Share>,
    pub by_place: BTreeMap<String, Share>,
    /// First audible frame of the word to the report, in ms, by level; -1 = not noticed before the word was over.
    pub onset_ms: BTreeMap<String, Vec<i64>>,
    /// Reading before the word: how long, how many dips, and what was accepted.
    pub alone_s: f64,
    pub alone_dips: u32,
    pub alone_accepted: Vec<String>,
}

struct Heard {
    accepted: Vec<Command>,
    onset_ms: Option<i64>,
    early_dips: u32,
    early: Vec<String>,
}

/// `narration` = our own voice at 48 kHz, at its usual level; it is looped.
pub fn run(
    folder: &Path,
    narration: &[f32],
    limit: Option<usize>,
    model: &Arc<SpeechModel>,
    table: &PhraseTable,
    progress: super::Progress<'_>,
) -> Result<BargeInReport, BenchError> {
    let corpus = Corpus::read(folder)?;
    let commands: Vec<&Clip> = shuffled(&corpus.commands).into_iter().filter(|clip| clip.intent.is_some()).collect();
    let commands = commands.get(..limit.unwrap_or(commands.len()).min(commands.len())).unwrap_or_default();
    let mut report = BargeInReport::default();
    let total = commands.len() * COMMAND_TO_ECHO.len();
    for (number, clip) in commands.iter().enumerate() {
        let Some(intent) = &clip.intent else { continue };
        let word = padded(&sound(&clip.path)?).samples;
        for (step, ratio) in COMMAND_TO_ECHO.into_iter().enumerate() {
            // Every clip in one place, every place with many clips; each level in another place.
            let Some(place) = PLACES.get((number + step) % PLACES.len()) else { continue };
            let mut draw = Draw::seeded(&[&clip.name, &ratio.to_string()]);
            let from = draw.below(narration.len());
            let play = |ducking| trial(&word, place, ratio, ducking, (narration, from), model, table);
            let level = format!("{ratio:+03.0} dB");
            let heard = play(Ducking::AtOnset)?;
            let share = judged(&heard.accepted, intent);
            report.ducked.entry(level.clone()).or_default().add(share);
            report.by_place.entry(place.name.to_owned()).or_default().add(share);
            report.onset_ms.entry(level.clone()).or_default().push(heard.onset_ms.unwrap_or(-1));
            report.alone_s += BEFORE_MS as f64 / 1000.0;
            report.alone_dips += heard.early_dips;
            report.alone_accepted.extend(heard.early);
            if number % 4 == 0 {
                let without = play(Ducking::Never)?;
                report.not_ducked.entry(level).or_default().add(judged(&without.accepted, intent));
            }
            progress(number * COMMAND_TO_ECHO.len() + step + 1, total);
        }
    }
    Ok(report)
}

fn trial(
    word: &[f32],
    place: &Place,
    ratio: f32,
    ducking: Ducking,
    (narration, from): (&[f32], usize),
    model: &Arc<SpeechModel>,
    table: &PhraseTable,
) -> Result<Heard, BenchError> {
    let room = Room {
        output: RoomOutput::Loudspeaker,
        delay_ms: place.delay_ms,
        drift_ppm: place.drift_ppm,
        saturation: place.saturation,
        echo_db: f64::from(-ratio),
        ..Room::default()
    };
    let mut room = VirtualRoom::new(&room, None, Some(response(place)))
        .map_err(|error| super::CorpusError::Unreadable { path: place.name.into(), reason: error.to_string() })?;
    let mut ears = VoskEars::on(model, table.clone(), EarsConfig::new(RATE as u32))?;
    let control = OutputControl::new();
    let mut stage = OutputStage::new(control.clone());
    let began = BEFORE_MS + super::onset::began_ms(word).unwrap_or(0) as u64;
    let over = BEFORE_MS + (word.len() * 1000 / RATE) as u64;
    room.place(Millis(BEFORE_MS), word.to_vec(), 0.0);
    let mut heard = Heard { accepted: Vec::new(), onset_ms: None, early_dips: 0, early: Vec::new() };
    let mut unduck_at = None;
    let mut voice = narration.iter().cycle().skip(from);
    for now in (0..over + AFTER_MS).step_by(BLOCK_MS as usize) {
        if unduck_at.is_some_and(|at| now >= at) {
            control.unduck();
            unduck_at = None;
        }
        let mut block = [0.0; OUTPUT_BLOCK];
        block.iter_mut().zip(&mut voice).for_each(|(out, sample)| *out = *sample);
        stage.process(&mut block, Epoch::default());
        let mic = room.block(&block);
        ears.hear(Millis(now), &mic, &block);
        while let Some(EarOutput::Report(report)) = poll(&mut ears) {
            match report {
                EarReport::Onset { .. } => {
                    if ducking == Ducking::AtOnset {
                        control.duck();
                        unduck_at = None;
                    }
                    let late = (now + BLOCK_MS) as i64 - began as i64;
                    if late < -60 {
                        heard.early_dips += 1;
                    } else if now < over {
                        heard.onset_ms.get_or_insert(late);
                    }
                }
                EarReport::VoiceEnded { at } => unduck_at = Some(at.0 + UNDUCK_MS),
                EarReport::Company { .. } => unduck_at = Some(now),
                EarReport::Utterance(utterance) => {
                    if let Some(command) = accepted(&utterance, table) {
                        if utterance.end.0 < began {
                            heard.early.push(utterance.words);
                        } else {
                            heard.accepted.push(command);
                        }
                    }
                }
                EarReport::Input(_) | EarReport::Restarted => {}
            }
        }
    }
    Ok(heard)
}

/// The next report; estimates of the echo are of no interest here.
fn poll(ears: &mut VoskEars) -> Option<EarOutput> {
    std::iter::from_fn(|| ears.poll()).find(|output| matches!(output, EarOutput::Report(_)))
}

fn accepted(utterance: &Utterance, table: &PhraseTable) -> Option<Command> {
    match Guard::default().judge(utterance, table.command(&utterance.words), Strictness::ReadingCancelled) {
        Verdict::Accepted(command) => Some(command),
        Verdict::Refused { .. } => None,
    }
}

fn judged(accepted: &[Command], intent: &str) -> Share {
    let name =
        |command: &Command| serde_json::to_value(command.intent).ok().and_then(|v| v.as_str().map(str::to_owned));
    let right = accepted.iter().filter(|command| name(command).as_deref() == Some(intent)).count();
    let mut share = Share::default();
    if right < accepted.len() {
        share.wrong = 1;
    } else if right == 0 {
        share.missed = 1;
    } else {
        share.right = 1;
    }
    share
}

/// A room of our own making: the direct sound, then noise that decays by 60 dB in `rt60`, together 6 dB below it.
fn response(place: &Place) -> Vec<f32> {
    let mut draw = Draw::seeded(&[place.name]);
    let length = (place.rt60 * RATE as f32) as usize;
    let mut taps: Vec<f32> = (0..length)
        .map(|n| {
            let chance = draw.below(20_001) as f32 / 10_000.0 - 1.0;
            chance * 10.0_f32.powf(-3.0 * n as f32 / length.max(1) as f32)
        })
        .collect();
    let energy = taps.iter().map(|tap| tap * tap).sum::<f32>().sqrt().max(1e-6);
    taps.iter_mut().for_each(|tap| *tap *= 0.5 / energy);
    taps.insert(0, 1.0);
    taps
}
