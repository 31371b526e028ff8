//! `hark account add`, `test` and `doctor` with a server to send by: the program itself, against scripted servers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(all(feature = "app", unix))]

#[path = "wire/server.rs"]
mod server;
#[path = "wire/smtp.rs"]
mod smtp;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use hark::config::Security;
use server::{Server, World, usual_hook};
use smtp::{Smtp, at, usual};

/// A person's home with a password file, and servers of their own.
struct Home {
    dir: tempfile::TempDir,
    imap: Server,
    smtp: Smtp,
}

impl Home {
    fn with(smtp: Smtp) -> Home {
        let home = Home {
            dir: tempfile::tempdir().unwrap(),
            imap: Server::start(World::new("AUTH=PLAIN SASL-IR MOVE UIDPLUS"), usual_hook),
            smtp,
        };
        fs::write(home.secret(), "secret\n").unwrap();
        fs::set_permissions(home.secret(), fs::Permissions::from_mode(0o600)).unwrap();
        home
    }

    fn secret(&self) -> PathBuf {
        self.dir.path().join("secret")
    }

    fn config(&self) -> String {
        fs::read_to_string(self.dir.path().join("config.toml")).unwrap_or_default()
    }

    fn hark(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hark"))
            .args(args)
            .arg("--config")
            .arg(self.dir.path().join("config.toml"))
            .env("HOME", self.dir.path())
            .env_remove("XDG_CONFIG_HOME")
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    fn add(&self, user: &str, more: &[&str]) -> Output {
        let (port, secret) = (self.imap.port.to_string(), self.secret());
        let usual = ["account", "add", "home", "--host", "127.0.0.1", "--plain", "--port", &port, "--user", user];
        let args = [&usual[..], &["--password-file", secret.to_str().unwrap()], more].concat();
        self.hark(&args)
    }

    /// Names the scripted server.
    fn add_named(&self, user: &str) -> Output {
        let port = self.smtp.port.to_string();
        self.add(user, &["--smtp-host", "127.0.0.1", "--smtp-plain", "--smtp-port", &port])
    }
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

const ROBIN: &str = "robin@example.org";

#[test]
fn a_named_server_is_tried_without_sending_and_then_saved() {
    let home = Home::with(Smtp::start(Security::Plain, None, usual));
    let output = home.add_named(ROBIN);
    assert!(output.status.success(), "{}", words(&output));
    assert!(words(&output).contains("It works too"), "{}", words(&output));
    let config = home.config();
    assert!(config.contains("[account.home.smtp]\nhost = \"127.0.0.1\""), "{config}");
    assert!(!config.contains("secret\n") && !words(&output).contains("secret\n"));
    let log = home.smtp.log();
    assert!(log.iter().any(|line| line.starts_with("AUTH PLAIN")), "{log:?}");
    assert!(!log.iter().any(|line| line.starts_with("MAIL")), "{log:?}");
    assert!(home.smtp.letters().is_empty());
    let tested = home.hark(&["account", "test"]);
    assert!(tested.status.success() && words(&tested).contains("and can send through 127.0.0.1"), "{}", words(&tested));
    let doctor = words(&home.hark(&["doctor", "--json"]));
    let line = doctor.lines().find(|line| line.contains(r#""check":"sending""#)).expect(&doctor);
    assert!(line.contains(r#""ok":true"#) && line.contains("hark account test home"), "{line}");
    assert!(home.smtp.letters().is_empty());
}

#[test]
fn a_named_server_that_refuses_the_login_saves_nothing() {
    let home = Home::with(Smtp::start(Security::Plain, None, at("AUTH", "535 5.7.8 no\r\n")));
    let output = home.add_named(ROBIN);
    assert_eq!(output.status.code(), Some(1));
    assert!(words(&output).contains("nothing was saved") && words(&output).contains("refused the login"));
    assert_eq!(home.config(), "");
}

#[test]
fn without_a_server_to_send_by_the_account_is_saved_and_that_is_said() {
    let home = Home::with(Smtp::start(Security::Plain, None, usual));
    // Nobody listens for mail on this machine's own ports 465 and 587; if somebody does, he is no server of Robin's.
    let output = home.add("robin", &[]);
    assert!(output.status.success(), "{}", words(&output));
    assert!(words(&output).contains("\"unsubscribe\" will not work here"), "{}", words(&output));
    assert!(!home.config().contains("smtp"), "{}", home.config());
    let quiet = Home::with(Smtp::start(Security::Plain, None, usual));
    let output = quiet.add(ROBIN, &["--no-smtp"]);
    assert!(output.status.success() && !words(&output).contains("unsubscribe"), "{}", words(&output));
    let doctor = words(&quiet.hark(&["doctor", "--json"]));
    let line = doctor.lines().find(|line| line.contains(r#""check":"sending""#)).expect(&doctor);
    assert!(line.contains(r#""ok":true"#) && line.contains("That is fine"), "{line}");
}

#[test]
fn odd_input_is_answered_in_words_and_saves_nothing() {
    let home = Home::with(Smtp::start(Security::Plain, None, usual));
    for (more, word) in [
        (&["--smtp-host", "smtp://mail.example.org"][..], "looks like smtp.example.org"),
        (&["--smtp-host", "mail.example.org", "--smtp-plain"][..], "without encryption"),
        (&["--smtp-port", "465"][..], "--smtp-host"),
        (&["--smtp-host", "127.0.0.1", "--smtp-plain", "--smtp-port", "1"][..], "127.0.0.1"),
        (&["--smtp-host", "127.0.0.1", "--no-smtp"][..], "--no-smtp"),
    ] {
        let output = home.add(ROBIN, more);
        assert!(!output.status.success(), "{more:?}");
        assert!(words(&output).contains(word), "{more:?}: {}", words(&output));
        assert_eq!(home.config(), "", "{more:?}");
    }
    assert!(home.smtp.log().is_empty());
}

#[test]
fn a_login_that_works_for_reading_only_is_told_by_account_test() {
    let mut logins = 0;
    let home = Home::with(Smtp::start(Security::Plain, None, move |said: &str| {
        logins += usize::from(said.starts_with("AUTH"));
        if said.starts_with("AUTH") && logins > 1 { smtp::Act::Say("535 no\r\n") } else { smtp::Act::Usual }
    }));
    assert!(home.add_named(ROBIN).status.success());
    let tested = home.hark(&["account", "test", "home"]);
    assert_eq!(tested.status.code(), Some(1));
    let told = words(&tested);
    assert!(told.contains("reading works (3 unread") && told.contains("refused the login"), "{told}");
}
