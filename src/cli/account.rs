//! `hark account`: add, list, test, switch and remove accounts. Nothing is saved before a login has worked.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::Context;
use super::forget;
use super::providers;
use crate::config::{Account, Config, ImapAccount, Login, Security, Source, Switch, edit};
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
    Add(AddArgs),
    /// All accounts, with their switch.
    List,
    /// Log in and count; without a name every account that is on.
    Test { name: Option<String> },
    /// Play this account's mail.
    On { name: String },
    /// Leave this account alone: it is never connected to.
    Off { name: String },
    /// Take an account out of the configuration, and delete what is held of it here.
    Remove { name: String },
}

#[derive(Debug, clap::Args)]
struct AddArgs {
    /// A short name: letters, digits, - and _.
    name: String,
    /// The mail server.
    #[arg(long)]
    host: Option<String>,
    /// 993 unless the provider says otherwise.
    #[arg(long)]
    port: Option<u16>,
    /// What you log in with, mostly the whole address.
    #[arg(long)]
    user: Option<String>,
    /// A private certificate authority (PEM).
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// A command that prints the password.
    #[arg(long, value_name = "COMMAND", conflicts_with = "password_file")]
    password_command: Option<String>,
    /// A file with the password that only you can read (chmod 600).
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Without encryption; only for a server on this machine.
    #[arg(long)]
    plain: bool,
    /// Save without trying to log in.
    #[arg(long)]
    untested: bool,
}

/// Runs the command.
pub fn run(context: &Context, args: AccountArgs) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout();
    let path = &context.config;
    match args.action {
        Action::Add(args) => add(path, args, &mut std::io::stdin().lock(), &mut out)?,
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
            edit::remove(path, &name)?;
            writeln!(out, "{name} is no longer in {}.", path.display())?;
            forget::account(&name, &mut out)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn add(path: &Path, args: AddArgs, input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<()> {
    // What cannot be saved should not be asked for.
    if Config::load_or_default(path)?.accounts.contains_key(&args.name) {
        return Err(edit::EditError::Exists(args.name).into());
    }
    let user = match args.user {
        Some(user) => user,
        None => ask(input, out, "Your address, or what you log in with", "")?,
    };
    let known = providers::of(&user);
    if let Some(advice) = known.and_then(|provider| provider.advice) {
        writeln!(out, "{advice}")?;
    }
    let host = match args.host {
        Some(host) => host,
        None => {
            ask(input, out, "Mail server", known.map_or(providers::guess(&user).as_str(), |provider| provider.host))?
        }
    };
    let login = match (args.password_command, args.password_file) {
        (Some(command), _) => Login::Command(command),
        (None, Some(file)) => Login::File(absolute(&file)?),
        (None, None) => {
            writeln!(
                out,
                "The password itself is never saved. Name a command that prints it (pass show mail), or a file that only you can read (/home/you/.mail-password)."
            )?;
            let answer = ask(input, out, "Command or file", "")?;
            if answer.starts_with(['/', '~', '.']) {
                Login::File(absolute(&expanded(&answer))?)
            } else {
                Login::Command(answer)
            }
        }
    };
    let account = ImapAccount {
        host,
        port: args.port.unwrap_or(993),
        user,
        ca_file: args.ca_file.as_deref().map(absolute).transpose()?,
        login,
        security: if args.plain { Security::Plain } else { Security::Tls },
    };
    if !args.untested {
        writeln!(out, "Trying to log in …")?;
        let found = probe(&account, &Timeouts::default()).context("nothing was saved")?;
        writeln!(out, "It works: {} unread, {} folders.", found.unread, found.folders)?;
    }
    edit::add(path, &args.name, &account)?;
    writeln!(out, "{} is saved in {} and is on.", args.name, path.display())?;
    Ok(())
}

/// One line from the person; an empty one takes the proposal.
fn ask(input: &mut impl BufRead, out: &mut impl Write, question: &str, proposal: &str) -> anyhow::Result<String> {
    let hint = if proposal.is_empty() { String::new() } else { format!(" [{proposal}]") };
    write!(out, "{question}{hint}: ")?;
    out.flush()?;
    let mut line = String::new();
    input.read_line(&mut line)?;
    let answer = line.trim();
    match (answer.is_empty(), proposal.is_empty()) {
        (false, _) => Ok(answer.to_owned()),
        (true, false) => Ok(proposal.to_owned()),
        (true, true) => bail!("nothing was typed, so nothing was saved; `hark account add --help` shows the options"),
    }
}

/// The shell does not see what is typed here.
fn expanded(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}

/// Paths in the file count from its own folder; what is given here counts from where one stands.
fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} is no path", path.display()))
}

fn list(path: &Path, out: &mut impl Write) -> anyhow::Result<()> {
    let config = Config::load_or_default(path)?;
    if config.accounts.is_empty() {
        writeln!(out, "There is no account yet; `hark account add NAME` adds one.")?;
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
    if tested == 0 {
        writeln!(out, "No account is on; `hark account list` shows them.")?;
    }
    Ok(code)
}

fn test_one(account: &Account) -> anyhow::Result<String> {
    match &account.source {
        Source::Imap(imap) => {
            let found = probe(imap, &Timeouts::default())?;
            Ok(format!("{} unread, {} folders", found.unread, found.folders))
        }
        Source::Maildir(path) if path.join("cur").is_dir() || path.join("new").is_dir() => Ok("a Maildir".to_owned()),
        Source::Maildir(path) => bail!("{} is no Maildir: it should hold the folders cur and new", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(name: &str) -> AddArgs {
        AddArgs {
            name: name.into(),
            host: None,
            port: None,
            user: None,
            ca_file: None,
            password_command: None,
            password_file: None,
            plain: false,
            untested: true,
        }
    }

    fn added(input: &str) -> (tempfile::TempDir, String, anyhow::Result<()>) {
        let dir = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        let result = add(&dir.path().join("config.toml"), args("home"), &mut input.as_bytes(), &mut out);
        (dir, String::from_utf8(out).unwrap(), result)
    }

    #[test]
    fn questions_with_proposals_make_an_account() {
        let (dir, out, result) = added("robin@gmail.com\n\npass show mail\n");
        result.unwrap();
        assert!(out.contains("app password"), "{out}");
        let config = Config::load(&dir.path().join("config.toml")).unwrap();
        let Source::Imap(imap) = &config.accounts["home"].source else { panic!() };
        assert_eq!((imap.host.as_str(), imap.port), ("imap.gmail.com", 993));
        assert_eq!(imap.login, Login::Command("pass show mail".into()));
        let mut listed = Vec::new();
        list(&dir.path().join("config.toml"), &mut listed).unwrap();
        assert_eq!(String::from_utf8(listed).unwrap(), "on   home  robin@gmail.com at imap.gmail.com:993\n");
    }

    #[test]
    fn giving_up_in_the_middle_saves_nothing() {
        let (dir, _, result) = added("robin@example.org\n");
        assert!(result.unwrap_err().to_string().contains("nothing"));
        assert!(!dir.path().join("config.toml").exists());
    }

    #[test]
    fn a_login_that_fails_saves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        let args = AddArgs {
            host: Some("127.0.0.1".into()),
            port: Some(1),
            user: Some("robin".into()),
            password_command: Some("echo x".into()),
            plain: true,
            untested: false,
            ..args("home")
        };
        let error = add(&path, args, &mut std::io::empty(), &mut Vec::new()).unwrap_err();
        assert!(format!("{error:#}").contains("127.0.0.1 cannot be reached"), "{error:#}");
        assert!(!path.exists());
    }

    #[test]
    fn an_account_that_is_off_is_not_connected_to() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, "[account.home]\non = false\n[account.home.imap]\nhost = \"127.0.0.1\"\nport = 1\nuser = \"u\"\npassword = { command = \"exit 1\" }\n").unwrap();
        assert!(test(&path, Some("home"), &mut Vec::new()).unwrap_err().to_string().contains("is off"));
        let mut out = Vec::new();
        test(&path, None, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("No account is on"));
    }
}
