//! Where models are looked for.

use std::env;
use std::path::{Path, PathBuf};

use super::manifest::Manifest;

/// Folders that may hold the models, best first: the one asked for, `HARK_MODELS`, beside the binary, the user's data folder, `./models`.
/// One that was named (by argument or variable) stands alone: a typing error must not be papered over.
pub fn candidates(asked: Option<&Path>) -> Vec<PathBuf> {
    if let Some(folder) = asked.map(Path::to_owned).or_else(|| env::var_os("HARK_MODELS").map(PathBuf::from)) {
        return vec![folder];
    }
    let beside = env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("models")));
    [beside, user_data(), Some(PathBuf::from("models"))].into_iter().flatten().collect()
}

/// The models folder: the first candidate with anything of ours in it, else where models should go.
pub fn find(asked: Option<&Path>) -> PathBuf {
    let candidates = candidates(asked);
    let used = candidates.iter().find(|folder| holds_models(folder));
    let checkout = candidates.iter().find(|folder| folder.join("manifest.toml").is_file());
    let fallback = || user_data().filter(|folder| candidates.contains(folder));
    used.or(checkout)
        .cloned()
        .or_else(fallback)
        .or_else(|| candidates.first().cloned())
        .unwrap_or_else(|| "models".into())
}

fn holds_models(folder: &Path) -> bool {
    let Ok(manifest) = Manifest::pinned() else { return false };
    manifest
        .here()
        .filter_map(|model| Some(folder.join(&model.folder).join(&model.landmark()?.path)))
        .any(|file| file.is_file())
}

/// `hark/models` in the platform's place for a user's data.
fn user_data() -> Option<PathBuf> {
    let home = |rest: &str| env::var_os("HOME").map(|home| PathBuf::from(home).join(rest));
    let data = if cfg!(windows) {
        env::var_os("LOCALAPPDATA").map(PathBuf::from)
    } else if cfg!(target_os = "macos") {
        home("Library/Application Support")
    } else {
        env::var_os("XDG_DATA_HOME")
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
            .or_else(|| home(".local/share"))
    };
    data.map(|folder| folder.join("hark/models"))
}
