//! A logged-in connection together with what is known of the account: its folders and which one is selected.

use super::client::{Answer, Client, quoted};
use super::error::{ImapError, Refusal};
use super::folders::{Folders, Job};
use super::login::Dialer;
use super::response::Code;
use crate::mailbox::journal::Target;

pub(super) struct Link {
    pub client: Client,
    folders: Option<Folders>,
    selected: Option<Selected>,
}

/// The folder that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Selected {
    pub folder: String,
    pub validity: u32,
    pub exists: u32,
    /// UIDNEXT, where the server said it.
    pub next: Option<u32>,
    pub access: Access,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    ReadWrite,
    ReadOnly,
}

impl Link {
    pub fn connect(dialer: &Dialer) -> Result<Link, ImapError> {
        Ok(Link { client: dialer.connect()?, folders: None, selected: None })
    }

    /// Opens a folder, unless it is open.
    pub fn select(&mut self, folder: &str) -> Result<Selected, ImapError> {
        if let Some(selected) = self.selected.iter().find(|selected| selected.folder == folder) {
            return Ok(selected.clone());
        }
        self.selected = None;
        let answer = self.client.command(&format!("SELECT {}", name(folder)?))?;
        self.selected(folder, answer)
    }

    /// Opens a folder anew: what came meanwhile is shown then, whatever the server thinks we know.
    pub fn select_anew(&mut self, folder: &str) -> Result<Selected, ImapError> {
        self.selected = None;
        self.select(folder)
    }

    /// Learns from the answer to SELECT.
    pub fn selected(&mut self, folder: &str, answer: Answer) -> Result<Selected, ImapError> {
        self.selected = None;
        let answer = answer.accepted().map_err(no_folder)?;
        let validity =
            answer.codes().find_map(|code| if let Code::UidValidity(validity) = code { Some(*validity) } else { None });
        let read_only = answer.codes().any(|code| *code == Code::ReadOnly);
        let selected = Selected {
            folder: folder.to_owned(),
            validity: validity.unwrap_or(0),
            exists: answer.exists(),
            next: answer.codes().find_map(|code| if let Code::UidNext(next) = code { Some(*next) } else { None }),
            access: if read_only { Access::ReadOnly } else { Access::ReadWrite },
        };
        self.selected = Some(selected.clone());
        Ok(selected)
    }

    /// The command that lists all folders with their special uses.
    pub fn list_command(&self) -> &'static str {
        if self.client.knows("LIST-EXTENDED") && self.client.knows("SPECIAL-USE") {
            "LIST \"\" \"*\" RETURN (SPECIAL-USE)"
        } else if self.client.knows("XLIST") && !self.client.knows("SPECIAL-USE") {
            "XLIST \"\" \"*\""
        } else {
            "LIST \"\" \"*\""
        }
    }

    pub fn learn_folders(&mut self, answer: &Answer) -> &Folders {
        self.folders.insert(Folders::new(answer.listed()))
    }

    pub fn folders(&mut self) -> Result<&mut Folders, ImapError> {
        if self.folders.is_none() {
            let answer = self.client.command(self.list_command())?.accepted()?;
            self.learn_folders(&answer);
        }
        self.folders.as_mut().ok_or(ImapError::BrokenAnswer)
    }

    /// The folder to move to, made if it is one of ours to make.
    pub fn destination(&mut self, target: &Target) -> Result<String, ImapError> {
        let job = match target {
            Target::Raw(raw) => return Ok(raw.clone()),
            // A misheard name makes no folder.
            Target::Named(name) => {
                let found = self.folders()?.named(name);
                return found.ok_or_else(|| ImapError::Refused("no such folder".to_owned(), Refusal::NoSuchFolder));
            }
            Target::Archive => Job::Archive,
            Target::Trash => Job::Trash,
        };
        match self.folders()?.with_job(job) {
            Ok(raw) => Ok(raw),
            Err(raw) => {
                let made = self.create(&raw)?;
                // Another client may have made it since they were listed, under a name of its own.
                if self.folders()?.with_job(job).is_err() {
                    self.folders = None;
                }
                Ok(self.folders()?.with_job(job).unwrap_or(made))
            }
        }
    }

    /// Makes a folder and subscribes to it, so that other programs show it; answers what it is called in the end.
    pub fn create(&mut self, raw: &str) -> Result<String, ImapError> {
        let below = self.folders()?.below_inbox(raw);
        // Courier has no folders but below the inbox, and shows that only once there is one.
        for candidate in [Some(raw.to_owned()), below].into_iter().flatten() {
            let quoted = name(&candidate)?;
            let batch = self.client.batch(&[format!("CREATE {quoted}"), format!("SUBSCRIBE {quoted}")])?;
            if batch.accepted(0).is_ok() {
                self.folders()?.add(&candidate);
                return Ok(candidate);
            }
        }
        // It may exist all the same (made meanwhile, or hidden from LIST): only what follows can tell.
        Ok(raw.to_owned())
    }
}

pub(super) fn counts_command(folder: &str) -> Result<String, ImapError> {
    Ok(format!("STATUS {} (UIDNEXT UIDVALIDITY)", name(folder)?))
}

/// A plain NO to SELECT or STATUS means that the folder is not there.
pub(super) fn no_folder(error: ImapError) -> ImapError {
    match error {
        ImapError::Refused(text, Refusal::Other) => ImapError::Refused(text, Refusal::NoSuchFolder),
        other => other,
    }
}

/// A folder's name on the wire.
pub(super) fn name(folder: &str) -> Result<String, ImapError> {
    quoted(folder).ok_or_else(|| ImapError::Refused("no such folder".to_owned(), Refusal::NoSuchFolder))
}
