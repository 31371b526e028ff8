//! `hark account`: add, list, test, switch and remove accounts. Nothing is saved before a login has worked.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;

use super::Context;
use super::adding::{self, AddArgs};
use super::forget;
use super::sending;
use crate::config::{Account, Config, Source, Switch, edit};
use crate::mailbox::{Timeouts, probe};

/// Accounts: which mail is read.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  hark account add work --host imap.example.org --user robin@example.org --password-command 'pass show mail'"
)]
pub struct AccountArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// Add an account; what is not given is asked.
    Add(Box<AddArgs>),
    /// Store the password in the keyring anew, or give permission anew (OAuth).
    Login { name: String },
    /// All accounts, with their switch.
    List,
    /// Log in and count, and log in to the server for sending; without a name every account that is on.
    Test { name: Option<String> },
    /// Play this account's mail.
    On { name: String },
    /// Leave this account alone: it is never connected to.
    Off { name: String },
    /// Take an account out of the configuration, and delete what is held of it here.
    Remove { name: String },
}

/// Runs the command.
pub fn run(context: &Context, args: AccountArgs) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    let path = &context.config;
    match args.action {
        Action::Add(args) => adding::add(path, *args, &mut std::io::stdin().lock(), &mut out)?,
        Action::Login { name } => adding::login_again(path, &name, &mut std::io::stdin().lock(), &mut out)?,
        Action::List => list(path, &mut out)?,
        Action::Test { name } => return test(path, name.as_deref(), &mut out),
        Action::On { name } => {
            edit::turn(path, &name, Switch::On)?;
            writeln!(out, "{name} is on.")?;
        }
        Action::Off { name } => {
            edit::turn(path, &name, Switch::Off)?;
            writeln!(out, "{name} is off.")?;
        }
        Action::Remove { name } => {
            let mut config = Config::load_or_default(path)?;
            let configured = config.accounts.remove(&name);
            edit::remove(path, &name)?;
            writeln!(out, "{name} is no longer in {}.", path.display())?;
            return Ok(forget::account(&name, configured.as_ref(), &config, &mut out)?.code());
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(path: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let config = Config::load_or_default(path)?;
    if config.accounts.is_empty() {
        writeln!(out, "There is no account yet; `hark account add` adds one.")?;
    }
    for (name, account) in &config.accounts {
        let switch = match account.switch {
            Switch::On => "on ",
            Switch::Off => "off",
        };
        writeln!(out, "{switch}  {name}  {}", place(account))?;
    }
    Ok(())
}

fn place(account: &Account) -> String {
    match &account.source {
        Source::Imap(imap) => format!("{} at {}:{}", imap.user, imap.host, imap.port),
        Source::Maildir(path) => format!("Maildir {}", path.display()),
    }
}

fn test(path: &Path, name: Option<&str>, out: &mut impl Write) -> anyhow::Result<ExitCode> {
    let config = Config::load_or_default(path)?;
    if let Some(name) = name.filter(|name| !config.accounts.contains_key(*name)) {
        return Err(edit::EditError::NoSuchAccount(name.to_owned()).into());
    }
    let mut code = ExitCode::SUCCESS;
    let mut tested = 0;
    for (account_name, account) in &config.accounts {
        match (name, account.switch) {
            (Some(wanted), _) if wanted != account_name => continue,
            (Some(_), Switch::Off) => {
                bail!("{account_name} is off, so it is not connected to; `hark account on {account_name}` turns it on")
            }
            (None, Switch::Off) => continue,
            (_, Switch::On) => {}
        }
        tested += 1;
        match test_one(account) {
            Ok(found) => writeln!(out, "{account_name}: works, {found}.")?,
            Err(error) => {
                writeln!(out, "{account_name}: {error:#}.")?;
                code = ExitCode::from(1);
            }
        }
    }
    if config.accounts.is_empty() {
        bail!("there is no account yet; `hark account add` adds one");
    }
    if tested == 0 {
        bail!("no account is on, so nothing was tested; `hark account list` shows them");
    }
    Ok(code)
}

fn test_one(account: &Account) -> anyhow::Result<String> {
    match &account.source {
        Source::Imap(imap) => {
            let found = probe(imap, &Timeouts::default())?;
            sending::test(imap, account.smtp.as_ref(), format!("{} unread, {} folders", found.unread, found.folders))
        }
        Source::Maildir(path) if path.join("cur").is_dir() || path.join("new").is_dir() => Ok("a Maildir".to_owned()),
        Source::Maildir(path) => bail!("{} is no Maildir: it should hold the folders cur and new", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_listed_with_their_switch() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let text = "[account.home.imap]\nhost = \"imap.gmail.com\"\nuser = \"robin@gmail.com\"\npassword = { keyring = true }\n";
        std::fs::write(&path, text).unwrap();
        let mut out = Vec::new();
        list(&path, &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "on   home  robin@gmail.com at imap.gmail.com:993\n");
    }

    #[test]
    fn an_account_that_is_off_is_not_connected_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, "[account.home]\non = false\n[account.home.imap]\nhost = \"127.0.0.1\"\nport = 1\nuser = \"u\"\npassword = { command = \"exit 1\" }\n").unwrap();
        assert!(test(&path, Some("home"), &mut Vec::new()).unwrap_err().to_string().contains("is off"));
        assert!(test(&path, None, &mut Vec::new()).unwrap_err().to_string().contains("no account is on"));
    }
}
