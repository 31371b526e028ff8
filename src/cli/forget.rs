//! `hark forget`: deletes what this device holds, and says what that was.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail};

use super::Context;
use crate::config::{Account, Config, Places, is_plain_name};
use crate::mailbox::{Kept, forget_secrets, journal_file, kept_secrets, lock_file};

/// Delete what this device holds of an account, or of everything.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  hark forget work\n  hark forget --all")]
pub struct ForgetArgs {
    /// The account.
    #[arg(required_unless_present = "all")]
    account: Option<String>,
    /// Every account, and the voice's prompt cache.
    #[arg(long, conflicts_with = "account")]
    all: bool,
}

/// Runs the command.
pub fn run(context: &Context, args: &ForgetArgs) -> anyhow::Result<ExitCode> {
    let mut out = io::stdout();
    // Also without it there is something to forget; a broken one hides no secret that Hark keeps.
    let (config, unseen) = match Config::load_or_default(&context.config) {
        Ok(config) => (config, Rest::Nothing),
        Err(error) => {
            writeln!(
                out,
                "{error}; mend it and try again: passwords of accounts that stand only there are not looked for."
            )?;
            (Config::default(), Rest::Something)
        }
    };
    let rest = match &args.account {
        Some(name) => account(name, config.accounts.get(name), &config, &mut out)?,
        None => everything(&places()?, &context.config, &config, &mut out)?,
    };
    Ok(unseen.and(rest).code())
}

/// Whether something is still held that should not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rest {
    Nothing,
    Something,
}

impl Rest {
    pub fn code(self) -> ExitCode {
        match self {
            Rest::Nothing => ExitCode::SUCCESS,
            Rest::Something => ExitCode::from(1),
        }
    }

    fn and(self, other: Rest) -> Rest {
        if self == Rest::Nothing { other } else { self }
    }
}

/// Deletes what is held of one account; a secret that another account of `config` logs in with stays.
pub fn account(
    name: &str,
    configured: Option<&Account>,
    config: &Config,
    out: &mut impl Write,
) -> anyhow::Result<Rest> {
    match sharer(name, configured, config) {
        Some(other) => {
            writeln!(out, "The secret of {name} stays: {other} logs in with it.")?;
            one(&places()?, name, None, out)
        }
        None => one(&places()?, name, configured, out),
    }
}

/// Another account that logs in with the secret of this one.
fn sharer<'a>(name: &str, configured: Option<&Account>, config: &'a Config) -> Option<&'a str> {
    let kept = kept_secrets(configured?)?;
    let others = config.accounts.iter().filter(|(other, _)| *other != name);
    others
        .into_iter()
        .find(|(_, account)| kept_secrets(account).as_ref() == Some(&kept))
        .map(|(other, _)| other.as_str())
}

fn places() -> anyhow::Result<Places> {
    Places::find(|name| std::env::var_os(name)).context("there is no home folder, so nothing is held here")
}

fn one(places: &Places, name: &str, configured: Option<&Account>, out: &mut impl Write) -> anyhow::Result<Rest> {
    if !is_plain_name(name) {
        bail!("an account's name has only letters, digits, - and _");
    }
    let secret = secret(name, configured, out)?;
    let mut found = secret != Held::Nothing;
    let journal = journal_file(&places.journals(), name);
    if let Some(count) = unfinished(&journal) {
        remove_file(&journal)?;
        let changes = if count == 1 { "1 change".to_owned() } else { format!("{count} changes") };
        writeln!(out, "Deleted the journal of {name}; {changes} not yet made on the server will not be made.")?;
        found = true;
    }
    for left in [lock_file(&places.journals(), name), journal.with_extension("partial")] {
        if left.exists() {
            remove_file(&left)?;
        }
    }
    if !found {
        writeln!(out, "Nothing was held of {name}.")?;
    }
    Ok(if secret == Held::Still { Rest::Something } else { Rest::Nothing })
}

/// What has become of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    Nothing,
    Deleted,
    /// It could not be deleted, or nobody could say whether it is there.
    Still,
}

/// The password or permission that Hark keeps itself.
fn secret(name: &str, configured: Option<&Account>, out: &mut impl Write) -> anyhow::Result<Held> {
    let Some(kept) = configured.and_then(kept_secrets) else { return Ok(Held::Nothing) };
    let place = match &kept {
        Kept::InKeyring(called) => format!("the keyring (hark, {called})"),
        Kept::InFile(path) => path.display().to_string(),
    };
    match forget_secrets(&kept) {
        Ok(true) => {
            writeln!(out, "Deleted the secret of {name} from {place}.")?;
            Ok(Held::Deleted)
        }
        Ok(false) => Ok(Held::Nothing),
        // The rest is deleted all the same, and this is said: a keyring that cannot be asked may well hold something.
        Err(error) => {
            writeln!(out, "The secret of {name} could not be deleted from {place}: {error}.")?;
            Ok(Held::Still)
        }
    }
}

fn everything(places: &Places, path: &Path, config: &Config, out: &mut impl Write) -> anyhow::Result<Rest> {
    let mut names = journals(&places.journals())?;
    names.extend(config.accounts.keys().cloned());
    names.sort_unstable();
    names.dedup();
    let mut rest = Rest::Nothing;
    for name in &names {
        rest = rest.and(one(places, name, config.accounts.get(name), out)?);
    }
    let mut deleted = false;
    for folder in [places.journals(), places.prompts()] {
        if folder.is_dir() {
            fs::remove_dir_all(&folder).with_context(|| format!("{} could not be deleted", folder.display()))?;
            writeln!(out, "Deleted {}.", folder.display())?;
            deleted = true;
        }
    }
    if !deleted && names.is_empty() {
        writeln!(out, "Nothing was held here.")?;
    }
    if path.exists() {
        writeln!(out, "Kept your configuration {}; it holds no secret.", path.display())?;
    }
    Ok(rest)
}

/// Names of the accounts with a journal, sorted.
fn journals(folder: &Path) -> anyhow::Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", folder.display())),
    };
    let name = |entry: fs::DirEntry| Some(entry.file_name().to_str()?.strip_suffix(".jsonl")?.to_owned());
    let mut names: Vec<String> = entries.flatten().filter_map(name).filter(|name| is_plain_name(name)).collect();
    names.sort_unstable();
    Ok(names)
}

/// Lines of a journal; `None` when there is none.
fn unfinished(journal: &Path) -> Option<usize> {
    fs::read_to_string(journal).ok().map(|text| text.lines().count())
}

fn remove_file(path: &Path) -> anyhow::Result<()> {
    fs::remove_file(path).with_context(|| format!("{} could not be deleted", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(root: &Path) -> Places {
        Places { config: root.join("c"), state: root.join("s"), cache: root.join("k"), data: root.join("d") }
    }

    fn said<T>(run: impl FnOnce(&mut Vec<u8>) -> T) -> String {
        let mut out = Vec::new();
        run(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn one_account_is_forgotten_and_the_other_stays() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        fs::create_dir_all(places.journals()).unwrap();
        for name in ["work", "home"] {
            fs::write(places.journals().join(format!("{name}.jsonl")), "{}\n{}\n").unwrap();
        }
        let out = said(|out| one(&places, "work", None, out).unwrap());
        assert_eq!(out, "Deleted the journal of work; 2 changes not yet made on the server will not be made.\n");
        assert!(places.journals().join("home.jsonl").exists());
        assert_eq!(said(|out| one(&places, "work", None, out).unwrap()), "Nothing was held of work.\n");
        assert!(one(&places, "../x", None, &mut Vec::new()).is_err());
    }

    #[test]
    fn a_permission_that_hark_keeps_is_deleted_and_a_password_file_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        for name in ["token", "password"] {
            fs::write(dir.path().join(name), "x\n").unwrap();
        }
        let text = "[account.a.imap]\nhost = \"h\"\nuser = \"u\"\noauth = \"google\"\nclient_id = \"c\"\ntoken_file = \"token\"\n[account.b.imap]\nhost = \"h\"\nuser = \"u\"\npassword = { file = \"password\" }\n";
        let config = Config::parse(text, &dir.path().join("config.toml")).unwrap();
        let out = said(|out| everything(&places, &dir.path().join("config.toml"), &config, out).unwrap());
        assert!(out.contains("Deleted the secret of a from") && out.contains("Nothing was held of b."), "{out}");
        assert!(!dir.path().join("token").exists() && dir.path().join("password").exists());
    }

    #[test]
    fn a_secret_that_another_account_logs_in_with_stays() {
        let account = |name: &str, host: &str| {
            format!("[account.{name}.imap]\nhost = \"{host}\"\nuser = \"u\"\npassword = {{ keyring = true }}\n")
        };
        let text = account("a", "h") + &account("b", "h") + &account("c", "other");
        let config = Config::parse(&text, Path::new("config.toml")).unwrap();
        let shared = |name: &str| sharer(name, config.accounts.get(name), &config);
        assert_eq!((shared("a"), shared("b"), shared("c"), shared("d")), (Some("b"), Some("a"), None, None));
    }

    #[test]
    fn what_cannot_be_deleted_is_said_and_counts() {
        let dir = tempfile::tempdir().unwrap();
        // A folder stands where the permission should: it cannot be deleted as a file.
        fs::create_dir_all(dir.path().join("token/inside")).unwrap();
        let text = "[account.a.imap]\nhost = \"h\"\nuser = \"u\"\noauth = \"google\"\nclient_id = \"c\"\ntoken_file = \"token\"\n";
        let config = Config::parse(text, &dir.path().join("config.toml")).unwrap();
        let mut out = Vec::new();
        let rest = one(&places(dir.path()), "a", config.accounts.get("a"), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        assert_eq!(rest, Rest::Something);
        assert!(out.contains("could not be deleted") && !out.contains("Nothing was held"), "{out}");
    }

    #[test]
    fn everything_is_listed_and_the_configuration_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let places = places(dir.path());
        fs::create_dir_all(places.journals()).unwrap();
        fs::create_dir_all(places.prompts()).unwrap();
        fs::write(places.journals().join("work.jsonl"), "{}\n").unwrap();
        let config = dir.path().join("config.toml");
        fs::write(&config, "").unwrap();
        let out = said(|out| everything(&places, &config, &Config::default(), out).unwrap());
        for words in ["journal of work; 1 change", "prompts", "Kept your configuration"] {
            assert!(out.contains(words), "{out}");
        }
        assert!(!places.journals().exists() && !places.prompts().exists() && config.exists());
        assert!(
            said(|out| everything(&places, &config, &Config::default(), out).unwrap())
                .contains("Nothing was held here.")
        );
    }
}
