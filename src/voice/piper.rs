//! Piper voices (VITS) through rten. Graph inputs: `input` [1, n] ids, `input_lengths` [1], `scales` [noise, length,
//! noise_w], and `sid` [1] with several speakers; output [1, 1, samples]. rten takes int64 inputs as i32.

use std::collections::HashMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use serde::Deserialize;

use super::level;
use super::lexicon::Lexicons;
use super::phonemes::Phonemiser;
use super::pieces::{Pause, cut};
use crate::ports::{Clip, Synthesiser, VoiceError};

/// Characters of one run of the graph at most: 200 are about 13 s, and its memory grows with the length.
const CLAUSE: usize = 200;
/// Ids of one run at most: a guard for texts that explode in phonemes (numbers, foreign scripts).
const MAX_IDS: usize = 1_600;
/// A configuration is 5 kB; more is none.
const MAX_CONFIG: u64 = 1 << 20;
/// Voices of one folder at most.
const MAX_GRAPHS: usize = 50;
/// Seconds of one clip at most.
const MAX_SECONDS: usize = 60;

/// Length scale at speed 1. "joe" reads 215 words a minute by itself (pauses included); the product promises about 180.
const UNHURRIED: f32 = 1.3;
/// Every symbol lasts a whole number of frames, rounded up, so only this share of the duration at length scale 1 follows the
/// scale and the rest stays (line through nine measured speeds of "joe"; off by 7 % at most).
const ELASTIC: f32 = 0.76;
/// Shortest length scale: below it symbols are one frame each.
const SHORTEST: f32 = 0.2;

/// Whether the voice draws random numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Noise {
    /// As the voice was trained: livelier, never twice the same.
    #[default]
    Natural,
    /// No randomness: the same text gives the same samples (replay).
    None,
}

/// How a voice is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoiceOptions {
    pub noise: Noise,
    /// Threads of the graph; one leaves the other core to the ears.
    pub threads: usize,
    /// How words are said.
    pub lexicons: Arc<Lexicons>,
}

impl Default for VoiceOptions {
    fn default() -> Self {
        VoiceOptions { noise: Noise::Natural, threads: 1, lexicons: Arc::new(Lexicons::built_in()) }
    }
}

/// The parts of `*.onnx.json` that are needed.
#[derive(Debug, Deserialize)]
struct Config {
    audio: AudioConfig,
    espeak: EspeakConfig,
    #[serde(default)]
    language: Option<LanguageConfig>,
    #[serde(default)]
    inference: InferenceConfig,
    phoneme_id_map: HashMap<String, Vec<i32>>,
    #[serde(default)]
    num_speakers: u32,
    #[serde(default)]
    phoneme_type: PhonemeType,
}

#[derive(Debug, Deserialize)]
struct AudioConfig {
    sample_rate: u32,
}

#[derive(Debug, Deserialize)]
struct EspeakConfig {
    voice: String,
}

#[derive(Debug, Deserialize)]
struct LanguageConfig {
    /// Such as "en_US"; older voices have none.
    code: String,
}

#[derive(Debug, Deserialize)]
#[serde(default)]
struct InferenceConfig {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Default for InferenceConfig {
    fn default() -> Self {
        InferenceConfig { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}

#[derive(Debug, Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "snake_case")]
enum PhonemeType {
    #[default]
    Espeak,
    #[serde(other)]
    Other,
}

/// A Piper voice, ready to speak.
pub struct PiperVoice {
    model: Model,
    inputs: Inputs,
    output: NodeId,
    run: RunOptions,
    config: Config,
    ids: HashMap<char, Vec<i32>>,
    phonemiser: Phonemiser,
    noise: Noise,
    identity: String,
}

struct Inputs {
    ids: NodeId,
    lengths: NodeId,
    scales: NodeId,
    speaker: Option<NodeId>,
}

impl PiperVoice {
    /// Opens a `*.onnx` that has its `*.onnx.json` beside it.
    ///
    /// # Errors
    /// [`VoiceError::Damaged`] when it cannot be used, [`VoiceError::NoPhonemes`] without espeak-ng.
    pub fn open(graph: &Path, options: &VoiceOptions) -> Result<PiperVoice, VoiceError> {
        let settings = settings_of(graph);
        let config = read_config(&settings)?;
        let phonemiser = Phonemiser::new(&config.espeak.voice);
        phonemiser.phonemes("a")?;
        let model = load(graph)?;
        let inputs = Inputs {
            ids: node(&model, "input")?,
            lengths: node(&model, "input_lengths")?,
            scales: node(&model, "scales")?,
            speaker: model.find_node("sid").filter(|_| config.num_speakers > 1),
        };
        let output = *model.output_ids().first().ok_or_else(|| VoiceError::Damaged("it has no output".to_owned()))?;
        let pool = ThreadPool::with_num_threads(options.threads.clamp(1, 16));
        Ok(PiperVoice {
            inputs,
            output,
            model,
            run: RunOptions::default().with_thread_pool(Some(Arc::new(pool))),
            ids: single_characters(&config.phoneme_id_map),
            phonemiser,
            noise: options.noise,
            identity: identity(graph, &settings, options.noise)?,
            config,
        })
    }

    fn clause(&self, text: &str, speed: f32) -> Result<Vec<f32>, VoiceError> {
        let ipa = self.phonemiser.phonemes(text)?;
        if ipa.is_empty() {
            return Ok(Vec::new());
        }
        let Some(ids) = self.phoneme_ids(&ipa) else { return Ok(Vec::new()) };
        let samples = catch_unwind(AssertUnwindSafe(|| self.infer(ids, speed)))
            .unwrap_or_else(|_| Err(VoiceError::Failed("the voice stumbled".to_owned())))?;
        Ok(level::even_out(samples, self.config.audio.sample_rate))
    }

    /// Start, then every symbol with a pad behind it, then end. Symbols the voice does not know are left out; `None` when
    /// it knows none of them.
    fn phoneme_ids(&self, ipa: &str) -> Option<Vec<i32>> {
        let of = |c: char| self.ids.get(&c).map(Vec::as_slice).unwrap_or_default();
        let mut ids = [of('^'), of('_')].concat();
        let nothing = ids.len();
        for c in ipa.chars() {
            let known = of(c);
            if !known.is_empty() && ids.len() < MAX_IDS {
                ids.extend_from_slice(known);
                ids.extend_from_slice(of('_'));
            }
        }
        let any = ids.len() > nothing;
        ids.extend_from_slice(of('$'));
        any.then_some(ids)
    }

    fn infer(&self, ids: Vec<i32>, speed: f32) -> Result<Vec<f32>, VoiceError> {
        let failed = |what: String| VoiceError::Failed(what);
        let count = ids.len();
        let length = i32::try_from(count).map_err(|_| failed("it is too long".to_owned()))?;
        let set = &self.config.inference;
        let (noise, noise_w) = match self.noise {
            Noise::Natural => (set.noise_scale, set.noise_w),
            Noise::None => (0.0, 0.0),
        };
        let scales = vec![noise, set.length_scale * length_scale(speed), noise_w];
        let mut inputs = vec![
            (self.inputs.ids, tensor(&[1, count], ids)?),
            (self.inputs.lengths, tensor(&[1], vec![length])?),
            (self.inputs.scales, tensor(&[3], scales)?),
        ];
        if let Some(speaker) = self.inputs.speaker {
            inputs.push((speaker, tensor(&[1], vec![0])?));
        }
        let outputs = self
            .model
            .run(inputs, &[self.output], Some(self.run.clone()))
            .map_err(|error| failed(format!("the voice stumbled ({error})")))?;
        let sound = outputs.into_iter().next().and_then(Value::into_tensor::<f32>);
        let mut samples = sound.ok_or_else(|| failed("the voice gave no sound".to_owned()))?.into_data();
        samples.truncate(MAX_SECONDS.saturating_mul(self.config.audio.sample_rate as usize));
        Ok(samples)
    }
}

impl Synthesiser for PiperVoice {
    fn synthesise(&mut self, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        let rate = self.config.audio.sample_rate;
        let speed = level::sane_speed(speed);
        let mut samples: Vec<f32> = Vec::new();
        let mut pause = Pause::None;
        for clause in cut(text, &[CLAUSE]) {
            let part = self.clause(&clause, speed)?;
            if part.is_empty() {
                continue;
            }
            let silence = if samples.is_empty() { 0 } else { level::frames(pause.ms(), rate, speed) };
            samples.resize(samples.len().saturating_add(silence), 0.0);
            samples.extend_from_slice(&part);
            pause = Pause::after(&clause);
        }
        Ok(Clip { samples, rate })
    }

    fn identity(&self) -> String {
        self.identity.clone()
    }
}

/// Length scale at which the voice is really `speed` times as fast as at speed 1.
fn length_scale(speed: f32) -> f32 {
    let rigid = 1.0 - ELASTIC;
    let at_speed_1 = UNHURRIED * ELASTIC + rigid;
    ((at_speed_1 / speed - rigid) / ELASTIC).max(SHORTEST)
}

fn tensor<T>(shape: &[usize], data: Vec<T>) -> Result<ValueOrView<'static>, VoiceError>
where
    Value: FromShape<T>,
{
    Value::make(shape, data).map(ValueOrView::from)
}

/// Lets [`tensor`] take both kinds of numbers without naming rten's tensor crate.
trait FromShape<T>: Sized {
    fn make(shape: &[usize], data: Vec<T>) -> Result<Self, VoiceError>;
}

impl FromShape<i32> for Value {
    fn make(shape: &[usize], data: Vec<i32>) -> Result<Self, VoiceError> {
        Value::from_shape(shape, data).map_err(|error| VoiceError::Failed(error.to_string()))
    }
}

impl FromShape<f32> for Value {
    fn make(shape: &[usize], data: Vec<f32>) -> Result<Self, VoiceError> {
        Value::from_shape(shape, data).map_err(|error| VoiceError::Failed(error.to_string()))
    }
}

/// Graphs of `folder` that have their settings beside them, in alphabetical order.
pub fn graphs(folder: &Path) -> Vec<PathBuf> {
    let mut graphs: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "onnx") && settings_of(path).is_file())
        .take(MAX_GRAPHS)
        .collect();
    graphs.sort();
    graphs
}

/// Language of the voice behind `graph`, ISO 639-1, by its settings.
pub fn language(graph: &Path) -> Result<String, VoiceError> {
    let config = read_config(&settings_of(graph))?;
    let code = config.language.map(|language| language.code).filter(|code| !code.is_empty());
    Ok(super::voices::plain_language(&code.unwrap_or(config.espeak.voice)))
}

fn settings_of(graph: &Path) -> PathBuf {
    let mut settings = graph.as_os_str().to_owned();
    settings.push(".json");
    PathBuf::from(settings)
}

fn read_config(path: &Path) -> Result<Config, VoiceError> {
    let damaged = |why: String| VoiceError::Damaged(format!("{}: {why}", path.display()));
    let size = fs::metadata(path).map_err(|error| damaged(error.to_string()))?.len();
    if size > MAX_CONFIG {
        return Err(damaged("it is too large to be a voice's settings".to_owned()));
    }
    let text = fs::read_to_string(path).map_err(|error| damaged(error.to_string()))?;
    let config: Config = serde_json::from_str(&text).map_err(|error| damaged(error.to_string()))?;
    match config.phoneme_type {
        PhonemeType::Espeak => {}
        PhonemeType::Other => return Err(damaged("it needs phonemes of another kind than espeak-ng's".to_owned())),
    }
    if !(8_000..=96_000).contains(&config.audio.sample_rate) {
        return Err(damaged(format!("{} samples per second is no rate for a voice", config.audio.sample_rate)));
    }
    let length = config.inference.length_scale;
    if !(0.2..=5.0).contains(&length) {
        return Err(damaged(format!("length_scale {length} is out of range")));
    }
    Ok(config)
}

fn load(graph: &Path) -> Result<Model, VoiceError> {
    let damaged = |why: String| VoiceError::Damaged(format!("{}: {why}", graph.display()));
    catch_unwind(|| ModelOptions::with_all_ops().load_file(graph))
        .map_err(|_| damaged("it is no voice".to_owned()))?
        .map_err(|error| damaged(error.to_string()))
}

fn node(model: &Model, name: &str) -> Result<NodeId, VoiceError> {
    model.find_node(name).ok_or_else(|| VoiceError::Damaged(format!("the graph has no input \"{name}\"")))
}

fn single_characters(map: &HashMap<String, Vec<i32>>) -> HashMap<char, Vec<i32>> {
    let single = |name: &str| {
        let mut letters = name.chars();
        letters.next().filter(|_| letters.next().is_none())
    };
    map.iter().filter_map(|(name, ids)| Some((single(name)?, ids.clone()))).collect()
}

/// File name, length and a checksum over the settings: enough to tell voices and versions apart in a cache.
fn identity(graph: &Path, settings: &Path, noise: Noise) -> Result<String, VoiceError> {
    let unreadable = |error: std::io::Error| VoiceError::Damaged(error.to_string());
    let length = fs::metadata(graph).map_err(unreadable)?.len();
    let checksum = super::prompts::checksum(&fs::read(settings).map_err(unreadable)?);
    let name = graph.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let kind = match noise {
        Noise::Natural => "natural",
        Noise::None => "plain",
    };
    Ok(format!("piper {name} {length} {checksum:016x} {kind}"))
}
