//! The recognisers: one that knows our phrases (always fed), one that may hear any words (fed while a voice is open).

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::model::SpeechModel;
use super::names::Spellings;
use super::{HearingError, RATE};
use crate::command::PhraseTable;

/// Samples handed over at once (40 ms): less often costs latency, more often CPU.
const BATCH: usize = 640;
/// Alternatives of the free decoder, and of the grammar.
const ALTERNATIVES: u16 = 30;
const RIVALS: u16 = 20;
/// How often a phrase of one word and one of several stand in the grammar, against once for each decoy: their weight in
/// the bigram model. Lone words need more: every word of a longer phrase competes with them ("that" with "back").
const WEIGHTS: (usize, usize) = (6, 3);

/// How the grammar is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recipe {
    /// Phrases weighed against decoy words, verified by free decoding.
    Verified,
    /// The same, but every candidate is told, however little speaks for it: for the training.
    Candidates,
    /// Phrases and `[unk]` only: the baseline of the bench.
    GrammarAlone,
}

/// The recogniser threw its result away; it goes on with the next utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stumbled;

/// A word with its place in the sound, in samples since the start of the ears.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub text: String,
    pub start: u64,
    pub end: u64,
}

/// What may have been said, with its log-likelihood (natural; only differences within one decision mean anything).
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hypothesis {
    pub words: Vec<Word>,
    pub likelihood: f32,
}

/// The same of the recogniser of any words, where nobody asks for places.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Alternative {
    pub text: String,
    pub likelihood: f32,
}

/// Whether the recogniser itself thinks that an utterance is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fed {
    /// Not handed over yet.
    Waiting,
    GoesOn,
    Over,
}

/// Collects blocks into batches for one recogniser.
struct Feeder {
    recogniser: vosk::Recognizer,
    pending: Vec<i16>,
}

impl Feeder {
    fn new(recogniser: vosk::Recognizer) -> Feeder {
        Feeder { recogniser, pending: Vec::with_capacity(2 * BATCH) }
    }

    fn feed(&mut self, samples: &[i16]) -> Result<Fed, Stumbled> {
        self.pending.extend_from_slice(samples);
        if self.pending.len() < BATCH { Ok(Fed::Waiting) } else { self.hand_over() }
    }

    fn hand_over(&mut self) -> Result<Fed, Stumbled> {
        let state = self.recogniser.accept_waveform(&self.pending);
        self.pending.clear();
        match state {
            Ok(vosk::DecodingState::Running) => Ok(Fed::GoesOn),
            Ok(vosk::DecodingState::Finalized) => Ok(Fed::Over),
            Ok(vosk::DecodingState::Failed) | Err(_) => Err(Stumbled),
        }
    }
}

/// The recogniser of our phrases.
pub(super) struct Grammar {
    feeder: Feeder,
    spellings: Spellings,
    /// Samples that it was fed, and where its first one would be if it had heard none twice.
    fed: u64,
    base: i64,
}

impl Grammar {
    /// `base` = number of the first sample it will get.
    pub fn new(model: &SpeechModel, table: &PhraseTable, recipe: Recipe, base: u64) -> Result<Grammar, HearingError> {
        let spellings = Spellings::of(table, model);
        let lines = lines(model, table, &spellings, recipe)?;
        let mut recogniser =
            vosk::Recognizer::new_with_grammar(model.vosk(), RATE as f32, &lines).ok_or(HearingError::Refused)?;
        recogniser.set_words(true);
        recogniser.set_max_alternatives(RIVALS);
        Ok(Grammar { feeder: Feeder::new(recogniser), spellings, fed: 0, base: base as i64 })
    }

    pub fn feed(&mut self, samples: &[i16]) -> Result<Fed, Stumbled> {
        self.fed += samples.len() as u64;
        self.feeder.feed(samples)
    }

    /// Throws away what it has heard since the last decision and hears `samples`, which end at sample `now`, in its place. Keeps what
    /// it has learned of the noise.
    pub fn again(&mut self, samples: &[i16], now: u64) -> Result<Fed, Stumbled> {
        self.decide()?;
        self.base = now as i64 - samples.len() as i64 - self.fed as i64;
        self.feed(samples)
    }

    /// The phrases that it has other words for.
    pub fn spellings(&self) -> &Spellings {
        &self.spellings
    }

    /// What it would say now.
    pub fn so_far(&mut self) -> Result<String, Stumbled> {
        self.feeder.hand_over()?;
        let partial = guarded(|| self.feeder.recogniser.partial_result().partial.replace("[unk]", " "))?;
        Ok(self.spellings.meant(partial.split_whitespace().collect::<Vec<_>>().join(" ")))
    }

    /// What may have been said since the last decision, best first. Keeps what it has learned of the noise.
    pub fn decide(&mut self) -> Result<Vec<Hypothesis>, Stumbled> {
        self.feeder.hand_over()?;
        let base = self.base;
        guarded(|| {
            let result = self.feeder.recogniser.result().multiple();
            let alternatives = result.map(|several| several.alternatives).unwrap_or_default();
            alternatives
                .iter()
                .map(|one| Hypothesis {
                    words: one
                        .result
                        .iter()
                        .map(|word| Word {
                            text: word.word.to_owned(),
                            start: base.saturating_add_unsigned(samples(word.start)).max(0) as u64,
                            end: base.saturating_add_unsigned(samples(word.end)).max(0) as u64,
                        })
                        .collect(),
                    likelihood: sane(one.confidence),
                })
                .collect()
        })
    }
}

/// The recogniser of any words.
pub(super) struct Free {
    feeder: Feeder,
    fed: bool,
}

impl Free {
    pub fn new(model: &SpeechModel) -> Result<Free, HearingError> {
        let mut recogniser = vosk::Recognizer::new(model.vosk(), RATE as f32).ok_or(HearingError::Refused)?;
        recogniser.set_max_alternatives(ALTERNATIVES);
        Ok(Free { feeder: Feeder::new(recogniser), fed: false })
    }

    pub fn feed(&mut self, samples: &[i16]) -> Result<(), Stumbled> {
        self.fed = true;
        self.feeder.feed(samples).map(|_| ())
    }

    /// Its alternatives since the last decision, best first.
    pub fn decide(&mut self) -> Result<Vec<Alternative>, Stumbled> {
        if !std::mem::take(&mut self.fed) {
            return Ok(Vec::new());
        }
        self.feeder.hand_over()?;
        guarded(|| {
            let result = self.feeder.recogniser.result().multiple();
            let alternatives = result.map(|several| several.alternatives).unwrap_or_default();
            let alternative = |one: &vosk::Alternative<'_>| Alternative {
                text: one.text.trim().to_owned(),
                likelihood: sane(one.confidence),
            };
            alternatives.iter().map(alternative).collect()
        })
    }

    /// Throws away what it has heard.
    pub fn forget(&mut self) {
        self.feeder.pending.clear();
        if std::mem::take(&mut self.fed) {
            self.feeder.recogniser.reset();
        }
    }
}

/// The binding panics on an answer that it cannot read: one utterance is lost then, not the ears.
fn guarded<T>(ask: impl FnOnce() -> T) -> Result<T, Stumbled> {
    catch_unwind(AssertUnwindSafe(ask)).map_err(|_| Stumbled)
}

fn sane(likelihood: f32) -> f32 {
    if likelihood.is_finite() { likelihood } else { 0.0 }
}

fn samples(seconds: f32) -> u64 {
    (f64::from(seconds.max(0.0)) * RATE as f64).round() as u64
}

/// The grammar: every phrase that the model knows all words of; never empty (the library would crash), and no
/// quotes or backslashes (the binding does not escape them; the vocabulary has none).
fn lines(
    model: &SpeechModel,
    table: &PhraseTable,
    spellings: &Spellings,
    recipe: Recipe,
) -> Result<Vec<String>, HearingError> {
    let known = table.phrases().map(|(words, _)| words).filter(|words| model.knows(words));
    let phrases: Vec<&str> = known.chain(spellings.heard()).collect();
    if phrases.is_empty() {
        return Err(HearingError::NoPhrases);
    }
    let mut lines: Vec<String> = Vec::new();
    match recipe {
        Recipe::GrammarAlone => lines.extend(phrases.iter().map(|&phrase| phrase.to_owned())),
        Recipe::Verified | Recipe::Candidates => {
            for &phrase in &phrases {
                let weight = if phrase.contains(' ') { WEIGHTS.1 } else { WEIGHTS.0 };
                lines.extend(std::iter::repeat_n(phrase.to_owned(), weight));
            }
            let words = include_str!("../../assets/decoys.en.txt").split_whitespace();
            let near = include_str!("../../assets/decoys-phrases.en.txt").lines().map(str::trim);
            let decoys = words.chain(near).filter(|decoy| model.knows(decoy) && table.command(decoy).is_none());
            lines.extend(decoys.map(str::to_owned));
        }
    }
    lines.push("[unk]".to_owned());
    Ok(lines)
}
