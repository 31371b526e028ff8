//! Subcommands, one file each.

pub mod keys;
pub mod screen;
