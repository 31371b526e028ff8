//! Putting models in place: check, unpack beside, check again, then rename. Whatever is interrupted leaves the old state.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::ModelsError;
use super::archive;
use super::check::{self, Health, sha256};
use super::manifest::{Manifest, Model, Source};

/// What became of one model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    pub title: String,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Installed,
    /// It was there and whole.
    WasThere,
}

/// Adds what `given` holds to the models folder: an archive as the registry gives it, a single library file,
/// a folder of such archives, an unpacked model, or a whole models folder from another machine.
pub fn add(given: &Path, models: &Path) -> Result<Vec<Added>, ModelsError> {
    add_from(&Manifest::pinned()?, given, models)
}

pub(super) fn add_from(manifest: &Manifest, given: &Path, models: &Path) -> Result<Vec<Added>, ModelsError> {
    if !given.exists() {
        return Err(ModelsError::NotFound(given.to_owned()));
    }
    let found = if given.is_dir() { in_folder(manifest, given)? } else { vec![in_file(manifest, given)?] };
    if found.is_empty() {
        return Err(unknown(manifest, given));
    }
    fs::create_dir_all(models).map_err(ModelsError::disk(models))?;
    let _lock = lock(models)?;
    found.into_iter().map(|(model, parcel)| put(model, &parcel, models)).collect()
}

/// Something that holds a model, already known to be the pinned one where that can be told before unpacking.
enum Parcel<'a> {
    Archive(PathBuf, &'a Source),
    /// Unpacked, in this folder.
    Folder(PathBuf),
    /// The one file the model consists of.
    Single(PathBuf),
}

fn in_file<'a>(manifest: &'a Manifest, path: &Path) -> Result<(&'a Model, Parcel<'a>), ModelsError> {
    let sum = sha256(path).map_err(ModelsError::disk(path))?;
    for model in manifest.here() {
        if let Some(source) = model.sources.iter().find(|source| source.sha256 == sum) {
            return Ok((model, Parcel::Archive(path.to_owned(), source)));
        }
        if matches!(model.files.as_slice(), [only] if only.sha256 == sum) {
            return Ok((model, Parcel::Single(path.to_owned())));
        }
    }
    match manifest.here().flat_map(|model| &model.sources).find(|source| is_named(path, &source.file)) {
        Some(source) => Err(ModelsError::WrongChecksum { path: path.to_owned(), from: source.origin() }),
        None => Err(unknown(manifest, path)),
    }
}

fn in_folder<'a>(manifest: &'a Manifest, folder: &Path) -> Result<Vec<(&'a Model, Parcel<'a>)>, ModelsError> {
    let mut found = Vec::new();
    for model in manifest.here() {
        let archive = model.sources.iter().map(|source| folder.join(&source.file)).find(|path| path.is_file());
        if let Some(archive) = archive {
            found.push(in_file(manifest, &archive)?);
            continue;
        }
        let Some(landmark) = model.landmark() else { continue };
        let unpacked = [folder.to_owned(), folder.join(&model.folder)];
        if let Some(root) = unpacked.into_iter().find(|root| root.join(&landmark.path).is_file()) {
            found.push((model, Parcel::Folder(root)));
        }
    }
    Ok(found)
}

fn put(model: &Model, parcel: &Parcel, models: &Path) -> Result<Added, ModelsError> {
    let added = |outcome| Added { title: format!("{} {}", model.title, model.version), outcome };
    if check::by_checksum(model, models).is_whole() {
        return Ok(added(Outcome::WasThere));
    }
    let partial = Partial::new(models.join(format!(".{}.partial", model.folder)))?;
    let from = match parcel {
        Parcel::Archive(path, source) => {
            archive::unpack(path, &source.take, &partial.path)?;
            path
        }
        Parcel::Folder(root) => {
            for file in &model.files {
                copy(&root.join(&file.path), &partial.path.join(&file.path))?;
            }
            root
        }
        Parcel::Single(path) => {
            for file in &model.files {
                copy(path, &partial.path.join(&file.path))?;
            }
            path
        }
    };
    match check::unpacked(model, &partial.path) {
        Health::Whole => {}
        Health::Missing => return Err(damaged(model, from, "nothing in it".to_owned())),
        Health::Damaged { file, what } => return Err(damaged(model, from, format!("{file}: {what}"))),
    }
    partial.become_folder(&models.join(&model.folder))?;
    Ok(added(Outcome::Installed))
}

/// A folder being filled; gone when dropped.
struct Partial {
    path: PathBuf,
}

impl Partial {
    fn new(path: PathBuf) -> Result<Partial, ModelsError> {
        remove(&path)?; // left by a run that was interrupted
        fs::create_dir_all(&path).map_err(ModelsError::disk(&path))?;
        Ok(Partial { path })
    }

    /// Takes the place of `target`; what was there before is removed only after that.
    fn become_folder(self, target: &Path) -> Result<(), ModelsError> {
        let old = self.path.with_extension("old");
        remove(&old)?;
        if target.exists() {
            fs::rename(target, &old).map_err(ModelsError::disk(target))?;
        }
        if let Err(error) = fs::rename(&self.path, target) {
            // Back to the old state; if even that fails, the first error is the one to tell.
            let _ = fs::rename(&old, target);
            return Err(ModelsError::disk(target)(error));
        }
        remove(&old)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Best effort: the next run removes what is left.
        let _ = fs::remove_dir_all(&self.path);
    }
}

fn remove(folder: &Path) -> Result<(), ModelsError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(ModelsError::disk(folder)(error)),
        _ => Ok(()),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), ModelsError> {
    if let Some(parent) = to.parent() {
        fs::create_dir_all(parent).map_err(ModelsError::disk(parent))?;
    }
    fs::copy(from, to).map(|_| ()).map_err(ModelsError::disk(from))
}

/// One program at a time; the lock goes with the file handle, also when the program is killed.
fn lock(models: &Path) -> Result<File, ModelsError> {
    let path = models.join(".lock");
    let file = File::create(&path).map_err(ModelsError::disk(&path))?;
    file.try_lock().map_err(|_| ModelsError::Busy(models.to_owned()))?;
    Ok(file)
}

fn is_named(path: &Path, name: &str) -> bool {
    path.file_name().is_some_and(|file| file == name)
}

fn damaged(model: &Model, path: &Path, what: String) -> ModelsError {
    ModelsError::Damaged { path: path.to_owned(), what, from: model.origin() }
}

fn unknown(manifest: &Manifest, path: &Path) -> ModelsError {
    let known: Vec<_> = manifest.here().flat_map(|model| &model.sources).map(|source| source.file.as_str()).collect();
    ModelsError::Unknown { path: path.to_owned(), known: known.join(", ") }
}
