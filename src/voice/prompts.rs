//! Fixed prompts, kept on disk so that the next start speaks at once. Only texts that the caller names as fixed (no name, no
//! figure, nothing of a mail) are ever written (I10).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::ports::{Clip, ClipKey};

/// Rises when synthesis, trimming or loudness change, so that old files are not used.
const VERSION: u32 = 2;
/// A prompt is a breath; a longer file is not ours.
const MAX_SECONDS: u32 = 30;

/// Which texts are fixed, and where their sound is kept.
#[derive(Debug, Clone, Default)]
pub struct PromptStore {
    fixed: BTreeSet<String>,
    folder: Option<PathBuf>,
}

impl PromptStore {
    /// `folder` = `None` keeps nothing on disk. The texts are cut as the mouth cuts them.
    pub fn new(fixed: &[String], folder: Option<PathBuf>) -> PromptStore {
        PromptStore { fixed: fixed.iter().flat_map(|text| super::pieces(text)).collect(), folder }
    }

    pub fn is_fixed(&self, key: &ClipKey) -> bool {
        key.language.is_none() && self.fixed.contains(&key.spoken)
    }

    /// The clip of an earlier run; `None` when there is none or it is damaged.
    pub fn load(&self, identity: &str, key: &ClipKey) -> Option<Clip> {
        read(&self.path(identity, key)?)
    }

    /// Keeps a clip. A full disk only costs time at the next start, so errors are not reported.
    pub fn save(&self, identity: &str, key: &ClipKey, clip: &Clip) {
        if let Some(path) = self.path(identity, key) {
            let _ = write(&path, clip);
        }
    }

    fn path(&self, identity: &str, key: &ClipKey) -> Option<PathBuf> {
        let folder = self.folder.as_ref().filter(|_| self.is_fixed(key))?;
        let name = format!("{VERSION}\n{identity}\n{}\n{}", key.speed_percent, key.spoken);
        Some(folder.join(format!("{:016x}.wav", checksum(name.as_bytes()))))
    }
}

fn read(path: &Path) -> Option<Clip> {
    let mut reader = hound::WavReader::open(path).ok()?;
    let spec = reader.spec();
    let ours = spec.channels == 1 && spec.sample_format == hound::SampleFormat::Float && spec.bits_per_sample == 32;
    if !ours || reader.duration() > spec.sample_rate.saturating_mul(MAX_SECONDS) {
        return None;
    }
    let samples: Vec<f32> = reader.samples::<f32>().collect::<Result<_, _>>().ok()?;
    samples.iter().all(|s| s.is_finite() && s.abs() <= 1.0).then_some(Clip { samples, rate: spec.sample_rate })
}

/// Float samples, so that a clip from disk equals the one that was made. Renamed into place: never half a file.
fn write(path: &Path, clip: &Clip) -> Result<(), hound::Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let partial = path.with_extension(format!("{}.part", std::process::id()));
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: clip.rate,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(&partial, spec)?;
    for sample in &clip.samples {
        writer.write_sample(*sample)?;
    }
    writer.finalize()?;
    Ok(fs::rename(&partial, path)?)
}

/// FNV-1a, 64 bit: names files, guards nothing.
pub fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ClipKey {
        ClipKey { spoken: text.to_owned(), speed_percent: 100, language: None }
    }

    #[test]
    fn only_fixed_prompts_reach_the_disk_and_come_back_equal() {
        let folder = tempfile::tempdir().expect("folder");
        let store = PromptStore::new(&["Archived.".to_owned()], Some(folder.path().to_owned()));
        let clip = Clip { samples: vec![0.1, -0.25, 0.3], rate: 22_050 };
        store.save("voice", &key("Archived."), &clip);
        store.save("voice", &key("Ana on the roadmap."), &clip);
        assert_eq!(fs::read_dir(folder.path()).expect("list").count(), 1);
        assert_eq!(store.load("voice", &key("Archived.")), Some(clip));
        assert_eq!(store.load("other voice", &key("Archived.")), None);
    }

    #[test]
    fn a_damaged_file_is_not_played() {
        let folder = tempfile::tempdir().expect("folder");
        let store = PromptStore::new(&["Archived.".to_owned()], Some(folder.path().to_owned()));
        store.save("voice", &key("Archived."), &Clip { samples: vec![0.1; 100], rate: 22_050 });
        let file = fs::read_dir(folder.path()).expect("list").next().expect("one").expect("entry").path();
        let half = fs::read(&file).expect("read");
        fs::write(&file, half.get(..half.len() / 2).expect("half")).expect("write");
        assert_eq!(store.load("voice", &key("Archived.")), None);
    }
}
