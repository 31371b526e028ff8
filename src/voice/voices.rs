//! Which voices there are, and one voice that speaks several languages with them.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::espeak::EspeakVoice;
use super::lexicon::Lexicons;
use super::piper::{self, PiperVoice, VoiceOptions};
use super::pronounced::Pronounced;
use crate::ports::{Clip, Synthesiser, VoiceError};

/// Name of the voice that needs no model; with a language behind it ("espeak-de") it speaks that by itself.
pub const FALLBACK_VOICE: &str = "espeak";
/// Name of the voice of the operating system.
pub const SYSTEM_VOICE: &str = "system";
/// Folders of models looked at, and voices of one folder.
const MAX_FOLDERS: usize = 200;

/// A voice that could be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceInfo {
    /// What the setting `voice` takes.
    pub name: String,
    pub kind: VoiceKind,
    /// Languages it speaks, ISO 639-1 as far as there is one; the first is its own.
    pub languages: Vec<String>,
    /// What is wrong with it.
    pub trouble: Option<VoiceError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoiceKind {
    /// A neural voice in the models folder.
    Piper,
    /// espeak-ng: robotic, in about a hundred languages.
    Espeak,
    /// The operating system's.
    System,
}

/// Every voice at hand, those of the models folder first, in alphabetical order. Reads settings, opens no model. The
/// system's voice, which has to be asked, is [`super::open_system_voice`]'s to tell.
pub fn voices(models: &Path) -> Vec<VoiceInfo> {
    let mut found: Vec<VoiceInfo> = piper_files(models)
        .into_iter()
        .map(|file| {
            let (languages, trouble) = match piper::language(&file.graph) {
                Ok(language) => (vec![language], None),
                Err(error) => (Vec::new(), Some(error)),
            };
            VoiceInfo { name: file.name, kind: VoiceKind::Piper, languages, trouble }
        })
        .collect();
    match super::espeak::languages() {
        Ok(mut languages) => {
            languages.retain(|language| language != "en");
            languages.insert(0, "en".to_owned());
            let name = FALLBACK_VOICE.to_owned();
            found.push(VoiceInfo { name, kind: VoiceKind::Espeak, languages, trouble: None });
        }
        Err(error) => found.push(VoiceInfo {
            name: FALLBACK_VOICE.to_owned(),
            kind: VoiceKind::Espeak,
            languages: Vec::new(),
            trouble: Some(error),
        }),
    }
    found
}

/// Opens a voice by name: "espeak", "espeak-LANGUAGE", a folder of `models` that holds a Piper voice (`*.onnx` and
/// `*.onnx.json`), or the name of such a file in any folder. Mail of another language is spoken by a Piper voice of that
/// language when `models` holds one; espeak-ng as the voice speaks all of its languages.
///
/// # Errors
/// [`VoiceError::Missing`] when there is no such voice, [`VoiceError::Damaged`] when it cannot be read,
/// [`VoiceError::NoPhonemes`] when espeak-ng is not installed.
pub fn open_voice(name: &str, models: &Path, options: VoiceOptions) -> Result<Box<dyn Synthesiser + Send>, VoiceError> {
    let own = place(name, models)?;
    let (main, language) = own.open(&options)?;
    let others = match own {
        Place::Espeak(_) => {
            let all = super::espeak::languages()?;
            all.into_iter().map(|language| (language.clone(), Place::Espeak(language))).collect()
        }
        Place::Piper(_) => piper_files(models)
            .into_iter()
            .rev()
            .filter_map(|file| Some((piper::language(&file.graph).ok()?, Place::Piper(file.graph))))
            .collect(),
    };
    let choices = choices(models, &own, &language);
    Ok(Box::new(Polyglot { main, language, others, opened: HashMap::new(), choices, chosen: 0, options }))
}

/// Whether [`open_voice`] would find a voice of this name; opens nothing.
///
/// # Errors
/// [`VoiceError::Missing`] when there is no such voice.
pub fn find_voice(name: &str, models: &Path) -> Result<(), VoiceError> {
    place(name, models).map(drop)
}

/// Voices of one language to change between, the chosen one first.
fn choices(models: &Path, own: &Place, language: &str) -> Vec<Place> {
    let neural = piper_files(models).into_iter().map(|file| file.graph);
    let neural = neural.filter(|graph| piper::language(graph).is_ok_and(|its| its == language)).map(Place::Piper);
    let plain = if language == "en" { "en-us" } else { language };
    let others = neural.chain([Place::Espeak(plain.to_owned())]).filter(|place| place != own);
    std::iter::once(own.clone()).chain(others).collect()
}

/// Where a voice comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// espeak-ng with its name of a language.
    Espeak(String),
    /// The graph of a Piper voice.
    Piper(PathBuf),
}

impl Place {
    /// The voice and its language.
    fn open(&self, options: &VoiceOptions) -> Result<(Box<dyn Synthesiser + Send>, String), VoiceError> {
        let (voice, language): (Box<dyn Synthesiser + Send>, String) = match self {
            Place::Espeak(name) => (Box::new(EspeakVoice::open(name)?), plain_language(name)),
            Place::Piper(graph) => (Box::new(PiperVoice::open(graph, options)?), piper::language(graph)?),
        };
        let lexicon = options.lexicons.of(&language);
        Ok((Box::new(Pronounced::new(voice, &language, lexicon)), language))
    }
}

fn place(name: &str, models: &Path) -> Result<Place, VoiceError> {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if !plain || name.starts_with('.') {
        return Err(VoiceError::Missing(format!("there is no voice called \"{}\"", name.escape_debug())));
    }
    if name == FALLBACK_VOICE {
        return Ok(Place::Espeak("en-us".to_owned()));
    }
    if let Some(language) = name.strip_prefix(FALLBACK_VOICE).and_then(|rest| rest.strip_prefix('-')) {
        return Ok(Place::Espeak(language.to_owned()));
    }
    let files = piper_files(models);
    let by_name =
        files.iter().find(|file| file.name == name || file.graph.file_stem().is_some_and(|stem| stem == name));
    match by_name {
        Some(file) => Ok(Place::Piper(file.graph.clone())),
        None => Err(VoiceError::Missing(format!("no *.onnx with its *.onnx.json in {}", models.join(name).display()))),
    }
}

/// A Piper voice in the models folder.
struct PiperFile {
    /// Folder name for the first of a folder, file name for others.
    name: String,
    graph: PathBuf,
}

fn piper_files(models: &Path) -> Vec<PiperFile> {
    let mut folders: Vec<PathBuf> = fs::read_dir(models)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir() && !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')))
        .take(MAX_FOLDERS)
        .collect();
    folders.sort();
    let in_folder = |folder: PathBuf| {
        piper::graphs(&folder).into_iter().enumerate().filter_map(move |(index, graph)| {
            let named = if index == 0 { folder.file_name() } else { graph.file_stem() }?;
            Some(PiperFile { name: named.to_string_lossy().into_owned(), graph })
        })
    };
    folders.into_iter().flat_map(in_folder).collect()
}

/// "pt-br" is Portuguese; Mandarin and Norwegian have their own codes in espeak-ng.
pub fn plain_language(name: &str) -> String {
    let first = name.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    match first.as_str() {
        "cmn" => "zh".to_owned(),
        // Written Norwegian is nearly always Bokmål, and that is what mail is told to be.
        "no" => "nb".to_owned(),
        _ => first,
    }
}

/// The chosen voice, and others for other languages, each opened when it is first needed.
struct Polyglot {
    main: Box<dyn Synthesiser + Send>,
    language: String,
    others: BTreeMap<String, Place>,
    /// `None` could not be opened: the chosen voice does its best.
    opened: HashMap<String, Option<Box<dyn Synthesiser + Send>>>,
    /// Voices of the same language, and which of them speaks.
    choices: Vec<Place>,
    chosen: usize,
    options: VoiceOptions,
}

impl Synthesiser for Polyglot {
    fn synthesise(&mut self, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        self.main.synthesise(text, speed)
    }

    fn synthesise_in(&mut self, language: Option<&str>, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        let other = language
            .filter(|language| *language != self.language)
            .and_then(|language| Some((language, self.others.get(language)?)));
        let Some((language, place)) = other else { return self.main.synthesise(text, speed) };
        let options = &self.options;
        let voice =
            self.opened.entry(language.to_owned()).or_insert_with(|| place.open(options).ok().map(|(voice, _)| voice));
        match voice {
            Some(voice) => voice.synthesise(text, speed),
            None => self.main.synthesise(text, speed),
        }
    }

    fn identity(&self) -> String {
        self.main.identity()
    }

    fn next_voice(&mut self) -> bool {
        // Once around: a voice that cannot be opened is passed over.
        for step in 1..self.choices.len() {
            let at = (self.chosen + step) % self.choices.len();
            let Some(Ok((voice, _))) = self.choices.get(at).map(|place| place.open(&self.options)) else { continue };
            (self.main, self.chosen) = (voice, at);
            return true;
        }
        false
    }

    fn languages(&self) -> Vec<String> {
        let others = self.others.keys().filter(|language| **language != self.language).cloned();
        std::iter::once(self.language.clone()).chain(others).collect()
    }
}

/// Lexicons of the listener and of Hark; on trouble Hark's own, and the trouble.
pub fn lexicons(own: &Path) -> (Arc<Lexicons>, Option<super::LexiconError>) {
    match Lexicons::with_file(own) {
        Ok(lexicons) => (Arc::new(lexicons), None),
        Err(error) => (Arc::new(Lexicons::built_in()), Some(error)),
    }
}
