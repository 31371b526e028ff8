//! The system asks Hark to leave (shut-down, a closed terminal): it ends by itself, at once, and says by its code that all is well.
#![cfg(all(feature = "app", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // clippy takes helpers of a test for something else

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

#[test]
fn asked_to_leave_it_ends_in_peace() {
    for signal in ["TERM", "HUP"] {
        let home = tempfile::tempdir().unwrap();
        for folder in ["mail/new", "mail/cur", "mail/tmp"] {
            std::fs::create_dir_all(home.path().join(folder)).unwrap();
        }
        let config = home.path().join("config.toml");
        std::fs::write(&config, "[account.home]\nmaildir = \"mail\"\n").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_hark"))
            .args(["play", "--text", "--config"])
            .arg(&config)
            .env("HOME", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let greeting = lines.next().unwrap().unwrap();
        assert!(greeting.starts_with("Hark: Good "), "{greeting}");
        let killed = Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        assert!(killed.success());
        // Its input stays open: nothing but the signal ends it.
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}: {status}");
    }
}
