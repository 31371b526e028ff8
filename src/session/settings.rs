//! Choices of the listener: `[settings]` of config.toml and of a scenario, every key with its default.

use serde::Deserialize;

use super::guard::Caution;
use crate::script::Verbosity;

/// Keys as in the configuration file; all optional there.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub output: OutputSetting,
    /// Length of the listening window in seconds.
    pub window_s: f64,
    pub mark_read: MarkRead,
    pub protected: ProtectedSetting,
    /// Pause after a call-out, 2 to 10 seconds.
    pub protected_pause_s: f64,
    /// What happens each two minutes of a long message.
    pub breaks: Breaks,
    pub order: Order,
    /// Speaking rate, 0.5 to 3.
    pub speed: f64,
    pub verbosity: Verbosity,
    /// Name of the voice.
    pub voice: String,
    /// How easily a word is believed.
    pub hearing: Caution,
    /// When "hey hark" has to come before a command.
    pub wake_word: WakeWord,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            output: OutputSetting::Auto,
            window_s: 3.0,
            mark_read: MarkRead::Heard,
            protected: ProtectedSetting::Pause,
            protected_pause_s: 3.0,
            breaks: Breaks::Pause,
            order: Order::Newest,
            speed: 1.0,
            verbosity: Verbosity::Normal,
            voice: "joe".to_owned(),
            hearing: Caution::Usual,
            wake_word: WakeWord::Never,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutputSetting {
    Auto,
    Headphones,
    Loudspeaker,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MarkRead {
    Heard,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProtectedSetting {
    Pause,
    Ask,
    Skip,
}

/// For loud company. "Stop" and the answer to a question never need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WakeWord {
    Never,
    /// While our voice comes out of a loudspeaker.
    Loudspeaker,
    Always,
}

/// A natural break of a long message: a breath, or (for drivers) the question whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Breaks {
    Pause,
    Ask,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    Newest,
    Oldest,
}
