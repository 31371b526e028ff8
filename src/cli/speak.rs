//! `hark speak`: how a message would be spoken. Needs no model, device or network unless a WAV file is wanted.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::mail::{self, MESSAGE_CAP, Message, ParseContext};
use crate::ports::{Clip, Synthesiser, VoiceError};
use crate::script::json::{self, SpokenMail};
use crate::script::{AmbiguousSender, Fate, Script, ScriptContext, Tongue, Verbosity};

/// Show how a message would be spoken.
#[derive(Debug, Args)]
#[command(after_help = "Example: hark speak --json --now 2026-03-02T10:00:00Z mail.eml")]
pub struct SpeakArgs {
    /// Mail files.
    #[arg(required = true, value_name = "FILE.eml")]
    pub files: Vec<PathBuf>,
    /// One JSON object per file.
    #[arg(long)]
    pub json: bool,
    /// The moment to speak at, for "yesterday" and "ten past nine" (else the clock).
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub now: Option<Moment>,
    /// How much is said.
    #[arg(long, value_enum, default_value_t = HowMuch::Normal)]
    pub verbosity: HowMuch,
    /// Speak it into this file as well.
    #[arg(long, value_name = "OUT.wav")]
    pub wav: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum HowMuch {
    Brief,
    Normal,
    Full,
}

impl From<HowMuch> for Verbosity {
    fn from(much: HowMuch) -> Verbosity {
        match much {
            HowMuch::Brief => Verbosity::Brief,
            HowMuch::Normal => Verbosity::Normal,
            HowMuch::Full => Verbosity::Full,
        }
    }
}

/// A time and the zone it was given in: "yesterday" is a matter of the zone.
#[derive(Debug, Clone)]
pub struct Moment {
    pub now: jiff::Timestamp,
    pub zone: jiff::tz::TimeZone,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    AllSpoken,
    /// At least one file was no mail; it was said which and why.
    SomeFailed,
}

/// Opens the voice; called only when a WAV file is wanted.
pub type OpenVoice<'a> = &'a mut dyn FnMut() -> Result<Box<dyn Synthesiser>, VoiceError>;

/// Speaks every file; an error is one of the voice or of writing, not of a file that is no mail.
pub fn run(args: &SpeakArgs, open_voice: OpenVoice<'_>, out: &mut impl Write) -> anyhow::Result<Outcome> {
    let moment = args.now.clone().unwrap_or_else(wall_clock);
    let context = ScriptContext {
        now: moment.now,
        zone: moment.zone,
        verbosity: args.verbosity.into(),
        place_in_conversation: 1,
        ambiguous_sender: AmbiguousSender::Clear,
        tongue: Tongue::Unspoken,
    };
    let mut wav = match &args.wav {
        Some(path) => Some(Recording::start(path, open_voice()?)),
        None => None,
    };
    let mut outcome = Outcome::AllSpoken;
    for file in &args.files {
        let name = file.display().to_string();
        match read(file) {
            Ok(message) => {
                let script = Script::of(&message, &context);
                if args.json {
                    line(out, &SpokenMail::of(&name, &message, &script))?;
                } else {
                    text(out, &name, &script)?;
                }
                if let Some(wav) = &mut wav {
                    wav.speak(&script)?;
                }
            }
            Err(error) => {
                outcome = Outcome::SomeFailed;
                if args.json { line(out, &Failed { file: &name, error })? } else { writeln!(out, "{name}: {error}")? }
            }
        }
    }
    if let Some(wav) = wav {
        wav.finish()?;
    }
    out.flush()?;
    Ok(outcome)
}

#[derive(Debug, Serialize)]
struct Failed<'a> {
    file: &'a str,
    error: String,
}

/// Reads at most one byte more than a message may have, so that a device file ends too.
fn read(path: &Path) -> Result<Message, String> {
    let file = File::open(path).map_err(|error| format!("this file cannot be opened: {}", plain(&error)))?;
    let mut raw = Vec::new();
    let cap = u64::try_from(MESSAGE_CAP).unwrap_or(u64::MAX).saturating_add(1);
    file.take(cap).read_to_end(&mut raw).map_err(|error| format!("this file cannot be read: {}", plain(&error)))?;
    if raw.len() > MESSAGE_CAP {
        return Err(mail::MailError::TooLarge.to_string());
    }
    mail::parse(&raw, &ParseContext::default()).map_err(|error| error.to_string())
}

/// What the system says, in a listener's words where we have them.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "reading it is not allowed".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> anyhow::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)?;
    Ok(())
}

/// For eyes: what is said line by line, what is skipped in brackets.
fn text(out: &mut impl Write, name: &str, script: &Script) -> io::Result<()> {
    writeln!(out, "{name} ({})", crate::script::minutes_in_words(script.duration_s))?;
    for segment in &script.segments {
        let role = json::role(segment.role);
        match &segment.fate {
            Fate::Spoken(lines) => {
                for line in lines {
                    writeln!(out, "{role:>10}  {}", line.say)?;
                }
            }
            Fate::Skipped { text, reason } => {
                writeln!(out, "{role:>10}  [{reason}: {} words]", text.split_whitespace().count())?;
            }
        }
    }
    writeln!(out)
}

fn moment(text: &str) -> Result<Moment, String> {
    let problem = || "write it as 2026-03-02T10:00:00Z or 2026-03-02T10:00:00+01:00".to_owned();
    let now: jiff::Timestamp = text.parse().map_err(|_| problem())?;
    let zone = offset(text).map_or(jiff::tz::TimeZone::UTC, jiff::tz::TimeZone::fixed);
    Ok(Moment { now, zone })
}

/// The offset at the end of an RFC 3339 time, `None` for Z.
fn offset(text: &str) -> Option<jiff::tz::Offset> {
    let tail = text.get(text.len().checked_sub(6)?..)?;
    let (hours, minutes) = tail.split_once(':')?;
    let sign = match hours.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let hours: i32 = hours.get(1..)?.parse().ok()?;
    let minutes: i32 = minutes.parse().ok()?;
    jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// Now, in the zone of TZ where it names one, else UTC.
fn wall_clock() -> Moment {
    let zone = std::env::var("TZ").ok().and_then(|name| jiff::tz::TimeZone::get(name.trim_start_matches(':')).ok());
    let zone = zone.or_else(local_zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since_epoch.as_secs()).unwrap_or(0);
    Moment { now: jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH), zone }
}

/// The name behind /etc/localtime.
fn local_zone() -> Option<jiff::tz::TimeZone> {
    let target = std::fs::read_link("/etc/localtime").ok()?;
    let (_, name) = target.to_str()?.split_once("zoneinfo/")?;
    jiff::tz::TimeZone::get(name).ok()
}

/// Longest pause that is written, in milliseconds.
const LONGEST_PAUSE_MS: u32 = 5_000;

/// A WAV file being spoken into. It is written at once at the end, so nothing half-done is left behind.
struct Recording {
    path: PathBuf,
    voice: Box<dyn Synthesiser>,
    clip: Clip,
}

impl Recording {
    fn start(path: &Path, voice: Box<dyn Synthesiser>) -> Recording {
        Recording { path: path.to_owned(), voice, clip: Clip::default() }
    }

    fn speak(&mut self, script: &Script) -> anyhow::Result<()> {
        for segment in &script.segments {
            let Fate::Spoken(lines) = &segment.fate else { continue };
            for line in lines {
                let spoken = self.voice.synthesise(&line.say, 1.0)?;
                self.clip.rate = spoken.rate;
                self.clip.samples.extend(spoken.samples);
                let pause = u64::from(line.pause_after_ms.min(LONGEST_PAUSE_MS)) * u64::from(spoken.rate) / 1_000;
                let length = self.clip.samples.len().saturating_add(usize::try_from(pause).unwrap_or(0));
                self.clip.samples.resize(length, 0.0);
            }
        }
        Ok(())
    }

    fn finish(self) -> anyhow::Result<()> {
        let shown = self.path.display();
        let partial = self.path.with_extension("wav.partial");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.clip.rate.max(1),
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer =
            hound::WavWriter::create(&partial, spec).with_context(|| format!("{shown} cannot be written"))?;
        for sample in &self.clip.samples {
            writer.write_sample((sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16)?;
        }
        writer.finalize()?;
        std::fs::rename(&partial, &self.path).with_context(|| format!("{shown} cannot be written"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speak(args: &SpeakArgs) -> (Outcome, String) {
        let mut out = Vec::new();
        let mut no_voice = || Err(VoiceError::Missing("none in this test".to_owned()));
        let outcome = run(args, &mut no_voice, &mut out).unwrap();
        (outcome, String::from_utf8(out).unwrap())
    }

    fn args(files: Vec<PathBuf>) -> SpeakArgs {
        let now = moment("2026-03-02T10:00:00+01:00").ok();
        SpeakArgs { files, json: true, now, verbosity: HowMuch::Normal, wav: None }
    }

    #[test]
    fn a_file_that_is_no_mail_does_not_keep_the_others_from_being_spoken() {
        let folder = tempfile::tempdir().unwrap();
        let mail = folder.path().join("a.eml");
        std::fs::write(&mail, "From: Ana <ana@example.org>\r\nSubject: Hi\r\n\r\nHello.\r\n").unwrap();
        let noise = folder.path().join("noise.eml");
        std::fs::write(&noise, [0_u8, 159, 146, 150, 10].repeat(100)).unwrap();
        let (outcome, out) = speak(&args(vec![noise, folder.path().join("missing.eml"), mail]));
        assert_eq!(outcome, Outcome::SomeFailed);
        let lines: Vec<serde_json::Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0]["error"].is_string() && lines[1]["error"].is_string());
        assert_eq!(lines[2]["segments"][1]["say"], "Hello.");
    }

    #[test]
    fn a_missing_voice_leaves_no_file_behind() {
        let folder = tempfile::tempdir().unwrap();
        let wav = folder.path().join("out.wav");
        let args = SpeakArgs { wav: Some(wav.clone()), ..args(vec![]) };
        let mut no_voice = || Err(VoiceError::Missing("none in this test".to_owned()));
        assert!(run(&args, &mut no_voice, &mut Vec::new()).is_err());
        assert!(!wav.exists());
    }

    #[test]
    fn the_offset_of_now_is_the_zone_of_its_days() {
        let east = moment("2026-03-02T00:30:00+01:00").unwrap();
        assert_eq!(east.now.to_zoned(east.zone).date().day(), 2);
        let utc = moment("2026-03-02T00:30:00Z").unwrap();
        assert_eq!(utc.zone, jiff::tz::TimeZone::UTC);
        assert!(moment("yesterday").is_err());
    }
}
