//! Words to commands. Pure: the phrase table is data (`assets/phrases.en.toml`).

mod intent;
mod table;

pub use intent::*;
pub use table::{Calling, Names, PhraseTable, TableError, speakable};
