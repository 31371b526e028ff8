//! Writing files so that a crash between any two steps leaves either the old text or the new.

use std::fmt;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

/// The steps of keeping a small file, one by one: tests die, or lose power, between any two of them.
pub trait Disk: fmt::Debug + Send {
    /// The file's text, at most `cap` bytes; empty when there is none.
    fn read(&mut self, path: &Path, cap: u64) -> io::Result<String>;
    /// A new file with mode 0600 and this text; not yet safe.
    fn write(&mut self, path: &Path, text: &str) -> io::Result<()>;
    /// The text of the file is safe when this returns.
    fn sync(&mut self, path: &Path) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// No file at all is fine.
    fn remove(&mut self, path: &Path) -> io::Result<()>;
    /// Names in the folder are safe when this returns.
    fn sync_folder(&mut self, folder: &Path) -> io::Result<()>;
    /// Nobody else has this file while the disk lives; ends with the process, however that ends.
    fn lock(&mut self, path: &Path) -> io::Result<()>;
}

/// The machine's own disk.
#[derive(Debug, Default)]
pub struct RealDisk {
    locks: Vec<fs::File>,
}

impl Disk for RealDisk {
    fn read(&mut self, path: &Path, cap: u64) -> io::Result<String> {
        let file = match fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
            Err(error) => return Err(error),
        };
        let mut text = String::new();
        file.take(cap.saturating_add(1)).read_to_string(&mut text)?;
        if u64::try_from(text.len()).unwrap_or(u64::MAX) > cap {
            return Err(io::Error::other("it is too large"));
        }
        Ok(text)
    }

    fn write(&mut self, path: &Path, text: &str) -> io::Result<()> {
        make_folder(path.parent().unwrap_or(Path::new(".")))?;
        private_file(path)?.write_all(text.as_bytes())
    }

    fn sync(&mut self, path: &Path) -> io::Result<()> {
        fs::OpenOptions::new().write(true).open(path)?.sync_all()
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    #[cfg(unix)]
    fn sync_folder(&mut self, folder: &Path) -> io::Result<()> {
        fs::File::open(folder)?.sync_all()
    }

    #[cfg(not(unix))]
    fn sync_folder(&mut self, _folder: &Path) -> io::Result<()> {
        Ok(())
    }

    fn lock(&mut self, path: &Path) -> io::Result<()> {
        make_folder(path.parent().unwrap_or(Path::new(".")))?;
        let file = private_file(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(fs::TryLockError::Error(error)) => return Err(error),
        }
        self.locks.push(file);
        Ok(())
    }
}

/// Folders of ours are for their owner only.
#[cfg(unix)]
fn make_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
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

/// Replaces the file in one step: it holds the old text or the new, whenever the machine dies.
pub(crate) fn replace(disk: &mut dyn Disk, path: &Path, text: &str) -> io::Result<()> {
    let partial = path.with_extension("partial");
    disk.write(&partial, text)?;
    disk.sync(&partial)?;
    disk.rename(&partial, path)?;
    disk.sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Takes the file away; the name is gone for good when this returns.
pub(crate) fn remove(disk: &mut dyn Disk, path: &Path) -> io::Result<()> {
    disk.remove(path)?;
    disk.sync_folder(path.parent().unwrap_or(Path::new(".")))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// A disk in memory that tells what was written from what is safe, and fails for good after a number of steps.
    #[derive(Debug, Clone)]
    pub struct DyingDisk(Arc<Mutex<Platter>>);

    #[derive(Debug, Clone, Default)]
    struct Platter {
        left: usize,
        /// Text as read back, and as it is after a power cut.
        files: Vec<(String, String)>,
        names: BTreeMap<PathBuf, usize>,
        safe_names: BTreeMap<PathBuf, usize>,
    }

    impl DyingDisk {
        pub fn new(steps: usize) -> DyingDisk {
            DyingDisk(Arc::new(Mutex::new(Platter { left: steps, ..Platter::default() })))
        }

        /// `torn`: 0 = what was not synced is lost, 1 = half of it is there, 2 = all of it is there.
        pub fn after_power_cut(&self, torn: u8) -> DyingDisk {
            let mut platter = self.0.lock().unwrap().clone();
            platter.left = usize::MAX;
            for (written, safe) in &mut platter.files {
                match torn {
                    0 => written.clone_from(safe),
                    1 if written != safe => written.truncate(written.len() / 2),
                    _ => {}
                }
            }
            if torn == 0 {
                platter.names = platter.safe_names.clone();
            }
            DyingDisk(Arc::new(Mutex::new(platter)))
        }

        fn step<T>(&self, act: impl FnOnce(&mut Platter) -> T) -> io::Result<T> {
            let mut platter = self.0.lock().unwrap();
            platter.left = platter.left.checked_sub(1).ok_or_else(|| io::Error::other("no power"))?;
            Ok(act(&mut platter))
        }
    }

    impl Disk for DyingDisk {
        fn read(&mut self, path: &Path, _cap: u64) -> io::Result<String> {
            let platter = self.0.lock().unwrap();
            Ok(platter.names.get(path).map(|&file| platter.files[file].0.clone()).unwrap_or_default())
        }

        fn write(&mut self, path: &Path, text: &str) -> io::Result<()> {
            self.step(|platter| {
                platter.files.push((text.to_owned(), String::new()));
                platter.names.insert(path.to_owned(), platter.files.len() - 1);
            })
        }

        fn sync(&mut self, path: &Path) -> io::Result<()> {
            self.step(|platter| {
                let file = platter.names[path];
                platter.files[file].1 = platter.files[file].0.clone();
            })
        }

        fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
            self.step(|platter| {
                let file = platter.names.remove(from).unwrap();
                platter.names.insert(to.to_owned(), file);
            })
        }

        fn remove(&mut self, path: &Path) -> io::Result<()> {
            self.step(|platter| {
                platter.names.remove(path);
            })
        }

        fn sync_folder(&mut self, _folder: &Path) -> io::Result<()> {
            self.step(|platter| platter.safe_names = platter.names.clone())
        }

        fn lock(&mut self, _path: &Path) -> io::Result<()> {
            Ok(())
        }
    }
}
