//! The bench: how well the ears hear commands, and how rarely they hear what nobody said. Deterministic.

pub mod bargein;
mod corpus;
mod kept;
mod mix;
pub mod onset;
mod tally;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{Recording, RecordingError, read_recording};
use super::listen::{Heard, utterances};
use super::score::Model;
use super::{EarsConfig, HearingError, RATE, Recipe, SpeechModel};
use crate::command::PhraseTable;
use corpus::{Clip, Corpus};
use kept::{Both, Kept};
use mix::{Draw, padded, with_noise};
use tally::Trial;

pub use corpus::CorpusError;
pub use tally::{Demanded, FalseAccepts, Report, Row, Share};

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
    pub each: Each,
    pub baseline: Baseline,
    /// Where results are kept, so that an interrupted run goes on where it was.
    pub keep: Option<PathBuf>,
}

/// How many of the ratios a clip is heard at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Each {
    Ratio,
    /// One, drawn by the clip's name; so are streams of other speech, half of them clean.
    One,
}

/// Whether the grammar alone hears everything, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    Heard,
    LeftOut,
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
    let weights = Model::english()?;
    let mut report = Report::default();
    let kept = plan.keep.as_deref().map(Kept::open);
    let mut bench = Bench { model, table, weights, baseline: plan.baseline, kept, noises: BTreeMap::new() };
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
    Speech { clips: Vec<&'a Clip>, snr: Option<f32> },
    Noise { kind: &'a str, path: &'a Path },
}

fn jobs<'a>(corpus: &'a Corpus, plan: &Plan) -> Vec<Job<'a>> {
    let limit = plan.limit.unwrap_or(usize::MAX);
    let mut jobs = Vec::new();
    if plan.parts.commands {
        for clip in shuffled(&corpus.commands).into_iter().take(limit) {
            jobs.extend(plan.of(&clip.name).into_iter().map(|snr| Job::Command { clip, snr }));
        }
    }
    if plan.parts.others {
        for clips in shuffled(&corpus.speech).chunks(8).take(limit) {
            let snr = plan.beside(clips.first().map_or("", |clip| &clip.name));
            jobs.push(Job::Speech { clips: clips.to_vec(), snr });
        }
        let noises = corpus.noises.iter().flat_map(|(kind, paths)| paths.iter().map(move |path| (kind, path)));
        jobs.extend(noises.take(limit).map(|(kind, path)| Job::Noise { kind, path }));
    }
    jobs
}

impl Plan {
    /// Ratios that a command is heard at.
    fn of(&self, name: &str) -> Vec<Option<f32>> {
        match self.each {
            Each::Ratio => self.ratios.clone(),
            Each::One => {
                self.ratios.get(Draw::seeded(&[name, "ratio"]).below(self.ratios.len())).copied().into_iter().collect()
            }
        }
    }

    /// The ratio of other speech.
    fn beside(&self, name: &str) -> Option<f32> {
        match (self.each, Draw::seeded(&[name, "beside"]).below(4)) {
            (Each::Ratio, _) | (Each::One, 0 | 1) => None,
            (Each::One, 2) => Some(20.0),
            (Each::One, _) => Some(10.0),
        }
    }
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
    weights: Model,
    baseline: Baseline,
    kept: Option<Kept>,
    /// Decoded once: each is used many times.
    noises: BTreeMap<PathBuf, Vec<f32>>,
}

impl Bench<'_> {
    fn job(&mut self, job: Job<'_>, corpus: &Corpus, report: &mut Report) -> Result<(), BenchError> {
        match job {
            Job::Command { clip, snr } => self.command(clip, snr, corpus, report),
            Job::Speech { clips, snr } => self.speech(&clips, snr, corpus, report),
            Job::Noise { kind, path } => {
                let both = self.both(&format!("{}", path.display()), |_| Ok((sound(path)?, 0)))?;
                report.others(&format!("noise: {kind}"), both, &self.weights, self.table);
                Ok(())
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
        let mut draw = Draw::seeded(&[&clip.name, &snr.map_or("clean".to_owned(), |snr| snr.to_string())]);
        let (kind, noise) = drawn(corpus, snr, &mut draw);
        let both = self.both(&format!("{} {snr:?} {noise:?}", clip.path.display()), |bench| {
            let speech = padded(&sound(&clip.path)?);
            let samples = bench.mixed(speech.samples, noise, snr, &mut draw)?;
            Ok((samples, speech.speech_end_ms))
        })?;
        let trial = Trial {
            word: &clip.transcript,
            intent: clip.intent.as_deref(),
            speaker: &clip.speaker,
            noise: &kind,
            snr,
            speech_end_ms: both.speech_end_ms,
            name: &clip.name,
        };
        report.trial(&trial, both, &self.weights, self.table);
        Ok(())
    }

    fn mixed(
        &mut self,
        speech: Vec<f32>,
        noise: Option<&Path>,
        snr: Option<f32>,
        draw: &mut Draw,
    ) -> Result<Vec<f32>, BenchError> {
        match snr {
            None => Ok(speech),
            Some(snr) => Ok(with_noise(&speech, self.noise(noise)?, snr, draw)),
        }
    }

    /// What is heard in a sound, by recipe and baseline; made and heard only if it is not kept already.
    fn both(
        &mut self,
        key: &str,
        make: impl FnOnce(&mut Self) -> Result<(Vec<f32>, u64), BenchError>,
    ) -> Result<Both, BenchError> {
        let recipes: &[Recipe] = match self.baseline {
            Baseline::Heard => &[Recipe::Candidates, Recipe::GrammarAlone],
            Baseline::LeftOut => &[Recipe::Candidates],
        };
        let keys = |recipe: &Recipe| format!("{key} {recipe:?}");
        let known =
            |bench: &Self, recipe: &Recipe| bench.kept.as_ref().and_then(|kept| kept.get(&keys(recipe))).cloned();
        let mut both: Option<Both> = None;
        let mut made = None;
        let mut make = Some(make);
        for recipe in recipes {
            let one = match known(self, recipe) {
                Some(known) => known,
                None => {
                    if let Some(make) = make.take() {
                        made = Some(make(self)?);
                    }
                    let (samples, speech_end_ms) = made.clone().unwrap_or_default();
                    let seconds = samples.len() as f64 / RATE as f64;
                    let heard = self.hear(samples, *recipe)?;
                    let one = Both { heard, baseline: Vec::new(), seconds, speech_end_ms };
                    if let Some(kept) = &mut self.kept {
                        kept.put(keys(recipe), &one);
                    }
                    one
                }
            };
            both = Some(match both {
                None => one,
                Some(first) => Both { baseline: one.heard, ..first },
            });
        }
        Ok(both.unwrap_or_default())
    }

    fn noise(&mut self, path: Option<&Path>) -> Result<&[f32], BenchError> {
        let Some(path) = path else { return Ok(&[]) };
        if !self.noises.contains_key(path) {
            self.noises.insert(path.to_owned(), sound(path)?);
        }
        Ok(self.noises.get(path).map_or(&[], Vec::as_slice))
    }

    fn speech(
        &mut self,
        clips: &[&Clip],
        snr: Option<f32>,
        corpus: &Corpus,
        report: &mut Report,
    ) -> Result<(), BenchError> {
        let names: Vec<String> = clips.iter().map(|clip| clip.path.display().to_string()).collect();
        let mut draw = Draw::seeded(&names.iter().map(String::as_str).collect::<Vec<_>>());
        let (_, noise) = drawn(corpus, snr, &mut draw);
        let both = self.both(&format!("{} {snr:?}", names.join(" ")), |bench| {
            let mut stream = Vec::with_capacity(STREAM);
            for clip in clips {
                stream.extend(padded(&sound(&clip.path)?).samples);
            }
            Ok((bench.mixed(stream, noise, snr, &mut draw)?, 0))
        })?;
        report.others("speech", both, &self.weights, self.table);
        Ok(())
    }

    fn hear(&self, samples: Vec<f32>, recipe: Recipe) -> Result<Vec<Heard>, BenchError> {
        let rate = RATE as u32;
        let config = EarsConfig { mic_rate: rate, recipe };
        Ok(utterances(self.model, self.table, config, Recording { samples, rate })?)
    }
}

/// A noise of the corpus; synthetic ones are left out.
fn drawn<'a>(corpus: &'a Corpus, snr: Option<f32>, draw: &mut Draw) -> (String, Option<&'a Path>) {
    if snr.is_none() {
        return ("clean".to_owned(), None);
    }
    let kinds: Vec<_> = corpus.noises.iter().filter(|(kind, _)| !kind.starts_with("synthetic")).collect();
    let Some((kind, paths)) = kinds.get(draw.below(kinds.len())) else { return ("none".to_owned(), None) };
    ((*kind).clone(), paths.get(draw.below(paths.len())).map(PathBuf::as_path))
}

fn sound(path: &Path) -> Result<Vec<f32>, BenchError> {
    Ok(read_recording(path)?.at_rate(RATE as u32).samples)
}
