//! Where things are on this machine.

use std::env;
use std::path::{Path, PathBuf};

/// The configuration file.
pub fn config(option: Option<&Path>) -> PathBuf {
    option.map_or_else(|| base("XDG_CONFIG_HOME", ".config").join("hark").join("config.toml"), Path::to_owned)
}

fn base(variable: &str, below_home: &str) -> PathBuf {
    match env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(below_home),
    }
}
