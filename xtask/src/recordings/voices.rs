//! Free voices, each a program.

use std::env;
use std::fs;
use std::process::{self, Command};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::sound::Sound;
use crate::shell;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Voice {
    EspeakUs,
    EspeakUsFemale,
    EspeakGb,
    FliteAwb,
    FliteKal16,
    FliteRms,
    FliteSlt,
    FestivalKal,
    FestivalSlt,
}

impl Voice {
    pub const ALL: [Voice; 9] = [
        Voice::EspeakUs,
        Voice::EspeakUsFemale,
        Voice::EspeakGb,
        Voice::FliteAwb,
        Voice::FliteKal16,
        Voice::FliteRms,
        Voice::FliteSlt,
        Voice::FestivalKal,
        Voice::FestivalSlt,
    ];

    pub fn say(self, text: &str) -> Result<Sound> {
        let scratch = env::temp_dir().join(format!("hark-recordings-{}", process::id()));
        fs::create_dir_all(&scratch)?;
        let (words, wav) = (scratch.join("words.txt"), scratch.join("said.wav"));
        fs::write(&words, text)?;
        let mut command = match self {
            Voice::EspeakUs => espeak("en-us", "150", text),
            Voice::EspeakUsFemale => espeak("en-us+f3", "145", text),
            Voice::EspeakGb => espeak("en-gb", "155", text),
            Voice::FliteAwb => flite("awb", text),
            Voice::FliteKal16 => flite("kal16", text),
            Voice::FliteRms => flite("rms", text),
            Voice::FliteSlt => flite("slt", text),
            Voice::FestivalKal => festival("kal_diphone"),
            Voice::FestivalSlt => festival("cmu_us_slt_arctic_hts"),
        };
        match self {
            Voice::EspeakUs | Voice::EspeakUsFemale | Voice::EspeakGb => command.arg("-w").arg(&wav),
            Voice::FliteAwb | Voice::FliteKal16 | Voice::FliteRms | Voice::FliteSlt => command.arg("-o").arg(&wav),
            Voice::FestivalKal | Voice::FestivalSlt => command.arg("-o").arg(&wav).arg(&words),
        };
        shell::run_quietly(&mut command)
            .context("install espeak-ng, flite, festival, festvox-kallpc16k, festvox-us-slt-hts")?;
        let sound = Sound::from_wav(&fs::read(&wav)?);
        fs::remove_dir_all(&scratch)?;
        sound
    }
}

fn espeak(voice: &str, words_a_minute: &str, text: &str) -> Command {
    let mut command = Command::new("espeak-ng");
    command.args(["-v", voice, "-s", words_a_minute, text]);
    command
}

fn flite(voice: &str, text: &str) -> Command {
    let mut command = Command::new("flite");
    command.args(["-voice", voice, "-t", text]);
    command
}

fn festival(voice: &str) -> Command {
    let mut command = Command::new("text2wave");
    command.arg("-eval").arg(format!("(voice_{voice})"));
    command
}
