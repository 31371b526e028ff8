//! The sounds: commands, near misses and talk in free voices and rooms, and noise.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::{Part, texts};
use crate::recordings::chance::Chance;
use crate::recordings::noise::{self, Kind};
use crate::recordings::room::Room;
use crate::recordings::sound::Sound;
use crate::shell::{self, Progress};

/// A voice: the program and what it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Voice {
    program: Program,
    name: &'static str,
    /// Words a minute for espeak-ng, a stretch in per cent for flite.
    pace: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Espeak,
    Flite,
}

const fn espeak(name: &'static str, pace: u32) -> Voice {
    Voice { program: Program::Espeak, name, pace }
}

const fn flite(name: &'static str, pace: u32) -> Voice {
    Voice { program: Program::Flite, name, pace }
}

const TUNE: [Voice; 18] = [
    flite("slt", 95),
    espeak("en-us+m3", 160),
    flite("kal16", 100),
    espeak("en-gb", 150),
    flite("awb", 105),
    espeak("en-us+f3", 145),
    flite("slt", 115),
    espeak("en-us+m7", 180),
    flite("kal16", 85),
    espeak("en-gb-scotland+f2", 140),
    flite("awb", 90),
    espeak("en-029+m2", 155),
    espeak("en-gb-x-gbclan+m4", 165),
    flite("slt", 85),
    espeak("en-gb-x-gbcwmd+f4", 170),
    espeak("en-us+f1", 190),
    flite("awb", 120),
    espeak("en-us+klatt2", 150),
];
const TEST: [Voice; 4] = [flite("rms", 95), espeak("en-us+f5", 165), flite("rms", 115), espeak("en-gb-x-rp+m1", 145)];
/// How often each phrase is said, by another voice each time, and how many turns of talk there are.
const TIMES: (usize, usize) = (5, 2);
const TURNS: (usize, usize) = (3600, 400);
const MANIFEST: &str = "path\ttranscript\tintent\tspeaker\n";

impl Part {
    fn voices(self) -> &'static [Voice] {
        match self {
            Part::Tune => &TUNE,
            Part::Test => &TEST,
        }
    }

    fn counts(self) -> (usize, usize) {
        match self {
            Part::Tune => (TIMES.0, TURNS.0),
            Part::Test => (TIMES.1, TURNS.1),
        }
    }
}

/// Makes what is missing of a part.
pub fn make(part: Part) -> Result<()> {
    let (times, turns) = part.counts();
    let mut commands = MANIFEST.to_owned();
    let phrases = texts::commands()?;
    let near = texts::NEAR.iter().map(|text| ((*text).to_owned(), String::new()));
    let said: Vec<_> = phrases
        .into_iter()
        .cycle()
        .take(phrases_times(times)?)
        .chain(near.cycle().take(texts::NEAR.len() * times.min(2)))
        .collect();
    let mut progress = Progress::new(4);
    progress.step(&format!("{} commands and near misses ({})", said.len(), part.name()));
    for (number, (text, intent)) in said.iter().enumerate() {
        let file = format!("commands/{number:04}.wav");
        let voice = clip(part, &file, text, number + number / 97)?;
        commands += &format!("{file}\t{text}\t{intent}\t{}\n", voice.name);
    }
    progress.step(&format!("{turns} turns of talk"));
    let mut speech = "path\ttranscript_asr\tspeaker\n".to_owned();
    let talk = texts::Talk::read()?;
    let mut chance = Chance::of(part.name());
    for number in 0..turns {
        let file = format!("speech/{number:04}.wav");
        let text = talk.turn(&mut chance)?;
        let voice = clip(part, &file, &text, number)?;
        speech += &format!("{file}\t{text}\t{}\n", voice.name);
    }
    progress.step("noise");
    let mut noises = "path\ttype\n".to_owned();
    for (name, kind) in [("train", Kind::Train), ("street", Kind::Street), ("babble", Kind::Babble)] {
        let file = format!("noise/{name}.wav");
        let path = part.folder().join(&file);
        if !path.is_file() {
            let seed = 90 + part.name().len() as u64 + u64::from(part == Part::Test);
            write(&path, &noise::bed(kind, 40, seed)?.at_level(-26.0))?;
        }
        noises += &format!("{file}\t{name}\n");
    }
    progress.step("lists");
    for (folder, text) in [("commands", commands), ("speech", speech), ("noise", noises)] {
        let path = part.folder().join(folder).join("manifest.tsv");
        fs::write(&path, text).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn phrases_times(times: usize) -> Result<usize> {
    Ok(texts::commands()?.len() * times)
}

/// Says one clip, unless it is there already.
fn clip(part: Part, file: &str, text: &str, number: usize) -> Result<Voice> {
    let voices = part.voices();
    let voice = voices[number % voices.len()];
    let path = part.folder().join(file);
    if path.is_file() {
        return Ok(voice);
    }
    let mut chance = Chance::of(file);
    let room = [Room::Near, Room::Near, Room::Far, Room::Table][(chance.unit() * 4.0) as usize % 4];
    let dry = voice.say(text, &path)?.trimmed().padded(0.05, 0.25);
    write(&path, &room.hear(&dry).at_level(-26.0).with_floor(-68.0, &mut chance))?;
    Ok(voice)
}

impl Voice {
    /// `scratch` is a file that may be written over.
    fn say(self, text: &str, scratch: &Path) -> Result<Sound> {
        if let Some(folder) = scratch.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut command = match self.program {
            Program::Espeak => {
                let mut command = Command::new("espeak-ng");
                command.args(["-v", self.name, "-s", &self.pace.to_string(), "-w"]).arg(scratch).arg(text);
                command
            }
            Program::Flite => {
                let mut command = Command::new("flite");
                let stretch = format!("duration_stretch={}", self.pace as f32 / 100.0);
                command.args(["-voice", self.name, "--setf", &stretch, "-t", text, "-o"]).arg(scratch);
                command
            }
        };
        shell::run_quietly(&mut command).context("install espeak-ng and flite")?;
        let sound = Sound::from_wav(&fs::read(scratch)?);
        fs::remove_file(scratch)?;
        sound
    }
}

fn write(path: &Path, sound: &Sound) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    // Whole or not at all: what is there is not made again.
    let part = path.with_extension("part");
    fs::write(&part, sound.to_wav(1))?;
    fs::rename(&part, path).with_context(|| path.display().to_string())
}
