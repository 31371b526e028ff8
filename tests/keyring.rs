//! Secrets in a real keyring: a Secret Service of our own (gnome-keyring on a private D-Bus), and the program itself.
//! Skipped, by name and loudly, where gnome-keyring-daemon or dbus-run-session is missing (not in `cargo xtask setup`:
//! they bring 110 MB of packages along).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![cfg(all(feature = "app", target_os = "linux"))]

mod live;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use hark::mailbox::{Secret, SecretError, SecretPlace, delete_secret, keyring_answers, load_secret, save_secret};
use live::{Dovecot, PASSWORD, USER};

/// How the keyring is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keyring {
    Unlocked,
    Locked,
    NoBus,
}

/// Says loudly what is missing.
fn may_run(test: &str) -> bool {
    for tool in ["gnome-keyring-daemon", "dbus-run-session"] {
        if Command::new(tool).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            eprintln!("SKIPPED {test}: {tool} is not installed (Debian: apt-get install gnome-keyring dbus)");
            return false;
        }
    }
    true
}

/// Runs `script` in a session of its own whose home is `home`; nothing of the person's own keyring is touched.
fn in_session(home: &Path, keyring: Keyring, script: &str, input: &str) -> Output {
    let run = home.join("run");
    std::fs::create_dir_all(&run).unwrap();
    std::fs::set_permissions(&run, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let start = match keyring {
        Keyring::Unlocked => {
            "printf pw | gnome-keyring-daemon --unlock --components=secrets --daemonize >/dev/null 2>&1; "
        }
        Keyring::Locked => "gnome-keyring-daemon --start --components=secrets </dev/null >/dev/null 2>&1; ",
        Keyring::NoBus => "unset DBUS_SESSION_BUS_ADDRESS; ",
    };
    let mut command = Command::new("dbus-run-session");
    let command = live::in_home(&mut command, home);
    let mut child = command
        .args(["--", "sh", "-c", &format!("{start}{script}")])
        .env("XDG_RUNTIME_DIR", &run)
        .env("HARK", env!("CARGO_BIN_EXE_hark"))
        .env("ITSELF", std::env::current_exe().unwrap())
        .env("INSIDE", "1")
        // Nobody can be asked for a password here.
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .spawn()
        .unwrap();
    // A program that wants no input may be over already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn words(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Runs one of the ignored tests below within a session.
fn inside(home: &Path, keyring: Keyring, test: &str) {
    let output = in_session(home, keyring, &format!("exec \"$ITSELF\" --exact {test} --ignored --nocapture"), "");
    assert!(output.status.success() && words(&output).contains("1 passed"), "{}", words(&output));
}

fn secret(text: &str) -> Secret {
    Secret::new(text.as_bytes().to_vec())
}

#[test]
fn a_secret_is_kept_found_replaced_and_erased() {
    if !may_run("a_secret_is_kept_found_replaced_and_erased") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    inside(home.path(), Keyring::Unlocked, "inside_keeps_finds_replaces_and_erases");
}

#[test]
#[ignore = "runs within a keyring of its own: a_secret_is_kept_found_replaced_and_erased"]
fn inside_keeps_finds_replaces_and_erases() {
    if std::env::var_os("INSIDE").is_none() {
        return;
    }
    let (place, name) = (SecretPlace::Keyring, "robin@example.org@localhost");
    let nothing = SecretError::NotInKeyring(name.to_owned());
    assert_eq!(keyring_answers(), Ok(()));
    assert_eq!(load_secret(&place, name).map(drop), Err(nothing.clone()));
    save_secret(&place, name, &secret("old")).unwrap();
    save_secret(&place, name, &secret("p w ü 🔑")).unwrap();
    save_secret(&place, "other", &secret("other")).unwrap();
    let kept = load_secret(&place, name).unwrap();
    let file = std::env::temp_dir().join(format!("hark-keyring-{}", std::process::id()));
    save_secret(&SecretPlace::File(&file), name, &kept).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "p w ü 🔑\n");
    std::fs::remove_file(&file).unwrap();
    assert_eq!((delete_secret(&place, name), delete_secret(&place, name)), (Ok(true), Ok(false)));
    assert_eq!(load_secret(&place, name).map(drop), Err(nothing));
    assert!(load_secret(&place, "other").is_ok());
}

#[test]
fn a_keyring_that_is_locked_or_not_there_is_told() {
    if !may_run("a_keyring_that_is_locked_or_not_there_is_told") {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    inside(home.path(), Keyring::Unlocked, "inside_keeps_one");
    inside(home.path(), Keyring::Locked, "inside_a_locked_one_gives_and_erases_nothing");
    inside(home.path(), Keyring::NoBus, "inside_there_is_none");
}

#[test]
#[ignore = "runs within a keyring of its own: a_keyring_that_is_locked_or_not_there_is_told"]
fn inside_keeps_one() {
    if std::env::var_os("INSIDE").is_some() {
        save_secret(&SecretPlace::Keyring, "robin", &secret("x")).unwrap();
    }
}

#[test]
#[ignore = "runs within a keyring of its own: a_keyring_that_is_locked_or_not_there_is_told"]
fn inside_a_locked_one_gives_and_erases_nothing() {
    if std::env::var_os("INSIDE").is_some() {
        let place = SecretPlace::Keyring;
        assert_eq!(load_secret(&place, "robin").map(drop), Err(SecretError::KeyringLocked));
        assert_eq!(delete_secret(&place, "robin"), Err(SecretError::KeyringLocked));
        assert_eq!(save_secret(&place, "new", &secret("x")), Err(SecretError::KeyringLocked));
    }
}

#[test]
#[ignore = "runs within a keyring of its own: a_keyring_that_is_locked_or_not_there_is_told"]
fn inside_there_is_none() {
    if std::env::var_os("INSIDE").is_some() {
        assert!(matches!(load_secret(&SecretPlace::Keyring, "robin"), Err(SecretError::NoKeyring(_))));
        assert!(matches!(keyring_answers(), Err(SecretError::NoKeyring(_))));
    }
}

/// What a person does, in one session: what each step said and how it ended.
fn as_a_person(home: &Path, dovecot: &Dovecot, keyring: Keyring, script: &str, input: &str) -> (bool, String) {
    let server = format!(
        "ADD=\"--host localhost --port {} --user {USER} --ca-file {} --keyring\"; ",
        dovecot.port,
        dovecot.ca_file().display()
    );
    let output = in_session(home, keyring, &format!("{server}{script}"), input);
    (output.status.success(), words(&output))
}

#[test]
fn an_account_lives_and_goes_with_its_password_in_the_keyring() {
    let test = "an_account_lives_and_goes_with_its_password_in_the_keyring";
    if !may_run(test) {
        return;
    }
    let Some(dovecot) = Dovecot::start(test) else { return };
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join(".config/hark/config.toml");
    let person = |keyring, script: &str, input: &str| as_a_person(home.path(), &dovecot, keyring, script, input);

    let (done, said) = person(Keyring::Unlocked, "\"$HARK\" account add work $ADD", "wrong\n");
    assert!(!done && said.contains("nothing was saved: the server refused the login"), "{said}");
    assert!(!config.exists());

    let password = format!("{PASSWORD}\n");
    let (done, said) =
        person(Keyring::Unlocked, "\"$HARK\" account add work $ADD && \"$HARK\" account test", &password);
    assert!(done && said.contains("work: works"), "{said}");
    assert!(!std::fs::read_to_string(&config).unwrap().contains(PASSWORD));

    // A password that is wrong does not take the place of the good one.
    let (done, said) = person(Keyring::Unlocked, "\"$HARK\" account login work", "wrong\n");
    assert!(!done && said.contains("nothing was changed"), "{said}");
    let (done, said) = person(Keyring::Unlocked, "\"$HARK\" account test", "");
    assert!(done, "{said}");

    // Nothing is said to be gone that is not.
    for keyring in [Keyring::Locked, Keyring::NoBus] {
        let (done, said) = person(keyring, "\"$HARK\" forget work", "");
        assert!(!done && said.contains("could not be deleted") && !said.contains("SS error"), "{keyring:?}: {said}");
    }
    let (done, said) = person(Keyring::Unlocked, "\"$HARK\" account test && \"$HARK\" account remove work", "");
    assert!(done && said.contains("Deleted the secret of work"), "{said}");
    let (done, said) =
        person(Keyring::Unlocked, "\"$HARK\" account add work $ADD --untested </dev/null; \"$HARK\" account list", "");
    assert!(done && said.contains("nothing was typed") && said.contains("There is no account yet"), "{said}");
}
