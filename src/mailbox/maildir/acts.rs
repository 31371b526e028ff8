//! Acts on files: one atomic rename each, and their exact undo.

use std::fs;
use std::io;

use super::folder::{self, Folder, Found};
use super::name::{FileName, Letter, Mark};
use super::{MaildirMailbox, is_ours};
use crate::session::{Act, ActVerb, MailTrouble, RequestId};

/// Names a folder is known by, best first; the first is the one that is made when there is none.
const ARCHIVES: [&str; 3] = ["Archive", "Archives", "All Mail"];
const TRASHES: [&str; 5] = ["Trash", "Deleted Items", "Deleted Messages", "Bin", "Deleted"];
/// Tries for a name that is free in the destination.
const NAME_TRIES: u32 = 100;

/// What an act changed, so that it can be taken back.
#[derive(Debug, Clone)]
pub(super) enum Done {
    Moved {
        uid: u32,
        from: Folder,
        base: String,
    },
    Marked {
        uid: u32,
        letter: Letter,
        before: Mark,
    },
    /// It failed: to take it back, nothing has to be done.
    Nothing,
}

impl MaildirMailbox {
    pub(super) fn act(&mut self, act: &Act) -> Result<(), MailTrouble> {
        let done = self.change(act);
        self.done.insert(act.request, done.clone().unwrap_or(Done::Nothing));
        done.map(|_| ())
    }

    fn change(&mut self, act: &Act) -> Result<Done, MailTrouble> {
        if !is_ours(&act.place, &self.options.account) {
            return Err(MailTrouble::Gone);
        }
        let uid = act.place.uid;
        match &act.verb {
            ActVerb::Archive => self.move_to(uid, self.known_folder(&ARCHIVES)?),
            ActVerb::Delete => self.move_to(uid, self.known_folder(&TRASHES)?),
            ActVerb::MoveTo(name) => self.move_to(uid, self.named_folder(name)?),
            ActVerb::Flag => self.mark(uid, Letter::Flagged, Mark::Set),
            ActVerb::Unflag => self.mark(uid, Letter::Flagged, Mark::Clear),
            ActVerb::MarkRead => self.mark(uid, Letter::Seen, Mark::Set),
            ActVerb::MarkUnread => self.mark(uid, Letter::Seen, Mark::Clear),
        }
    }

    /// Takes an act back: same folder, same name where it is still free, same flag.
    pub(super) fn undo(&mut self, act: RequestId) -> Result<(), MailTrouble> {
        let done = self.done.get(&act).cloned().ok_or(MailTrouble::Gone)?;
        match done {
            Done::Moved { uid, from, base } => {
                self.move_as(uid, from, &base)?;
            }
            Done::Marked { uid, letter, before } => {
                self.mark(uid, letter, before)?;
            }
            Done::Nothing => {}
        }
        self.done.remove(&act);
        Ok(())
    }

    fn find(&self, uid: u32) -> Result<(Folder, Found), MailTrouble> {
        let known = self.known.get(&uid).ok_or(MailTrouble::Gone)?;
        let found = known.folder.find(&self.root, &known.base).map_err(|error| trouble(&error))?;
        Ok((known.folder.clone(), found.ok_or(MailTrouble::Gone)?))
    }

    fn mark(&self, uid: u32, letter: Letter, mark: Mark) -> Result<Done, MailTrouble> {
        let (folder, found) = self.find(uid)?;
        let before = Mark::from(found.name.has(letter));
        let to = folder.cur(&self.root).join(found.name.with(letter, mark).on_disk());
        if to != found.path {
            // The unique part stays, so nobody else can have this name.
            fs::create_dir_all(folder.cur(&self.root)).map_err(|error| trouble(&error))?;
            fs::rename(&found.path, &to).map_err(|error| trouble(&error))?;
        }
        Ok(Done::Marked { uid, letter, before })
    }

    fn move_to(&mut self, uid: u32, to: Folder) -> Result<Done, MailTrouble> {
        let base = self.known.get(&uid).ok_or(MailTrouble::Gone)?.base.clone();
        self.move_as(uid, to, &base)
    }

    fn move_as(&mut self, uid: u32, to: Folder, base: &str) -> Result<Done, MailTrouble> {
        let (from, found) = self.find(uid)?;
        to.create(&self.root).map_err(|error| trouble(&error))?;
        let name = self.free_name(&to, &found.name, base)?;
        folder::move_file(&found.path, &to.cur(&self.root).join(name.on_disk())).map_err(|error| trouble(&error))?;
        let done = Done::Moved { uid, from, base: found.name.base };
        if let Some(known) = self.known.get_mut(&uid) {
            known.folder = to;
            known.base = name.base;
        }
        Ok(done)
    }

    /// `base` if it is free there, else with a number.
    fn free_name(&self, folder: &Folder, name: &FileName, base: &str) -> Result<FileName, MailTrouble> {
        let taken = folder.files(&self.root).map_err(|error| trouble(&error))?;
        let is_free = |base: &str| taken.iter().all(|found| found.name.base != base);
        if is_free(base) {
            return Ok(name.renamed(base.to_owned()));
        }
        let numbered = (1..NAME_TRIES).map(|n| format!("{base}_{n}")).find(|base| is_free(base));
        numbered.map(|base| name.renamed(base)).ok_or(MailTrouble::Disk)
    }

    /// The folder that is there under one of these names (any case), else the first name.
    fn known_folder(&self, names: &[&str]) -> Result<Folder, MailTrouble> {
        let there = folder::list(&self.root).map_err(|error| trouble(&error))?;
        let existing = names
            .iter()
            .find_map(|name| there.iter().find(|folder| folder.display().to_lowercase() == name.to_lowercase()));
        match (existing, names.first()) {
            (Some(folder), _) => Ok(folder.clone()),
            (None, Some(first)) => Folder::displayed(first).ok_or(MailTrouble::NoSuchFolder),
            (None, None) => Err(MailTrouble::NoSuchFolder),
        }
    }

    /// A folder to move to must be there: a misheard name makes no folder.
    fn named_folder(&self, name: &str) -> Result<Folder, MailTrouble> {
        let there = folder::list(&self.root).map_err(|error| trouble(&error))?;
        let exact = there.iter().find(|folder| folder.display() == name);
        let folded = || there.iter().find(|folder| folder.display().to_lowercase() == name.to_lowercase());
        exact.or_else(folded).cloned().ok_or(MailTrouble::NoSuchFolder)
    }
}

fn trouble(error: &io::Error) -> MailTrouble {
    match error.kind() {
        io::ErrorKind::NotFound => MailTrouble::Gone,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => MailTrouble::ReadOnly,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => MailTrouble::FolderFull,
        _ => MailTrouble::Disk,
    }
}
