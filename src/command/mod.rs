//! Words to commands. Pure: the phrase table is data (`assets/phrases.en.toml`).

mod intent;

pub use intent::*;
