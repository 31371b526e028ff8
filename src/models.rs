//! What Hark needs besides its own code: which models, where they are, whether they are whole, and how they get into place.
//!
//! `models/manifest.toml` is the only list. Nothing here fetches: `cargo xtask models` asks the registries' own clients and
//! hands the archives to [`add`]; a listener without them uses `hark models add FILE`.

mod archive;
mod check;
mod install;
mod manifest;
mod place;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

pub use check::{Health, ModelStatus, sha256};
pub use install::{Added, Outcome, add};
pub use manifest::{Client, LicenceStatus, Manifest, Model, NeededFor, PinnedFile, Source, Take};
pub use place::{candidates, find};

/// The state of every model of this platform, by presence and size: cheap enough for each start (20 file lookups).
pub fn glance(folder: &Path) -> Result<Vec<ModelStatus>, ModelsError> {
    Ok(Manifest::pinned()?.here().map(|model| check::by_size(model, folder)).collect())
}

/// The same by checksum: a damaged recogniser graph of the right size loads without complaint and then hears nonsense.
/// Reads every file (about 160 MB, under a second).
pub fn verify(folder: &Path) -> Result<Vec<ModelStatus>, ModelsError> {
    Ok(Manifest::pinned()?.here().map(|model| check::by_checksum(model, folder)).collect())
}

/// Why a model could not be found, checked or put in place; in the listener's words, with what to do.
#[derive(Debug, thiserror::Error)]
pub enum ModelsError {
    #[error("there is no file or folder {0}: check the path")]
    NotFound(PathBuf),
    #[error("{path} is not a model that Hark knows; it takes {known}")]
    Unknown { path: PathBuf, known: String },
    #[error("{path} is damaged or another version (its checksum is not the pinned one): fetch it again ({from})")]
    WrongChecksum { path: PathBuf, from: String },
    #[error("{path} is damaged ({what}): fetch it again ({from})")]
    Damaged { path: PathBuf, what: String, from: String },
    #[error("{path} cannot be unpacked ({what}): fetch it again")]
    BadArchive { path: PathBuf, what: String },
    #[error("another program is putting models into {0}: try again when it has finished")]
    Busy(PathBuf),
    #[error("{path} could not be read or written ({source}): check free space and permissions")]
    Disk { path: PathBuf, source: std::io::Error },
    #[error("models/manifest.toml is broken: {0}")]
    Manifest(String),
}

impl ModelsError {
    /// Names the path an input or output error happened at.
    fn disk(path: &Path) -> impl FnOnce(std::io::Error) -> ModelsError {
        let path = path.to_owned();
        move |source| ModelsError::Disk { path, source }
    }
}
