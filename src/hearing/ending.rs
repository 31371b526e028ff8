//! When an utterance is over: as soon as nothing speaks against a phrase being complete.

use super::levels::Levels;
use super::{BLOCK, RATE};
use crate::command::{PhraseTable, Risk};

/// Quiet after which a phrase is over that nothing can follow, one that could go on ("archive" to "archive them all"), one that
/// destroys something and could go on ("delete" to "delete the file"), and anything at all; in ms.
const FINAL_MS: u64 = 120;
const COMPLETE_MS: u64 = 170;
const DESTRUCTIVE_MS: u64 = 260;
const ANY_MS: u64 = 300;
/// For how long the words must not have changed: a following word is decoded up to 0.25 s late; in ms.
const STEADY_MS: u64 = 100;
/// For how long the recogniser must have seen 0.15 s of silence behind a phrase that could go on, and a destructive one.
const SILENCE_MS: u64 = 20;
const DESTRUCTIVE_SILENCE_MS: u64 = 120;
/// The recogniser says "0.15 s of silence" while the detector still hears a voice: so much longer, unless a phrase is complete.
const NOISY_MS: u64 = 250;
/// Quiet is what lies nearer to the noise than to the voice; they must be this far apart to tell, in dB.
const TELLING_DB: f32 = 8.0;
/// Share of the way from the noise up to the voice (in dB) below which it is quiet.
const QUIET_SHARE: f32 = 0.4;
/// How far back the noise is looked for: 2 s, and over how long a level is taken: 30 ms, in blocks.
const NOISE: u64 = 200;
const LEVEL: u64 = 3;

/// What the recogniser would say now.
#[derive(Debug, Default)]
pub(super) struct Ending {
    words: String,
    /// Sample at which the words last changed.
    changed: u64,
    /// Since when the recogniser has thought that it is over.
    over: Option<u64>,
    /// Last sample that was loud.
    loud: u64,
    /// Loudest level of this voice, in dBFS.
    peak: f32,
}

/// What to do about the utterance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    GoesOn,
    /// The voice is over.
    Ended,
    /// The utterance is over though the detector still hears a voice.
    Decided,
}

impl Ending {
    /// A voice begins, or an utterance was decided.
    pub fn restart(&mut self, now: u64) {
        *self = Ending { changed: now, loud: now, peak: f32::NEG_INFINITY, ..Ending::default() };
    }

    /// The recogniser's words so far (told when they may have changed).
    pub fn words(&mut self, words: String, now: u64) {
        if words != self.words {
            self.words = words;
            self.changed = now;
        }
    }

    /// Whether the recogniser thinks that it is over.
    pub fn over(&mut self, over: bool, now: u64) {
        self.over = if over { self.over.or(Some(now)) } else { None };
    }

    /// Takes the level of a block.
    pub fn level(&mut self, levels: &Levels, now: u64) {
        let block = now / BLOCK as u64;
        let level = levels.mean(block.saturating_sub(LEVEL)..block);
        self.peak = self.peak.max(level);
        let noise = levels.quiet(block.saturating_sub(NOISE)..block);
        let apart = self.peak - noise;
        if apart < TELLING_DB || level > noise + QUIET_SHARE * apart {
            self.loud = now;
        }
    }

    /// Whether the words so far are a phrase.
    pub fn complete(&self, table: &PhraseTable) -> bool {
        table.command(&self.words).is_some()
    }

    /// What to do now, `silent_ms` after the detector's last voiced frame.
    pub fn verdict(&self, silent_ms: u64, table: &PhraseTable, now: u64) -> Verdict {
        if silent_ms >= ANY_MS {
            return Verdict::Ended;
        }
        let ms = |since: u64| now.saturating_sub(since) * 1000 / RATE as u64;
        let over_ms = self.over.map_or(0, ms);
        if let Some(command) = table.command(&self.words).filter(|_| ms(self.changed) >= STEADY_MS) {
            let (enough, silence) = match (table.is_final(&self.words), command.intent.risk()) {
                (true, _) => (FINAL_MS, 0),
                (false, Risk::Safe | Risk::Move | Risk::Change) => (COMPLETE_MS, SILENCE_MS),
                (false, Risk::Destructive) => (DESTRUCTIVE_MS, DESTRUCTIVE_SILENCE_MS),
            };
            let quiet = silent_ms.max(ms(self.loud));
            if quiet >= enough || (self.over.is_some() && over_ms >= silence) {
                return if silent_ms >= enough { Verdict::Ended } else { Verdict::Decided };
            }
        }
        if over_ms >= NOISY_MS { Verdict::Decided } else { Verdict::GoesOn }
    }
}
