//! Where things are kept on this platform.

use std::ffi::OsString;
use std::path::PathBuf;

/// Folders of Hark; none of them is made by asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// Holds `config.toml`.
    pub config: PathBuf,
    /// Holds the journals of accounts.
    pub state: PathBuf,
    /// Holds what can be made again (spoken prompts).
    pub cache: PathBuf,
    /// Holds models.
    pub data: PathBuf,
}

impl Places {
    /// From the environment, asked through `var` so that tests can answer. `None` when there is no home.
    pub fn find(var: impl Fn(&str) -> Option<OsString>) -> Option<Places> {
        let path =
            |name: &str| var(name).filter(|value| !value.is_empty()).map(PathBuf::from).filter(|p| p.is_absolute());
        if cfg!(windows) {
            let roaming = path("APPDATA")?.join("hark");
            let local = path("LOCALAPPDATA").map_or_else(|| roaming.clone(), |local| local.join("hark"));
            return Some(Places {
                config: roaming,
                state: local.join("state"),
                cache: local.join("cache"),
                data: local.join("data"),
            });
        }
        let home = path("HOME");
        let under = |name: &str, fallback: &str| {
            path(name).or_else(|| home.as_ref().map(|home| home.join(fallback))).map(|path| path.join("hark"))
        };
        let [config, state, cache, data] = if cfg!(target_os = "macos") {
            let support = "Library/Application Support";
            [support, support, "Library/Caches", support]
        } else {
            [".config", ".local/state", ".cache", ".local/share"]
        };
        Some(Places {
            config: under("XDG_CONFIG_HOME", config)?,
            state: under("XDG_STATE_HOME", state)?,
            cache: under("XDG_CACHE_HOME", cache)?,
            data: under("XDG_DATA_HOME", data)?,
        })
    }

    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// Folder of the journals of intents.
    pub fn journals(&self) -> PathBuf {
        self.state.join("journal")
    }

    /// Folder of the prompt cache.
    pub fn prompts(&self) -> PathBuf {
        self.cache.join("prompts")
    }
}
