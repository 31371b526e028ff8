//! What is intended and not yet known to be done, on disk: Message-IDs and numbers, nothing of what a mail says.
//!
//! The file has mode 0600, is replaced in one step (written beside, synced, renamed) and is gone when nothing is open.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Largest journal looked at: thousands of intents.
const FILE_CAP: u64 = 4 * 1024 * 1024;

/// Names an intent; rises, also over restarts.
pub(crate) type EntryId = u64;

/// One intent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub id: EntryId,
    /// Without angle brackets; `None` when the message has none.
    pub message_id: Option<String>,
    pub change: Change,
    /// Set right before the server is asked to move: what tells later whether it did.
    pub begun: Option<Begun>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    Mark {
        spot: Spot,
        flag: FlagName,
        to: bool,
        before: bool,
    },
    Move {
        spot: Spot,
        to: Target,
    },
    /// The message was copied and could only be marked as deleted: take the mark away, and mark the copy.
    Restore {
        spot: Spot,
        copy: Spot,
    },
    /// Takes back an intent that was not settled when this was planned.
    Undo {
        of: EntryId,
    },
}

/// Where a message is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct Spot {
    /// As it goes to the server.
    pub folder: String,
    pub validity: u32,
    /// `None` when the server did not say: then it is found by Message-ID at or above `since`.
    pub uid: Option<u32>,
    pub since: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum FlagName {
    Seen,
    Flagged,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Target {
    Archive,
    Trash,
    /// As displayed.
    Named(String),
    /// As it goes to the server.
    Raw(String),
}

/// The destination just before the move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub folder: String,
    pub validity: u32,
    pub uid_next: u32,
}

/// The intents of one account.
#[derive(Debug)]
pub(crate) struct Journal {
    /// `None`: kept in memory only.
    path: Option<PathBuf>,
    entries: BTreeMap<EntryId, Entry>,
    next: EntryId,
}

/// Where the journal of an account is kept; `account` is a plain name.
pub fn journal_file(folder: &Path, account: &str) -> PathBuf {
    folder.join(format!("{account}.jsonl"))
}

impl Journal {
    /// Reads what an earlier session left open. A line that makes no sense is left out: it was never acknowledged.
    pub fn open(path: Option<PathBuf>) -> io::Result<Journal> {
        let text = match &path {
            Some(path) => read(path)?,
            None => String::new(),
        };
        let entries: BTreeMap<EntryId, Entry> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .map(|entry: Entry| (entry.id, entry))
            .collect();
        let next = entries.last_key_value().map_or(1, |(id, _)| id.saturating_add(1));
        Ok(Journal { path, entries, next })
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// On disk when this returns.
    pub fn add(&mut self, message_id: Option<String>, change: Change) -> io::Result<Entry> {
        let entry = Entry { id: self.next, message_id, change, begun: None };
        self.entries.insert(entry.id, entry.clone());
        if let Err(error) = self.write() {
            self.entries.remove(&entry.id);
            return Err(error);
        }
        self.next = self.next.saturating_add(1);
        Ok(entry)
    }

    /// On disk when this returns.
    pub fn begin(&mut self, id: EntryId, begun: Begun) -> io::Result<()> {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.begun = Some(begun);
        }
        self.write()
    }

    /// An undo that waits for this entry learns what to do, so that it stands on its own after a crash.
    pub fn settle(&mut self, id: EntryId, reverse: Option<&Change>) -> io::Result<()> {
        let settled = self.entries.remove(&id);
        if let Some(reverse) = reverse {
            for undo in self.entries.values_mut().filter(|entry| entry.change == Change::Undo { of: id }) {
                undo.change = reverse.clone();
                undo.message_id = settled.as_ref().and_then(|entry| entry.message_id.clone());
            }
        }
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        if self.entries.is_empty() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                Ok(()) | Err(_) => Ok(()),
            };
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let partial = path.with_extension("partial");
        let mut file = private_file(&partial)?;
        for entry in self.entries.values() {
            serde_json::to_writer(&mut file, entry).map_err(io::Error::other)?;
            file.write_all(b"\n")?;
        }
        file.sync_all()?;
        fs::rename(&partial, path)?;
        sync_folder(folder)
    }
}

fn read(path: &Path) -> io::Result<String> {
    match fs::metadata(path) {
        Ok(metadata) if metadata.len() > FILE_CAP => Err(io::Error::other("the journal is too large")),
        Ok(_) => fs::read_to_string(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn private_file(path: &Path) -> io::Result<fs::File> {
    use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
    let file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    // The mode above counts only for a new file.
    file.set_permissions(fs::Permissions::from_mode(0o600))?;
    Ok(file)
}

#[cfg(not(unix))]
fn private_file(path: &Path) -> io::Result<fs::File> {
    fs::File::create(path)
}

/// A rename is on disk only when its folder is.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change() -> Change {
        let spot = Spot { folder: "INBOX".into(), validity: 7, uid: Some(3), since: 1 };
        Change::Move { spot, to: Target::Archive }
    }

    #[test]
    fn what_is_open_is_there_after_a_crash_and_what_is_settled_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(&dir.path().join("deep"), "work");
        let mut journal = Journal::open(Some(path.clone())).unwrap();
        let first = journal.add(Some("a@x".into()), change()).unwrap();
        let second = journal.add(None, change()).unwrap();
        journal.begin(second.id, Begun { folder: "Archive".into(), validity: 1, uid_next: 9 }).unwrap();
        drop(journal);

        let mut again = Journal::open(Some(path.clone())).unwrap();
        let entries: Vec<Entry> = again.entries().cloned().collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0], first);
        assert_eq!(entries[1].begun.as_ref().unwrap().uid_next, 9);
        again.settle(first.id, None).unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains("a@x"));
        assert!(again.add(None, change()).unwrap().id > second.id, "ids are never used twice");
        again.settle(second.id, None).unwrap();
        again.settle(second.id + 1, None).unwrap();
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(dir.path(), "work");
        Journal::open(Some(path.clone())).unwrap().add(None, change()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn an_undo_stands_on_its_own_once_its_act_is_settled() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(dir.path(), "work");
        let mut journal = Journal::open(Some(path.clone())).unwrap();
        let act = journal.add(Some("a@x".into()), change()).unwrap();
        journal.add(None, Change::Undo { of: act.id }).unwrap();
        let back = Change::Move {
            spot: Spot { folder: "Archive".into(), validity: 8, uid: Some(1), since: 1 },
            to: Target::Raw("INBOX".into()),
        };
        journal.settle(act.id, Some(&back)).unwrap();
        let left: Vec<Entry> = Journal::open(Some(path)).unwrap().entries().cloned().collect();
        assert_eq!(left.len(), 1);
        assert_eq!((&left[0].change, left[0].message_id.as_deref()), (&back, Some("a@x")));
    }

    #[test]
    fn a_damaged_line_hides_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(dir.path(), "work");
        Journal::open(Some(path.clone())).unwrap().add(None, change()).unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"id\":9,\n");
        fs::write(&path, text).unwrap();
        assert_eq!(Journal::open(Some(path)).unwrap().entries().count(), 1);
    }

    #[test]
    fn a_full_disk_acknowledges_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let blocked = dir.path().join("file");
        fs::write(&blocked, "").unwrap();
        let mut journal = Journal::open(Some(blocked.join("work.jsonl"))).unwrap_or(Journal {
            path: Some(blocked.join("work.jsonl")),
            entries: BTreeMap::new(),
            next: 1,
        });
        assert!(journal.add(None, change()).is_err());
        assert_eq!(journal.entries().count(), 0);
    }
}
