//! From decoded words to an utterance with its evidence.

use std::ops::Range;

use super::levels::Levels;
use super::recogniser::Word;
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

/// The words of an utterance and where they are, in samples.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrase {
    pub words: String,
    pub range: Range<u64>,
    pub confidence: f32,
    pub min_confidence: f32,
}

impl Phrase {
    /// The part of it that lies in `voiced`: a command must not seem to have begun in another moment than it did.
    pub fn within(mut self, voiced: Range<u64>) -> Phrase {
        self.range.start = self.range.start.max(voiced.start).min(self.range.end);
        self
    }
}

/// Joins the words, without noise at either end; `None` when nothing is left.
pub(super) fn phrase(words: &[Word], levels: &Levels) -> Option<Phrase> {
    let noise = |word: &Word| {
        let share = levels.voiced_share(blocks(&(word.start..word.end)));
        let length = word.end.saturating_sub(word.start) as f32;
        share < NOISE_SHARE && (word.text == UNKNOWN || (length > STRETCHED && share * length < SHORTEST_WORD))
    };
    let first = words.iter().position(|word| !noise(word))?;
    let last = words.iter().rposition(|word| !noise(word))?;
    let kept = words.get(first..=last)?;
    let text: Vec<&str> = kept.iter().map(|word| word.text.as_str()).collect();
    let sum: f32 = kept.iter().map(|word| word.confidence).sum();
    Some(Phrase {
        words: text.join(" "),
        range: kept.first()?.start..kept.last()?.end,
        confidence: sum / kept.len() as f32,
        min_confidence: kept.iter().map(|word| word.confidence).fold(1.0, f32::min),
    })
}

/// Everything the guard weighs. `onset` and `now` in samples; `alternatives` of the free decoder, best first.
pub(super) fn evidence(
    phrase: &Phrase,
    onset: u64,
    now: u64,
    alternatives: &[String],
    levels: &Levels,
    table: &PhraseTable,
) -> Evidence {
    let own = blocks(&phrase.range);
    let level = levels.active(own.clone());
    let before = own.start.saturating_sub(AROUND)..own.start.saturating_sub(EDGE);
    let after = own.end + EDGE..now / BLOCK as u64;
    let mut evidence = Evidence {
        confidence: phrase.confidence,
        min_confidence: phrase.min_confidence,
        free_rank: witness::rank(&phrase.words, table.witnesses(&phrase.words), alternatives),
        isolation_before_db: level - levels.loudest_voice(before),
        isolation_after_db: level - levels.loudest_voice(after),
        lead_ms: (phrase.range.start.saturating_sub(onset) * 1000 / RATE as u64) as u32,
        level_dbfs: level,
        score: 0.0,
    };
    evidence.score = score(&evidence, &phrase.words);
    evidence
}

/// Log-odds that the phrase was said, alone: weights set by hand from the measured worth of each sign.
fn score(evidence: &Evidence, words: &str) -> f32 {
    let rank = match evidence.free_rank {
        Some(0) => 3.0,
        Some(1..=2) => 2.0,
        Some(3..=9) => 1.0,
        Some(_) => 0.3,
        None => -2.0,
    };
    let more_words = words.split(' ').count().min(4) as f32 - 1.0;
    let isolation = evidence.isolation_before_db.min(evidence.isolation_after_db);
    rank + 2.0 * (evidence.min_confidence - 0.5) + more_words + ((isolation - 6.0) / 10.0).clamp(-1.0, 1.0)
}

/// A phrase that the grammar missed but that any-words decoding puts first: a decoy or a word of another phrase lay
/// nearer in noise ("that" for "back"). Its confidence is 0: the grammar does not vouch for it.
pub(super) fn rescued(heard: &Phrase, alternatives: &[String], table: &PhraseTable) -> Option<Phrase> {
    let words = witness::bare(alternatives.first()?);
    let as_short = words.split(' ').count().abs_diff(heard.words.split(' ').count()) <= 1;
    let found = as_short && table.command(&heard.words).is_none() && table.command(words).is_some();
    found.then(|| Phrase { words: words.to_owned(), range: heard.range.clone(), confidence: 0.0, min_confidence: 0.0 })
}

fn blocks(samples: &Range<u64>) -> Range<u64> {
    samples.start / BLOCK as u64..samples.end.div_ceil(BLOCK as u64)
}
