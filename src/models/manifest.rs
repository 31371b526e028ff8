//! The pinned list, `models/manifest.toml`.

use std::env::consts::{ARCH, OS};

use serde::Deserialize;

use super::ModelsError;

/// Everything pinned, for all platforms.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    #[serde(rename = "model")]
    pub models: Vec<Model>,
}

/// One thing to have: a folder of files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    pub name: String,
    /// For people: "English voice".
    pub title: String,
    pub version: String,
    pub licence: String,
    pub status: LicenceStatus,
    pub needed_for: NeededFor,
    /// Relative to the models folder.
    pub folder: String,
    /// `os-arch` as in `std::env::consts`; empty = all.
    #[serde(default)]
    pub platforms: Vec<String>,
    /// Where it comes from, best first.
    #[serde(rename = "source")]
    pub sources: Vec<Source>,
    /// Every file after unpacking.
    #[serde(rename = "file")]
    pub files: Vec<PinnedFile>,
}

/// Whether the licence allows what one would expect of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LicenceStatus {
    Clear,
    /// Never bundled in a package until cleared; models/README.md says why.
    Unclear,
}

/// What does not work without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NeededFor {
    Hearing,
    Voice,
}

/// An archive that holds a model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    pub client: Client,
    /// As that client takes them.
    pub coordinates: String,
    /// File name of the archive as the client stores it.
    pub file: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
    pub take: Vec<Take>,
}

/// A registry's own command-line client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Client {
    Maven,
    Pip,
}

/// What to unpack from an archive.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Take {
    /// A file of the archive, or with a closing slash a folder of it.
    pub from: String,
    /// Relative to the model's folder; empty = the folder itself.
    pub to: String,
}

/// A file of an unpacked model.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PinnedFile {
    /// Relative to the model's folder, with slashes.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The manifest this build was made with.
    pub fn pinned() -> Result<Manifest, ModelsError> {
        Manifest::parse(include_str!("../../models/manifest.toml"))
    }

    /// Reads a manifest.
    pub fn parse(text: &str) -> Result<Manifest, ModelsError> {
        toml::from_str(text).map_err(|error| ModelsError::Manifest(error.to_string()))
    }

    /// The models this platform needs.
    pub fn here(&self) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(|model| model.fits(&format!("{OS}-{ARCH}")))
    }
}

impl Model {
    /// True when it is for this platform (`os-arch`).
    pub fn fits(&self, platform: &str) -> bool {
        self.platforms.is_empty() || self.platforms.iter().any(|known| known == platform)
    }

    /// The file that tells whether a folder is meant to be this model: its largest.
    pub(super) fn landmark(&self) -> Option<&PinnedFile> {
        self.files.iter().max_by_key(|file| file.size)
    }

    /// How to get it by hand, for error messages: "PyPI package x==1, file y.whl".
    pub fn origin(&self) -> String {
        self.sources.iter().map(Source::origin).collect::<Vec<_>>().join("; or ")
    }
}

impl Source {
    /// How to get this archive by hand.
    pub fn origin(&self) -> String {
        let registry = match self.client {
            Client::Maven => "Maven artifact",
            Client::Pip => "PyPI package",
        };
        format!("{registry} {}, file {}", self.coordinates, self.file)
    }
}
