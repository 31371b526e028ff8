//! The file as it is written, and its checks.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use super::{
    Account, Config, Endpoints, ImapAccount, Login, OAuth, Provider, Security, SmtpAccount, Source, Switch, TokenStore,
    check_settings, is_host, is_loopback, is_plain_name,
};
use crate::mail::is_address;
use crate::session::Settings;

/// What is wrong, and where (lines count from 1).
pub(super) struct Wrong {
    pub line: usize,
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
struct RawConfig {
    settings: Settings,
    account: BTreeMap<String, RawAccount>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAccount {
    #[serde(default = "yes")]
    on: bool,
    imap: Option<RawImap>,
    smtp: Option<RawSmtp>,
    maildir: Option<PathBuf>,
    #[serde(default)]
    addresses: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawImap {
    host: String,
    port: Option<u16>,
    user: String,
    ca_file: Option<PathBuf>,
    password: Option<RawPassword>,
    oauth: Option<Provider>,
    client_id: Option<String>,
    client_secret_file: Option<PathBuf>,
    token_file: Option<PathBuf>,
    auth_url: Option<String>,
    token_url: Option<String>,
    device_url: Option<String>,
    scope: Option<String>,
    #[serde(default)]
    security: Security,
}

/// The login is the one of `imap`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSmtp {
    host: String,
    port: Option<u16>,
    user: Option<String>,
    ca_file: Option<PathBuf>,
    #[serde(default)]
    security: Security,
}

fn yes() -> bool {
    true
}

/// `{ command = … }`, `{ file = … }` or `{ keyring = true }`. Read by hand, so that a password written here by
/// mistake never comes back in an error.
enum RawPassword {
    Command(String),
    File(PathBuf),
    Keyring,
}

impl<'de> Deserialize<'de> for RawPassword {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PasswordVisitor)
    }
}

struct PasswordVisitor;

const PASSWORD_FORMS: &str = "{ command = \"…\" }, { file = \"…\" } or { keyring = true }";

impl<'de> Visitor<'de> for PasswordVisitor {
    type Value = RawPassword;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(PASSWORD_FORMS)
    }

    fn visit_str<E: de::Error>(self, _secret: &str) -> Result<RawPassword, E> {
        Err(E::custom(format!("the password itself must not stand here; use {PASSWORD_FORMS}")))
    }

    fn visit_i64<E: de::Error>(self, _secret: i64) -> Result<RawPassword, E> {
        self.visit_str("")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawPassword, A::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if found.is_some() {
                return Err(de::Error::custom(format!("password needs exactly one of {PASSWORD_FORMS}")));
            }
            found = Some(match key.as_str() {
                "command" => RawPassword::Command(map.next_value()?),
                "file" => RawPassword::File(map.next_value()?),
                "keyring" if map.next_value::<bool>()? => RawPassword::Keyring,
                "keyring" => return Err(de::Error::custom("keyring can only be true")),
                other => return Err(de::Error::unknown_field(other, &["command", "file", "keyring"])),
            });
        }
        found.ok_or_else(|| de::Error::custom(format!("password needs one of {PASSWORD_FORMS}")))
    }
}

pub(super) fn parse(text: &str, folder: &Path) -> Result<Config, Wrong> {
    let raw: RawConfig = toml::from_str(text).map_err(|error| from_toml(text, &error))?;
    check_settings(&raw.settings)
        .map_err(|error| Wrong { line: line_of_key(text, "settings", error.key), problem: error.to_string() })?;
    let mut accounts = BTreeMap::new();
    for (name, account) in raw.account {
        let wrong = |problem: String| Wrong { line: line_of_account(text, &name), problem };
        if !is_plain_name(&name) {
            return Err(wrong("an account's name has only letters, digits, - and _".to_owned()));
        }
        let account = account.check(folder).map_err(wrong)?;
        accounts.insert(name, account);
    }
    Ok(Config { settings: raw.settings, accounts })
}

impl RawAccount {
    fn check(self, folder: &Path) -> Result<Account, String> {
        let (source, user) = match (self.imap, self.maildir) {
            (Some(imap), None) => {
                let user = imap.user.clone();
                (Source::Imap(imap.check(folder)?), Some(user))
            }
            (None, Some(path)) => (Source::Maildir(folder.join(path)), None),
            (None, None) => return Err("this account needs an [account.NAME.imap] part with host and user".to_owned()),
            (Some(_), Some(_)) => return Err("an account has either imap or maildir, not both".to_owned()),
        };
        let mut addresses: Vec<String> = self.addresses.iter().map(|address| address.to_lowercase()).collect();
        if addresses.is_empty() {
            addresses.extend(user.filter(|user| user.contains('@')).map(|user| user.to_lowercase()));
        }
        let smtp = match (self.smtp, &source) {
            (Some(smtp), Source::Imap(imap)) => Some(smtp.check(folder, &imap.user, &addresses)?),
            (Some(_), Source::Maildir(_)) => {
                return Err("smtp stands beside imap, whose login it shares; a maildir has none".to_owned());
            }
            (None, _) => None,
        };
        Ok(Account { switch: if self.on { Switch::On } else { Switch::Off }, source, addresses, smtp })
    }
}

impl RawImap {
    fn check(self, folder: &Path) -> Result<ImapAccount, String> {
        let usual = match self.security {
            Security::Tls | Security::Plain => 993,
            Security::StartTls => 143,
        };
        let port = reachable(&self.host, self.port.unwrap_or(usual), &self.user, self.security)?;
        let oauth = RawOAuth {
            client_id: self.client_id,
            client_secret_file: self.client_secret_file,
            token_file: self.token_file,
            auth_url: self.auth_url,
            token_url: self.token_url,
            device_url: self.device_url,
            scope: self.scope,
        };
        if self.oauth.is_none() {
            oauth.must_be_empty()?;
        }
        let login = match (self.password, self.oauth) {
            (Some(RawPassword::Command(command)), None) => Login::Command(command),
            (Some(RawPassword::File(file)), None) => Login::File(folder.join(file)),
            (Some(RawPassword::Keyring), None) => Login::Keyring,
            (None, Some(provider)) => Login::OAuth(oauth.check(provider, folder)?),
            (None, None) => return Err(format!("this account needs password = {PASSWORD_FORMS}")),
            (Some(_), Some(_)) => return Err("an account has either password or oauth, not both".to_owned()),
        };
        Ok(ImapAccount {
            host: self.host,
            port,
            user: self.user,
            ca_file: self.ca_file.map(|file| folder.join(file)),
            login,
            security: self.security,
        })
    }
}

impl RawSmtp {
    fn check(self, folder: &Path, imap_user: &str, addresses: &[String]) -> Result<SmtpAccount, String> {
        let usual = match self.security {
            Security::Tls => 465,
            Security::StartTls | Security::Plain => 587,
        };
        let user = self.user.unwrap_or_else(|| imap_user.to_owned());
        let port = reachable(&self.host, self.port.unwrap_or(usual), &user, self.security)
            .map_err(|problem| format!("smtp: {problem}"))?;
        let own = std::iter::once(imap_user).chain(addresses.iter().map(String::as_str));
        let from = own.into_iter().find(|address| is_address(address));
        let from =
            from.ok_or("smtp needs an address that mail comes from: name it with addresses = [\"you@example.org\"]")?;
        Ok(SmtpAccount {
            from: from.to_owned(),
            host: self.host,
            port,
            user,
            ca_file: self.ca_file.map(|file| folder.join(file)),
            security: self.security,
        })
    }
}

/// The port, if a server can be reached like that and the password travels safely.
fn reachable(host: &str, port: u16, user: &str, security: Security) -> Result<u16, String> {
    if !is_host(host) {
        return Err("host must be a server's name or address, without a scheme or port".to_owned());
    }
    if user.is_empty() || user.contains(|c: char| c.is_control()) {
        return Err("user must be the name you log in with, on one line".to_owned());
    }
    if port == 0 {
        return Err("port must be between 1 and 65535".to_owned());
    }
    if security == Security::Plain && !is_loopback(host) {
        return Err(
            "security = \"plain\" is only for a server on this machine: your password would travel in the open"
                .to_owned(),
        );
    }
    Ok(port)
}

/// The keys that belong to `oauth`.
struct RawOAuth {
    client_id: Option<String>,
    client_secret_file: Option<PathBuf>,
    token_file: Option<PathBuf>,
    auth_url: Option<String>,
    token_url: Option<String>,
    device_url: Option<String>,
    scope: Option<String>,
}

impl RawOAuth {
    fn must_be_empty(&self) -> Result<(), String> {
        let given = [
            ("client_id", self.client_id.is_some()),
            ("client_secret_file", self.client_secret_file.is_some()),
            ("token_file", self.token_file.is_some()),
            ("auth_url", self.auth_url.is_some()),
            ("token_url", self.token_url.is_some()),
            ("device_url", self.device_url.is_some()),
            ("scope", self.scope.is_some()),
        ];
        match given.into_iter().find(|(_, given)| *given) {
            Some((key, _)) => Err(format!("{key} is only for accounts with oauth")),
            None => Ok(()),
        }
    }

    fn check(self, provider: Provider, folder: &Path) -> Result<OAuth, String> {
        let client_id = self.client_id.filter(|id| !id.is_empty() && !id.contains(|c: char| c.is_control()));
        let client_id = client_id.ok_or("oauth needs client_id: the one your provider gave to you or your organisation for mail programs; Hark comes with none")?;
        let mut endpoints = match provider.endpoints() {
            Some(known) => known,
            None => Endpoints {
                authorize: self.auth_url.clone().ok_or("oauth = \"custom\" needs auth_url")?,
                token: self.token_url.clone().ok_or("oauth = \"custom\" needs token_url")?,
                device: None,
                scope: String::new(),
            },
        };
        // An organisation may have addresses of its own at a known provider.
        endpoints.authorize = self.auth_url.unwrap_or(endpoints.authorize);
        endpoints.token = self.token_url.unwrap_or(endpoints.token);
        endpoints.device = self.device_url.or(endpoints.device);
        endpoints.scope = self.scope.unwrap_or(endpoints.scope);
        let addresses = [Some(&endpoints.authorize), Some(&endpoints.token), endpoints.device.as_ref()];
        if !addresses.into_iter().flatten().all(|url| is_safe_url(url)) {
            return Err("the addresses of oauth must begin with https:// (http:// only for this machine)".to_owned());
        }
        Ok(OAuth {
            provider,
            client_id,
            client_secret: self.client_secret_file.map(|file| folder.join(file)),
            store: self.token_file.map_or(TokenStore::Keyring, |file| TokenStore::File(folder.join(file))),
            endpoints,
        })
    }
}

/// Tokens travel encrypted, or stay on this machine.
fn is_safe_url(url: &str) -> bool {
    let fits = (9..=2000).contains(&url.len()) && !url.contains(|c: char| c.is_control() || c.is_whitespace());
    let local = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        is_loopback(host.trim_matches(['[', ']']))
    };
    fits && (url.starts_with("https://") || url.strip_prefix("http://").is_some_and(local))
}

/// One sentence from a TOML error; never the line itself, which may hold what somebody meant to be secret.
fn from_toml(text: &str, error: &toml::de::Error) -> Wrong {
    let line = error.span().map_or(1, |span| line_at(text, span.start));
    let message = error.message().lines().next().unwrap_or("this is not TOML");
    let problem = match unknown_key(message) {
        Some((key, known)) => format!("there is no key \"{key}\" here{known}"),
        None => message.to_owned(),
    };
    Wrong { line, problem }
}

/// "unknown field `x`, expected one of `a`, `b`" taken apart.
fn unknown_key(message: &str) -> Option<(&str, String)> {
    let (key, rest) = message.strip_prefix("unknown field `")?.split_once('`')?;
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let known = if known.is_empty() { String::new() } else { format!("; what can stand here: {}", known.join(", ")) };
    Some((key, known))
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|&byte| byte == b'\n').count().saturating_add(1)
}

/// Line of `key` in the table `[table]`, else of the table, else 1.
fn line_of_key(text: &str, table: &str, key: &str) -> usize {
    let header = format!("[{table}]");
    let mut inside = false;
    let mut fallback = 1;
    for (line, content) in
        text.lines().map(str::trim).enumerate().map(|(index, content)| (index.saturating_add(1), content))
    {
        if content.starts_with('[') {
            inside = content.starts_with(&header);
            if inside {
                fallback = line;
            }
        } else if inside && content.split('=').next().is_some_and(|name| name.trim() == key) {
            return line;
        }
    }
    fallback
}

fn line_of_account(text: &str, name: &str) -> usize {
    let heads = [format!("[account.{name}"), format!("[account.\"{name}")];
    let is_head = |line: &str| heads.iter().any(|head| line.trim_start().starts_with(head));
    text.lines().position(is_head).map_or(1, |index| index.saturating_add(1))
}
