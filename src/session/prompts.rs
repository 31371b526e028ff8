//! Everything the session itself says: `assets/prompts.en.toml`, read once into types, so that a missing sentence is found by a test and not by a listener.

use serde::Deserialize;

/// All sentences, by where they are said.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prompts {
    pub(super) opening: Opening,
}

/// The sentences cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the table of prompts is broken: {0}")]
pub struct PromptsError(String);

impl Prompts {
    /// Reads a table.
    pub fn parse(text: &str) -> Result<Prompts, PromptsError> {
        toml::from_str(text).map_err(|error| PromptsError(error.to_string()))
    }

    /// The English table in assets; a test reads it, so an error here cannot reach a user.
    pub fn english() -> Result<Prompts, PromptsError> {
        Prompts::parse(include_str!("../../assets/prompts.en.toml"))
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Opening {
    pub morning: String,
}
