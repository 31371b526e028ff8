//! Where things are on this machine.

use std::env;
use std::path::{Path, PathBuf};

use crate::config::Places;

/// The configuration file; `None` = there is no home folder to keep one in.
pub fn config(option: Option<&Path>) -> Option<PathBuf> {
    match option {
        Some(path) => Some(path.to_owned()),
        None => Places::find(|name| env::var_os(name)).map(|places| places.config_file()),
    }
}
