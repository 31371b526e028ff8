//! `cargo xtask recordings`: makes the recorded commands, noises and rooms of the scenarios anew, from
//! tests/replay/clips/manifest.toml. Needs espeak-ng, flite and festival; only who changes the manifest needs them.

pub mod chance;
pub mod noise;
pub mod room;
pub mod sound;
#[cfg(test)]
mod tests;
mod voices;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell::{self, Progress};
use chance::Chance;
use room::Room;
use sound::Sound;
use voices::Voice;

const MANIFEST: &str = "tests/replay/clips/manifest.toml";
/// Active speech level of a recording (behaviour of scenarios: 0 dB).
const LEVEL_DBFS: f32 = -26.0;
/// A microphone is never digitally silent, and recognisers dislike it.
const FLOOR_DBFS: f32 = -72.0;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    clip: Vec<Clip>,
    noise: Vec<Bed>,
    room: Vec<Response>,
}

/// Somebody says something.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clip {
    /// Relative to the workspace.
    file: String,
    say: String,
    voice: Voice,
    #[serde(default)]
    room: Room,
    /// Hz.
    #[serde(default = "usual_rate")]
    rate: u32,
    #[serde(default = "mono")]
    channels: u16,
}

/// A loop of noise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bed {
    file: String,
    kind: noise::Kind,
    seconds: u32,
    seed: u64,
}

/// What a room does to a click.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Response {
    file: String,
    kind: Room,
    rate: u32,
}

fn usual_rate() -> u32 {
    16_000
}

fn mono() -> u16 {
    1
}

pub fn run() -> Result<()> {
    let manifest = manifest(&shell::root())?;
    let mut progress = Progress::new(manifest.clip.len() + manifest.noise.len() + manifest.room.len());
    for clip in &manifest.clip {
        progress.step(&clip.file);
        write(&clip.file, &clip.make()?, clip.channels)?;
    }
    for bed in &manifest.noise {
        progress.step(&bed.file);
        write(&bed.file, &noise::bed(bed.kind, bed.seconds, bed.seed)?.at_level(LEVEL_DBFS), 1)?;
    }
    for room in &manifest.room {
        progress.step(&room.file);
        write(&room.file, &room.kind.response(room.rate), 1)?;
    }
    Ok(())
}

impl Clip {
    fn make(&self) -> Result<Sound> {
        let dry = self.voice.say(&self.say)?.resampled(self.rate).trimmed();
        let heard = self.room.hear(&dry.padded(0.1, 0.3)).at_level(LEVEL_DBFS);
        Ok(heard.with_floor(FLOOR_DBFS, &mut Chance::of(&self.file)))
    }
}

fn manifest(root: &Path) -> Result<Manifest> {
    let text = fs::read_to_string(root.join(MANIFEST)).context(MANIFEST)?;
    toml::from_str(&text).context(MANIFEST)
}

fn write(file: &str, sound: &Sound, channels: u16) -> Result<()> {
    let path = shell::root().join(file);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(&path, sound.to_wav(channels)).with_context(|| file.to_owned())
}
