//! Words to commands. Pure: the phrase table is data (`assets/phrases.en.toml`).

mod intent;
mod table;

pub use intent::*;
pub use table::{Names, PhraseTable, TableError, speakable};
