//! From decoded words to an utterance with its evidence.

use std::ops::Range;

use super::levels::Levels;
use super::names::Spellings;
use super::recogniser::{Alternative, Hypothesis, Word};
use super::score::{Model, Signs};
use super::witness;
use super::{BLOCK, RATE};
use crate::command::PhraseTable;
use crate::session::Evidence;

/// What stands for sounds that are no phrase.
pub(super) const UNKNOWN: &str = "[unk]";
/// An unknown sound with less voice in it than this is noise beside the phrase, not a word of it.
const NOISE_SHARE: f32 = 0.3;
/// Less voice than this, 150 ms in samples, is no word whatever the decoder calls it: it had to call the noise before a
/// phrase something.
const SHORTEST_WORD: f32 = 0.15 * RATE as f32;
/// But only of a word longer than anybody says one, 0.8 s: in loud noise the detector misses most of a short one.
const STRETCHED: f32 = 0.8 * RATE as f32;
/// How far around the phrase other talkers are looked for: 1 s of blocks.
const AROUND: u64 = 100;
/// Nothing is looked for this close to the phrase (its own edges): 80 ms of blocks.
const EDGE: u64 = 8;
/// How far back the level without speech is looked for: 3 s of blocks.
const BACKGROUND: u64 = 300;
/// Words with less of the probability than this are not worth a report beside silence.
const SOMETHING: f32 = 0.2;
/// So many phrases of the table are weighed.
const RIVALS: usize = 3;
/// What a phrase gets that the grammar did not think of at all: less likely than its worst rival, in natural log.
const UNTHOUGHT: f32 = -8.0;

/// The words of an utterance and where they are, in samples.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrase {
    pub words: String,
    pub range: Range<u64>,
    /// Log-likelihood, comparable within one decision.
    likelihood: f32,
    /// Share of the probability of everything that may have been said, 0 to 1.
    pub confidence: f32,
    /// Voice in unknown sounds right beside it, in samples.
    beside: f32,
}

impl Phrase {
    /// Speech without a word of ours.
    pub fn wordless(range: Range<u64>) -> Phrase {
        Phrase { words: String::new(), range, likelihood: 0.0, confidence: 0.0, beside: 0.0 }
    }

    /// The part of it that lies in `voiced`: a command must not seem to have begun in another moment than it did.
    pub fn within(mut self, voiced: Range<u64>) -> Phrase {
        self.range.start = self.range.start.max(voiced.start).min(self.range.end);
        self
    }
}

/// Everything that may have been said, each text once, the most likely first.
pub(super) fn phrases(hypotheses: &[Hypothesis], spellings: &Spellings, levels: &Levels) -> Vec<Phrase> {
    let mut phrases: Vec<Phrase> = Vec::new();
    for hypothesis in hypotheses {
        let phrase = phrase(hypothesis, spellings, levels);
        match phrases.iter_mut().find(|known| known.words == phrase.words) {
            Some(known) if known.likelihood < phrase.likelihood => *known = phrase,
            Some(_) => {}
            None => phrases.push(phrase),
        }
    }
    phrases.sort_by(|a, b| b.likelihood.total_cmp(&a.likelihood));
    let best = phrases.first().map_or(0.0, |phrase| phrase.likelihood);
    let all: f32 = phrases.iter().map(|phrase| (phrase.likelihood - best).exp()).sum();
    for phrase in &mut phrases {
        phrase.confidence = (phrase.likelihood - best).exp() / all.max(1.0);
    }
    phrases
}

/// Joins the words, without noise and unknown sounds at either end; no words when nothing is left.
fn phrase(hypothesis: &Hypothesis, spellings: &Spellings, levels: &Levels) -> Phrase {
    let words = &hypothesis.words;
    let voice =
        |word: &Word| levels.voiced_share(blocks(&(word.start..word.end))) * word.end.saturating_sub(word.start) as f32;
    let noise = |word: &Word| {
        let length = word.end.saturating_sub(word.start) as f32;
        word.text == UNKNOWN || (length > STRETCHED && voice(word) < SHORTEST_WORD.min(NOISE_SHARE * length))
    };
    let first = words.iter().position(|word| !noise(word)).unwrap_or(words.len());
    let end = words.iter().rposition(|word| !noise(word)).map_or(first, |last| last + 1);
    let kept = words.get(first..end).unwrap_or_default();
    let text: Vec<&str> = kept.iter().map(|word| word.text.as_str()).collect();
    let beside = |word: Option<&Word>| word.map_or(0.0, voice);
    let before = first.checked_sub(1).and_then(|before| words.get(before));
    Phrase {
        words: spellings.meant(text.join(" ")),
        range: kept.first().map_or(0, |word| word.start)..kept.last().map_or(0, |word| word.end),
        likelihood: hypothesis.likelihood,
        confidence: 0.0,
        beside: beside(before) + beside(words.get(end)),
    }
}

/// Where and when a decision is made, in samples.
#[derive(Debug, Clone, Copy)]
pub(super) struct Occasion {
    /// Where the voice began.
    pub onset: u64,
    pub now: u64,
}

/// What both decoders say, and what is live of it.
pub(super) struct Opinions<'a> {
    pub phrases: &'a [Phrase],
    /// Of the free decoder, best first.
    pub alternatives: &'a [Alternative],
    pub table: &'a PhraseTable,
    pub levels: &'a Levels,
}

/// A phrase with what speaks for it.
pub(super) struct Belief {
    pub phrase: Phrase,
    pub evidence: Evidence,
    pub signs: Signs,
}

impl Opinions<'_> {
    /// What was most likely said: the best phrase of the table if it is plausible, else the most likely words.
    /// `None` when there are no words.
    pub fn belief(&self, at: Occasion, model: &Model) -> Option<Belief> {
        if let Some(command) = self.candidate(at, model).filter(|belief| self.plausible(belief)) {
            return Some(command);
        }
        self.other().map(|phrase| self.weighed(phrase, at, model))
    }

    /// The most likely words that are no phrase of the table; `None` when most likely nothing was said.
    fn other(&self) -> Option<Phrase> {
        let heard = self.phrases.iter().find(|phrase| !phrase.words.is_empty())?;
        let first = self.phrases.first().is_some_and(|first| first.words == heard.words);
        if !first && heard.confidence < SOMETHING {
            return None;
        }
        let no_phrase = |phrase: &&Phrase| !phrase.words.is_empty() && self.table.command(&phrase.words).is_none();
        let other = self.phrases.iter().find(no_phrase).filter(|other| other.confidence >= SOMETHING);
        // A phrase, but not plausibly: something was said, nobody knows what.
        other.cloned().or_else(|| Some(Phrase { words: UNKNOWN.to_owned(), ..heard.clone() }))
    }

    /// The phrase of the table that most speaks for, however little that is.
    pub fn candidate(&self, at: Occasion, model: &Model) -> Option<Belief> {
        let weighed = self.commands().into_iter().map(|phrase| self.weighed(phrase, at, model));
        weighed.reduce(|best, next| if next.evidence.score > best.evidence.score { next } else { best })
    }

    /// The most likely phrases of the table. In noise a decoy or a word of another phrase often lies a little nearer ("that" for
    /// "back", "dog" for "stop"); or the free decoder hears one first that the grammar did not think of.
    fn commands(&self) -> Vec<Phrase> {
        let known = |phrase: &&Phrase| self.table.command(&phrase.words).is_some();
        let listed: Vec<Phrase> = self.phrases.iter().filter(known).take(RIVALS).cloned().collect();
        if listed.is_empty() { self.rescued().into_iter().collect() } else { listed }
    }

    fn rescued(&self) -> Option<Phrase> {
        let words = witness::bare(&self.alternatives.first()?.text);
        let heard = self.phrases.iter().find(|phrase| !phrase.words.is_empty())?;
        let as_short = words.split(' ').count().abs_diff(heard.words.split(' ').count()) <= 1;
        let found = as_short && self.table.command(words).is_some();
        found.then(|| Phrase {
            words: words.to_owned(),
            likelihood: self.phrases.first().map_or(0.0, |best| best.likelihood) + UNTHOUGHT,
            confidence: 0.0,
            ..heard.clone()
        })
    }

    /// Enough speaks for it, and a decoder that knows vouches for it.
    fn plausible(&self, belief: &Belief) -> bool {
        let command = self.table.command(&belief.phrase.words).filter(|_| belief.signs.vouched());
        command.is_some_and(|command| belief.evidence.score >= Model::plausible(command.intent.risk()))
    }

    /// Everything that speaks for it.
    pub fn weighed(&self, phrase: Phrase, at: Occasion, model: &Model) -> Belief {
        let signs = self.signs(&phrase, at);
        let evidence = Evidence {
            confidence: phrase.confidence,
            min_confidence: phrase.confidence,
            free_rank: self.rank(&phrase.words),
            isolation_before_db: signs.before_db,
            isolation_after_db: signs.after_db,
            lead_ms: (phrase.range.start.saturating_sub(at.onset) * 1000 / RATE as u64) as u32,
            level_dbfs: self.levels.active(blocks(&phrase.range)),
            score: model.score(&signs),
        };
        Belief { phrase, evidence, signs }
    }

    fn rank(&self, words: &str) -> Option<u8> {
        witness::rank(words, self.table.witnesses(words), self.alternatives)
    }

    fn signs(&self, phrase: &Phrase, at: Occasion) -> Signs {
        let own = blocks(&phrase.range);
        let level = self.levels.active(own.clone());
        let before = own.start.saturating_sub(AROUND)..own.start.saturating_sub(EDGE);
        let after = own.end + EDGE..at.now / BLOCK as u64;
        let quiet = self.levels.quiet(own.end.saturating_sub(BACKGROUND)..own.end);
        Signs {
            gap: self.gap(phrase),
            free_gap: self.free_gap(&phrase.words),
            words: phrase.words.split(' ').count(),
            letters: phrase.words.chars().filter(|c| c.is_alphabetic()).count(),
            length_s: phrase.range.end.saturating_sub(phrase.range.start) as f32 / RATE as f32,
            lead_s: self.levels.voiced_share(before.clone()) * before.clone().count() as f32 / 100.0,
            beside_s: phrase.beside / RATE as f32,
            before_db: level - self.levels.loudest_voice(before),
            after_db: level - self.levels.loudest_voice(after),
            above_noise_db: level - quiet,
            voiced: self.levels.voiced_share(own),
        }
    }

    /// How much more likely it is than anything that does not mean the same, in natural log; below 0 when something else is.
    fn gap(&self, phrase: &Phrase) -> f32 {
        let means = self.table.command(&phrase.words);
        let rival = self
            .phrases
            .iter()
            .filter(|other| {
                other.words != phrase.words && (means.is_none() || self.table.command(&other.words) != means)
            })
            .map(|other| other.likelihood)
            .fold(f32::NEG_INFINITY, f32::max);
        (phrase.likelihood - rival).clamp(-10.0, 10.0)
    }

    /// The same among the alternatives of the free decoder; `None` when it is not among them.
    fn free_gap(&self, words: &str) -> Option<f32> {
        let witnesses = self.table.witnesses(words);
        let best = |agreeing: bool| {
            self.alternatives
                .iter()
                .filter(|one| witness::agrees(words, witnesses, &one.text) == agreeing)
                .map(|one| one.likelihood)
                .fold(f32::NEG_INFINITY, f32::max)
        };
        let own = best(true);
        own.is_finite().then(|| (own - best(false)).clamp(-10.0, 10.0))
    }
}

fn blocks(samples: &Range<u64>) -> Range<u64> {
    samples.start / BLOCK as u64..samples.end.div_ceil(BLOCK as u64)
}
