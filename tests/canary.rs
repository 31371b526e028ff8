//! I10: nothing of a mail, and nothing the listener said, is left on disk or in the log. A whole session in text, with the log turned up.

#![cfg(feature = "app")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

const SENDER: &str = "Zanzibarius";
const SUBJECT: &str = "quixotry";
const BODY: &str = "flibbertigibbet";
const TYPED: &str = "widdershins";

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

    let mut session = Command::new(env!("CARGO_BIN_EXE_hark"))
        .args(["-vvv", "--config", config.to_str().unwrap(), "play", "--text"])
        .env("HOME", home.path())
        .env_remove("XDG_CONFIG_HOME")
        .env_remove("XDG_DATA_HOME")
        .env_remove("XDG_STATE_HOME")
        .env_remove("XDG_CACHE_HOME")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
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
