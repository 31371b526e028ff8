//! Copies to work on: replay and demo never write to the mailbox they are given.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::MaildirError;
use super::folder::{self, Folder};
use super::name::FileName;

/// Builds a Maildir in `dir` (made if missing) from mail files, all of them unread, numbered in the order given.
pub fn from_eml_files(files: &[PathBuf], dir: &Path) -> Result<(), MaildirError> {
    let inbox = Folder::inbox();
    inbox.create(dir).map_err(|error| MaildirError::cannot_write(dir, &error))?;
    for (index, file) in files.iter().enumerate() {
        let name = FileName::new(&format!("{index:06}.hark"));
        copy_file(file, &inbox.cur(dir).join(name.on_disk()))?;
    }
    Ok(())
}

/// Copies a Maildir with its folders and flags; `dst` is made if missing. What is no message is left behind.
pub fn copy_maildir(src: &Path, dst: &Path) -> Result<(), MaildirError> {
    let folders = folder::list(src).map_err(|error| MaildirError::cannot_read(src, &error))?;
    for folder in std::iter::once(Folder::inbox()).chain(folders) {
        folder.create(dst).map_err(|error| MaildirError::cannot_write(dst, &error))?;
        for found in folder.files(src).map_err(|error| MaildirError::cannot_read(src, &error))? {
            copy_file(&found.path, &folder.cur(dst).join(found.name.on_disk()))?;
        }
    }
    Ok(())
}

fn copy_file(from: &Path, to: &Path) -> Result<(), MaildirError> {
    let mut source = fs::File::open(from).map_err(|error| MaildirError::cannot_read(from, &error))?;
    let mut target = fs::File::create_new(to).map_err(|error| MaildirError::cannot_write(to, &error))?;
    io::copy(&mut source, &mut target).map_err(|error| MaildirError::cannot_write(to, &error))?;
    Ok(())
}
