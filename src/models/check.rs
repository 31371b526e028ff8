//! Whether a model on disk is the pinned one.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::manifest::{LicenceStatus, Model, NeededFor, PinnedFile};

/// What was found of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelStatus {
    pub name: String,
    pub title: String,
    pub version: String,
    pub licence: String,
    pub licence_status: LicenceStatus,
    pub needed_for: NeededFor,
    /// Where it is, or would be.
    pub folder: PathBuf,
    pub health: Health,
    /// How to get it by hand.
    pub origin: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    Whole,
    Missing,
    /// `file` relative to the model's folder.
    Damaged {
        file: String,
        what: String,
    },
}

impl ModelStatus {
    pub fn is_whole(&self) -> bool {
        self.health == Health::Whole
    }
}

pub(super) fn by_size(model: &Model, models: &Path) -> ModelStatus {
    status(model, models, size_trouble)
}

pub(super) fn by_checksum(model: &Model, models: &Path) -> ModelStatus {
    status(model, models, checksum_trouble)
}

fn status(model: &Model, models: &Path, trouble: Trouble) -> ModelStatus {
    let folder = models.join(&model.folder);
    let health = health(model, &folder, trouble);
    ModelStatus {
        name: model.name.clone(),
        title: model.title.clone(),
        version: model.version.clone(),
        licence: model.licence.clone(),
        licence_status: model.status,
        needed_for: model.needed_for,
        folder,
        health,
        origin: model.origin(),
    }
}

/// What is wrong with a file, `None` = nothing.
type Trouble = fn(&PinnedFile, &Path) -> Option<String>;

/// The state of `model` unpacked in `folder` itself.
fn health(model: &Model, folder: &Path, trouble: Trouble) -> Health {
    let present = model.files.iter().filter(|file| folder.join(&file.path).is_file()).count();
    if present == 0 {
        return Health::Missing;
    }
    let damage = model.files.iter().find_map(|file| Some((file, trouble(file, &folder.join(&file.path))?)));
    match damage {
        Some((file, what)) => Health::Damaged { file: file.path.clone(), what },
        None => Health::Whole,
    }
}

/// The state by checksum of `model` unpacked in `folder` itself.
pub(super) fn unpacked(model: &Model, folder: &Path) -> Health {
    health(model, folder, checksum_trouble)
}

fn size_trouble(file: &PinnedFile, path: &Path) -> Option<String> {
    match std::fs::metadata(path) {
        Err(_) => Some("the file is missing".to_owned()),
        Ok(found) if found.len() != file.size => Some(format!("{} bytes instead of {}", found.len(), file.size)),
        Ok(_) => None,
    }
}

fn checksum_trouble(file: &PinnedFile, path: &Path) -> Option<String> {
    if let Some(trouble) = size_trouble(file, path) {
        return Some(trouble);
    }
    match sha256(path) {
        Ok(sum) if sum == file.sha256 => None,
        Ok(_) => Some("wrong checksum".to_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// SHA-256 of a file in lower-case hexadecimal.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hasher.update(buffer.get(..n).unwrap_or_default());
    }
    Ok(hasher.finalize().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    }))
}
