//! Where a long run stands, so that it goes on after an interruption.
#![allow(dead_code)]

use std::fs;
use std::path::PathBuf;

/// One file of `name number` lines, in the folder that `cargo xtask campaign` names.
pub struct Progress {
    file: Option<PathBuf>,
}

impl Progress {
    pub fn open(name: &str) -> Progress {
        Progress { file: std::env::var_os("HARK_CAMPAIGN").map(|folder| PathBuf::from(folder).join(name)) }
    }

    /// How far this part is; 0 = not begun.
    pub fn done(&self, part: &str) -> usize {
        let text = self.file.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        let number = |line: &str| line.rsplit_once('\t').filter(|(name, _)| *name == part).map(|(_, n)| n.to_owned());
        text.lines().rev().find_map(number).and_then(|number| number.parse().ok()).unwrap_or(0)
    }

    pub fn note(&self, part: &str, done: usize) {
        let Some(file) = &self.file else { return };
        let mut text = fs::read_to_string(file).unwrap_or_default();
        text.push_str(&format!("{part}\t{done}\n"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }
}
