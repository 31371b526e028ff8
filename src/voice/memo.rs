//! Remembers what a voice said, so that replays of the same mailbox synthesise each sentence once.

use std::collections::HashMap;

use crate::ports::{Clip, Synthesiser, VoiceError};

/// A voice in front of another: the same text at the same speed gives the same clip without work. Only in memory.
/// With [`Noise::Natural`](super::Noise) it takes the variety away; meant for replay.
pub struct MemoVoice {
    voice: Box<dyn Synthesiser + Send>,
    clips: HashMap<(Option<String>, String, u32), Clip>,
    bytes: usize,
    limit: usize,
}

impl MemoVoice {
    /// Keeps at most `limit` bytes of samples; starts anew when they are used up.
    pub fn new(voice: Box<dyn Synthesiser + Send>, limit: usize) -> MemoVoice {
        MemoVoice { voice, clips: HashMap::new(), bytes: 0, limit }
    }
}

impl Synthesiser for MemoVoice {
    fn synthesise(&mut self, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        self.synthesise_in(None, text, speed)
    }

    fn synthesise_in(&mut self, language: Option<&str>, text: &str, speed: f32) -> Result<Clip, VoiceError> {
        let key = (language.map(str::to_owned), text.to_owned(), speed.to_bits());
        if let Some(clip) = self.clips.get(&key) {
            return Ok(clip.clone());
        }
        let clip = self.voice.synthesise_in(language, text, speed)?;
        let size = clip.samples.len().saturating_mul(size_of::<f32>());
        if self.bytes.saturating_add(size) > self.limit {
            self.clips.clear();
            self.bytes = 0;
        }
        if size <= self.limit {
            self.bytes = self.bytes.saturating_add(size);
            self.clips.insert(key, clip.clone());
        }
        Ok(clip)
    }

    fn identity(&self) -> String {
        self.voice.identity()
    }

    fn next_voice(&mut self) -> bool {
        self.clips.clear();
        self.bytes = 0;
        self.voice.next_voice()
    }

    fn languages(&self) -> Vec<String> {
        self.voice.languages()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says how often it was asked.
    struct Counter(usize);

    impl Synthesiser for Counter {
        fn synthesise(&mut self, _text: &str, _speed: f32) -> Result<Clip, VoiceError> {
            self.0 += 1;
            Ok(Clip { samples: vec![self.0 as f32; 10], rate: 22_050 })
        }

        fn identity(&self) -> String {
            "counter".to_owned()
        }
    }

    #[test]
    fn the_same_text_and_speed_is_made_once_and_memory_is_bounded() {
        let mut voice = MemoVoice::new(Box::new(Counter(0)), 100);
        let mut made = |text: &str, speed| voice.synthesise(text, speed).expect("clip").samples.first().copied();
        assert_eq!(made("a", 1.0), Some(1.0));
        assert_eq!(made("a", 1.0), Some(1.0));
        assert_eq!(made("a", 2.0), Some(2.0));
        assert_eq!(made("b", 1.0), Some(3.0));
        assert_eq!(made("a", 1.0), Some(4.0), "40 bytes a clip: the third started anew");
    }
}
