//! Changes to the file by `hark account`: what is not named stays as it was written, comments too.

use std::fs;
use std::io::Write;
use std::path::Path;

use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

use super::{
    Config, ConfigError, Endpoints, ImapAccount, Login, OAuth, Security, SmtpAccount, Switch, TokenStore,
    is_plain_name, read,
};

/// What could not be changed, in words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error("there is no account \"{0}\"; `hark account list` shows the names")]
    NoSuchAccount(String),
    #[error("there is an account \"{0}\" already; choose another name, or remove it first")]
    Exists(String),
    #[error("an account's name has only letters, digits, - and _")]
    BadName,
    #[error("the account part of the configuration is no table; write it as [account.NAME]")]
    NoTable,
}

/// Adds an account that is on, with the server that its mail is sent by, if it sends any.
pub fn add(path: &Path, name: &str, imap: &ImapAccount, smtp: Option<&SmtpAccount>) -> Result<(), EditError> {
    if !is_plain_name(name) {
        return Err(EditError::BadName);
    }
    change(path, |document| {
        let accounts = accounts(document)?;
        if accounts.contains_key(name) {
            return Err(EditError::Exists(name.to_owned()));
        }
        let mut account = Table::new();
        account.insert("on", value(true));
        account.insert("imap", Item::Table(imap_table(imap)));
        if let Some(smtp) = smtp {
            account.insert("smtp", Item::Table(smtp_table(smtp, imap)));
        }
        accounts.insert(name, Item::Table(account));
        Ok(())
    })
}

/// Turns an account's switch.
pub fn turn(path: &Path, name: &str, switch: Switch) -> Result<(), EditError> {
    change(path, |document| {
        let item = accounts(document)?.get_mut(name).and_then(Item::as_table_like_mut);
        let account = item.ok_or_else(|| EditError::NoSuchAccount(name.to_owned()))?;
        let on = Value::from(switch == Switch::On);
        match account.get_mut("on").and_then(Item::as_value_mut) {
            // Keeps the blanks and the comment of the line.
            Some(old) => *old = on.decorated(prefix(old), suffix(old)),
            None => {
                account.insert("on", Item::Value(on));
            }
        }
        Ok(())
    })
}

/// Takes an account out of the file.
pub fn remove(path: &Path, name: &str) -> Result<(), EditError> {
    change(path, |document| match accounts(document)?.remove(name) {
        Some(_) => Ok(()),
        None => Err(EditError::NoSuchAccount(name.to_owned())),
    })
}

fn prefix(value: &Value) -> toml_edit::RawString {
    value.decor().prefix().cloned().unwrap_or_else(|| " ".into())
}

fn suffix(value: &Value) -> toml_edit::RawString {
    value.decor().suffix().cloned().unwrap_or_default()
}

fn accounts(document: &mut DocumentMut) -> Result<&mut dyn TableLike, EditError> {
    let mut table = Table::new();
    table.set_implicit(true);
    document.entry("account").or_insert(Item::Table(table)).as_table_like_mut().ok_or(EditError::NoTable)
}

fn imap_table(imap: &ImapAccount) -> Table {
    let mut table = Table::new();
    table.insert("host", value(imap.host.as_str()));
    table.insert("port", value(i64::from(imap.port)));
    table.insert("user", value(imap.user.as_str()));
    if let Some(file) = &imap.ca_file {
        table.insert("ca_file", value(file.to_string_lossy().into_owned()));
    }
    security(&mut table, imap.security);
    match &imap.login {
        Login::Command(command) => password(&mut table, "command", command.as_str().into()),
        Login::File(file) => password(&mut table, "file", file.to_string_lossy().into_owned().into()),
        Login::Keyring => password(&mut table, "keyring", true.into()),
        Login::OAuth(oauth) => oauth_keys(&mut table, oauth),
    }
    table
}

/// The login is the one of `imap`.
fn smtp_table(smtp: &SmtpAccount, imap: &ImapAccount) -> Table {
    let mut table = Table::new();
    table.insert("host", value(smtp.host.as_str()));
    table.insert("port", value(i64::from(smtp.port)));
    if smtp.user != imap.user {
        table.insert("user", value(smtp.user.as_str()));
    }
    if let Some(file) = &smtp.ca_file {
        table.insert("ca_file", value(file.to_string_lossy().into_owned()));
    }
    security(&mut table, smtp.security);
    table
}

fn security(table: &mut Table, security: Security) {
    let name = match security {
        Security::Tls => return,
        Security::StartTls => "starttls",
        Security::Plain => "plain",
    };
    table.insert("security", value(name));
}

/// Only what differs from what is publicly known of the provider.
fn oauth_keys(table: &mut Table, oauth: &OAuth) {
    table.insert("oauth", value(oauth.provider.name()));
    table.insert("client_id", value(oauth.client_id.as_str()));
    if let Some(file) = &oauth.client_secret {
        table.insert("client_secret_file", value(file.to_string_lossy().into_owned()));
    }
    if let TokenStore::File(file) = &oauth.store {
        table.insert("token_file", value(file.to_string_lossy().into_owned()));
    }
    let known = oauth.provider.endpoints();
    let own = &oauth.endpoints;
    let mut differing = |key: &str, value_of: fn(&Endpoints) -> Option<&str>| {
        let mine = value_of(own);
        if known.as_ref().and_then(value_of) != mine
            && let Some(mine) = mine
        {
            table.insert(key, value(mine));
        }
    };
    differing("auth_url", |endpoints| Some(&endpoints.authorize));
    differing("token_url", |endpoints| Some(&endpoints.token));
    differing("device_url", |endpoints| endpoints.device.as_deref());
    differing("scope", |endpoints| Some(&endpoints.scope));
}

fn password(table: &mut Table, key: &str, source: Value) {
    let mut inline = InlineTable::new();
    inline.insert(key, source);
    table.insert("password", value(inline));
}

/// Reads, changes, checks and only then writes; the file is replaced in one step.
fn change(path: &Path, act: impl FnOnce(&mut DocumentMut) -> Result<(), EditError>) -> Result<(), EditError> {
    let text = if path.exists() { read(path)? } else { String::new() };
    Config::parse(&text, path)?;
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| ConfigError::Wrong {
        path: path.to_owned(),
        line: 1,
        problem: error.message().to_owned(),
    })?;
    act(&mut document)?;
    let changed = document.to_string();
    Config::parse(&changed, path)?;
    write(path, &changed)
        .map_err(|error| ConfigError::CannotWrite { path: path.to_owned(), reason: error.to_string() })?;
    Ok(())
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    // Who keeps the file elsewhere and links to it wants the link to stay; who made it read-only, the file.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    if fs::metadata(path).is_ok_and(|old| old.permissions().readonly()) {
        return Err(std::io::Error::other("it is read-only; make it writable first"));
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let partial = path.with_extension("toml.partial");
    let mut file = fs::File::create(&partial)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    if let Ok(old) = fs::metadata(path) {
        fs::set_permissions(&partial, old.permissions())?;
    }
    fs::rename(&partial, path)
}
