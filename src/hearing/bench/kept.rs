//! Results that are kept: an interrupted bench goes on where it was, and a second one only counts.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::mix::Draw;
use crate::command::PhraseTable;
use crate::hearing::decision::UNKNOWN;
use crate::hearing::listen::Heard;
use crate::hearing::score::Model;

/// What was heard in one sound.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Both {
    pub heard: Vec<Heard>,
    pub baseline: Vec<Heard>,
    pub seconds: f64,
    /// Where the command ends; 0 for other sounds.
    pub speech_end_ms: u64,
}

impl Both {
    /// As these weights see it: what the ears would have told.
    pub fn weighed(mut self, weights: &Model, table: &PhraseTable) -> Both {
        for one in &mut self.heard {
            let Some(signs) = &one.signs else { continue };
            one.utterance.evidence.score = weights.score(signs);
            let risk = table.command(&one.utterance.words).map(|command| command.intent.risk());
            if risk.is_some_and(|risk| !signs.vouched() || one.utterance.evidence.score < Model::plausible(risk)) {
                one.utterance.words = UNKNOWN.to_owned();
            }
        }
        self
    }
}

#[derive(Serialize, Deserialize)]
struct Line {
    key: String,
    both: Both,
}

/// A file of results, for one recipe: another phrase table or other decoys are another file.
pub(super) struct Kept {
    known: HashMap<String, Both>,
    /// `None` when it cannot be written: then nothing is kept.
    file: Option<File>,
}

/// Everything that decides what is heard, apart from the program (`--fresh` after changing that).
/// The weights are no part of it: every candidate is kept with its signs, and weighed anew each time.
const RECIPE: [&str; 3] = [
    include_str!("../../../assets/phrases.en.toml"),
    include_str!("../../../assets/decoys.en.txt"),
    include_str!("../../../assets/decoys-phrases.en.txt"),
];

impl Kept {
    pub fn open(folder: &Path) -> Kept {
        let path = folder.join(format!("heard-{:08x}.jsonl", Draw::seeded(&RECIPE).below(1 << 32)));
        let lines = File::open(&path).map(|file| BufReader::new(file).lines().map_while(Result::ok).collect());
        let lines: Vec<String> = lines.unwrap_or_default();
        let known = lines.iter().filter_map(|line| serde_json::from_str::<Line>(line).ok());
        let known = known.map(|line| (line.key, line.both)).collect();
        let file = fs::create_dir_all(folder).and_then(|()| OpenOptions::new().create(true).append(true).open(&path));
        Kept { known, file: file.ok() }
    }

    pub fn get(&self, key: &str) -> Option<&Both> {
        self.known.get(key)
    }

    pub fn put(&mut self, key: String, both: &Both) {
        let line = Line { key, both: both.clone() };
        if let (Some(file), Ok(text)) = (&mut self.file, serde_json::to_string(&line)) {
            // A result that cannot be kept is heard again next time.
            let _ = writeln!(file, "{text}");
        }
        self.known.insert(line.key, line.both);
    }
}
