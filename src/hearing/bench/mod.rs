//! The bench: how well the ears hear commands, and how rarely they hear what nobody said. Deterministic.

pub mod bargein;
mod corpus;
mod mix;
pub mod onset;
mod tally;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{Recording, RecordingError, read_recording};
use super::listen::{Heard, utterances};
use super::{EarsConfig, HearingError, RATE, Recipe, SpeechModel};
use crate::command::PhraseTable;
use corpus::{Clip, Corpus};
use mix::{Draw, padded, with_noise};
use tally::Trial;

pub use corpus::CorpusError;
pub use tally::{FalseAccepts, Report, Share};

/// Signal-to-noise ratios in dB that commands are heard at; `None` = clean.
pub const RATIOS: [Option<f32>; 5] = [None, Some(20.0), Some(10.0), Some(5.0), Some(0.0)];
/// Other speech is heard in streams of about this length, in samples: 60 s.
const STREAM: usize = 60 * RATE;

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub corpus: PathBuf,
    /// At most this many command clips, and this many minutes of speech and of noise.
    pub limit: Option<usize>,
    pub parts: Parts,
    /// Of [`RATIOS`].
    pub ratios: Vec<Option<f32>>,
}

/// Which parts of the corpus are heard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parts {
    pub commands: bool,
    pub others: bool,
}

/// Why the bench stopped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BenchError {
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    #[error(transparent)]
    Recording(#[from] RecordingError),
    #[error(transparent)]
    Hearing(#[from] HearingError),
}

/// Told after every recording: how many are done, of how many.
pub type Progress<'a> = &'a mut dyn FnMut(usize, usize);

/// Runs the plan. Baseline and recipe hear the same sounds.
pub fn run(
    plan: &Plan,
    model: &Arc<SpeechModel>,
    table: &PhraseTable,
    progress: Progress<'_>,
) -> Result<Report, BenchError> {
    let corpus = Corpus::read(&plan.corpus)?;
    let mut report = Report::default();
    let mut bench = Bench { model, table, noises: BTreeMap::new() };
    let jobs = jobs(&corpus, plan);
    let total = jobs.len();
    for (number, job) in jobs.into_iter().enumerate() {
        bench.job(job, &corpus, &mut report)?;
        progress(number + 1, total);
    }
    Ok(report)
}

/// One recording to hear.
enum Job<'a> {
    Command { clip: &'a Clip, snr: Option<f32> },
    Speech(Vec<&'a Clip>),
    Noise { kind: &'a str, path: &'a Path },
}

fn jobs<'a>(corpus: &'a Corpus, plan: &Plan) -> Vec<Job<'a>> {
    let limit = plan.limit.unwrap_or(usize::MAX);
    let mut jobs = Vec::new();
    if plan.parts.commands {
        for clip in shuffled(&corpus.commands).into_iter().take(limit) {
            jobs.extend(plan.ratios.iter().map(|&snr| Job::Command { clip, snr }));
        }
    }
    if plan.parts.others {
        jobs.extend(shuffled(&corpus.speech).chunks(8).take(limit).map(|clips| Job::Speech(clips.to_vec())));
        let noises = corpus.noises.iter().flat_map(|(kind, paths)| paths.iter().map(move |path| (kind, path)));
        jobs.extend(noises.take(limit).map(|(kind, path)| Job::Noise { kind, path }));
    }
    jobs
}

/// In an order that neither speaker nor word decides, always the same.
fn shuffled(clips: &[Clip]) -> Vec<&Clip> {
    let mut order: Vec<&Clip> = clips.iter().collect();
    order.sort_by_key(|clip| (Draw::seeded(&[&clip.name]).below(usize::MAX), clip.name.clone()));
    order
}

struct Bench<'a> {
    model: &'a Arc<SpeechModel>,
    table: &'a PhraseTable,
    /// Decoded once: each is used many times.
    noises: BTreeMap<PathBuf, Vec<f32>>,
}

impl Bench<'_> {
    fn job(&mut self, job: Job<'_>, corpus: &Corpus, report: &mut Report) -> Result<(), BenchError> {
        match job {
            Job::Command { clip, snr } => self.command(clip, snr, corpus, report),
            Job::Speech(clips) => self.speech(&clips, report),
            Job::Noise { kind, path } => {
                let samples = sound(path)?;
                self.others(&format!("noise: {kind}"), samples, report)
            }
        }
    }

    fn command(
        &mut self,
        clip: &Clip,
        snr: Option<f32>,
        corpus: &Corpus,
        report: &mut Report,
    ) -> Result<(), BenchError> {
        let speech = padded(&sound(&clip.path)?);
        let (noise, samples) = match snr {
            None => ("clean".to_owned(), speech.samples),
            Some(snr) => {
                let mut draw = Draw::seeded(&[&clip.name, &snr.to_string()]);
                let (kind, path) = drawn(corpus, &mut draw);
                let noise = self.noise(path)?;
                (kind, with_noise(&speech.samples, noise, snr, &mut draw))
            }
        };
        let trial = Trial {
            word: &clip.transcript,
            intent: clip.intent.as_deref(),
            speaker: &clip.speaker,
            noise: &noise,
            snr,
            speech_end_ms: speech.speech_end_ms,
            name: &clip.name,
        };
        let seconds = samples.len() as f64 / RATE as f64;
        let heard = self.hear(samples.clone(), Recipe::Verified)?;
        let baseline = self.hear(samples, Recipe::GrammarAlone)?;
        report.trial(&trial, &heard, &baseline, self.table, seconds);
        Ok(())
    }

    fn noise(&mut self, path: Option<&Path>) -> Result<&[f32], BenchError> {
        let Some(path) = path else { return Ok(&[]) };
        if !self.noises.contains_key(path) {
            self.noises.insert(path.to_owned(), sound(path)?);
        }
        Ok(self.noises.get(path).map_or(&[], Vec::as_slice))
    }

    fn speech(&self, clips: &[&Clip], report: &mut Report) -> Result<(), BenchError> {
        let mut stream = Vec::with_capacity(STREAM);
        for clip in clips {
            stream.extend(padded(&sound(&clip.path)?).samples);
        }
        self.others("speech", stream, report)
    }

    fn others(&self, source: &str, samples: Vec<f32>, report: &mut Report) -> Result<(), BenchError> {
        let seconds = samples.len() as f64 / RATE as f64;
        let heard = self.hear(samples.clone(), Recipe::Verified)?;
        let baseline = self.hear(samples, Recipe::GrammarAlone)?;
        report.others(source, &heard, &baseline, self.table, seconds);
        Ok(())
    }

    fn hear(&self, samples: Vec<f32>, recipe: Recipe) -> Result<Vec<Heard>, BenchError> {
        let rate = RATE as u32;
        let config = EarsConfig { mic_rate: rate, recipe };
        Ok(utterances(self.model, self.table, config, Recording { samples, rate })?)
    }
}

/// A noise of the corpus; synthetic ones are left out.
fn drawn<'a>(corpus: &'a Corpus, draw: &mut Draw) -> (String, Option<&'a Path>) {
    let kinds: Vec<_> = corpus.noises.iter().filter(|(kind, _)| !kind.starts_with("synthetic")).collect();
    let Some((kind, paths)) = kinds.get(draw.below(kinds.len())) else { return ("none".to_owned(), None) };
    ((*kind).clone(), paths.get(draw.below(paths.len())).map(PathBuf::as_path))
}

fn sound(path: &Path) -> Result<Vec<f32>, BenchError> {
    Ok(read_recording(path)?.at_rate(RATE as u32).samples)
}
