//! Passwords: from a command or a file, kept in memory only, wiped when dropped, never printed.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use crate::config::Login;

/// How long a password command may take: some ask the user for a key.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);
const SECRET_CAP: u64 = 16 * 1024;

/// A secret; `Debug` hides it, dropping overwrites it.
pub struct Secret(Vec<u8>);

impl Secret {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// First line of what was given.
    fn from_output(mut bytes: Vec<u8>) -> Option<Secret> {
        let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0)).unwrap_or(bytes.len());
        if let Some(rest) = bytes.get_mut(end..) {
            rest.fill(0);
        }
        bytes.truncate(end);
        (!bytes.is_empty()).then_some(Secret(bytes))
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        std::hint::black_box(&self.0);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// Why there is no password, in the listener's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("the password command failed; run it in a terminal to see why")]
    CommandFailed,
    #[error("the password command did not answer within a minute")]
    CommandSlow,
    #[error("the password file {0} cannot be read: {1}")]
    FileUnreadable(PathBuf, String),
    #[error("other users can read the password file {0}; run: chmod 600 {0}")]
    FileOpen(PathBuf),
    #[error("the password is empty")]
    Empty,
    #[error(
        "passwords from the keyring are not available in this version; use password = {{ command = \"…\" }} or {{ file = \"…\" }}"
    )]
    NoKeyring,
    #[error(
        "login through the provider's page (OAuth) is not available in this version; use an app password with password = {{ command = \"…\" }} or {{ file = \"…\" }}"
    )]
    NoOAuth,
}

/// Gets the secret; may take as long as [`COMMAND_TIMEOUT`].
pub fn resolve(login: &Login) -> Result<Secret, SecretError> {
    match login {
        Login::Command(command) => from_command(command, COMMAND_TIMEOUT),
        Login::File(path) => from_file(path),
        Login::Keyring => Err(SecretError::NoKeyring),
        Login::OAuth(_) => Err(SecretError::NoOAuth),
    }
}

fn from_file(path: &Path) -> Result<Secret, SecretError> {
    let unreadable = |error: std::io::Error| SecretError::FileUnreadable(path.to_owned(), error.to_string());
    let file = fs::File::open(path).map_err(unreadable)?;
    if is_open_to_others(&file.metadata().map_err(unreadable)?) {
        return Err(SecretError::FileOpen(path.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(SECRET_CAP).read_to_end(&mut bytes).map_err(unreadable)?;
    Secret::from_output(bytes).ok_or(SecretError::Empty)
}

#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_metadata: &fs::Metadata) -> bool {
    false
}

fn from_command(command: &str, timeout: Duration) -> Result<Secret, SecretError> {
    let mut child = shell(command)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|_| SecretError::CommandFailed)?;
    let (sender, receiver) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            let read = stdout.take(SECRET_CAP).read_to_end(&mut bytes);
            // Nobody listens any more after the time-out.
            let _ = sender.send(read.map(|_| bytes));
        });
    }
    let deadline = Instant::now() + timeout;
    let bytes = match receiver.recv_timeout(timeout) {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) | Err(mpsc::RecvTimeoutError::Disconnected) => {
            return Err(stop(&mut child, SecretError::CommandFailed));
        }
        Err(mpsc::RecvTimeoutError::Timeout) => return Err(stop(&mut child, SecretError::CommandSlow)),
    };
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Secret::from_output(bytes).ok_or(SecretError::Empty),
            Ok(Some(_)) | Err(_) => return Err(SecretError::CommandFailed),
            Ok(None) if Instant::now() >= deadline => return Err(stop(&mut child, SecretError::CommandSlow)),
            Ok(None) => thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn stop(child: &mut Child, error: SecretError) -> SecretError {
    // It may have ended by itself.
    let _ = child.kill();
    let _ = child.wait();
    error
}

fn shell(command: &str) -> Command {
    let (program, switch) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.args([switch, command]);
    shell
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn the_first_line_of_a_command_is_the_password() {
        let secret = from_command("printf 'p w\\nsecond'", COMMAND_TIMEOUT).unwrap();
        assert_eq!(secret.bytes(), b"p w");
        assert_eq!(format!("{secret:?}"), "Secret(hidden)");
    }

    #[test]
    fn commands_that_fail_or_hang_or_say_nothing_are_told_apart() {
        assert_eq!(from_command("echo x; exit 3", COMMAND_TIMEOUT).unwrap_err(), SecretError::CommandFailed);
        assert_eq!(from_command("true", COMMAND_TIMEOUT).unwrap_err(), SecretError::Empty);
        assert_eq!(from_command("exec sleep 60", Duration::from_millis(50)).unwrap_err(), SecretError::CommandSlow);
    }

    #[test]
    fn a_password_file_is_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        fs::write(&path, "hunter2\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(from_file(&path).unwrap_err(), SecretError::FileOpen(path.clone()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(from_file(&path).unwrap().bytes(), b"hunter2");
        assert!(matches!(from_file(&dir.path().join("none")), Err(SecretError::FileUnreadable(..))));
    }

    #[test]
    fn what_is_not_there_yet_says_so() {
        assert!(resolve(&Login::Keyring).unwrap_err().to_string().contains("not available in this version"));
        let oauth = Login::OAuth(crate::config::Provider::Google);
        assert!(resolve(&oauth).unwrap_err().to_string().contains("not available in this version"));
    }
}
