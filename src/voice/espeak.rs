//! espeak-ng as a voice: robotic, but there, small, and quick (real-time factor below 0.01).

use std::ffi::OsString;
use std::time::Duration;

use super::level;
use super::process::{Limits, run};
use super::readable::has_sound;
use crate::ports::{Clip, Synthesiser, VoiceError};

/// One minute of 22,050 Hz, 16 bit.
const LIMITS: Limits = Limits { time: Duration::from_secs(10), output_bytes: 60 * 22_050 * 2 + 64 };
/// Words a minute at speed 1; espeak-ng takes 80 to 450.
const WORDS_PER_MINUTE: f32 = 165.0;

/// The fallback voice.
#[derive(Debug, Clone)]
pub struct EspeakVoice {
    program: OsString,
    /// espeak-ng's name of the language.
    language: String,
}

impl EspeakVoice {
    /// `language` is espeak-ng's name of it, such as "en-us" or "de".
    ///
    /// # Errors
    /// [`VoiceError::NoPhonemes`] when espeak-ng is not installed, [`VoiceError::Missing`] when it does not know the language.
    pub fn open(language: &str) -> Result<EspeakVoice, VoiceError> {
        let unknown =
            || VoiceError::Missing(format!("espeak-ng does not know the language \"{}\"", language.escape_debug()));
        if !is_language(language) {
            return Err(unknown());
        }
        let mut voice = EspeakVoice { program: OsString::from("espeak-ng"), language: language.to_owned() };
        match voice.synthesise("a", 1.0) {
            Ok(_) => Ok(voice),
            Err(VoiceError::Failed(_)) => Err(unknown()),
            Err(error) => Err(error),
        }
    }
}

/// Whether a name can be given to espeak-ng: never an option or a path.
pub fn is_language(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}

/// Languages that espeak-ng speaks, ISO 639-1 as far as there is one, each once, in alphabetical order.
///
/// # Errors
/// [`VoiceError::NoPhonemes`] when espeak-ng is not installed.
pub fn languages() -> Result<Vec<String>, VoiceError> {
    let bytes = run(&OsString::from("espeak-ng"), &["--voices"], "", LIMITS)?;
    let list = String::from_utf8_lossy(&bytes).into_owned();
    let names = list.lines().skip(1).filter_map(|line| line.split_whitespace().nth(1));
    let mut found: Vec<String> = names.filter(|name| is_language(name)).map(super::voices::plain_language).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

impl Synthesiser for EspeakVoice {
    fn synthesise(&mut self, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        let rate = (WORDS_PER_MINUTE * level::sane_speed(speed)).clamp(80.0, 450.0).round().to_string();
        let text: String = text.chars().map(|c| if c.is_control() || c == '[' { ' ' } else { c }).collect();
        if !has_sound(&text) {
            return Ok(Clip { samples: Vec::new(), rate: 22_050 });
        }
        let bytes = run(&self.program, &["-v", &self.language, "-s", &rate, "--stdin", "--stdout"], &text, LIMITS)?;
        let clip = read_wav(&bytes).ok_or_else(|| VoiceError::Failed("espeak-ng sent no sound".to_owned()))?;
        Ok(Clip { samples: level::even_out(clip.samples, clip.rate), rate: clip.rate })
    }

    fn identity(&self) -> String {
        format!("espeak-ng {}", self.language)
    }
}

/// Mono 16-bit WAV whose header lengths are not to be trusted: espeak-ng streams, and writes 0x7fff_f000.
fn read_wav(bytes: &[u8]) -> Option<Clip> {
    let rate = u32::from_le_bytes(bytes.get(24..28)?.try_into().ok()?);
    let samples = bytes.get(44..)?.chunks_exact(2).map(|pair| match pair {
        [low, high] => f32::from(i16::from_le_bytes([*low, *high])) / 32_768.0,
        _ => 0.0,
    });
    (bytes.starts_with(b"RIFF") && (8_000..=96_000).contains(&rate)).then(|| Clip { samples: samples.collect(), rate })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn garbage_is_no_sound() {
        for bytes in [
            &b""[..],
            b"RIFF",
            &[0; 100],
            b"RIFFxxxxWAVEfmt \0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(read_wav(bytes), None);
        }
    }
}
