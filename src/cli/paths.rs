//! Where things are on this machine.

use std::env;
use std::path::{Path, PathBuf};

/// Folder of the models: the first that exists of option, HARK_MODELS, beside the binary, data folder, ./models.
/// Without any of them the data folder, which is where `hark models add` puts them.
pub fn models(option: Option<&Path>) -> PathBuf {
    if let Some(path) = option {
        return path.to_owned();
    }
    if let Some(path) = env::var_os("HARK_MODELS") {
        return PathBuf::from(path);
    }
    let beside = env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("models")));
    let home = data().join("models");
    let candidates = [beside, Some(home.clone()), Some(PathBuf::from("models"))];
    candidates.into_iter().flatten().find(|path| path.join("vosk-model-en").is_dir()).unwrap_or(home)
}

/// The configuration file.
pub fn config(option: Option<&Path>) -> PathBuf {
    option.map_or_else(|| base("XDG_CONFIG_HOME", ".config").join("hark").join("config.toml"), Path::to_owned)
}

/// Where the journal and the prompt cache live.
pub fn data() -> PathBuf {
    base("XDG_DATA_HOME", ".local/share").join("hark")
}

fn base(variable: &str, below_home: &str) -> PathBuf {
    match env::var_os(variable).filter(|value| !value.is_empty()) {
        Some(path) => PathBuf::from(path),
        None => PathBuf::from(env::var_os("HOME").unwrap_or_default()).join(below_home),
    }
}
