//! Passwords and tokens: from a command, a file or the keyring; wiped when dropped, never printed.

use std::fmt;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::disk::{self, RealDisk};
use crate::config::{ImapAccount, Login, TokenStore};

/// How long a password command may take: some ask the user for a key.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);
const SECRET_CAP: u64 = 16 * 1024;

/// The name under which the keyring keeps our secrets.
#[cfg(feature = "keyring")]
const SERVICE: &str = "hark";

/// A secret; `Debug` hides it, dropping overwrites it.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub fn new(bytes: Vec<u8>) -> Secret {
        Secret(Zeroizing::new(bytes))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// First line of what was given.
    fn from_output(bytes: Vec<u8>) -> Option<Secret> {
        let bytes = Zeroizing::new(bytes);
        let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r' | 0)).unwrap_or(bytes.len());
        let line = bytes.get(..end).unwrap_or_default().to_vec();
        (!line.is_empty()).then(|| Secret::new(line))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

/// Why there is no secret, in the listener's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    #[error("the password command failed; run it in a terminal to see why")]
    CommandFailed,
    #[error("the password command did not answer within a minute; run it in a terminal to see what it waits for")]
    CommandSlow,
    #[error("the secret file {0} cannot be read: {1}; check its name")]
    FileUnreadable(PathBuf, String),
    #[error("other users can read the secret file {0}; run: chmod 600 {0}")]
    FileOpen(PathBuf),
    #[error("the secret file {0} cannot be written: {1}")]
    FileUnwritable(PathBuf, String),
    #[error("the password is empty; store it anew, or look at the file or command it comes from")]
    Empty,
    #[error(
        "no keyring can be reached from here ({0}); try again in your desktop session, or keep the password in a file that only you can read (--password-file) or behind a command (--password-command)"
    )]
    NoKeyring(&'static str),
    #[error(
        "the keyring is locked, or was never set up; unlock it (or make one) in your desktop session and try again"
    )]
    KeyringLocked,
    #[error(
        "the keyring holds several secrets for {0}; delete them with your desktop's password program, then run `hark account login`"
    )]
    SeveralInKeyring(String),
    #[error(
        "the keyring broke off or would not do it; try again, and if that does not help log out of the desktop and in again"
    )]
    KeyringFailed,
    #[error("the keyring holds nothing for {0}; run `hark account login` to store it")]
    NotInKeyring(String),
    #[error("the keyring did not answer within a minute; look for its window, unlock it and try again")]
    KeyringSlow,
    #[error("the keyring hangs; log out of the desktop and in again, then try again")]
    KeyringHangs,
}

/// Where a secret can be kept by us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place<'a> {
    Keyring,
    File(&'a Path),
}

impl<'a> From<&'a TokenStore> for Place<'a> {
    fn from(store: &'a TokenStore) -> Self {
        match store {
            TokenStore::Keyring => Place::Keyring,
            TokenStore::File(path) => Place::File(path),
        }
    }
}

/// What the account's secret is called in the keyring: a server's, not an account's name, so that renaming loses nothing.
pub fn keyring_name(account: &ImapAccount) -> String {
    format!("{}@{}", account.user, account.host)
}

/// Gets the password of an account; may take as long as [`COMMAND_TIMEOUT`].
pub fn resolve(account: &ImapAccount) -> Result<Secret, SecretError> {
    match &account.login {
        Login::Command(command) => from_command(command, COMMAND_TIMEOUT),
        Login::File(path) => from_file(path),
        Login::Keyring => load(&Place::Keyring, &keyring_name(account)),
        Login::OAuth(oauth) => load(&Place::from(&oauth.store), &keyring_name(account)),
    }
}

/// Reads a kept secret.
pub fn load(place: &Place, name: &str) -> Result<Secret, SecretError> {
    match place {
        Place::File(path) => from_file(path),
        Place::Keyring => keyring::load(name),
    }
}

/// Keeps a secret, in place of an earlier one.
pub fn save(place: &Place, name: &str, secret: &Secret) -> Result<(), SecretError> {
    match place {
        Place::Keyring => keyring::save(name, secret),
        Place::File(path) => {
            let unwritable = |error: std::io::Error| SecretError::FileUnwritable(path.to_path_buf(), error.to_string());
            let text = std::str::from_utf8(secret.bytes()).map_err(|_| SecretError::Empty)?;
            let text = Zeroizing::new(format!("{text}\n"));
            disk::replace(&mut RealDisk::default(), path, &text).map_err(unwritable)
        }
    }
}

/// Deletes a kept secret; whether there was one.
pub fn delete(place: &Place, name: &str) -> Result<bool, SecretError> {
    match place {
        Place::Keyring => keyring::delete(name),
        Place::File(path) => match fs::remove_file(path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(SecretError::FileUnwritable(path.to_path_buf(), error.to_string())),
        },
    }
}

/// Whether this machine has a keyring that answers: seen by a read, which changes nothing.
pub fn keyring_answers() -> Result<(), SecretError> {
    match keyring::load("probe") {
        Ok(_) | Err(SecretError::NotInKeyring(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(feature = "keyring")]
mod keyring {
    use ::keyring::v1::{Entry, Error};

    use super::*;

    /// To get an answer at all; nobody is asked anything for that.
    const GREETING_TIMEOUT: Duration = Duration::from_secs(10);

    /// A locked keyring asks its owner first, and must not hang a session for ever.
    fn patiently<T: Send + 'static>(
        act: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<Result<T, Error>, SecretError> {
        within(GREETING_TIMEOUT, || Entry::store_status().is_ok()).ok_or(SecretError::KeyringHangs)?;
        within(COMMAND_TIMEOUT, act).ok_or(SecretError::KeyringSlow)
    }

    /// What it answered in time. What comes later is heard by nobody.
    fn within<T: Send + 'static>(time: Duration, act: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            // Nobody listens any more after the time-out.
            let _ = sender.send(act());
        });
        receiver.recv_timeout(time).ok()
    }

    /// The platform's own words ("SS error: prompt dismissed") help no listener.
    fn told(error: &Error, name: &str) -> SecretError {
        match error {
            Error::NoEntry => SecretError::NotInKeyring(name.to_owned()),
            Error::NoDefaultStore => SecretError::NoKeyring("no keyring service is running"),
            Error::NoStorageAccess(_) => SecretError::KeyringLocked,
            Error::Ambiguous(_) => SecretError::SeveralInKeyring(name.to_owned()),
            Error::NotSupportedByStore(_) => SecretError::NoKeyring("this machine has no such thing"),
            // The rest, and what later versions of the library may add.
            _ => SecretError::KeyringFailed,
        }
    }

    pub fn load(name: &str) -> Result<Secret, SecretError> {
        let wanted = name.to_owned();
        let read = patiently(move || Entry::new(SERVICE, &wanted)?.get_secret())?;
        Secret::from_output(read.map_err(|error| told(&error, name))?).ok_or(SecretError::Empty)
    }

    pub fn save(name: &str, secret: &Secret) -> Result<(), SecretError> {
        let (wanted, secret) = (name.to_owned(), secret.clone());
        patiently(move || Entry::new(SERVICE, &wanted)?.set_secret(secret.bytes()))?.map_err(|error| told(&error, name))
    }

    pub fn delete(name: &str) -> Result<bool, SecretError> {
        let wanted = name.to_owned();
        match patiently(move || Entry::new(SERVICE, &wanted)?.delete_credential())? {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            // Whoever put them there: none may stay.
            Err(Error::Ambiguous(entries)) => {
                let all = move || entries.iter().try_for_each(|entry| entry.delete_credential());
                patiently(all)?.map(|()| true).map_err(|error| told(&error, name))
            }
            Err(error) => Err(told(&error, name)),
        }
    }
}

#[cfg(not(feature = "keyring"))]
mod keyring {
    use super::*;

    fn none<T>() -> Result<T, SecretError> {
        Err(SecretError::NoKeyring("this build of Hark was made without"))
    }

    pub fn load(_name: &str) -> Result<Secret, SecretError> {
        none()
    }

    pub fn save(_name: &str, _secret: &Secret) -> Result<(), SecretError> {
        none()
    }

    pub fn delete(_name: &str) -> Result<bool, SecretError> {
        none()
    }
}

fn from_file(path: &Path) -> Result<Secret, SecretError> {
    let unreadable = |error: std::io::Error| SecretError::FileUnreadable(path.to_owned(), in_words(&error));
    let file = fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(SecretError::FileUnreadable(path.to_owned(), "it is a folder".to_owned()));
    }
    if is_open_to_others(&file.metadata().map_err(unreadable)?) {
        return Err(SecretError::FileOpen(path.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(SECRET_CAP).read_to_end(&mut bytes).map_err(unreadable)?;
    Secret::from_output(bytes).ok_or(SecretError::Empty)
}

/// The usual ones without the number that the platform adds.
pub(super) fn in_words(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "you may not open it".to_owned(),
        _ => error.to_string(),
    }
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
    fn a_kept_secret_is_for_its_owner_only_and_can_be_deleted() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("deep/token");
        let place = Place::File(&path);
        save(&place, "x", &Secret::new(b"old".to_vec())).unwrap();
        save(&place, "x", &Secret::new(b"new".to_vec())).unwrap();
        assert_eq!(load(&place, "x").unwrap().bytes(), b"new");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!((delete(&place, "x"), delete(&place, "x")), (Ok(true), Ok(false)));
    }
}
