//! The speech model on disk: loaded once, shared by every recogniser.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use super::HearingError;

/// Folder of the English model under the models folder.
const FOLDER: &str = "vosk-model-en";
/// What a complete model holds; a truncated file loads "fine", so its checksum is verified where it is installed.
const FILES: [&str; 12] = [
    "am/final.mdl",
    "conf/mfcc.conf",
    "conf/model.conf",
    "graph/Gr.fst",
    "graph/HCLr.fst",
    "graph/disambig_tid.int",
    "graph/phones/word_boundary.int",
    "ivector/final.dubm",
    "ivector/final.ie",
    "ivector/final.mat",
    "ivector/global_cmvn.stats",
    "ivector/splice.conf",
];
/// A wider lattice gives the free decoder 30 real alternatives (and leaves the grammar's accuracy as it is). Shorter chunks
/// tell a word 0.1 s earlier (0.2 s is the model's own; CPU of the grammar .035 -> .055 s a second). 0.15 s of trailing
/// silence is told as an end where noise keeps the voice detector open: as many right as with 0.3 s, 0.14 s earlier.
const SETTINGS: [(&str, &str); 3] =
    [("--lattice-beam=", "6.0"), ("--frames-per-chunk=", "9"), ("--endpoint.rule2.min-trailing-silence=", "0.15")];
/// Random dither would make two runs differ; the front adds its own, always the same.
const NO_DITHER: &str = "--dither=0.0";
/// First number of a symbol table in the OpenFst file format.
const SYMBOLS_MAGIC: [u8; 4] = 2_125_658_996_i32.to_le_bytes();
/// More words than this no table has (the English one: about 200,000).
const MAX_WORDS: i64 = 2_000_000;

/// A loaded model and the words it knows.
pub struct SpeechModel {
    model: vosk::Model,
    words: HashSet<Box<str>>,
}

impl SpeechModel {
    /// Loads the English model from `models` (0.7 s of CPU, 170 MB).
    pub fn open(models: &Path) -> Result<Arc<SpeechModel>, HearingError> {
        let source = models.join(FOLDER);
        for file in FILES {
            let path = source.join(file);
            if !path.is_file() {
                return Err(HearingError::Missing(path));
            }
        }
        let words = vocabulary(&source.join("graph/Gr.fst"))?;
        vosk::set_log_level(vosk::LogLevel::Error);
        let view = View::of(&source)?;
        let model = view.0.to_str().and_then(vosk::Model::new).ok_or(HearingError::Damaged(source))?;
        Ok(Arc::new(SpeechModel { model, words }))
    }

    /// Whether every word can be heard; the recogniser would drop the others and keep the rest of the phrase.
    pub fn knows(&self, phrase: &str) -> bool {
        !phrase.is_empty() && phrase.split(' ').all(|word| self.words.contains(word))
    }

    /// Every word it knows, in no order.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(|word| &**word)
    }

    pub(super) fn vosk(&self) -> &vosk::Model {
        &self.model
    }
}

/// The same model under our settings: a temporary folder of links with a `model.conf` of its own, gone once loaded.
struct View(PathBuf);

impl View {
    fn of(source: &Path) -> Result<View, HearingError> {
        let view = View(new_folder(&std::env::temp_dir())?);
        view.fill(source).map_err(|error| trouble(&view.0, &error))?;
        Ok(view)
    }

    fn fill(&self, source: &Path) -> io::Result<()> {
        let source = fs::canonicalize(source)?;
        for part in ["am", "graph", "ivector"] {
            link_folder(&source.join(part), &self.0.join(part))?;
        }
        let conf = self.0.join("conf");
        fs::create_dir(&conf)?;
        let features = fs::read_to_string(source.join("conf/mfcc.conf"))?;
        fs::write(conf.join("mfcc.conf"), format!("{}\n{NO_DITHER}\n", features.trim_end()))?;
        let settings = fs::read_to_string(source.join("conf/model.conf"))?;
        fs::write(conf.join("model.conf"), with_our_settings(&settings))
    }
}

impl Drop for View {
    fn drop(&mut self) {
        // A folder of links left behind in the temporary folder does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn trouble(folder: &Path, error: &io::Error) -> HearingError {
    HearingError::Folder { folder: folder.to_owned(), reason: error.to_string() }
}

/// A new folder that nobody else uses: the first free number.
fn new_folder(parent: &Path) -> Result<PathBuf, HearingError> {
    let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
    for number in 0..1000 {
        let path = parent.join(format!("hark-model-{}-{number}", std::process::id()));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(trouble(&path, &error)),
        }
    }
    Err(trouble(parent, &last))
}

#[cfg(unix)]
fn link_folder(from: &Path, to: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(from, to)
}

#[cfg(not(unix))]
fn link_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link_folder(&entry.path(), &target)?;
        } else if fs::hard_link(entry.path(), &target).is_err() {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn with_our_settings(text: &str) -> String {
    let ours = |line: &str| SETTINGS.iter().any(|(key, _)| line.starts_with(key));
    let kept = text.lines().filter(|line| !ours(line)).map(str::to_owned);
    let added = SETTINGS.iter().map(|(key, value)| format!("{key}{value}"));
    kept.chain(added).map(|line| line + "\n").collect()
}

/// The words of the model, from the symbol table inside its grammar file (there is no word list beside it).
/// Layout (OpenFst): magic, name, next key, size, then size times (text, key); texts with a 32-bit length, numbers 64 bits, little-endian.
fn vocabulary(path: &Path) -> Result<HashSet<Box<str>>, HearingError> {
    let damaged = || HearingError::Damaged(path.to_owned());
    let bytes = fs::read(path).map_err(|error| trouble(path, &error))?;
    let start = bytes.windows(4).position(|four| four == SYMBOLS_MAGIC).ok_or_else(damaged)?;
    words_at(bytes.get(start + 4..).unwrap_or_default()).ok_or_else(damaged)
}

fn words_at(bytes: &[u8]) -> Option<HashSet<Box<str>>> {
    let mut rest = bytes;
    take_text(&mut rest)?;
    take_number(&mut rest)?;
    let size = take_number(&mut rest)?;
    if !(1..MAX_WORDS).contains(&size) {
        return None;
    }
    let mut words = HashSet::new();
    for _ in 0..size {
        let word = take_text(&mut rest)?;
        take_number(&mut rest)?;
        words.insert(Box::from(std::str::from_utf8(word).ok()?));
    }
    Some(words)
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (head, tail) = rest.split_first_chunk::<4>()?;
    let length = usize::try_from(i32::from_le_bytes(*head)).ok()?;
    let (text, tail) = tail.split_at_checked(length)?;
    *rest = tail;
    Some(text)
}

fn take_number(rest: &mut &[u8]) -> Option<i64> {
    let (head, tail) = rest.split_first_chunk::<8>()?;
    *rest = tail;
    Some(i64::from_le_bytes(*head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_settings_replace_those_of_the_model() {
        let text = with_our_settings("--beam=10.0\n--lattice-beam=2.0\n--endpoint.rule2.min-trailing-silence=0.5\n");
        let ours = "--lattice-beam=6.0\n--frames-per-chunk=9\n--endpoint.rule2.min-trailing-silence=0.15\n";
        assert_eq!(text, format!("--beam=10.0\n{ours}"));
    }

    #[test]
    fn a_missing_model_names_the_file_and_the_remedy() {
        let folder = tempfile::tempdir().unwrap();
        let error = SpeechModel::open(folder.path()).err().unwrap().to_string();
        assert!(error.contains("am/final.mdl") && error.contains("cargo xtask models"), "{error}");
    }

    #[test]
    fn a_symbol_table_is_read_and_a_torn_one_is_refused() {
        let mut bytes = Vec::new();
        let text = |bytes: &mut Vec<u8>, text: &str| {
            bytes.extend(i32::try_from(text.len()).unwrap().to_le_bytes());
            bytes.extend(text.bytes());
        };
        text(&mut bytes, "words");
        bytes.extend(2_i64.to_le_bytes());
        bytes.extend(1_i64.to_le_bytes());
        text(&mut bytes, "stop");
        bytes.extend(7_i64.to_le_bytes());
        assert!(words_at(&bytes).unwrap().contains("stop"));
        assert!(words_at(bytes.get(..bytes.len() - 3).unwrap()).is_none());
        assert!(words_at(&[]).is_none());
    }
}
