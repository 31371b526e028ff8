//! The configuration file: settings and accounts, each key checked, each error with its line. No secret is ever in it.

#[cfg(feature = "imap")]
pub mod edit;
mod places;
mod raw;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use places::Places;

use crate::session::Settings;

/// Largest configuration file looked at.
const FILE_CAP: u64 = 1024 * 1024;

/// Everything the file says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Config {
    pub settings: Settings,
    /// By name, in alphabetical order.
    pub accounts: BTreeMap<String, Account>,
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account's "Play My Emails" switch: an account that is off is never connected to.
    pub switch: Switch,
    pub source: Source,
    /// The listener's own addresses, lower case: `addresses`, else `user` when it is one.
    pub addresses: Vec<String>,
    /// Only beside IMAP, whose login it shares; `None` = nothing can be sent.
    pub smtp: Option<SmtpAccount>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    On,
    Off,
}

/// Where the mail is.
#[allow(clippy::large_enum_variant)] // a handful of accounts, each once
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Imap(ImapAccount),
    /// A Maildir on this machine.
    Maildir(PathBuf),
}

/// How to reach an IMAP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImapAccount {
    pub host: String,
    pub port: u16,
    pub user: String,
    /// A private certificate authority, PEM; `None` = the platform's.
    pub ca_file: Option<PathBuf>,
    pub login: Login,
    pub security: Security,
}

/// How to reach the server that mail is sent by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpAccount {
    pub host: String,
    pub port: u16,
    pub user: String,
    /// A private certificate authority, PEM; `None` = the platform's.
    pub ca_file: Option<PathBuf>,
    pub security: Security,
    /// The address that mail comes from.
    pub from: String,
}

/// Where the secret comes from; never the secret itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// First line of what this shell command prints.
    Command(String),
    /// First line of this file, which only its owner may read.
    File(PathBuf),
    /// The platform's keyring.
    Keyring,
    OAuth(OAuth),
}

/// A login through the provider's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuth {
    pub provider: Provider,
    /// The listener's own or the packager's: Hark comes with none.
    pub client_id: String,
    /// Some providers call something a secret that every copy of a program holds.
    pub client_secret: Option<PathBuf>,
    /// Where the refresh token is kept.
    pub store: TokenStore,
    pub endpoints: Endpoints,
}

/// Where a refresh token is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenStore {
    Keyring,
    /// A file that only its owner may read, chosen by the listener.
    File(PathBuf),
}

/// Addresses of a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// The page for the browser.
    pub authorize: String,
    pub token: String,
    /// For the device-code flow; `None` = the provider has none that allows mail.
    pub device: Option<String>,
    /// Separated by blanks.
    pub scope: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    Microsoft,
    Google,
    Custom,
}

impl Provider {
    /// Name in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Provider::Microsoft => "microsoft",
            Provider::Google => "google",
            Provider::Custom => "custom",
        }
    }

    /// What is publicly known of the provider; `None` for a custom one.
    /// Sources: learn.microsoft.com "Authenticate an IMAP connection using OAuth", developers.google.com "OAuth 2.0 for desktop apps".
    pub fn endpoints(self) -> Option<Endpoints> {
        let known = |authorize: &str, token: &str, device: Option<&str>, scope: &str| Endpoints {
            authorize: authorize.to_owned(),
            token: token.to_owned(),
            device: device.map(str::to_owned),
            scope: scope.to_owned(),
        };
        match self {
            Provider::Microsoft => Some(known(
                "https://login.microsoftonline.com/common/oauth2/v2.0/authorize",
                "https://login.microsoftonline.com/common/oauth2/v2.0/token",
                Some("https://login.microsoftonline.com/common/oauth2/v2.0/devicecode"),
                "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
            )),
            // Its device flow does not allow the mail scope.
            Provider::Google => Some(known(
                "https://accounts.google.com/o/oauth2/v2/auth",
                "https://oauth2.googleapis.com/token",
                None,
                "https://mail.google.com/",
            )),
            Provider::Custom => None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    #[default]
    Tls,
    /// Plain at first, then TLS or nothing.
    StartTls,
    /// Without encryption: only to this machine itself.
    Plain,
}

/// Why the configuration cannot be used; the sentence says where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("the configuration {path} cannot be read: {reason}")]
    CannotRead { path: PathBuf, reason: String },
    #[error("the configuration {path} cannot be written: {reason}")]
    CannotWrite { path: PathBuf, reason: String },
    #[error("the configuration {path}, line {line}: {problem}")]
    Wrong { path: PathBuf, line: usize, problem: String },
}

impl Config {
    /// Reads a file that must be there.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        Config::parse(&read(path)?, path)
    }

    /// Reads a file; without one everything has its default.
    pub fn load_or_default(path: &Path) -> Result<Config, ConfigError> {
        if path.exists() { Config::load(path) } else { Ok(Config::default()) }
    }

    /// Reads the text of a file; relative paths in it are relative to `path`'s folder.
    pub fn parse(text: &str, path: &Path) -> Result<Config, ConfigError> {
        raw::parse(text, path.parent().unwrap_or(Path::new(""))).map_err(|wrong| ConfigError::Wrong {
            path: path.to_owned(),
            line: wrong.line,
            problem: wrong.problem,
        })
    }

    /// Accounts that are played.
    pub fn played(&self) -> impl Iterator<Item = (&str, &Account)> {
        let on = self.accounts.iter().filter(|(_, account)| account.switch == Switch::On);
        on.map(|(name, account)| (name.as_str(), account))
    }
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let cannot = |reason: String| ConfigError::CannotRead { path: path.to_owned(), reason };
    let length = fs::metadata(path).map_err(|error| cannot(in_words(&error)))?.len();
    if length > FILE_CAP {
        return Err(cannot("it is larger than a configuration can be".to_owned()));
    }
    fs::read_to_string(path).map_err(|error| cannot(in_words(&error)))
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not open it".to_owned(),
        io::ErrorKind::InvalidData => "it is not UTF-8 text".to_owned(),
        _ => error.to_string(),
    }
}

/// A setting outside its range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} must be {range}")]
pub struct OutOfRange {
    pub key: &'static str,
    pub range: &'static str,
}

/// Checks the ranges that types cannot; also for the `[settings]` of a scenario.
pub fn check_settings(settings: &Settings) -> Result<(), OutOfRange> {
    // `contains` is false for NaN, which TOML can write.
    let checks = [
        ("window_s", (0.5..=30.0).contains(&settings.window_s), "between 0.5 and 30 seconds"),
        ("protected_pause_s", (2.0..=10.0).contains(&settings.protected_pause_s), "between 2 and 10 seconds"),
        ("speed", (0.5..=3.0).contains(&settings.speed), "between 0.5 and 3"),
        ("voice", is_plain_name(&settings.voice), "the name of a voice: letters, digits, - and _"),
    ];
    match checks.into_iter().find(|(_, fine, _)| !fine) {
        Some((key, _, range)) => Err(OutOfRange { key, range }),
        None => Ok(()),
    }
}

/// Names that are safe in file names, speech and TOML keys.
pub fn is_plain_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with('-')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

/// Whether this can be a server's name or address: no scheme, no port, no blanks.
pub fn is_host(host: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    let is_name = !host.contains(':') || host.parse::<std::net::Ipv6Addr>().is_ok();
    (1..=255).contains(&host.len()) && host.chars().all(plain) && is_name
}

/// Whether plain text may be spoken with this host: only with this machine itself.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
