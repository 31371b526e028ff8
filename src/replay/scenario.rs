//! A scenario: what is in the mailbox, what the microphone hears and when, and what must come of it (docs/cli.md).

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::command::Intent;
use crate::session::{DeviceChange, MailState, MailVerb, MomentName, Settings};

/// A scenario file, as written. Paths are relative to it until [`Scenario::load`] has resolved them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    #[serde(default)]
    pub clock: Clock,
    pub mailbox: MailboxSource,
    #[serde(default)]
    pub settings: Settings,
    #[serde(default)]
    pub room: Room,
    #[serde(default)]
    pub cost: Cost,
    #[serde(default)]
    pub mic: Vec<Clip>,
    #[serde(default)]
    pub device: Vec<Device>,
    #[serde(default)]
    pub expect: Vec<Expect>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// RFC 3339.
    pub now: String,
    /// IANA name; without it the offset of `now`.
    pub zone: Option<String>,
    /// The replay ends here at the latest, in seconds.
    pub max_s: f64,
}

impl Default for Clock {
    fn default() -> Self {
        Clock { now: "2026-03-02T08:00:00Z".to_owned(), zone: None, max_s: 600.0 }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum MailboxSource {
    /// A Maildir; it is copied, never written.
    Maildir(PathBuf),
    /// Files, all unread.
    Eml(Vec<PathBuf>),
    /// An account of the configuration: the replay is then not deterministic.
    Account(String),
}

/// The virtual room between loudspeaker and microphone. 0 dB = -26 dBFS active speech level at the microphone.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Room {
    pub output: RoomOutput,
    pub rir: Option<PathBuf>,
    pub delay_ms: f64,
    pub drift_ppm: f64,
    pub echo_db: f64,
    /// 0 = linear loudspeaker, 1 = heavily saturated.
    pub saturation: f64,
    pub noise: Option<PathBuf>,
    pub noise_db: f64,
    /// Rate of the microphone in Hz.
    pub mic_rate: u32,
    /// From when to when the microphone gives nothing but zeros, in seconds.
    pub muted_s: Option<[f64; 2]>,
}

impl Default for Room {
    fn default() -> Self {
        Room {
            output: RoomOutput::Headphones,
            rir: None,
            delay_ms: 40.0,
            drift_ppm: 0.0,
            echo_db: 0.0,
            saturation: 0.0,
            noise: None,
            noise_db: -10.0,
            mic_rate: 16_000,
            muted_s: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomOutput {
    /// No echo.
    Headphones,
    Loudspeaker,
}

/// Virtual costs, fixed, so that a report does not depend on the machine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cost {
    /// Seconds of work per second of speech.
    pub synthesis: f64,
    pub recognise_flush_ms: u64,
    pub round_trip_ms: u64,
}

impl Default for Cost {
    fn default() -> Self {
        Cost { synthesis: 0.25, recognise_flush_ms: 40, round_trip_ms: 50 }
    }
}

/// A device goes, or comes back.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Device {
    pub at_s: f64,
    pub change: Change,
}

/// As [`DeviceChange`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    MicrophoneLost,
    MicrophoneBack,
    SpeakerLost,
    SpeakerBack,
}

impl From<Change> for DeviceChange {
    fn from(change: Change) -> DeviceChange {
        match change {
            Change::MicrophoneLost => DeviceChange::MicrophoneLost,
            Change::MicrophoneBack => DeviceChange::MicrophoneBack,
            Change::SpeakerLost => DeviceChange::SpeakerLost,
            Change::SpeakerBack => DeviceChange::SpeakerBack,
        }
    }
}

/// A recording that the microphone hears.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Clip {
    pub clip: PathBuf,
    #[serde(default)]
    pub gain_db: f64,
    #[serde(default)]
    pub offset_s: f64,
    pub at_s: Option<f64>,
    pub after_said: Option<String>,
    pub moment: Option<MomentName>,
    pub message: Option<String>,
    pub nth: Option<u32>,
    pub during_message: Option<String>,
    pub in_window: Option<u32>,
}

/// What fires a clip.
#[derive(Debug, Clone, PartialEq)]
pub enum Trigger {
    At(f64),
    AfterSaid(String),
    Moment { name: MomentName, message: Option<String>, nth: u32 },
    InWindow(u32),
}

impl Clip {
    /// The one trigger of this clip.
    pub fn trigger(&self) -> Result<Trigger, ScenarioError> {
        let mut found = Vec::new();
        found.extend(self.at_s.map(Trigger::At));
        found.extend(self.after_said.clone().map(Trigger::AfterSaid));
        found.extend(self.moment.map(|name| Trigger::Moment {
            name,
            message: self.message.clone(),
            nth: self.nth.unwrap_or(1),
        }));
        found.extend(self.during_message.clone().map(|id| Trigger::Moment {
            name: MomentName::Reading,
            message: Some(id),
            nth: self.nth.unwrap_or(1),
        }));
        found.extend(self.in_window.map(Trigger::InWindow));
        let only = found.pop();
        match only {
            Some(trigger) if found.is_empty() => Ok(trigger),
            Some(_) | None => Err(ScenarioError::Trigger(self.clip.display().to_string())),
        }
    }
}

/// One expectation; exactly one of the first group or of the `not_` group is set.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    pub said: Option<String>,
    pub heard: Option<Intent>,
    pub mail: Option<MailExpect>,
    pub silent_within_ms: Option<u64>,
    pub not_said: Option<OrAny<String>>,
    pub not_heard: Option<OrAny<Intent>>,
    pub not_mail: Option<OrAny<MailExpect>>,
    /// Of the time in which mail was read, over the whole replay.
    pub ducked_share_at_most: Option<f64>,
}

/// A value, or `true` = none at all.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum OrAny<T> {
    Any(bool),
    Only(T),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailExpect {
    pub verb: Option<MailVerb>,
    pub message: Option<String>,
    pub of: Option<MailVerb>,
    /// Default: applied.
    pub state: Option<MailState>,
}

/// Why a scenario cannot be run: exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error("cannot read the scenario {0}: {1}")]
    Read(String, std::io::Error),
    #[error("the scenario {0} is not as it should be: {1}")]
    Format(String, String),
    #[error("the clip {0} needs exactly one trigger: at_s, after_said, moment, during_message or in_window")]
    Trigger(String),
    #[error("the scenario names {0}, which is not there: check the path, it is relative to the scenario")]
    Missing(String),
    #[error("{0}")]
    Recording(String),
    #[error("the clock of the scenario cannot be understood: {0}")]
    Clock(String),
    #[error("{0}")]
    Mailbox(String),
    #[error("{0}")]
    Voice(#[from] crate::ports::VoiceError),
    #[error("{0}")]
    Hearing(String),
    #[error("cannot write {0}: {1}")]
    Write(String, std::io::Error),
    #[error("{0}")]
    Internal(String),
}

impl Scenario {
    /// Reads a scenario, resolves its paths and checks that everything it names is there.
    pub fn load(path: &Path) -> Result<Scenario, ScenarioError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ScenarioError::Read(name.clone(), error))?;
        let mut scenario: Scenario =
            toml::from_str(&text).map_err(|error| ScenarioError::Format(name.clone(), error.to_string()))?;
        let base = path.parent().unwrap_or(Path::new(""));
        for file in scenario.files_mut() {
            *file = base.join(&*file);
            if !file.exists() {
                return Err(ScenarioError::Missing(file.display().to_string()));
            }
        }
        scenario.check(&name)?;
        Ok(scenario)
    }

    fn files_mut(&mut self) -> Vec<&mut PathBuf> {
        let mut files: Vec<&mut PathBuf> = Vec::new();
        match &mut self.mailbox {
            MailboxSource::Maildir(path) => files.push(path),
            MailboxSource::Eml(paths) => files.extend(paths),
            MailboxSource::Account(_) => {}
        }
        files.extend(&mut self.room.rir);
        files.extend(&mut self.room.noise);
        files.extend(self.mic.iter_mut().map(|clip| &mut clip.clip));
        files
    }

    fn check(&self, name: &str) -> Result<(), ScenarioError> {
        for clip in &self.mic {
            clip.trigger()?;
        }
        for (index, expect) in self.expect.iter().enumerate() {
            if expect.count() != 1 {
                let what = format!("expectation {} needs exactly one key", index + 1);
                return Err(ScenarioError::Format(name.to_owned(), what));
            }
        }
        if !(8_000..=192_000).contains(&self.room.mic_rate) || !self.room.mic_rate.is_multiple_of(100) {
            let what = "mic_rate must be between 8000 and 192000 and a multiple of 100".to_owned();
            return Err(ScenarioError::Format(name.to_owned(), what));
        }
        if let Err(wrong) = crate::config::check_settings(&self.settings) {
            return Err(ScenarioError::Format(name.to_owned(), wrong.to_string()));
        }
        if !(0.0..=86_400.0).contains(&self.clock.max_s) {
            return Err(ScenarioError::Format(name.to_owned(), "max_s must be between 0 and 86400".to_owned()));
        }
        if !(0.0..=2_000.0).contains(&self.room.delay_ms) {
            return Err(ScenarioError::Format(name.to_owned(), "delay_ms must be between 0 and 2000".to_owned()));
        }
        Ok(())
    }
}

impl Expect {
    fn count(&self) -> usize {
        [
            self.said.is_some(),
            self.heard.is_some(),
            self.mail.is_some(),
            self.silent_within_ms.is_some(),
            self.not_said.is_some(),
            self.not_heard.is_some(),
            self.not_mail.is_some(),
            self.ducked_share_at_most.is_some(),
        ]
        .into_iter()
        .filter(|&set| set)
        .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        [clock]
        now = "2026-03-02T08:10:00+01:00"
        zone = "Europe/Berlin"
        [mailbox]
        eml = ["a.eml"]
        [settings]
        window_s = 2.0
        [room]
        output = "loudspeaker"
        [[mic]]
        clip = "archive.wav"
        in_window = 1
        [[expect]]
        heard = "archive"
        [[expect]]
        mail = { verb = "archive", message = "a1@example.org" }
        [[expect]]
        not_mail = true
    "#;

    #[test]
    fn a_whole_scenario_reads() {
        let scenario: Scenario = toml::from_str(WHOLE).unwrap();
        assert_eq!(scenario.settings.window_s, 2.0);
        assert_eq!(scenario.mic[0].trigger().unwrap(), Trigger::InWindow(1));
        assert_eq!(scenario.expect[2].not_mail, Some(OrAny::Any(true)));
    }

    #[test]
    fn a_clip_with_two_triggers_is_refused() {
        let text = WHOLE.replace("in_window = 1", "in_window = 1\nat_s = 3.0");
        let scenario: Scenario = toml::from_str(&text).unwrap();
        assert!(matches!(scenario.mic[0].trigger(), Err(ScenarioError::Trigger(_))));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let error = toml::from_str::<Scenario>(&WHOLE.replace("window_s", "windov_s")).unwrap_err();
        assert!(error.to_string().contains("windov_s"));
    }
}
