//! A corpus: folders with a `manifest.tsv` (columns by name; `path` relative to the corpus).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What the bench reads of a corpus.
#[derive(Debug, Default)]
pub(super) struct Corpus {
    pub commands: Vec<Clip>,
    pub speech: Vec<Clip>,
    /// By type.
    pub noises: BTreeMap<String, Vec<PathBuf>>,
}

#[derive(Debug, Clone)]
pub(super) struct Clip {
    /// As in the manifest.
    pub name: String,
    pub path: PathBuf,
    /// The intent it should give; `None` = no command.
    pub intent: Option<String>,
    pub transcript: String,
    pub speaker: String,
}

/// The corpus cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CorpusError {
    #[error("{} holds no folder with a manifest.tsv: is it a corpus?", .0.display())]
    Nothing(PathBuf),
    #[error("{} could not be read: {reason}", .path.display())]
    Unreadable { path: PathBuf, reason: String },
}

type Row = BTreeMap<String, String>;

impl Corpus {
    pub fn read(folder: &Path) -> Result<Corpus, CorpusError> {
        let mut corpus = Corpus::default();
        for part in ["commands", "speech", "noise"] {
            let manifest = folder.join(part).join("manifest.tsv");
            if manifest.is_file() {
                for row in rows(&manifest)? {
                    corpus.take(part, folder, &row);
                }
            }
        }
        let nothing = corpus.commands.is_empty() && corpus.speech.is_empty() && corpus.noises.is_empty();
        if nothing { Err(CorpusError::Nothing(folder.to_owned())) } else { Ok(corpus) }
    }

    fn take(&mut self, part: &str, folder: &Path, row: &Row) {
        let column = |name: &str| row.get(name).cloned().unwrap_or_default();
        let name = column("path");
        let path = folder.join(&name);
        match part {
            "noise" => self.noises.entry(column("type")).or_default().push(path),
            "commands" => self.commands.push(Clip {
                intent: intent(&column("intent")),
                transcript: column("transcript"),
                speaker: column("speaker"),
                name,
                path,
            }),
            _ => self.speech.push(Clip {
                intent: None,
                transcript: column("transcript_asr"),
                speaker: column("speaker"),
                name,
                path,
            }),
        }
    }
}

/// Corpora may call two intents by other names.
fn intent(name: &str) -> Option<String> {
    match name {
        "" => None,
        "go_back" => Some("previous".to_owned()),
        "stop" => Some("pause".to_owned()),
        other => Some(other.to_owned()),
    }
}

fn rows(manifest: &Path) -> Result<Vec<Row>, CorpusError> {
    let text = fs::read_to_string(manifest)
        .map_err(|error| CorpusError::Unreadable { path: manifest.to_owned(), reason: error.to_string() })?;
    let mut lines = text.lines();
    let head: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let row = |line: &str| head.iter().zip(line.split('\t')).map(|(k, v)| ((*k).to_owned(), v.to_owned())).collect();
    Ok(lines.filter(|line| !line.is_empty()).map(row).collect())
}
