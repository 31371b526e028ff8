//! `hark account add` and `login`: asks the least, tries before it saves, and says what a provider wants.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::hidden;
use super::providers::{self, Known};
use crate::config::{Config, ImapAccount, Login, OAuth, Provider, Security, Source, TokenStore, edit};
use crate::mailbox::{
    Invitation, RealNetwork, Secret, SecretPlace, Timeouts, greets, keyring_answers, keyring_name, probe, save_secret,
    sign_in,
};

#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// A short name: letters, digits, - and _.
    pub name: String,
    /// The mail server.
    #[arg(long)]
    pub host: Option<String>,
    /// 993, or 143 with --starttls.
    #[arg(long)]
    pub port: Option<u16>,
    /// What you log in with, mostly the whole address.
    #[arg(long)]
    pub user: Option<String>,
    /// A private certificate authority (PEM).
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// A command that prints the password.
    #[arg(long, value_name = "COMMAND", conflicts_with_all = ["password_file", "keyring", "oauth"])]
    pub password_command: Option<String>,
    /// A file with the password that only you can read (chmod 600).
    #[arg(long, value_name = "FILE", conflicts_with_all = ["keyring", "oauth"])]
    pub password_file: Option<PathBuf>,
    /// Type the password once; the keyring of this machine keeps it.
    #[arg(long, conflicts_with = "oauth")]
    pub keyring: bool,
    /// Log in through the provider's page: microsoft, google.
    #[arg(long, value_name = "PROVIDER", value_parser = provider, requires = "client_id")]
    pub oauth: Option<Provider>,
    /// The client id your provider gave to you or your organisation; Hark comes with none.
    #[arg(long, value_name = "ID", requires = "oauth")]
    pub client_id: Option<String>,
    /// A file with what the provider calls the client's secret, if it gave one.
    #[arg(long, value_name = "FILE", requires = "oauth")]
    pub client_secret_file: Option<PathBuf>,
    /// Keep the permission in this file (mode 0600) instead of the keyring.
    #[arg(long, value_name = "FILE", requires = "oauth")]
    pub token_file: Option<PathBuf>,
    /// The server's port begins without encryption and must change to it.
    #[arg(long)]
    pub starttls: bool,
    /// Without encryption; only for a server on this machine.
    #[arg(long, conflicts_with = "starttls")]
    pub plain: bool,
    /// Save without trying to log in.
    #[arg(long)]
    pub untested: bool,
}

fn provider(name: &str) -> Result<Provider, String> {
    match name {
        "microsoft" => Ok(Provider::Microsoft),
        "google" => Ok(Provider::Google),
        other => Err(format!(
            "{other} is not known here: microsoft or google; for another one write oauth = \"custom\" and its addresses into the configuration"
        )),
    }
}

pub fn add(path: &Path, args: AddArgs, input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<()> {
    // What cannot be saved should not be asked for.
    if Config::load_or_default(path)?.accounts.contains_key(&args.name) {
        return Err(edit::EditError::Exists(args.name).into());
    }
    if !crate::config::is_plain_name(&args.name) {
        return Err(edit::EditError::BadName.into());
    }
    let user = match &args.user {
        Some(user) => user.clone(),
        None => ask(input, out, "Your address, or what you log in with", "")?,
    };
    let known = providers::of(&user);
    if let Some(advice) = known.and_then(|known| known.advice) {
        writeln!(out, "{advice}")?;
    }
    let draft = server(&args, &user, known, input, out)?;
    let login = login(&args, known, input, out)?;
    let account = ImapAccount { login, ..draft };
    let kept = keep(&args, &account, input, out)?;
    if !args.untested {
        writeln!(out, "Trying to log in …")?;
        match probe(&account, &Timeouts::default()) {
            Ok(found) => writeln!(out, "It works: {} unread, {} folders.", found.unread, found.folders)?,
            Err(error) => {
                if kept == Kept::Now {
                    // It was kept for the try; whether deleting works changes nothing about the error.
                    let _ = crate::mailbox::delete_secret(&place(&account), &keyring_name(&account));
                }
                return Err(anyhow::Error::from(error).context("nothing was saved"));
            }
        }
    }
    edit::add(path, &args.name, &account)?;
    writeln!(out, "{} is saved in {} and is on.", args.name, path.display())?;
    Ok(())
}

/// Stores the password in the keyring anew, or gives permission anew.
pub fn login_again(path: &Path, name: &str, input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<()> {
    let config = Config::load_or_default(path)?;
    let account = config.accounts.get(name).ok_or_else(|| edit::EditError::NoSuchAccount(name.to_owned()))?;
    let Source::Imap(imap) = &account.source else { bail!("{name} is a folder on this machine and needs no login") };
    match &imap.login {
        Login::Command(command) => bail!("the password of {name} comes from the command `{command}`; change it there"),
        Login::File(file) => bail!("the password of {name} stands in {}; change it there", file.display()),
        Login::Keyring => {
            let password = hidden::ask("Password", input, out)?;
            keep_password(imap, password.as_bytes())?;
            writeln!(out, "The keyring holds the password of {name}.")?;
        }
        Login::OAuth(oauth) => {
            permission(imap, oauth, out)?;
            writeln!(out, "{name} has permission again.")?;
        }
    }
    Ok(())
}

/// Whether something was put where Hark keeps secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kept {
    Now,
    Nothing,
}

fn keep(args: &AddArgs, account: &ImapAccount, input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<Kept> {
    match &account.login {
        Login::Command(_) | Login::File(_) => Ok(Kept::Nothing),
        Login::Keyring => {
            keyring_answers()?;
            let password = hidden::ask("Password (it is not shown)", input, out)?;
            if password.is_empty() {
                bail!("nothing was typed, so nothing was saved");
            }
            keep_password(account, password.as_bytes())?;
            Ok(Kept::Now)
        }
        Login::OAuth(_) if args.untested => Ok(Kept::Nothing),
        Login::OAuth(oauth) => {
            if oauth.store == TokenStore::Keyring {
                keyring_answers()?;
            }
            permission(account, oauth, out)?;
            Ok(Kept::Now)
        }
    }
}

fn keep_password(account: &ImapAccount, password: &[u8]) -> anyhow::Result<()> {
    Ok(save_secret(&SecretPlace::Keyring, &keyring_name(account), &Secret::new(password.to_vec()))?)
}

fn place(account: &ImapAccount) -> SecretPlace<'_> {
    match &account.login {
        Login::OAuth(oauth) => SecretPlace::from(&oauth.store),
        Login::Command(_) | Login::File(_) | Login::Keyring => SecretPlace::Keyring,
    }
}

fn permission(account: &ImapAccount, oauth: &OAuth, out: &mut impl Write) -> anyhow::Result<()> {
    let mut show = |invitation: &Invitation| {
        let text = match invitation {
            Invitation::Code { page, code } => format!("Open {page} on any device and type this code: {code}"),
            Invitation::Browser { page } => format!("Open this page in a browser on this machine:\n{page}"),
        };
        // A terminal that is gone ends the command anyway.
        let _ = writeln!(out, "{text}\nWaiting for you (up to ten minutes) …").and_then(|()| out.flush());
    };
    Ok(sign_in(account, oauth, &RealNetwork, &mut show)?)
}

/// The server: as given, as known of the provider, or found at the person's own domain.
fn server(
    args: &AddArgs,
    user: &str,
    known: Option<&Known>,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> anyhow::Result<ImapAccount> {
    let security = match (args.plain, args.starttls) {
        (true, _) => Security::Plain,
        (false, true) => Security::StartTls,
        (false, false) => Security::Tls,
    };
    let usual = match security {
        Security::Tls | Security::Plain => 993,
        Security::StartTls => 143,
    };
    let mut account = ImapAccount {
        host: String::new(),
        port: args.port.unwrap_or(usual),
        user: user.to_owned(),
        ca_file: args.ca_file.as_deref().map(absolute).transpose()?,
        login: Login::Keyring,
        security,
    };
    if let Some(host) = &args.host {
        account.host = host.clone();
        return Ok(account);
    }
    let found = match known {
        Some(known) => Some((known.host.to_owned(), account.port, security)),
        None if args.untested => None,
        None => find(user, &account, out)?,
    };
    let proposal = match found {
        Some((host, port, security)) => {
            (account.port, account.security) = (port, security);
            host
        }
        None => providers::guesses(user).into_iter().next().unwrap_or_default(),
    };
    account.host = ask(input, out, "Mail server", &proposal)?;
    Ok(account)
}

/// Looks at the usual names in the person's own domain; only greetings are exchanged, nobody else is asked.
fn find(user: &str, account: &ImapAccount, out: &mut impl Write) -> anyhow::Result<Option<(String, u16, Security)>> {
    let timeouts = Timeouts { connect: std::time::Duration::from_secs(4), ..Timeouts::default() };
    for host in providers::guesses(user) {
        for (port, security) in [(993, Security::Tls), (143, Security::StartTls)] {
            writeln!(out, "Looking at {host}, port {port} …")?;
            let candidate = ImapAccount { host: host.clone(), port, security, ..account.clone() };
            if greets(&candidate, &timeouts).is_ok() {
                return Ok(Some((host, port, security)));
            }
        }
    }
    Ok(None)
}

fn login(
    args: &AddArgs,
    known: Option<&Known>,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> anyhow::Result<Login> {
    if let (Some(provider), Some(client_id)) = (args.oauth, &args.client_id) {
        let endpoints = provider.endpoints().context("this provider's addresses are not known")?;
        return Ok(Login::OAuth(OAuth {
            provider,
            client_id: client_id.clone(),
            client_secret: args.client_secret_file.as_deref().map(absolute).transpose()?,
            store: match &args.token_file {
                Some(file) => TokenStore::File(absolute(file)?),
                None => TokenStore::Keyring,
            },
            endpoints,
        }));
    }
    match (&args.password_command, &args.password_file, args.keyring) {
        (Some(command), _, _) => return Ok(Login::Command(command.clone())),
        (None, Some(file), _) => return Ok(Login::File(absolute(file)?)),
        (None, None, true) => return Ok(Login::Keyring),
        (None, None, false) => {}
    }
    if known.is_some_and(|known| known.only_oauth) {
        bail!("nothing was saved; with a client id: hark account add {} --oauth microsoft --client-id ID", args.name);
    }
    writeln!(
        out,
        "The password is never written into the configuration. Say where it comes from: \"keyring\" (you type it once), a file that only you can read (/home/you/.mail-password), or a command that prints it (pass show mail)."
    )?;
    let proposal = if keyring_answers().is_ok() { "keyring" } else { "" };
    let answer = ask(input, out, "Keyring, file or command", proposal)?;
    Ok(match answer.as_str() {
        "keyring" => Login::Keyring,
        path if path.starts_with(['/', '~', '.']) => Login::File(absolute(&expanded(path))?),
        _ => Login::Command(answer),
    })
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn args(name: &str) -> AddArgs {
        AddArgs {
            name: name.into(),
            host: None,
            port: None,
            user: None,
            ca_file: None,
            password_command: None,
            password_file: None,
            keyring: false,
            oauth: None,
            client_id: None,
            client_secret_file: None,
            token_file: None,
            starttls: false,
            plain: false,
            untested: true,
        }
    }

    fn added_with(args: AddArgs, input: &str) -> (tempfile::TempDir, String, anyhow::Result<()>) {
        let dir = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        let result = add(&dir.path().join("config.toml"), args, &mut input.as_bytes(), &mut out);
        (dir, String::from_utf8(out).unwrap(), result)
    }

    fn saved(dir: &tempfile::TempDir) -> ImapAccount {
        let config = Config::load(&dir.path().join("config.toml")).unwrap();
        let Source::Imap(imap) = &config.accounts["home"].source else { panic!() };
        imap.clone()
    }

    #[test]
    fn questions_with_proposals_make_an_account() {
        let (dir, out, result) = added_with(args("home"), "robin@gmail.com\n\npass show mail\n");
        result.unwrap();
        assert!(out.contains("app password"), "{out}");
        let imap = saved(&dir);
        assert_eq!((imap.host.as_str(), imap.port), ("imap.gmail.com", 993));
        assert_eq!(imap.login, Login::Command("pass show mail".into()));
    }

    #[test]
    fn giving_up_in_the_middle_saves_nothing() {
        let (dir, _, result) = added_with(args("home"), "robin@example.org\n");
        assert!(result.unwrap_err().to_string().contains("nothing"));
        assert!(!dir.path().join("config.toml").exists());
    }

    #[test]
    fn an_odd_name_is_refused_before_anything_is_asked() {
        let (_dir, out, result) = added_with(args("my mail"), "robin@example.org\n");
        assert!(result.unwrap_err().to_string().contains("only letters"));
        assert_eq!(out, "");
    }

    #[test]
    fn a_provider_without_passwords_says_what_to_do_instead() {
        let (dir, out, result) = added_with(args("home"), "robin@outlook.com\n\n");
        let error = result.unwrap_err().to_string();
        assert!(error.contains("--oauth microsoft --client-id"), "{error}");
        assert!(out.contains("its own page"), "{out}");
        assert!(!dir.path().join("config.toml").exists());
    }

    #[test]
    fn oauth_is_saved_with_what_differs_only() {
        let with = AddArgs {
            user: Some("robin@outlook.com".into()),
            oauth: Some(Provider::Microsoft),
            client_id: Some("abc".into()),
            token_file: Some("/tmp/token".into()),
            ..args("home")
        };
        let (dir, _, result) = added_with(with, "\n");
        result.unwrap();
        let text = std::fs::read_to_string(dir.path().join("config.toml")).unwrap();
        assert!(text.contains("client_id = \"abc\"") && !text.contains("https://"), "{text}");
        let Login::OAuth(oauth) = saved(&dir).login else { panic!() };
        assert!(oauth.endpoints.device.is_some());
    }

    #[test]
    fn a_login_that_fails_saves_nothing() {
        let failing = AddArgs {
            host: Some("127.0.0.1".into()),
            port: Some(1),
            user: Some("robin".into()),
            password_command: Some("echo x".into()),
            plain: true,
            untested: false,
            ..args("home")
        };
        let (dir, _, result) = added_with(failing, "");
        let error = result.unwrap_err();
        assert!(format!("{error:#}").contains("127.0.0.1 cannot be reached"), "{error:#}");
        assert!(!dir.path().join("config.toml").exists());
    }
}
