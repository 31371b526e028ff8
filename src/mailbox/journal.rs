//! What is intended and not yet known to be done, on disk: Message-IDs and numbers, nothing of what a mail says.
//!
//! The file has mode 0600, is replaced in one step (written beside, synced, renamed) and is gone when nothing is open.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::disk::{self, Disk};

/// Largest journal looked at: thousands of intents.
const FILE_CAP: u64 = 4 * 1024 * 1024;

/// A session that was just closed may still be finishing what it was at.
const LOCK_PATIENCE: Duration = Duration::from_secs(3);

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

impl Change {
    /// A change of the message that went somewhere is from now on one of it there.
    pub fn follow(&mut self, moved: &Moved) {
        // An original that waits to be restored went nowhere.
        let (Change::Mark { spot, .. } | Change::Move { spot, .. }) = self else { return };
        if spot.is_same(&moved.from) {
            *spot = moved.to.clone();
        }
    }
}

/// A message went somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moved {
    pub from: Spot,
    pub to: Spot,
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

impl Spot {
    /// The same message for certain: known by its number, or the one that arrived first at or above a UIDNEXT.
    pub fn is_same(&self, other: &Spot) -> bool {
        let here = self.folder == other.folder && self.validity == other.validity && self.uid == other.uid;
        here && (self.uid.is_some() || self.since == other.since)
    }
}

/// Where a message is now that was at `spot`; `moved` in the order in which it happened. A message can come back to where it was.
pub(crate) fn follow(moved: &[Moved], spot: &Spot) -> Spot {
    let step = |spot: Spot, moved: &Moved| if moved.from.is_same(&spot) { moved.to.clone() } else { spot };
    moved.iter().fold(spot.clone(), step)
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
    /// Tells a message without a Message-ID from its neighbours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looks: Option<Looks>,
}

/// What a copy shares with its original, for messages without a Message-ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looks {
    /// INTERNALDATE as the server writes it.
    pub received: String,
    /// RFC822.SIZE in bytes; some servers only estimate it, but each the same for the same message.
    pub size: u64,
    /// FNV-1a of the header.
    pub header: u64,
}

/// The intents of one account.
#[derive(Debug)]
pub(crate) struct Journal {
    /// `None`: kept in memory only.
    path: Option<PathBuf>,
    disk: Box<dyn Disk>,
    entries: BTreeMap<EntryId, Entry>,
    next: EntryId,
}

/// Why there is no journal.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Two would each do what is left over.
    #[error("another Hark is at work with this account; close that one first")]
    InUse,
    #[error("the mailbox journal {0} cannot be used: {1}")]
    Unusable(PathBuf, io::Error),
}

/// Where the journal of an account is kept; `account` is a plain name.
pub fn journal_file(folder: &Path, account: &str) -> PathBuf {
    folder.join(format!("{account}.jsonl"))
}

/// Held while somebody works with the journal; empty.
pub fn lock_file(folder: &Path, account: &str) -> PathBuf {
    folder.join(format!("{account}.lock"))
}

impl Journal {
    /// Reads what an earlier session left open. A line that makes no sense is left out: it was never acknowledged.
    pub fn open(path: Option<PathBuf>, mut disk: Box<dyn Disk>) -> Result<Journal, JournalError> {
        let text = match &path {
            Some(path) => read(path, disk.as_mut())?,
            None => String::new(),
        };
        let entries: BTreeMap<EntryId, Entry> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .map(|entry: Entry| (entry.id, entry))
            .collect();
        let next = entries.last_key_value().map_or(1, |(id, _)| id.saturating_add(1));
        Ok(Journal { path, disk, entries, next })
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
            // It may be on the disk all the same, and was refused: try to take it back.
            let _ = self.write();
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
    /// What else waits for the same message learns where that is now.
    pub fn settle(&mut self, id: EntryId, reverse: Option<&Change>, moved: Option<&Moved>) -> io::Result<()> {
        if let Some(moved) = moved {
            self.entries.values_mut().for_each(|entry| entry.change.follow(moved));
        }
        let settled = self.entries.remove(&id);
        if let Some(reverse) = reverse {
            for undo in self.entries.values_mut().filter(|entry| entry.change == Change::Undo { of: id }) {
                undo.change = reverse.clone();
                undo.message_id = settled.as_ref().and_then(|entry| entry.message_id.clone());
            }
        }
        self.write()
    }

    /// Two entries that cancel each other go in one step: a crash between them would leave half of it.
    pub fn cancel(&mut self, act: EntryId, undo: EntryId) -> io::Result<()> {
        self.entries.remove(&act);
        self.entries.remove(&undo);
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        if self.entries.is_empty() {
            return disk::remove(self.disk.as_mut(), path);
        }
        let mut text = String::new();
        for entry in self.entries.values() {
            text.push_str(&serde_json::to_string(entry).map_err(io::Error::other)?);
            text.push('\n');
        }
        disk::replace(self.disk.as_mut(), path, &text)
    }
}

fn read(path: &Path, disk: &mut dyn Disk) -> Result<String, JournalError> {
    let until = Instant::now() + LOCK_PATIENCE;
    loop {
        match disk.lock(&path.with_extension("lock")) {
            Ok(()) => break,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock && Instant::now() < until => {
                thread::sleep(Duration::from_millis(20));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(JournalError::InUse),
            Err(error) => return Err(JournalError::Unusable(path.to_owned(), error)),
        }
    }
    disk.read(path, FILE_CAP).map_err(|error| JournalError::Unusable(path.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;
    use crate::mailbox::disk::{RealDisk, tests::DyingDisk};

    fn change() -> Change {
        let spot = Spot { folder: "INBOX".into(), validity: 7, uid: Some(3), since: 1 };
        Change::Move { spot, to: Target::Archive }
    }

    fn open(path: &Path) -> Journal {
        Journal::open(Some(path.to_owned()), Box::new(RealDisk::default())).unwrap()
    }

    #[test]
    fn what_is_open_is_there_after_a_crash_and_what_is_settled_is_gone() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(&dir.path().join("deep"), "work");
        let mut journal = open(&path);
        let first = journal.add(Some("a@x".into()), change()).unwrap();
        let second = journal.add(None, change()).unwrap();
        let looks = Looks { received: "now".into(), size: 12, header: 9 };
        let begun = Begun { folder: "Archive".into(), validity: 1, uid_next: 9, looks: Some(looks) };
        journal.begin(second.id, begun.clone()).unwrap();
        drop(journal);

        let mut again = open(&path);
        let entries: Vec<Entry> = again.entries().cloned().collect();
        assert_eq!(entries.len(), 2);
        assert_eq!(entries[0], first);
        assert_eq!(entries[1].begun, Some(begun));
        again.settle(first.id, None, None).unwrap();
        assert!(!fs::read_to_string(&path).unwrap().contains("a@x"));
        assert!(again.add(None, change()).unwrap().id > second.id, "ids are never used twice");
        again.settle(second.id, None, None).unwrap();
        again.settle(second.id + 1, None, None).unwrap();
        assert!(!path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(&dir.path().join("journal"), "work");
        open(&path).add(None, change()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert_eq!(mode(&lock_file(path.parent().unwrap(), "work")), 0o600);
    }

    #[test]
    fn two_at_work_with_one_account_are_kept_apart() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(dir.path(), "work");
        let first = open(&path);
        let second = Journal::open(Some(path.clone()), Box::new(RealDisk::default()));
        assert!(matches!(second, Err(JournalError::InUse)));
        drop(first);
        open(&path);
    }

    #[test]
    fn an_undo_stands_on_its_own_once_its_act_is_settled() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(dir.path(), "work");
        let mut journal = open(&path);
        let act = journal.add(Some("a@x".into()), change()).unwrap();
        journal.add(None, Change::Undo { of: act.id }).unwrap();
        let back = Change::Move {
            spot: Spot { folder: "Archive".into(), validity: 8, uid: Some(1), since: 1 },
            to: Target::Raw("INBOX".into()),
        };
        journal.settle(act.id, Some(&back), None).unwrap();
        drop(journal);
        let left: Vec<Entry> = open(&path).entries().cloned().collect();
        assert_eq!(left.len(), 1);
        assert_eq!((&left[0].change, left[0].message_id.as_deref()), (&back, Some("a@x")));
    }

    #[test]
    fn a_damaged_line_hides_no_other() {
        let dir = tempfile::tempdir().unwrap();
        let path = journal_file(dir.path(), "work");
        open(&path).add(None, change()).unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        text.push_str("{\"id\":9,\n");
        fs::write(&path, text).unwrap();
        assert_eq!(open(&path).entries().count(), 1);
    }

    #[test]
    fn a_full_disk_acknowledges_nothing() {
        let disk = DyingDisk::new(1);
        let mut journal = Journal::open(Some("work.jsonl".into()), Box::new(disk)).unwrap();
        assert!(journal.add(None, change()).is_err());
        assert_eq!(journal.entries().count(), 0);
    }

    proptest! {
        /// Power goes at any step, with what was not synced lost, torn or kept: what was acknowledged is there,
        /// and nothing else but the step under way.
        #[test]
        fn a_power_cut_loses_nothing_that_was_acknowledged(
            steps in proptest::collection::vec(0_u8..4, 1..12),
            dies_after in 0_usize..80,
            torn in 0_u8..3,
        ) {
            let path = PathBuf::from("work.jsonl");
            let disk = DyingDisk::new(dies_after);
            let mut journal = Journal::open(Some(path.clone()), Box::new(disk.clone())).unwrap();
            let mut open: Vec<EntryId> = Vec::new();
            let mut under_way: Option<EntryId> = None;
            for step in steps {
                let oldest = open.first().copied();
                let (id, done) = match (step, oldest) {
                    (0 | 1, _) | (_, None) => {
                        let added = journal.add(None, change());
                        if let Ok(entry) = &added {
                            open.push(entry.id);
                        }
                        (added.as_ref().map_or(journal.next, |entry| entry.id), added.is_ok())
                    }
                    (2, Some(id)) => {
                        let begun = Begun { folder: "Archive".into(), validity: 1, uid_next: 9, looks: None };
                        (id, journal.begin(id, begun).is_ok())
                    }
                    (_, Some(id)) => {
                        let settled = journal.settle(id, None, None).is_ok();
                        open.retain(|other| *other != id);
                        (id, settled)
                    }
                };
                if !done {
                    under_way = Some(id);
                    break;
                }
            }
            let after = Journal::open(Some(path), Box::new(disk.after_power_cut(torn))).unwrap();
            let found: Vec<EntryId> = after.entries().map(|entry| entry.id).collect();
            for id in &open {
                prop_assert!(found.contains(id) || under_way == Some(*id), "{id} is lost: {found:?}");
            }
            for id in &found {
                prop_assert!(open.contains(id) || under_way == Some(*id), "{id} is back: {found:?}");
            }
        }
    }
}
