//! A voice with what it needs to say words right: its lexicon, and letters it can read.

use super::lexicon::Lexicon;
use super::readable::{Foreign, Reader, has_sound, name};
use crate::ports::{Clip, Synthesiser, VoiceError};

/// A voice behind its lexicon. Nothing that should be heard is silent.
pub struct Pronounced {
    voice: Box<dyn Synthesiser + Send>,
    lexicon: Lexicon,
    reader: Reader,
}

impl Pronounced {
    /// `language` is the voice's own.
    pub fn new(voice: Box<dyn Synthesiser + Send>, language: &str, lexicon: Lexicon) -> Pronounced {
        Pronounced { voice, lexicon, reader: Reader::of(language) }
    }
}

impl Synthesiser for Pronounced {
    fn synthesise(&mut self, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        let said = self.reader.readable(&self.lexicon.apply(text));
        let clip = self.voice.synthesise(&said, speed)?;
        if clip.samples.is_empty() && has_sound(text) {
            return self.voice.synthesise(name(Foreign::Sign), speed);
        }
        Ok(clip)
    }

    fn identity(&self) -> String {
        format!("{} {:016x}", self.voice.identity(), self.lexicon.checksum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::voice::Lexicons;

    /// Gives one sample for each letter of "sign", and none for a star.
    struct Echo(std::sync::mpsc::Sender<String>);

    impl Synthesiser for Echo {
        fn synthesise(&mut self, text: &str, _speed: f32) -> Result<Clip, VoiceError> {
            self.0.send(text.to_owned()).expect("the test listens");
            let samples = if text.contains('★') { Vec::new() } else { vec![0.1; text.len()] };
            Ok(Clip { samples, rate: 22_050 })
        }

        fn identity(&self) -> String {
            "echo".to_owned()
        }
    }

    #[test]
    fn the_lexicon_comes_first_and_a_sign_without_a_name_is_still_heard() {
        let (sender, said) = std::sync::mpsc::channel();
        let mut voice = Pronounced::new(Box::new(Echo(sender)), "en-us", Lexicons::built_in().of("en"));
        for text in ["Nguyen 王", "★", "---"] {
            voice.synthesise(text, 1.0).expect("clip");
        }
        assert_eq!(said.try_iter().collect::<Vec<_>>(), ["Win some Chinese text", "★", "a sign", "---"]);
        assert_ne!(voice.identity(), "echo");
    }
}
