//! Folders of a Maildir++ tree: the inbox is the root, `.Name` beside `cur` and `new` is a folder, `.` separates levels.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::name::FileName;
use crate::mailbox::utf7;

/// Most folders looked at.
const MOST_FOLDERS: usize = 2_000;
/// Most files of one folder looked at.
const MOST_FILES: usize = 200_000;

/// A folder, by its name on disk; empty = inbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Folder(String);

/// A message's file, found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub name: FileName,
    pub path: PathBuf,
}

impl Folder {
    pub fn inbox() -> Folder {
        Folder(String::new())
    }

    /// The folder that a displayed name ("Work/2026") has on disk; `None` for names that would leave the tree.
    pub fn displayed(name: &str) -> Option<Folder> {
        let levels: Vec<String> = name.split('/').map(utf7::encode).collect();
        let usable = levels.iter().all(|level| !level.is_empty() && !level.contains(['.', '\\']));
        usable.then(|| Folder(format!(".{}", levels.join("."))))
    }

    pub fn display(&self) -> String {
        if self.0.is_empty() {
            return "INBOX".to_owned();
        }
        let levels: Vec<String> = self.0.trim_start_matches('.').split('.').map(utf7::decode).collect();
        levels.join("/")
    }

    fn path(&self, root: &Path) -> PathBuf {
        if self.0.is_empty() { root.to_owned() } else { root.join(&self.0) }
    }

    /// `cur`, where every message we touch ends.
    pub fn cur(&self, root: &Path) -> PathBuf {
        self.path(root).join("cur")
    }

    /// `cur` and `new`, where messages are.
    pub fn parts(&self, root: &Path) -> [PathBuf; 2] {
        ["cur", "new"].map(|part| self.path(root).join(part))
    }

    /// Makes `cur`, `new` and `tmp`; nothing happens to what is there.
    pub fn create(&self, root: &Path) -> io::Result<()> {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(self.path(root).join(part))?;
        }
        Ok(())
    }

    /// Every message file in `cur` and `new`, sorted by name. Links, folders and names that are not UTF-8 are left out.
    pub fn files(&self, root: &Path) -> io::Result<Vec<Found>> {
        let mut found = Vec::new();
        for part in self.parts(root) {
            match fs::read_dir(part) {
                Ok(entries) => found.extend(entries.flatten().filter_map(message_file).take(MOST_FILES)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        found.sort_unstable();
        // A crash between link and unlink leaves one message under two names: one of them is enough.
        found.dedup_by(|a, b| a.name.base == b.name.base);
        Ok(found)
    }

    /// The file of this message, wherever other programs moved it within the folder.
    pub fn find(&self, root: &Path, base: &str) -> io::Result<Option<Found>> {
        Ok(self.files(root)?.into_iter().find(|found| found.name.base == base))
    }
}

fn message_file(entry: fs::DirEntry) -> Option<Found> {
    if !entry.file_type().ok()?.is_file() {
        return None;
    }
    let name = FileName::parse(entry.file_name().to_str()?)?;
    Some(Found { name, path: entry.path() })
}

/// All folders but the inbox, sorted by name.
pub(super) fn list(root: &Path) -> io::Result<Vec<Folder>> {
    let mut folders: Vec<Folder> = fs::read_dir(root)?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.len() > 1 && name.starts_with('.') && root.join(name).join("cur").is_dir())
        .take(MOST_FOLDERS)
        .map(Folder)
        .collect();
    folders.sort_unstable();
    Ok(folders)
}

/// Moves a file to a name that nobody has: never overwrites, never has a moment without the message.
pub(super) fn move_file(from: &Path, to: &Path) -> io::Result<()> {
    match fs::hard_link(from, to) {
        Ok(()) => fs::remove_file(from),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        // File systems without links (FAT, some network mounts): the next best.
        Err(_) if !to.exists() => fs::rename(from, to),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displayed_names_stay_inside_the_tree() {
        assert_eq!(Folder::displayed("Work/2026").unwrap().0, ".Work.2026");
        assert_eq!(Folder::displayed("Entwürfe").unwrap().display(), "Entwürfe");
        for evil in ["", "..", "../x", "a/../b", "/etc", "a//b"] {
            assert!(Folder::displayed(evil).is_none(), "{evil:?}");
        }
    }

    #[test]
    fn a_move_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&a, "one").unwrap();
        fs::write(&b, "two").unwrap();
        assert!(move_file(&a, &b).is_err());
        assert_eq!(fs::read_to_string(&a).unwrap(), "one");
        assert_eq!(fs::read_to_string(&b).unwrap(), "two");
    }
}
