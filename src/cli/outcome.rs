//! Files that a replay leaves: whole or not at all.

use std::fs;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use crate::ports::OUTPUT_RATE;
use crate::replay::{Replayed, timeline, write_report};
use anyhow::Context as _;

/// What to write, and where.
#[derive(Debug, Default, Clone)]
pub struct Outcome {
    pub wav: Option<PathBuf>,
    pub report: Option<PathBuf>,
    pub timeline: Option<PathBuf>,
}

impl Outcome {
    /// The files of one scenario among several: the options name folders then.
    pub fn in_folders(&self, stem: &str) -> Outcome {
        let file = |folder: &Option<PathBuf>, ending: &str| folder.as_ref().map(|f| f.join(format!("{stem}.{ending}")));
        Outcome {
            wav: file(&self.wav, "wav"),
            report: file(&self.report, "jsonl"),
            timeline: file(&self.timeline, "html"),
        }
    }

    /// Writes what was asked for.
    pub fn write(&self, title: &str, replayed: &Replayed) -> anyhow::Result<()> {
        if let Some(path) = &self.wav {
            whole(path, |partial| write_wav(partial, replayed))?;
        }
        if let Some(path) = &self.report {
            whole(path, |partial| {
                let mut out = BufWriter::new(fs::File::create(partial)?);
                Ok(write_report(&mut out, &replayed.events, &replayed.summary)?)
            })?;
        }
        if let Some(path) = &self.timeline {
            let audio = self.wav.as_ref().and_then(|wav| audio_beside(wav, path));
            let page = timeline(title, replayed, audio.as_deref());
            whole(path, |partial| Ok(fs::write(partial, page)?))?;
        }
        Ok(())
    }
}

/// The name a page can load the recording by, if both lie in one folder.
fn audio_beside(wav: &Path, page: &Path) -> Option<String> {
    (wav.parent() == page.parent()).then(|| wav.file_name()?.to_str().map(str::to_owned)).flatten()
}

/// Writes beside the target first, so that a stop in the middle leaves nothing half-written.
fn whole(path: &Path, write: impl FnOnce(&Path) -> anyhow::Result<()>) -> anyhow::Result<()> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let partial = path.with_extension("partial");
    let told = || format!("cannot write {}", path.display());
    write(&partial).with_context(told)?;
    fs::rename(&partial, path).with_context(told)
}

/// 48 kHz, 16 bit; left = microphone before cancellation, right = loudspeaker.
fn write_wav(path: &Path, replayed: &Replayed) -> anyhow::Result<()> {
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: OUTPUT_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut writer = hound::WavWriter::create(path, spec)?;
    for (mic, voice) in replayed.mic.iter().zip(&replayed.voice) {
        writer.write_sample(sixteen_bit(*mic))?;
        writer.write_sample(sixteen_bit(*voice))?;
    }
    Ok(writer.finalize()?)
}

fn sixteen_bit(sample: f32) -> i16 {
    (sample.clamp(-1.0, 1.0) * 32_767.0) as i16
}
