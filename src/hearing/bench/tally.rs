//! Counting: right, wrong, missed; false accepts an hour; latencies.

use std::collections::BTreeMap;

use serde::Serialize;

use super::kept::Both;
use crate::command::{Command, PhraseTable, Risk};
use crate::hearing::Signs;
use crate::hearing::listen::Heard;
use crate::hearing::score::Model;
use crate::session::guard::{Guard, Strictness, Verdict};

/// A command clip as it was heard.
pub(super) struct Trial<'a> {
    pub word: &'a str,
    pub intent: Option<&'a str>,
    pub speaker: &'a str,
    pub noise: &'a str,
    pub snr: Option<f32>,
    pub speech_end_ms: u64,
    pub name: &'a str,
}

/// Right, wrong and missed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    pub right: u32,
    pub wrong: u32,
    pub missed: u32,
}

/// Commands that nobody gave.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct FalseAccepts {
    pub hours: f64,
    pub by_phrase: BTreeMap<String, u32>,
    pub by_risk: BTreeMap<Risk, u32>,
}

/// What is demanded of a phrase, from little to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Demanded {
    /// Phrases and `[unk]` only: the baseline.
    PhrasesAlone,
    /// The likeliest of phrases and decoys.
    Likeliest,
    /// The free decoder hears it, too, at any rank.
    Verified,
    /// A phrase near the likeliest, by the ears' own threshold (rescue in noise).
    Plausible,
    /// The guard in a window, while reading on headphones, and on a loudspeaker.
    Window,
    Reading,
    Loudspeaker,
    /// The guard in a window and so much more of the score, in tenths: points of the trade-off curve.
    Stricter(i8),
}

const DEMANDS: [Demanded; 13] = [
    Demanded::PhrasesAlone,
    Demanded::Likeliest,
    Demanded::Verified,
    Demanded::Plausible,
    Demanded::Window,
    Demanded::Reading,
    Demanded::Loudspeaker,
    Demanded::Stricter(5),
    Demanded::Stricter(10),
    Demanded::Stricter(15),
    Demanded::Stricter(20),
    Demanded::Stricter(30),
    Demanded::Stricter(40),
];

/// How it went under one demand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Row {
    pub share: Share,
    pub near_misses_fired: u32,
    /// In other speech and in noise, of any risk and destructive.
    pub false_accepts: u32,
    pub destructive: u32,
    pub hours: f64,
}

/// Everything the bench found out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    pub by_snr: BTreeMap<String, Share>,
    pub baseline_by_snr: BTreeMap<String, Share>,
    pub reading_by_snr: BTreeMap<String, Share>,
    pub by_word: BTreeMap<String, Share>,
    pub by_speaker: BTreeMap<String, Share>,
    pub by_noise: BTreeMap<String, Share>,
    /// Clips that are no command, and how many of them fired.
    pub near_misses: u32,
    pub near_misses_fired: u32,
    pub speech: FalseAccepts,
    pub speech_reading: FalseAccepts,
    pub speech_baseline: FalseAccepts,
    pub noise: FalseAccepts,
    pub noise_baseline: FalseAccepts,
    /// By what is demanded: each counter-measure with and without.
    pub ablation: BTreeMap<Demanded, Row>,
    /// End of word to decision, sorted, in ms of sound.
    pub latency_ms: Vec<u64>,
    pub audio_s: f64,
    /// Every phrase heard, with its evidence: for tuning.
    #[serde(skip)]
    pub evidence: Vec<String>,
}

impl Report {
    pub(super) fn trial(&mut self, trial: &Trial<'_>, both: Both, weights: &Model, table: &PhraseTable) {
        let raw = both;
        let both = &raw.clone().weighed(weights, table);
        let (heard, baseline) = (both.heard.as_slice(), both.baseline.as_slice());
        self.audio_s += both.seconds;
        for demanded in DEMANDS {
            let accepted = demanded.accepted(if demanded.raw() { &raw } else { both }, table);
            let row = self.ablation.entry(demanded).or_default();
            match trial.intent {
                Some(intent) => row.share.add(judged(&accepted, intent)),
                None => row.near_misses_fired += u32::from(!accepted.is_empty()),
            }
        }
        let snr = trial.snr.map_or("clean".to_owned(), |snr| format!("{snr:02} dB"));
        self.note(trial, &snr, &raw.heard, table);
        let accepted = accepted(heard, table, Strictness::Silent);
        let Some(intent) = trial.intent else {
            self.near_misses += 1;
            self.near_misses_fired += u32::from(!accepted.is_empty());
            return;
        };
        let share = judged(&accepted, intent);
        for (map, key) in [
            (&mut self.by_snr, snr.as_str()),
            (&mut self.by_word, trial.word),
            (&mut self.by_speaker, trial.speaker),
            (&mut self.by_noise, trial.noise),
        ] {
            map.entry(key.to_owned()).or_default().add(share);
        }
        let reading = judged(&self::accepted(heard, table, Strictness::ReadingCancelled), intent);
        self.reading_by_snr.entry(snr.clone()).or_default().add(reading);
        self.baseline_by_snr.entry(snr).or_default().add(judged(&exact(baseline, table), intent));
        if let (1, Some((first, _))) = (share.right, accepted.first()) {
            self.latency_ms.push(first.decided.since(crate::units::Millis(trial.speech_end_ms)));
        }
    }

    pub(super) fn others(&mut self, source: &str, both: Both, weights: &Model, table: &PhraseTable) {
        let raw = both;
        let both = &raw.clone().weighed(weights, table);
        let (heard, baseline, seconds) = (both.heard.as_slice(), both.baseline.as_slice(), both.seconds);
        self.audio_s += seconds;
        for demanded in DEMANDS {
            let accepted = demanded.accepted(if demanded.raw() { &raw } else { both }, table);
            let row = self.ablation.entry(demanded).or_default();
            row.hours += seconds / 3600.0;
            row.false_accepts += accepted.len() as u32;
            row.destructive +=
                accepted.iter().filter(|(_, command)| command.intent.risk() == Risk::Destructive).count() as u32;
        }
        let trial =
            Trial { word: "", intent: None, speaker: source, noise: "", snr: None, speech_end_ms: 0, name: source };
        self.note(&trial, "other", &raw.heard, table);
        if source == "speech" {
            self.speech.add(&accepted(heard, table, Strictness::Silent), seconds);
            self.speech_reading.add(&accepted(heard, table, Strictness::ReadingCancelled), seconds);
            self.speech_baseline.add(&exact(baseline, table), seconds);
        } else {
            self.noise.add(&accepted(heard, table, Strictness::Silent), seconds);
            self.noise_baseline.add(&exact(baseline, table), seconds);
        }
    }

    fn note(&mut self, trial: &Trial<'_>, snr: &str, heard: &[Heard], table: &PhraseTable) {
        let expected = trial.intent.unwrap_or("-");
        if heard.is_empty() {
            self.evidence.push(format!("{}\t{expected}\t{}\t{}\t{snr}", trial.name, trial.word, trial.noise));
        }
        for one in heard {
            let u = &one.utterance;
            let e = &u.evidence;
            let intent = table.command(&u.words).map_or("-".to_owned(), name);
            self.evidence.push(format!(
                "{}\t{expected}\t{}\t{}\t{snr}\t{}\t{intent}\t{:.3}\t{:.3}\t{}\t{:.1}\t{:.1}\t{}\t{:.1}\t{:.2}\t{}\t{}\t{}\t{}",
                trial.name,
                trial.word,
                trial.noise,
                u.words,
                e.confidence,
                e.min_confidence,
                e.free_rank.map_or(-1, i32::from),
                e.isolation_before_db,
                e.isolation_after_db,
                e.lead_ms,
                e.level_dbfs,
                e.score,
                u.start.0,
                u.end.0,
                one.decided.0,
                numbers(one.signs.as_ref()),
            ));
        }
    }
}

impl Share {
    pub(super) fn add(&mut self, other: Share) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.missed += other.missed;
    }

    /// Of all, in per cent.
    pub fn percent_right(&self) -> f64 {
        f64::from(self.right) * 100.0 / f64::from((self.right + self.wrong + self.missed).max(1))
    }

    /// Of all, in per cent.
    pub fn percent_wrong(&self) -> f64 {
        f64::from(self.wrong) * 100.0 / f64::from((self.right + self.wrong + self.missed).max(1))
    }
}

impl FalseAccepts {
    fn add(&mut self, accepted: &[(&Heard, Command)], seconds: f64) {
        self.hours += seconds / 3600.0;
        for (heard, command) in accepted {
            *self.by_phrase.entry(heard.utterance.words.clone()).or_default() += 1;
            *self.by_risk.entry(command.intent.risk()).or_default() += 1;
        }
    }

    /// Of any kind, an hour.
    pub fn an_hour(&self) -> f64 {
        f64::from(self.by_risk.values().sum::<u32>()) / self.hours.max(1e-9)
    }
}

impl Demanded {
    /// Whether it is about what the decoders say, before anything is weighed.
    fn raw(self) -> bool {
        matches!(self, Demanded::PhrasesAlone | Demanded::Likeliest | Demanded::Verified)
    }

    fn accepted<'a>(self, both: &'a Both, table: &PhraseTable) -> Vec<(&'a Heard, Command)> {
        let heard = both.heard.as_slice();
        match self {
            Demanded::PhrasesAlone => exact(&both.baseline, table),
            Demanded::Likeliest => with_signs(exact(heard, table), |signs| signs.gap >= 0.0),
            Demanded::Verified => with_signs(exact(heard, table), |signs| signs.gap >= 0.0 && signs.free_gap.is_some()),
            Demanded::Plausible => exact(heard, table),
            Demanded::Window => accepted(heard, table, Strictness::Silent),
            Demanded::Reading => accepted(heard, table, Strictness::ReadingCancelled),
            Demanded::Loudspeaker => accepted(heard, table, Strictness::ReadingLoud),
            Demanded::Stricter(tenths) => {
                let less = f32::from(tenths) / 10.0;
                let judge = |one: &'a Heard| {
                    let mut utterance = one.utterance.clone();
                    utterance.evidence.score -= less;
                    let command = table.command(&utterance.words);
                    match Guard::default().judge(&utterance, command, Strictness::Silent) {
                        Verdict::Accepted(command) => Some((one, command)),
                        Verdict::Refused { .. } => None,
                    }
                };
                heard.iter().filter_map(judge).collect()
            }
        }
    }
}

fn with_signs(accepted: Vec<(&Heard, Command)>, good: impl Fn(&Signs) -> bool) -> Vec<(&Heard, Command)> {
    accepted.into_iter().filter(|(one, _)| one.signs.as_ref().is_some_and(&good)).collect()
}

fn numbers(signs: Option<&Signs>) -> String {
    let numbers = signs.map(|signs| signs.numbers().map(|number| format!("{number:.4}")).join(" "));
    numbers.unwrap_or_default()
}

/// Right when the intent was accepted and no other; wrong when any other was.
fn judged(accepted: &[(&Heard, Command)], intent: &str) -> Share {
    let mut share = Share::default();
    if accepted.iter().any(|(_, command)| name(command) != intent) {
        share.wrong = 1;
    } else if accepted.is_empty() {
        share.missed = 1;
    } else {
        share.right = 1;
    }
    share
}

fn accepted<'a>(heard: &'a [Heard], table: &PhraseTable, strictness: Strictness) -> Vec<(&'a Heard, Command)> {
    let judge = |one: &'a Heard| match Guard::default().judge(
        &one.utterance,
        table.command(&one.utterance.words),
        strictness,
    ) {
        Verdict::Accepted(command) => Some((one, command)),
        Verdict::Refused { .. } => None,
    };
    heard.iter().filter_map(judge).collect()
}

/// Every exact phrase: what the grammar alone would do.
fn exact<'a>(heard: &'a [Heard], table: &PhraseTable) -> Vec<(&'a Heard, Command)> {
    heard.iter().filter_map(|one| Some((one, table.command(&one.utterance.words)?.clone()))).collect()
}

fn name(command: &Command) -> String {
    serde_json::to_value(command.intent).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}
