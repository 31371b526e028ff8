//! I10: nothing of a mail, and nothing the listener said, is left on disk or in the log. A whole session in text, with the log turned up.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

mod live;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command};

const SENDER: &str = "Zanzibarius";
const SUBJECT: &str = "quixotry";
const BODY: &str = "flibbertigibbet";
const TYPED: &str = "widdershins";

fn hark(home: &Path, config: &Path) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hark"));
    command.args(["-vvv", "--config", config.to_str().unwrap(), "play", "--text"]);
    live::in_home(&mut command, home).spawn().unwrap()
}

#[test]
fn nothing_of_mail_or_speech_reaches_disk_or_log() {
    let home = tempfile::tempdir().unwrap();
    let mail = home.path().join("mail");
    for part in ["cur", "new", "tmp"] {
        fs::create_dir_all(mail.join(part)).unwrap();
    }
    // Without a Date header the message is as old as its file: of today, whenever this runs.
    let text = format!(
        "From: {SENDER} <z@example.org>\r\nTo: robin@example.org\r\nSubject: {SUBJECT}\r\nMessage-ID: <canary@example.org>\r\n\r\n{BODY}.\r\n"
    );
    fs::write(mail.join("new").join("1.canary"), text).unwrap();
    let config = home.path().join("config.toml");
    fs::write(&config, "[settings]\nwindow_s = 1.0\n[account.test]\non = true\nmaildir = \"mail\"\n").unwrap();

    let mut session = hark(home.path(), &config);
    session.stdin.take().unwrap().write_all(format!("{TYPED}\narchive it\ngood bye\n").as_bytes()).unwrap();
    let output = session.wait_with_output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{shown}\n{log}");
    // The screen shows it all: the session did read the mail and did hear the words.
    assert!(shown.contains(BODY) && shown.contains("Archived."), "{shown}\n{log}");
    for canary in [SENDER, SUBJECT, BODY, TYPED] {
        assert!(!log.to_lowercase().contains(&canary.to_lowercase()), "{canary} is in the log:\n{log}");
    }
    assert_eq!(leaks(home.path(), &mail), Vec::<String>::new());
    assert!(fs::read_dir(mail.join(".Archive/cur")).unwrap().count() == 1, "the mail is in the archive");
}

/// The same on a real server: also the password, and what the journal holds while changes wait.
#[test]
fn a_session_with_a_server_leaves_nothing_but_numbers_and_message_ids() {
    let Some(dovecot) = live::Dovecot::start("a_session_with_a_server_leaves_nothing") else { return };
    let home = tempfile::tempdir().unwrap();
    // Without a Date header the message is as old as the server says: of today, whenever this runs.
    let text = format!(
        "From: {SENDER} <z@example.org>\r\nTo: {}\r\nSubject: {SUBJECT}\r\nMessage-ID: <canary@example.org>\r\n\r\n{BODY}.\r\n",
        live::USER
    );
    dovecot.deliver("1.canary", "", text.as_bytes());
    let outside = tempfile::tempdir().unwrap();
    let password = outside.path().join("password");
    fs::write(&password, live::PASSWORD).unwrap();
    live::run("chmod", &["600", password.to_str().unwrap()]);
    // A line that is slow enough to look at the journal while changes wait in it.
    let proxy = live::Proxy::start(dovecot.port, std::time::Duration::from_millis(40));
    let config = home.path().join("config.toml");
    let account = format!(
        "[settings]\nwindow_s = 1.0\n[account.test.imap]\nhost = \"localhost\"\nport = {}\nuser = \"{}\"\nca_file = \"{}\"\npassword = {{ file = \"{}\" }}\n",
        proxy.port,
        live::USER,
        dovecot.ca_file().display(),
        password.display()
    );
    fs::write(&config, account).unwrap();
    let mut session = hark(home.path(), &config);
    session.stdin.take().unwrap().write_all(format!("{TYPED}\narchive it\ngood bye\n").as_bytes()).unwrap();
    let mut limits = String::new();
    let mut journals: Vec<String> = Vec::new();
    let journal = home.path().join(".local/state/hark/journal/test.jsonl");
    let mut log = session.stderr.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut log, &mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    });
    let mut shown = String::new();
    let lines = session.stdout.take().unwrap();
    let id = session.id();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        BufReader::new(lines).lines().map_while(Result::ok).for_each(|line| sender.send(line).unwrap())
    });
    while session.try_wait().unwrap().is_none() {
        if let Ok(text) = fs::read_to_string(format!("/proc/{id}/limits")) {
            limits = text;
        }
        journals.extend(fs::read_to_string(&journal).ok().filter(|text| !text.is_empty()));
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    receiver.iter().for_each(|line| shown.push_str(&(line + "\n")));
    let log = reader.join().unwrap();
    assert!(shown.contains(BODY) && shown.contains("Archived."), "{shown}\n{log}");
    assert!(journals.iter().any(|text| text.contains("canary@example.org")), "the journal was never seen");
    journals.push(log.clone());
    let secrets = [SENDER, SUBJECT, BODY, TYPED, live::PASSWORD, "AHRlc3RAZXhhbXBsZS5vcmcAc2VjcmV0"];
    for text in &journals {
        for canary in secrets {
            assert!(!text.to_lowercase().contains(&canary.to_lowercase()), "{canary} in:\n{text}");
        }
    }
    assert_eq!(leaks(home.path(), &config), Vec::<String>::new());
    assert!(!journal.exists(), "the journal is gone when all is settled");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default();
    assert_eq!(core.split_whitespace().nth(4), Some("0"), "no core files: {core:?}");
}

/// Files outside the mailbox that hold a canary.
fn leaks(folder: &Path, mail: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path == mail {
            continue;
        }
        if path.is_dir() {
            found.extend(leaks(&path, mail));
        } else {
            let held = String::from_utf8_lossy(&fs::read(&path).unwrap()).to_lowercase();
            let canaries = [SENDER, SUBJECT, BODY, TYPED].map(str::to_lowercase);
            found.extend(canaries.iter().filter(|c| held.contains(*c)).map(|c| format!("{}: {c}", path.display())));
        }
    }
    found
}
