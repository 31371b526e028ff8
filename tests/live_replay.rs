//! The main job on real parts: recorded words in, a real recogniser and voice, and a real server that shows exactly what was said.

#![cfg(all(feature = "imap", feature = "replay"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // helpers of tests may

#[path = "live/client.rs"]
mod client;
mod live;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use client::seen_by_another_client;
use hark::config::Config;
use hark::mailbox::open_account;
use hark::replay::{Parts, Scenario, ScenarioError, run};
use hark::units::WallTime;
use live::{Dovecot, PASSWORD, USER};

/// The first message is flagged, the second archived, the third deleted; each is heard to its end first.
const SCENARIO: &str = r#"
[clock]
now = "2026-03-02T08:10:00+01:00"
zone = "Europe/Berlin"
max_s = 120
[mailbox]
account = "work"
[settings]
speed = 2.0
[[mic]]
clip = "CLIPS/flag-this.wav"
in_window = 1
offset_s = 0.6
[[mic]]
clip = "CLIPS/archive-it.wav"
in_window = 2
offset_s = 0.6
[[mic]]
clip = "CLIPS/delete-this-message.wav"
in_window = 3
offset_s = 0.6
[[expect]]
mail = { verb = "flag", message = "t1@example.org" }
[[expect]]
mail = { verb = "archive", message = "t2@example.org" }
[[expect]]
mail = { verb = "delete", message = "t5@example.org" }
"#;

#[test]
fn the_server_shows_exactly_what_was_spoken() {
    let Some(dovecot) = Dovecot::start("the_server_shows_exactly_what_was_spoken") else { return };
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let models = here.join("models");
    if !models.join("joe").is_dir() || !models.join("vosk-model-en").is_dir() {
        eprintln!("SKIPPED the_server_shows_exactly_what_was_spoken: the models are missing, run `cargo xtask models`");
        return;
    }
    for (number, name) in ["t1", "t2", "t5"].into_iter().enumerate() {
        let mail = fs::read(here.join(format!("tests/replay/mail/{name}.eml"))).unwrap();
        dovecot.deliver(&format!("100{number}.{name}"), "", &mail);
    }
    let config = configuration(&dovecot);
    let scenario = dovecot.root().join("scenario.toml");
    let clips = here.join("tests/replay/clips");
    fs::write(&scenario, SCENARIO.replace("CLIPS", clips.to_str().unwrap())).unwrap();

    let journals = dovecot.root().join("journals");
    let account = |name: &str, start: &WallTime| {
        let config = Config::load(&config).map_err(|error| ScenarioError::Mailbox(error.to_string()))?;
        let account = config.accounts.get(name).expect("the account is in the configuration");
        let mailbox = open_account(name, account, start.clone(), &journals, config.settings.order);
        Ok(mailbox.map_err(|error| ScenarioError::Mailbox(error.to_string()))? as Box<dyn hark::ports::Mailbox>)
    };
    let parts = Parts { models: &models, account: &account };
    let replayed = run(&Scenario::load(&scenario).unwrap(), &parts, &mut |_| {}).unwrap();

    assert_eq!(replayed.unmet, [], "{:#?}", replayed.events);
    assert!(!replayed.summary.deterministic);
    assert_eq!(
        seen_by_another_client(dovecot.port, &dovecot.ca_file()),
        ["Archive t2@example.org \\Seen", "INBOX t1@example.org \\Flagged \\Seen", "Trash t5@example.org \\Seen",]
    );
}

fn configuration(dovecot: &Dovecot) -> PathBuf {
    let secret = dovecot.root().join("secret");
    fs::write(&secret, PASSWORD).unwrap();
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let file = dovecot.root().join("config.toml");
    let text = format!(
        "[account.work]\non = true\n[account.work.imap]\nhost = \"localhost\"\nport = {}\nuser = \"{USER}\"\nca_file = {:?}\npassword = {{ file = {:?} }}\n",
        dovecot.port,
        dovecot.ca_file(),
        secret
    );
    fs::write(&file, text).unwrap();
    file
}
