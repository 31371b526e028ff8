//! Unpacking: only what the manifest names, only inside the given folder, only so much.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;

use super::ModelsError;
use super::manifest::Take;

/// Entries an archive may have; the largest pinned one has 32.
const MAX_ENTRIES: usize = 1_000;
/// Bytes that may come out of one archive; the largest pinned one gives 71 MB.
const MAX_BYTES: u64 = 500_000_000;

/// Unpacks what `take` names into `folder`, which exists and is empty.
pub(super) fn unpack(archive: &Path, take: &[Take], folder: &Path) -> Result<(), ModelsError> {
    let bad = |what: String| ModelsError::BadArchive { path: archive.to_owned(), what };
    let file = File::open(archive).map_err(ModelsError::disk(archive))?;
    let mut zip = ZipArchive::new(file).map_err(|error| bad(error.to_string()))?;
    if zip.len() > MAX_ENTRIES {
        return Err(bad(format!("{} entries", zip.len())));
    }
    let mut left = MAX_BYTES;
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index).map_err(|error| bad(error.to_string()))?;
        let Some(target) = take.iter().find_map(|take| destination(take, entry.name())) else { continue };
        if entry.is_dir() {
            continue;
        }
        let Some(target) = inside(&target) else {
            return Err(bad(format!("an entry leads out of the folder: {:?}", entry.name())));
        };
        left = left.saturating_sub(write(&mut entry, &folder.join(target), left)?);
        if left == 0 {
            return Err(bad(format!("more than {MAX_BYTES} bytes in it")));
        }
    }
    Ok(())
}

/// Where an entry goes, relative to the model's folder; `None` = it is not wanted.
fn destination(take: &Take, name: &str) -> Option<String> {
    if take.from.ends_with('/') {
        name.strip_prefix(&take.from).map(|rest| format!("{}{rest}", take.to))
    } else {
        (name == take.from).then(|| take.to.clone())
    }
}

/// The path if it has only plain names: no root, no drive, no `..`, no backslash that would mean something elsewhere.
fn inside(name: &str) -> Option<PathBuf> {
    let path = Path::new(name);
    let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
    (plain && !name.is_empty() && !name.contains(['\\', ':', '\0'])).then(|| path.to_owned())
}

/// Writes at most `cap` bytes of an entry; answers how many. The header's own size is not trusted.
fn write(entry: &mut impl Read, path: &Path, cap: u64) -> Result<u64, ModelsError> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(ModelsError::disk(parent))?;
    }
    let mut file = File::create_new(path).map_err(ModelsError::disk(path))?;
    io::copy(&mut entry.take(cap), &mut file).map_err(ModelsError::disk(path))
}
