//! Phonemes from a separate espeak-ng process (GPL-3: run, never linked). 8 ms a call on the development machine.

use std::ffi::OsString;
use std::time::Duration;

use super::espeak::is_language;
use super::process::{Limits, run};
use super::readable::has_sound;
use crate::ports::VoiceError;

/// A stuck child must not stop the voice for longer than a listener would wait.
const LIMITS: Limits = Limits { time: Duration::from_secs(3), output_bytes: 256 * 1024 };

/// Turns text into IPA with punctuation, as Piper voices were trained on.
#[derive(Debug, Clone)]
pub struct Phonemiser {
    program: OsString,
    voice: String,
}

impl Phonemiser {
    /// `voice` is espeak-ng's name of the language, such as "en-us"; anything that is no plain name becomes "en-us".
    pub fn new(voice: &str) -> Phonemiser {
        Phonemiser {
            program: OsString::from("espeak-ng"),
            voice: if is_language(voice) { voice.to_owned() } else { "en-us".to_owned() },
        }
    }

    /// IPA of `text`; marks kept, one blank between words; empty when nothing in it can be spoken.
    ///
    /// # Errors
    /// [`VoiceError::NoPhonemes`] without espeak-ng, [`VoiceError::Failed`] when it misbehaves.
    pub fn phonemes(&self, text: &str) -> Result<String, VoiceError> {
        let segments: Vec<Segment> = segments(text).into_iter().filter(|segment| has_sound(&segment.words)).collect();
        let spoken = self.all(&segments)?;
        let mut ipa = String::new();
        for (spoken, segment) in spoken.iter().zip(&segments).filter(|(spoken, _)| !spoken.is_empty()) {
            if !ipa.is_empty() {
                ipa.push(' ');
            }
            ipa.push_str(spoken);
            ipa.extend(segment.mark);
        }
        Ok(ipa)
    }

    /// IPA of each segment. One call for all of them: each is a paragraph of its own to espeak-ng, and a line of its answer.
    /// When the lines do not fit, one call each.
    fn all(&self, segments: &[Segment]) -> Result<Vec<String>, VoiceError> {
        if segments.is_empty() {
            return Ok(Vec::new());
        }
        let paragraphs: Vec<&str> = segments.iter().map(|segment| segment.words.as_str()).collect();
        let answer = self.ask(&paragraphs.join("\n\n"))?;
        let lines: Vec<String> = answer.lines().map(clean).filter(|line| !line.is_empty()).collect();
        if segments.len() == 1 {
            return Ok(vec![lines.join(" ")]);
        }
        if lines.len() == segments.len() {
            return Ok(lines);
        }
        segments.iter().map(|segment| Ok(clean(&self.ask(&segment.words)?))).collect()
    }

    fn ask(&self, words: &str) -> Result<String, VoiceError> {
        let arguments = ["-q", "--ipa", "-v", &self.voice, "--stdin"];
        let bytes = run(&self.program, &arguments, words, LIMITS)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Words up to a mark, and the mark.
#[derive(Debug, PartialEq, Eq)]
struct Segment {
    words: String,
    mark: Option<char>,
}

/// espeak-ng drops punctuation, so it gets the words between the marks. A mark counts only before a blank or the end:
/// "3.5" and "9:10" stay whole.
fn segments(text: &str) -> Vec<Segment> {
    let mut found = Vec::new();
    let mut words = String::new();
    let mut letters = text.chars().map(harmless).peekable();
    while let Some(c) = letters.next() {
        let ends = letters.peek().is_none_or(|next| next.is_whitespace() || is_closing(*next));
        match mark(c) {
            Some(mark) if ends => found.push(Segment { words: take_words(&mut words), mark: Some(mark) }),
            Some(_) | None => words.push(c),
        }
    }
    found.push(Segment { words: take_words(&mut words), mark: None });
    found.retain(|segment| !segment.words.is_empty());
    found
}

fn take_words(words: &mut String) -> String {
    std::mem::take(words).trim().to_owned()
}

/// Control characters are commands to espeak-ng, and `[[` starts its phoneme alphabet.
fn harmless(c: char) -> char {
    if c.is_control() || matches!(c, '[' | ']' | '<' | '>') { ' ' } else { c }
}

fn mark(c: char) -> Option<char> {
    match c {
        ',' | '.' | ';' | ':' | '!' | '?' => Some(c),
        '\u{2026}' | '\u{3002}' => Some('.'),
        '\u{2014}' | '\u{2013}' | '\u{3001}' | '\u{ff0c}' => Some(','),
        '\u{ff01}' => Some('!'),
        '\u{ff1f}' | '\u{61f}' => Some('?'),
        _ => None,
    }
}

fn is_closing(c: char) -> bool {
    matches!(c, '"' | '\'' | ')' | '\u{201d}' | '\u{2019}' | '\u{bb}') || mark(c).is_some()
}

/// Joins espeak-ng's lines and drops its language switches such as "(fr)".
fn clean(output: &str) -> String {
    let mut ipa = String::new();
    let mut depth = 0_u32;
    for c in output.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            // Zero-width joiner, and the tie some versions write.
            '\u{200d}' | '\u{361}' => {}
            _ if depth > 0 => {}
            _ if c.is_whitespace() || c == '_' => {
                if !ipa.is_empty() && !ipa.ends_with(' ') {
                    ipa.push(' ');
                }
            }
            _ => ipa.push(c),
        }
    }
    ipa.truncate(ipa.trim_end().len());
    ipa
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(text: &str) -> Vec<(String, Option<char>)> {
        segments(text).into_iter().map(|s| (s.words, s.mark)).collect()
    }

    #[test]
    fn marks_before_a_blank_split_and_others_do_not() {
        assert_eq!(
            marks("Version 3.5, at 9:10. Really?!"),
            [
                ("Version 3.5".to_owned(), Some(',')),
                ("at 9:10".to_owned(), Some('.')),
                ("Really".to_owned(), Some('?')),
            ]
        );
    }

    #[test]
    fn commands_to_the_phonemiser_are_blanked() {
        assert_eq!(marks("a \u{1}40S [[x]] b"), [("a  40S   x   b".to_owned(), None)]);
    }

    #[test]
    fn language_switches_and_line_ends_are_dropped() {
        assert_eq!(clean("(en)wˈɜːld(fr)\n bˈɔ̃\u{200d}n\n"), "wˈɜːld bˈɔ̃n");
    }

    #[test]
    fn a_voice_name_cannot_be_an_option_or_a_path() {
        for name in ["-f/etc/passwd", "../x", "", "a b"] {
            assert_eq!(Phonemiser::new(name).voice, "en-us", "{name}");
        }
        assert_eq!(Phonemiser::new("pt-br").voice, "pt-br");
    }

    #[test]
    fn punctuation_comes_back() {
        match Phonemiser::new("en-us").phonemes("Hello, world. How are you?") {
            // Stress differs between versions of espeak-ng; marks and words do not.
            Ok(ipa) => {
                let plain: String = ipa.chars().filter(|c| !matches!(c, 'ˈ' | 'ˌ')).collect();
                assert_eq!(plain, "həloʊ, wɜːld. haʊ ɑːɹ juː?");
            }
            Err(VoiceError::NoPhonemes) => eprintln!("SKIPPED punctuation_comes_back: espeak-ng is not installed"),
            Err(error) => panic!("{error}"),
        }
    }
}
