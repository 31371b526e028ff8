//! `hark hear`: what would be heard in a recording.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::command::{Calling, Intent, Names, PhraseTable, Slot};
use crate::hearing::files::read_recording;
use crate::hearing::listen::{Considered, Moment, listen};
use crate::hearing::{EarsConfig, Signs, SpeechModel};
use crate::session::Evidence;
use crate::session::guard::Verdict;
use crate::units::Millis;

use super::cpu;

/// What would be heard in recordings (WAV, FLAC or Ogg, any rate); each is a session of its own.
#[derive(Debug, Args)]
#[command(after_help = "Example: hark hear --during reading stop.wav")]
pub struct HearArgs {
    /// The recordings.
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// One JSON object per line.
    #[arg(long)]
    pub json: bool,
    /// The moment of a session that they are heard in.
    #[arg(long, value_enum, default_value_t = During::Listening, value_name = "MOMENT")]
    pub during: During,
    /// As with the setting `wake_word = "always"`: commands begin with "hey hark".
    #[arg(long)]
    pub wake_word: bool,
}

/// A moment of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum During {
    Reading,
    Listening,
    Question,
}

impl From<During> for Moment {
    fn from(during: During) -> Moment {
        match during {
            During::Reading => Moment::Reading,
            During::Listening => Moment::Listening,
            During::Question => Moment::Question,
        }
    }
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    AllHeard,
    /// At least one file could not be heard; it was said which and why.
    SomeFailed,
}

/// Hears every file and prints what was heard; an error is one of the model or of printing.
pub fn run(args: &HearArgs, models: &Path, out: &mut impl Write) -> anyhow::Result<Outcome> {
    let mut table = PhraseTable::english()?;
    if args.wake_word {
        table.learn(&Names { calling: Calling::On, ..Names::default() });
    }
    let model = SpeechModel::open(models)?;
    let mut outcome = Outcome::AllHeard;
    for file in &args.files {
        let before = cpu::used();
        match hear(&model, &table, file, args.during.into()) {
            Ok(heard) => {
                let cpu = cpu::used().saturating_sub(before);
                if args.json { heard.json(out, file, cpu)? } else { heard.text(out, file)? }
            }
            Err(error) => {
                outcome = Outcome::SomeFailed;
                if args.json {
                    line(out, &Failed { file: &file.display().to_string(), error: error.to_string() })?;
                } else {
                    writeln!(out, "{error}")?;
                }
            }
        }
        out.flush()?;
    }
    Ok(outcome)
}

struct Heard {
    considered: Vec<Considered>,
    audio_s: f64,
}

fn hear(model: &Arc<SpeechModel>, table: &PhraseTable, file: &Path, moment: Moment) -> anyhow::Result<Heard> {
    let recording = read_recording(file)?;
    let audio_s = recording.seconds();
    let config = EarsConfig::new(recording.rate);
    Ok(Heard { considered: listen(model, table, config, recording, moment)?, audio_s })
}

impl Heard {
    fn accepted(&self) -> usize {
        self.considered.iter().filter(|one| matches!(one.verdict, Verdict::Accepted(_))).count()
    }

    fn json(&self, out: &mut impl Write, file: &Path, cpu: Duration) -> io::Result<()> {
        let file = file.display().to_string();
        for one in &self.considered {
            line(out, &Line::of(one, &file))?;
        }
        let done = Done {
            file: &file,
            done: true,
            audio_s: thousandths(self.audio_s),
            cpu_s: thousandths(cpu.as_secs_f64()),
            considered: self.considered.len(),
            accepted: self.accepted(),
        };
        line(out, &done)
    }

    fn text(&self, out: &mut impl Write, file: &Path) -> io::Result<()> {
        writeln!(out, "{} ({:.1} s)", file.display(), self.audio_s)?;
        for one in &self.considered {
            let line = Line::of(one, "");
            let words = line.phrase.unwrap_or("(no words)");
            let verdict = match (&one.verdict, line.intent) {
                (Verdict::Accepted(_), Some(intent)) => name(intent),
                (Verdict::Accepted(_) | Verdict::Refused { .. }, _) => line.reason.unwrap_or_default().to_owned(),
            };
            writeln!(out, "  {:6.2} to {:6.2} s  {words:24} {verdict}", line.start_s, line.end_s)?;
        }
        if self.considered.is_empty() {
            writeln!(out, "  nothing that sounds like a voice")?;
        }
        Ok(())
    }
}

/// The name of an intent in reports.
fn name(intent: Intent) -> String {
    serde_json::to_value(intent).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[derive(Serialize)]
struct Line<'a> {
    file: &'a str,
    start_s: f64,
    end_s: f64,
    decided_s: f64,
    intent: Option<Intent>,
    slots: Option<&'a Slot>,
    phrase: Option<&'a str>,
    confidence: f64,
    accepted: bool,
    reason: Option<&'static str>,
    evidence: &'a Evidence,
    signs: Option<&'a Signs>,
}

impl<'a> Line<'a> {
    fn of(one: &'a Considered, file: &'a str) -> Line<'a> {
        let command = one.command.as_ref();
        let words = one.utterance.words.as_str();
        let (accepted, reason) = match &one.verdict {
            Verdict::Accepted(_) => (true, None),
            Verdict::Refused { reason, .. } => (false, Some(reason.reason())),
        };
        Line {
            file,
            start_s: seconds(one.utterance.start),
            end_s: seconds(one.utterance.end),
            decided_s: seconds(one.decided),
            intent: command.map(|command| command.intent),
            slots: command.and_then(|command| command.slot.as_ref()),
            phrase: Some(words).filter(|words| words.split(' ').any(|word| !word.is_empty() && word != "[unk]")),
            confidence: thousandths(f64::from(one.utterance.evidence.confidence)),
            accepted,
            reason,
            evidence: &one.utterance.evidence,
            signs: one.signs.as_ref(),
        }
    }
}

#[derive(Serialize)]
struct Done<'a> {
    file: &'a str,
    done: bool,
    audio_s: f64,
    cpu_s: f64,
    considered: usize,
    accepted: usize,
}

#[derive(Serialize)]
struct Failed<'a> {
    file: &'a str,
    error: String,
}

fn line(out: &mut impl Write, object: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, object)?;
    writeln!(out)
}

fn seconds(time: Millis) -> f64 {
    time.0 as f64 / 1000.0
}

fn thousandths(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}
