//! `hark account add` and `login`: asks the least, tries before it saves, and says what a provider wants.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use super::hidden;
use super::providers::{self, Known};
use super::sending::{self, SendingArgs, Trying};
use crate::config::{Config, ImapAccount, Login, OAuth, Provider, Security, Source, TokenStore, edit, is_host};
use crate::mailbox::{
    Invitation, RealNetwork, Secret, SecretPlace, Timeouts, greets, keyring_answers, keyring_name, probe, probe_with,
    save_secret, sign_in,
};

#[derive(Debug, clap::Args)]
pub struct AddArgs {
    /// A short name: letters, digits, - and _; `mail` unless you say otherwise.
    #[arg(default_value = "mail")]
    pub name: String,
    /// The mail server.
    #[arg(long)]
    pub host: Option<String>,
    /// 993, or 143 with --starttls.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..))]
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
    #[command(flatten)]
    pub sending: SendingArgs,
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
    let config = Config::load_or_default(path)?;
    if config.accounts.contains_key(&args.name) {
        return Err(edit::EditError::Exists(args.name).into());
    }
    if !crate::config::is_plain_name(&args.name) {
        return Err(edit::EditError::BadName.into());
    }
    args.host.as_deref().map_or(Ok(()), check_host)?;
    args.sending.check()?;
    let user = match &args.user {
        Some(user) => user.clone(),
        None => ask(input, out, "Your address, or what you log in with", "")?,
    };
    let known = providers::of(&user);
    if let Some(advice) = known.and_then(|known| known.advice) {
        writeln!(out, "{advice}")?;
    }
    let draft = server(&args, &user, known, input, out)?;
    check_host(&draft.host)?;
    if let Some(same) = same_mailbox(&config, &draft) {
        bail!(
            "nothing was saved: {same} is that account already; `hark account remove {same}` first, or use it as it is"
        );
    }
    let login = login(&args, known, input, out)?;
    let account = ImapAccount { login, ..draft };
    let (kept, tried) = keep(&args, &account, input, out)?;
    let trying = if args.untested { Trying::NotWanted } else { Trying::Allowed };
    let saved = tried
        .and_then(|()| sending::settle(&args.sending, &account, known, trying, input, out))
        .map_err(|error| error.context("nothing was saved"))
        .and_then(|smtp| Ok(edit::add(path, &args.name, &account, smtp.as_ref())?));
    if let Err(error) = saved {
        if kept == Kept::Now {
            // It belongs to no account now; whether deleting works changes nothing about the error.
            let _ = crate::mailbox::delete_secret(&place(&account), &keyring_name(&account));
        }
        return Err(error);
    }
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
            keyring_answers()?;
            let password = password(input, out)?;
            try_out(imap, Some(password.clone()), out).map_err(|error| error.context("nothing was changed"))?;
            save_secret(&SecretPlace::Keyring, &keyring_name(imap), &password)?;
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

/// Tries to log in, and puts what Hark keeps where it belongs. A typed password is kept only when it has worked, so that
/// neither a wrong one nor ^C leaves anything.
fn keep(
    args: &AddArgs,
    account: &ImapAccount,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> anyhow::Result<(Kept, anyhow::Result<()>)> {
    let tried = |out: &mut _| if args.untested { Ok(()) } else { try_out(account, None, out) };
    match &account.login {
        Login::Command(_) | Login::File(_) => Ok((Kept::Nothing, tried(out))),
        Login::Keyring => {
            keyring_answers()?;
            let password = password(input, out)?;
            if !args.untested
                && let Err(error) = try_out(account, Some(password.clone()), out)
            {
                return Ok((Kept::Nothing, Err(error)));
            }
            save_secret(&SecretPlace::Keyring, &keyring_name(account), &password).context("nothing was saved")?;
            Ok((Kept::Now, Ok(())))
        }
        Login::OAuth(_) if args.untested => Ok((Kept::Nothing, Ok(()))),
        Login::OAuth(oauth) => {
            if oauth.store == TokenStore::Keyring {
                keyring_answers()?;
            }
            permission(account, oauth, out)?;
            Ok((Kept::Now, tried(out)))
        }
    }
}

/// Logs in with a password that is not kept yet, or with what is.
fn try_out(account: &ImapAccount, password: Option<Secret>, out: &mut impl Write) -> anyhow::Result<()> {
    writeln!(out, "Trying to log in …")?;
    let found = match password {
        Some(password) => probe_with(account, password, &Timeouts::default())?,
        None => probe(account, &Timeouts::default())?,
    };
    let folders = if found.folders == 1 { "1 folder".to_owned() } else { format!("{} folders", found.folders) };
    writeln!(out, "It works: {} unread, {folders}.", found.unread)?;
    Ok(())
}

fn password(input: &mut impl BufRead, out: &mut impl Write) -> anyhow::Result<Secret> {
    let typed = hidden::ask("Password (it is not shown)", input, out)?;
    if typed.is_empty() {
        bail!("nothing was typed, so nothing was saved");
    }
    Ok(Secret::new(typed.as_bytes().to_vec()))
}

/// The account that is this mailbox: nobody wants to hear every message twice.
fn same_mailbox<'a>(config: &'a Config, wanted: &ImapAccount) -> Option<&'a str> {
    let is_same = |imap: &ImapAccount| {
        imap.host.eq_ignore_ascii_case(&wanted.host) && imap.port == wanted.port && imap.user == wanted.user
    };
    config.accounts.iter().find_map(|(name, account)| match &account.source {
        Source::Imap(imap) if is_same(imap) => Some(name.as_str()),
        Source::Imap(_) | Source::Maildir(_) => None,
    })
}

/// What is pasted from a browser, or holds a port, is no name; better said than looked up.
fn check_host(host: &str) -> anyhow::Result<()> {
    if !is_host(host) {
        bail!("nothing was saved: a mail server's name looks like imap.example.org; a port is said with --port");
    }
    Ok(())
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
        word if word.eq_ignore_ascii_case("keyring") => Login::Keyring,
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
    // ^D gives up; it takes no proposal.
    if input.read_line(&mut line)? == 0 {
        writeln!(out)?;
        bail!("nothing more was typed, so nothing was saved; `hark account add --help` shows the options");
    }
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
            sending: SendingArgs::default(),
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
    fn what_is_no_server_name_is_refused_before_it_is_looked_up() {
        for host in ["", "https://imap.example.org/", "imap example", "localhost:993"] {
            let with = AddArgs { host: Some(host.into()), user: Some("robin".into()), ..args("home") };
            let (dir, _, result) = added_with(with, "");
            assert!(result.unwrap_err().to_string().contains("looks like imap.example.org"), "{host}");
            assert!(!dir.path().join("config.toml").exists());
        }
        for host in ["localhost", "127.0.0.1", "::1", "imap.example.org"] {
            assert!(check_host(host).is_ok(), "{host}");
        }
    }

    #[test]
    fn a_mailbox_is_not_added_twice() {
        let with = |name: &str| AddArgs {
            host: Some("imap.example.org".into()),
            user: Some("robin".into()),
            password_command: Some("pass".into()),
            ..args(name)
        };
        let (dir, _, result) = added_with(with("home"), "");
        result.unwrap();
        let path = dir.path().join("config.toml");
        let error = add(&path, with("again"), &mut "".as_bytes(), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("home is that account already"), "{error}");
    }

    #[test]
    fn a_configuration_that_is_read_only_stays_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("config.toml");
        std::fs::write(&path, "# mine\n").unwrap();
        let mut permissions = std::fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&path, permissions).unwrap();
        let with = AddArgs {
            host: Some("imap.example.org".into()),
            user: Some("robin".into()),
            password_command: Some("pass".into()),
            ..args("home")
        };
        let error = add(&path, with, &mut "".as_bytes(), &mut Vec::new()).unwrap_err();
        assert!(format!("{error:#}").contains("read-only"), "{error:#}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "# mine\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_configuration_that_is_a_link_stays_one() {
        let dir = tempfile::tempdir().unwrap();
        let (real, path) = (dir.path().join("real.toml"), dir.path().join("config.toml"));
        std::fs::write(&real, "# mine\n").unwrap();
        std::os::unix::fs::symlink(&real, &path).unwrap();
        let with = AddArgs {
            host: Some("imap.example.org".into()),
            user: Some("robin".into()),
            password_command: Some("pass".into()),
            ..args("home")
        };
        add(&path, with, &mut "".as_bytes(), &mut Vec::new()).unwrap();
        assert!(std::fs::symlink_metadata(&path).unwrap().is_symlink());
        assert!(std::fs::read_to_string(&real).unwrap().contains("imap.example.org"));
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
