//! Counting: right, wrong, missed; false accepts an hour; latencies.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::command::{Command, PhraseTable, Risk};
use crate::hearing::listen::Heard;
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
    /// End of word to decision, sorted, in ms of sound.
    pub latency_ms: Vec<u64>,
    pub audio_s: f64,
    /// Every phrase heard, with its evidence: for tuning.
    #[serde(skip)]
    pub evidence: Vec<String>,
}

impl Report {
    pub(super) fn trial(
        &mut self,
        trial: &Trial<'_>,
        heard: &[Heard],
        baseline: &[Heard],
        table: &PhraseTable,
        seconds: f64,
    ) {
        self.audio_s += seconds;
        let snr = trial.snr.map_or("clean".to_owned(), |snr| format!("{snr:02} dB"));
        self.note(trial, &snr, heard, table);
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

    pub(super) fn others(
        &mut self,
        source: &str,
        heard: &[Heard],
        baseline: &[Heard],
        table: &PhraseTable,
        seconds: f64,
    ) {
        self.audio_s += seconds;
        let trial =
            Trial { word: "", intent: None, speaker: source, noise: "", snr: None, speech_end_ms: 0, name: source };
        self.note(&trial, "other", heard, table);
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
                "{}\t{expected}\t{}\t{}\t{snr}\t{}\t{intent}\t{:.3}\t{:.3}\t{}\t{:.1}\t{:.1}\t{}\t{:.1}\t{:.2}\t{}\t{}\t{}",
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
