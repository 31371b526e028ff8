//! Leaving a list, against a scripted submission server: what it gets to see, and what the session is told.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use hark::config::{ImapAccount, Login, Security, SmtpAccount};
use hark::mail::MailTo;
use hark::mailbox::{ImapMailbox, RealNetwork, Sending, Submission};
use hark::session::{ActVerb, Leave, MailReport, MailRequest, MailScope, MailTrouble, RequestId};
use hark::units::Millis;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::authority::{Authority, Mood};
use crate::client::{Driver, wall};
use crate::privacy::Listed;
use crate::server::{Server, World, usual_hook};
use crate::smtp::{Act, Smtp, at, usual};
use crate::{MODERN, account, live, options};

fn sending(imap: ImapAccount, smtp: SmtpAccount) -> Sending {
    Sending::new(imap, smtp, Arc::new(RealNetwork), Duration::from_secs(10))
}

/// To this server, with the login of the tests.
fn by(server: &Smtp) -> Sending {
    sending(account(1), server.account(Security::Plain))
}

#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Applied,
    Unsure,
    Failed(MailTrouble),
}

const FORM: &str = "mailto:leave+7a@lists.example?subject=leave%20me&body=.token&bcc=boss@example.org";

fn submission(sending: Sending) -> Driver<Submission> {
    let inner = Box::new(ImapMailbox::open(account(1), options()).unwrap());
    Driver::new(Submission::in_front_of(inner, sending, wall("2026-03-02T07:10:00Z")))
}

fn leave(driver: &mut Driver<Submission>) -> Outcome {
    let to = MailTo::parse(FORM).unwrap();
    let request = RequestId(7);
    let leave = Leave { request, account: "work".into(), to };
    hark::ports::Mailbox::submit(&mut driver.mailbox, Millis(0), MailRequest::Leave(leave));
    driver.wait(|report| match report {
        MailReport::Applied { request: RequestId(7) } => Some(Outcome::Applied),
        MailReport::Unsure { request: RequestId(7) } => Some(Outcome::Unsure),
        MailReport::Failed { request: RequestId(7), reason } => Some(Outcome::Failed(*reason)),
        _ => None,
    })
}

fn left(sending: Sending) -> Outcome {
    leave(&mut submission(sending))
}

/// Certificates as the live tests have them; `None` without openssl.
fn certificates(test: &str) -> Option<(tempfile::TempDir, Arc<ServerConfig>)> {
    if Command::new("openssl").arg("version").output().is_err() {
        eprintln!("SKIPPED {test}: openssl is not installed");
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    live::make_certificates(dir.path());
    let pem = |name: &str| fs::read(dir.path().join(name)).unwrap();
    let chain: Vec<CertificateDer> =
        rustls_pemfile::certs(&mut pem("server.pem").as_slice()).map(|found| found.unwrap().into_owned()).collect();
    let key: PrivateKeyDer = rustls_pemfile::private_key(&mut pem("server.key").as_slice()).unwrap().unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Some((dir, Arc::new(builder.with_no_client_auth().with_single_cert(chain, key).unwrap())))
}

#[test]
fn a_list_is_written_to_once_and_says_it_was_taken() {
    let server = Smtp::start(Security::Plain, None, usual);
    assert_eq!(left(by(&server)), Outcome::Applied);
    let log = server.log();
    assert_eq!(
        log[..6],
        [
            "(connected)",
            "EHLO [127.0.0.1]",
            "AUTH PLAIN AHJvYmluAHNlY3JldA==",
            "MAIL FROM:<robin@example.org>",
            "RCPT TO:<leave+7a@lists.example>",
            "DATA",
        ]
    );
    let letters = server.letters();
    assert_eq!(letters.len(), 1);
    let (head, body) = letters[0].split_once("\r\n\r\n").unwrap();
    assert_eq!(body, ".token\r\n");
    let names: Vec<&str> = head.lines().filter_map(|line| line.split(':').next()).collect();
    let expected =
        ["Date", "From", "To", "Message-ID", "Subject", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"];
    assert_eq!(names, expected);
    assert!(head.contains("\r\nSubject: leave me\r\n") && head.contains("Date: Mon, 02 Mar 2026 07:10:00 +0000"));
    assert!(!letters[0].contains("boss"));
}

#[test]
fn encryption_is_the_accounts_and_nothing_is_sent_to_a_stranger() {
    let Some((dir, tls)) = certificates("encryption_is_the_accounts") else { return };
    let ca = Some(dir.path().join("ca.pem"));
    for security in [Security::Tls, Security::StartTls] {
        let server = Smtp::start(security, Some(tls.clone()), usual);
        let trusted = SmtpAccount { ca_file: ca.clone(), ..server.account(security) };
        assert_eq!(left(sending(account(1), trusted)), Outcome::Applied, "{security:?}");
        assert_eq!(server.letters().len(), 1);
        let login = server.log().iter().position(|line| line.starts_with("AUTH")).unwrap();
        if security == Security::StartTls {
            assert_eq!(
                server.log()[..5],
                ["(connected)", "EHLO [127.0.0.1]", "STARTTLS", "(encrypted)", "EHLO [127.0.0.1]"]
            );
            assert!(login > 4);
        }
        let server = Smtp::start(security, Some(tls.clone()), usual);
        let stranger = server.account(security);
        assert_eq!(left(sending(account(1), stranger)), Outcome::Failed(MailTrouble::CertificateRefused));
        assert!(!server.log().iter().any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")));
    }
}

#[test]
fn starttls_is_an_upgrade_or_nothing_for_sending_too() {
    let server = Smtp::start(Security::StartTls, None, usual);
    let account_of = |server: &Smtp| sending(account(1), server.account(Security::StartTls));
    assert_eq!(left(account_of(&server)), Outcome::Failed(MailTrouble::CertificateRefused));
    assert_eq!(server.log(), ["(connected)", "EHLO [127.0.0.1]"]);
    for answer in ["454 not now\r\n", "220 go on\r\n250 and I say this\r\n"] {
        let server = Smtp::start(Security::StartTls, None, move |command| match command {
            "EHLO [127.0.0.1]" => Act::Say("250-here\r\n250 STARTTLS\r\n"),
            "STARTTLS" => Act::Say(answer),
            _ => Act::Usual,
        });
        assert!(matches!(left(account_of(&server)), Outcome::Failed(_)), "{answer}");
        assert!(!server.log().iter().any(|line| line.starts_with("AUTH")), "{answer}");
    }
}

#[test]
fn in_the_open_only_this_machine_is_written_to() {
    let server = Smtp::start(Security::Plain, None, usual);
    let far = SmtpAccount { host: "smtp.example.org".into(), ..server.account(Security::Plain) };
    let network = Arc::new(Listed::default());
    let sending = Sending::new(account(1), far, network.clone(), Duration::from_secs(10));
    assert_eq!(left(sending), Outcome::Failed(MailTrouble::CertificateRefused));
    assert!(network.0.lock().unwrap().is_empty());
}

#[test]
fn what_the_server_refuses_has_surely_not_gone_out() {
    for (command, answer, reason, last) in [
        ("AUTH", "535 no\r\n", MailTrouble::WrongPassword, "AUTH PLAIN AHJvYmluAHNlY3JldA=="),
        ("AUTH", "454 later\r\n", MailTrouble::Busy, "AUTH PLAIN AHJvYmluAHNlY3JldA=="),
        ("MAIL", "550 no\r\n", MailTrouble::ServerRefused, "MAIL FROM:<robin@example.org>"),
        ("RCPT", "550-nobody\r\n550 here\r\n", MailTrouble::ServerRefused, "RCPT TO:<leave+7a@lists.example>"),
        ("RCPT", "451 later\r\n", MailTrouble::Busy, "RCPT TO:<leave+7a@lists.example>"),
        ("DATA", "554 no\r\n", MailTrouble::ServerRefused, "DATA"),
        ("EHLO", "250 nothing special\r\n", MailTrouble::ServerRefused, "EHLO [127.0.0.1]"),
        ("RCPT", "what\r\n", MailTrouble::BrokenAnswer, "RCPT TO:<leave+7a@lists.example>"),
    ] {
        let server = Smtp::start(Security::Plain, None, at(command, answer));
        assert_eq!(left(by(&server)), Outcome::Failed(reason), "{answer}");
        assert_eq!(server.log().last().map(String::as_str), Some(last), "{answer}");
        assert!(server.letters().is_empty());
    }
    let server = Smtp::start(Security::Plain, None, at(".", "554 spam\r\n"));
    assert_eq!(left(by(&server)), Outcome::Failed(MailTrouble::ServerRefused));
}

#[test]
fn a_line_that_dies_is_not_dialled_again() {
    for (command, outcome) in [
        ("EHLO", Outcome::Failed(MailTrouble::NoNetwork)),
        ("AUTH", Outcome::Failed(MailTrouble::NoNetwork)),
        ("DATA", Outcome::Failed(MailTrouble::NoNetwork)),
        (".", Outcome::Unsure),
    ] {
        let hook = move |said: &str| if said.starts_with(command) { Act::HangUp } else { Act::Usual };
        let server = Smtp::start(Security::Plain, None, hook);
        assert_eq!(left(by(&server)), outcome, "{command}");
        assert_eq!(server.log().iter().filter(|line| *line == "(connected)").count(), 1, "{command}");
    }
}

#[test]
fn a_silent_server_is_no_hang_and_after_the_text_nobody_knows() {
    for (command, outcome) in [("RCPT", Outcome::Failed(MailTrouble::TimedOut)), (".", Outcome::Unsure)] {
        let hook = move |said: &str| if said.starts_with(command) { Act::Silence } else { Act::Usual };
        let server = Smtp::start(Security::Plain, None, hook);
        let smtp = server.account(Security::Plain);
        let sending = Sending::new(account(1), smtp, Arc::new(RealNetwork), Duration::from_secs(2));
        assert_eq!(left(sending), outcome, "{command}");
    }
}

#[test]
fn nonsense_is_no_mail_server() {
    let endless: &'static str = Box::leak("x".repeat(100_000).into_boxed_str());
    let chatter: &'static str = Box::leak("220-more\r\n".repeat(1_000).into_boxed_str());
    for greeting in ["HTTP/1.1 400 Bad Request\r\n\r\n", "* OK IMAP4rev1\r\n", "+OK pop\r\n", endless, chatter] {
        let server = Smtp::start(
            Security::Plain,
            None,
            move |said: &str| {
                if said.is_empty() { Act::Say(greeting) } else { Act::Usual }
            },
        );
        assert_eq!(left(by(&server)), Outcome::Failed(MailTrouble::LoginPage));
        assert_eq!(server.log(), ["(connected)"]);
    }
}

#[test]
fn with_oauth_the_permission_is_used_for_sending_too() {
    let dir = tempfile::tempdir().unwrap();
    let token = dir.path().join("token");
    let of = |authority: &Authority, server: &Smtp| {
        authority.grant(&token);
        let imap = ImapAccount { login: Login::OAuth(authority.oauth(&token, true)), ..account(1) };
        sending(imap, server.account(Security::Plain))
    };
    let authority = Authority::start(Mood::default());
    let server = Smtp::start(Security::Plain, None, usual);
    assert_eq!(left(of(&authority, &server)), Outcome::Applied);
    assert!(server.log()[2].starts_with("AUTH XOAUTH2 dXNlcj1yb2JpbgFhdXRoPUJlYXJlci"), "{:?}", server.log());
    assert_eq!(authority.asked("refresh_token"), 1);
    // A permission that allows reading only: the reason comes first, an empty line asks for the end.
    let mut refused = false;
    let server = Smtp::start(Security::Plain, None, move |said: &str| {
        if said.starts_with("AUTH") {
            refused = true;
            return Act::Say("334 eyJzdGF0dXMiOiI0MDEifQ==\r\n");
        }
        if said.is_empty() && refused { Act::Say("535 no\r\n") } else { Act::Usual }
    });
    assert_eq!(left(of(&authority, &server)), Outcome::Failed(MailTrouble::SignInAgain));
}

/// Where a provider changes the refresh token at each use, sending with a token of its own would end the reader's permission.
#[test]
fn sending_shares_the_token_of_the_connections_that_read() {
    let (_imap_server, authority, imap, _dir) = super::oauth::rotating();
    // One token that was called back meanwhile is renewed, once for all.
    for (refused, renewals) in [(0, 1), (1, 2)] {
        let mut left = refused;
        let smtp = Smtp::start(Security::Plain, None, move |said: &str| {
            let refuses = said.starts_with("AUTH") && left > 0;
            left -= usize::from(refuses);
            if refuses { Act::Say("535 no\r\n") } else { Act::Usual }
        });
        let before = authority.asked("refresh_token");
        let mailbox = ImapMailbox::open(imap.clone(), options()).unwrap();
        let sending = sending(imap.clone(), smtp.account(Security::Plain)).beside(&mailbox);
        let mut driver = Driver::new(Submission::in_front_of(Box::new(mailbox), sending, wall("2026-03-02T07:10:00Z")));
        driver.open(MailScope::Unread).unwrap();
        assert_eq!(leave(&mut driver), Outcome::Applied, "{refused}");
        assert_eq!(authority.asked("refresh_token") - before, renewals, "{refused}");
    }
}

#[test]
fn the_submission_server_is_called_for_a_list_only() {
    let (imap, smtp) = (Server::start(World::new(MODERN), usual_hook), Smtp::start(Security::Plain, None, usual));
    let network = Arc::new(Listed::default());
    let around = hark::mailbox::World { disk: Box::new(hark::mailbox::RealDisk::default()), network: network.clone() };
    let inner = Box::new(ImapMailbox::open_in(account(imap.port), options(), around).unwrap());
    let sending = Sending::new(account(1), smtp.account(Security::Plain), network.clone(), Duration::from_secs(10));
    let mut driver = Driver::new(Submission::in_front_of(inner, sending, wall("2026-03-02T07:10:00Z")));
    let mails = driver.open(MailScope::Unread).unwrap().mails;
    assert_eq!(driver.act(&mails[0], ActVerb::Archive).1, Ok(()));
    let local = |port| ("127.0.0.1".to_owned(), port);
    assert_eq!(*network.0.lock().unwrap(), BTreeSet::from([local(imap.port)]));
    assert_eq!(leave(&mut driver), Outcome::Applied);
    assert_eq!(*network.0.lock().unwrap(), BTreeSet::from([local(imap.port), local(smtp.port)]));
}

#[test]
fn nothing_of_it_is_logged() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/mailbox/submission");
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let text = fs::read_to_string(entry.path()).unwrap();
        assert!(!text.contains("tracing") && !text.contains("println"), "{:?}", entry.path());
    }
}

#[test]
fn a_login_can_be_tried_without_sending_anything() {
    let server = Smtp::start(Security::Plain, None, usual);
    by(&server).log_in().unwrap();
    by(&server).greets().unwrap();
    // A login page of the network greets nobody.
    let page = Smtp::start(Security::Plain, None, |_: &str| Act::Say("HTTP/1.1 302 Found\r\n\r\n"));
    assert!(by(&page).greets().is_err());
    for (command, answer, word) in
        [("AUTH", "535 no\r\n", "refused the login"), ("EHLO", "250 nothing special\r\n", "no login that Hark knows")]
    {
        let server = Smtp::start(Security::Plain, None, at(command, answer));
        let error = by(&server).log_in().unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
        assert!(!server.log().iter().any(|line| line.starts_with("MAIL")));
    }
    // The server hears of the good-bye a little later.
    let said = |word: &str| server.log().iter().filter(|line| line.starts_with(word)).count();
    while said("QUIT") < 2 {
        std::thread::sleep(Duration::from_millis(1));
    }
    assert_eq!((said("EHLO"), said("AUTH"), said("MAIL"), said("DATA")), (2, 1, 0, 0));
}
