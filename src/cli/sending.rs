//! The server that mail is sent by, for "unsubscribe": found and tried by `hark account add`, looked at by `hark doctor`
//! and `hark account test`. Nothing is ever sent here.

use std::fs::File;
use std::io::{BufRead, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use super::providers::{self, Known, Whose};
use crate::config::{Account, ImapAccount, Login, OAuth, Provider, Security, SmtpAccount, Source, is_host};
use crate::mail::is_address;
use crate::mailbox::{RealNetwork, SendError, Sending};

/// A server that is looked for answers within this, or is none.
const LOOK: Duration = Duration::from_secs(4);
/// A wrong password can cost 17 s (Dovecot).
const LOGIN: Duration = Duration::from_secs(40);

#[derive(Debug, Clone, Default, clap::Args)]
pub struct SendingArgs {
    /// The server that mail is sent by, for "unsubscribe"; found by itself unless you name it. It shares the login.
    #[arg(long, value_name = "HOST")]
    pub smtp_host: Option<String>,
    /// 465, or 587, which begins without encryption and must change to it.
    #[arg(long, value_name = "PORT", requires = "smtp_host", value_parser = clap::value_parser!(u16).range(1..))]
    pub smtp_port: Option<u16>,
    /// The port begins without encryption and must change to it (always so with 587).
    #[arg(long, requires = "smtp_host")]
    pub smtp_starttls: bool,
    /// Without encryption; only for a server on this machine.
    #[arg(long, requires = "smtp_host", conflicts_with = "smtp_starttls")]
    pub smtp_plain: bool,
    /// Never send for this account: "unsubscribe" will not work.
    #[arg(long, conflicts_with = "smtp_host")]
    pub no_smtp: bool,
}

impl SendingArgs {
    /// What cannot be right is better said before anything is asked.
    pub fn check(&self) -> anyhow::Result<()> {
        match &self.smtp_host {
            Some(host) if !is_host(host) => Err(anyhow!(
                "nothing was saved: a mail server's name looks like smtp.example.org; a port is said with --smtp-port"
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// Whether `hark account add` may try what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trying {
    Allowed,
    NotWanted,
}

/// The words, from assets.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    adding: Adding,
    doctor: Doctor,
    testing: Testing,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Adding {
    looking: String,
    trying: String,
    works: String,
    untested: String,
    not_named: String,
    not_tried: String,
    none: String,
    refused: String,
    wider_permission: String,
    no_address: String,
    given_refused: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Doctor {
    off: String,
    ready: String,
    no_authority: String,
    no_authority_mend: String,
    scope: String,
    scope_mend: String,
    no_secret: String,
    no_secret_mend: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Testing {
    sends: String,
    cannot_send: String,
}

impl Words {
    /// A test reads them, so an error here cannot reach a user.
    pub fn english() -> anyhow::Result<Words> {
        toml::from_str(include_str!("../../assets/accounts.en.toml")).context("the words about accounts are broken")
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    values.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

/// The server to send by of a new account, tried without sending anything; `None` when there is none, which is said and is
/// no error. One that was named and does not work is an error. Unasked the login goes only to the server that is read from,
/// the one beside it and the provider's own.
pub fn settle(
    args: &SendingArgs,
    imap: &ImapAccount,
    known: Option<&Known>,
    trying: Trying,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> anyhow::Result<Option<SmtpAccount>> {
    if args.no_smtp {
        return Ok(None);
    }
    let words = Words::english()?.adding;
    if let Some(host) = &args.smtp_host {
        let security = named_security(args);
        let smtp = server(imap, host, args.smtp_port.unwrap_or(usual_port(security)), security);
        return match trying {
            Trying::NotWanted => Ok(Some(smtp)),
            Trying::Allowed => match tried(&words, imap, &smtp, out)? {
                Ok(()) => Ok(Some(smtp)),
                Err(error) => Err(anyhow!(fill(&words.given_refused, &about(&smtp, &error.to_string())))),
            },
        };
    }
    if !is_address(&imap.user) {
        writeln!(out, "{}", words.no_address)?;
        return Ok(None);
    }
    if reads_only(imap) {
        writeln!(out, "{}", words.wider_permission)?;
        return Ok(None);
    }
    let proposal = match (known.and_then(|known| known_server(known, imap)), trying) {
        (Some(smtp), _) => Some((smtp, Whose::Named)),
        (None, Trying::Allowed) => find(&words, imap, out)?,
        (None, Trying::NotWanted) => return Ok(None),
    };
    let Some((smtp, whose)) = proposal else {
        writeln!(out, "{}", words.none)?;
        return Ok(None);
    };
    if whose == Whose::Guessed && !is_wanted(&words, &smtp, input, out)? {
        writeln!(out, "{}", fill(&words.not_tried, &about(&smtp, "")))?;
        return Ok(None);
    }
    if trying == Trying::NotWanted {
        writeln!(out, "{}", fill(&words.untested, &about(&smtp, "")))?;
        return Ok(Some(smtp));
    }
    match tried(&words, imap, &smtp, out)? {
        Ok(()) => Ok(Some(smtp)),
        Err(error) => {
            writeln!(out, "{}", fill(&words.refused, &about(&smtp, &error.to_string())))?;
            Ok(None)
        }
    }
}

fn about<'a>(smtp: &'a SmtpAccount, why: &'a str) -> [(&'a str, &'a str); 2] {
    [("host", &smtp.host), ("why", why)]
}

fn named_security(args: &SendingArgs) -> Security {
    match (args.smtp_plain, args.smtp_starttls, args.smtp_port) {
        (true, _, _) => Security::Plain,
        (false, true, _) | (false, false, Some(587)) => Security::StartTls,
        (false, false, _) => Security::Tls,
    }
}

fn usual_port(security: Security) -> u16 {
    match security {
        Security::Tls => 465,
        Security::StartTls | Security::Plain => 587,
    }
}

fn server(imap: &ImapAccount, host: &str, port: u16, security: Security) -> SmtpAccount {
    SmtpAccount {
        host: host.to_owned(),
        port,
        user: imap.user.clone(),
        ca_file: imap.ca_file.clone(),
        security,
        from: imap.user.clone(),
    }
}

/// The provider's, unless the listener reads from somewhere else than its server.
fn known_server(known: &Known, imap: &ImapAccount) -> Option<SmtpAccount> {
    let (host, security) = known.smtp?;
    known.host.eq_ignore_ascii_case(&imap.host).then(|| server(imap, host, usual_port(security), security))
}

/// Looks beside the server that is read from, at that server, and at the usual names in the person's own domain; only
/// greetings are exchanged.
fn find(words: &Adding, imap: &ImapAccount, out: &mut impl Write) -> anyhow::Result<Option<(SmtpAccount, Whose)>> {
    for (host, whose) in providers::guesses_to_send(&imap.user, &imap.host) {
        for security in [Security::Tls, Security::StartTls] {
            let candidate = server(imap, &host, usual_port(security), security);
            let port = candidate.port.to_string();
            writeln!(out, "{}", fill(&words.looking, &[("host", &host), ("port", &port)]))?;
            if sending(imap, &candidate, LOOK).greets().is_ok() {
                return Ok(Some((candidate, whose)));
            }
        }
    }
    Ok(None)
}

/// Whether a server that nobody named may have the login. Only a plain yes counts; the end of what is typed is a no.
fn is_wanted(
    words: &Adding,
    smtp: &SmtpAccount,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    write!(out, "{}", fill(&words.not_named, &about(smtp, "")))?;
    out.flush()?;
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        writeln!(out)?;
    }
    Ok(matches!(line.trim().to_lowercase().as_str(), "yes" | "y"))
}

fn tried(
    words: &Adding,
    imap: &ImapAccount,
    smtp: &SmtpAccount,
    out: &mut impl Write,
) -> anyhow::Result<Result<(), SendError>> {
    writeln!(out, "{}", fill(&words.trying, &about(smtp, "")))?;
    out.flush()?;
    let tried = sending(imap, smtp, LOGIN).log_in();
    if tried.is_ok() {
        writeln!(out, "{}", fill(&words.works, &about(smtp, "")))?;
    }
    Ok(tried)
}

fn sending(imap: &ImapAccount, smtp: &SmtpAccount, patience: Duration) -> Sending {
    Sending::new(imap.clone(), smtp.clone(), Arc::new(RealNetwork), patience)
}

/// Whether the permission that is asked for does not reach as far as sending: so it is with Microsoft unless told otherwise.
fn reads_only(imap: &ImapAccount) -> bool {
    match &imap.login {
        Login::OAuth(OAuth { provider: Provider::Microsoft, endpoints, .. }) => !endpoints.scope.contains("SMTP.Send"),
        Login::OAuth(_) | Login::Command(_) | Login::File(_) | Login::Keyring => false,
    }
}

/// What `hark doctor` says of sending for an account: one sentence, and what to do when something is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    pub text: String,
    pub mend: Option<String>,
}

/// Whether the login is there, as far as `hark doctor` could see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret {
    There,
    Missing,
}

/// Looks at what is on this machine; `None` for an account that sends nothing by its nature (a Maildir).
pub fn look(name: &str, account: &Account, secret: Secret) -> anyhow::Result<Option<Look>> {
    let Source::Imap(imap) = &account.source else { return Ok(None) };
    let words = Words::english()?.doctor;
    let Some(smtp) = &account.smtp else {
        return Ok(Some(Look { text: fill(&words.off, &[("name", name)]), mend: None }));
    };
    let file = smtp.ca_file.as_deref().filter(|file| !is_readable(file)).map(|file| file.display().to_string());
    let about = [("name", name), ("host", &smtp.host), ("file", file.as_deref().unwrap_or_default())];
    let (text, mend) = match (&file, reads_only(imap), secret) {
        (Some(_), _, _) => (&words.no_authority, Some(&words.no_authority_mend)),
        (None, true, _) => (&words.scope, Some(&words.scope_mend)),
        (None, false, Secret::Missing) => (&words.no_secret, Some(&words.no_secret_mend)),
        (None, false, Secret::There) => (&words.ready, None),
    };
    Ok(Some(Look { text: fill(text, &about), mend: mend.map(|mend| fill(mend, &about)) }))
}

fn is_readable(file: &Path) -> bool {
    File::open(file).is_ok()
}

/// Adds to what was `found` when reading whether sending works too; connects and logs in, sends nothing.
pub fn test(imap: &ImapAccount, smtp: Option<&SmtpAccount>, found: String) -> anyhow::Result<String> {
    let Some(smtp) = smtp else { return Ok(found) };
    let words = Words::english()?.testing;
    match sending(imap, smtp, LOGIN).log_in() {
        Ok(()) => Ok(found + &fill(&words.sends, &about(smtp, ""))),
        Err(error) => {
            let why = error.to_string();
            Err(anyhow!(fill(&words.cannot_send, &[("found", &found), ("host", &smtp.host), ("why", &why)])))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Switch, TokenStore};

    fn imap(user: &str, host: &str) -> ImapAccount {
        ImapAccount {
            host: host.into(),
            port: 993,
            user: user.into(),
            ca_file: None,
            login: Login::Command("pass".into()),
            security: Security::Tls,
        }
    }

    fn microsoft(scope: &str) -> ImapAccount {
        let mut endpoints = Provider::Microsoft.endpoints().unwrap();
        if !scope.is_empty() {
            endpoints.scope = scope.into();
        }
        let login = Login::OAuth(OAuth {
            provider: Provider::Microsoft,
            client_id: "id".into(),
            client_secret: None,
            store: TokenStore::Keyring,
            endpoints,
        });
        ImapAccount { login, ..imap("robin@outlook.com", "outlook.office365.com") }
    }

    fn settled(args: &SendingArgs, imap: &ImapAccount) -> (Option<SmtpAccount>, String) {
        let mut out = Vec::new();
        let smtp =
            settle(args, imap, providers::of(&imap.user), Trying::NotWanted, &mut std::io::empty(), &mut out).unwrap();
        (smtp, String::from_utf8(out).unwrap())
    }

    #[test]
    fn a_known_provider_brings_its_server_unless_none_is_wanted() {
        let gmail = imap("robin@gmail.com", "imap.gmail.com");
        let (smtp, out) = settled(&SendingArgs::default(), &gmail);
        let smtp = smtp.unwrap();
        assert_eq!((smtp.host.as_str(), smtp.port, smtp.security), ("smtp.gmail.com", 465, Security::Tls));
        assert_eq!((smtp.user.as_str(), smtp.from.as_str()), ("robin@gmail.com", "robin@gmail.com"));
        assert!(out.contains("that was not tried"), "{out}");
        let none = SendingArgs { no_smtp: true, ..SendingArgs::default() };
        assert_eq!(settled(&none, &gmail), (None, String::new()));
        // Reads from somewhere else: then the provider's server is not his.
        assert_eq!(settled(&SendingArgs::default(), &imap("robin@gmail.com", "imap.example.org")).0, None);
    }

    #[test]
    fn what_cannot_send_is_said_and_no_error() {
        let (smtp, out) = settled(&SendingArgs::default(), &microsoft(""));
        assert!(smtp.is_none() && out.contains("permission has to be wider"), "{out}");
        let (smtp, out) = settled(&SendingArgs::default(), &imap("robin", "imap.example.org"));
        assert!(smtp.is_none() && out.contains("no address"), "{out}");
    }

    /// A greeting says nothing of who it is: only what somebody named gets the login unasked.
    #[test]
    fn a_server_that_nobody_named_gets_the_login_only_after_a_yes() {
        let words = Words::english().unwrap().adding;
        let guessed = server(&imap("robin@example.org", "mail.host.example"), "smtp.example.org", 465, Security::Tls);
        for (typed, expected) in [("yes\n", true), ("Y\n", true), ("\n", false), ("no\n", false), ("", false)] {
            let mut out = Vec::new();
            assert_eq!(is_wanted(&words, &guessed, &mut typed.as_bytes(), &mut out).unwrap(), expected, "{typed:?}");
            assert!(String::from_utf8(out).unwrap().contains("smtp.example.org"));
        }
    }

    #[test]
    fn port_587_means_an_upgrade() {
        let named = |port| SendingArgs {
            smtp_host: Some("smtp.example.org".into()),
            smtp_port: port,
            ..SendingArgs::default()
        };
        for (port, expected) in [(None, (465, Security::Tls)), (Some(587), (587, Security::StartTls))] {
            let smtp = settled(&named(port), &imap("robin@example.org", "imap.example.org")).0.unwrap();
            assert_eq!((smtp.port, smtp.security), expected);
        }
        let odd = SendingArgs { smtp_host: Some("https://x/".into()), ..SendingArgs::default() };
        assert!(odd.check().unwrap_err().to_string().contains("looks like smtp.example.org"));
    }

    #[test]
    fn the_doctor_says_in_one_sentence_what_is_missing() {
        let look_at = |imap: ImapAccount, smtp: Option<SmtpAccount>, secret| {
            let source = Source::Imap(imap);
            look("work", &Account { switch: Switch::On, source, addresses: vec![], smtp }, secret).unwrap().unwrap()
        };
        let plain = imap("robin@example.org", "imap.example.org");
        let smtp = server(&plain, "smtp.example.org", 465, Security::Tls);
        let off = look_at(plain.clone(), None, Secret::There);
        assert!(off.mend.is_none() && off.text.contains("That is fine"), "{off:?}");
        let ready = look_at(plain.clone(), Some(smtp.clone()), Secret::There);
        assert!(ready.mend.is_none() && ready.text.contains("smtp.example.org"), "{ready:?}");
        let lost = SmtpAccount { ca_file: Some("/nowhere/ca.pem".into()), ..smtp.clone() };
        let lost = look_at(plain.clone(), Some(lost), Secret::There);
        assert!(lost.text.contains("/nowhere/ca.pem") && lost.mend.unwrap().contains("[account.work.smtp]"));
        let narrow = look_at(microsoft(""), Some(smtp.clone()), Secret::There);
        assert!(narrow.text.contains("reading only") && narrow.mend.unwrap().contains("SMTP.Send"));
        let wide = look_at(microsoft("IMAP.AccessAsUser.All SMTP.Send"), Some(smtp.clone()), Secret::There);
        assert!(wide.mend.is_none());
        let locked = look_at(plain, Some(smtp), Secret::Missing);
        assert!(locked.text.contains("same login") && locked.mend.is_some());
    }
}
