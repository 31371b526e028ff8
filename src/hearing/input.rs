//! What is wrong with the sound of the microphone itself: nothing at all comes, or it is too loud. Told once each.

use crate::session::InputTrouble;

/// A muted microphone gives zeros, or one constant value with a bad converter. Levels below this are neither noise nor voice: -100 dBFS.
const NOTHING: f32 = 1e-5;
/// Silence from the very beginning is told after so many blocks: 5 s.
const NEVER_HEARD: u32 = 500;
/// Later only after 20 s: headsets that suppress noise give zeros between two words, too.
const HEARD_BEFORE: u32 = 2_000;
/// A sample from here on is at the end of the scale.
const CLIPPED: f32 = 0.985;
/// So many of them in a block spoil it ...
const CLIPPED_SAMPLES: usize = 4;
/// ... and so many spoilt blocks (10 ms) within [`CLIPPED_WITHIN`] are too many: a cough is over sooner.
const CLIPPED_BLOCKS: u32 = 30;
const CLIPPED_WITHIN: u32 = 1_000;

/// Watches raw blocks, before any filter.
#[derive(Debug, Default)]
pub struct InputWatch {
    silent: u32,
    heard: Heard,
    clipped: u32,
    blocks: u32,
    told: Vec<InputTrouble>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Heard {
    #[default]
    Nothing,
    Something,
}

impl InputWatch {
    /// Takes 10 ms of the microphone; tells what is wrong, the first time.
    pub fn look(&mut self, block: &[f32]) -> Option<InputTrouble> {
        if self.is_silent(block) {
            return self.tell(InputTrouble::Silent);
        }
        if self.is_clipped(block) { self.tell(InputTrouble::TooLoud) } else { None }
    }

    /// Whether the microphone gives anything: noise at least.
    pub fn has_heard(&self) -> bool {
        self.heard == Heard::Something
    }

    fn tell(&mut self, trouble: InputTrouble) -> Option<InputTrouble> {
        if self.told.contains(&trouble) {
            return None;
        }
        self.told.push(trouble);
        Some(trouble)
    }

    fn is_silent(&mut self, block: &[f32]) -> bool {
        let (least, most) = block.iter().fold((f32::MAX, f32::MIN), |(least, most), &s| (least.min(s), most.max(s)));
        if block.is_empty() || most - least > NOTHING {
            self.silent = 0;
            self.heard = Heard::Something;
            return false;
        }
        self.silent = self.silent.saturating_add(1);
        self.silent
            >= match self.heard {
                Heard::Nothing => NEVER_HEARD,
                Heard::Something => HEARD_BEFORE,
            }
    }

    fn is_clipped(&mut self, block: &[f32]) -> bool {
        self.blocks += 1;
        if self.blocks > CLIPPED_WITHIN {
            self.blocks = 0;
            self.clipped = 0;
        }
        let full = block.iter().filter(|sample| sample.abs() >= CLIPPED).count();
        self.clipped += u32::from(full >= CLIPPED_SAMPLES);
        self.clipped >= CLIPPED_BLOCKS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds of blocks; what was told, and after how many seconds.
    fn told(watch: &mut InputWatch, seconds: u32, sample: impl Fn(usize) -> f32) -> Vec<(u32, InputTrouble)> {
        let block: Vec<f32> = (0..160).map(sample).collect();
        (0..seconds * 100).filter_map(|n| watch.look(&block).map(|trouble| (n / 100, trouble))).collect()
    }

    fn wave(peak: f32) -> impl Fn(usize) -> f32 {
        move |i| (peak * (i as f32 * 0.2).sin()).clamp(-1.0, 1.0)
    }

    #[test]
    fn a_microphone_that_gives_nothing_is_told_once() {
        for constant in [0.0, 0.2] {
            let mut watch = InputWatch::default();
            assert_eq!(told(&mut watch, 60, |_| constant), [(4, InputTrouble::Silent)]);
        }
    }

    #[test]
    fn a_mute_key_pressed_later_is_told_later_and_gaps_between_words_are_not() {
        let mut watch = InputWatch::default();
        for _ in 0..5 {
            assert_eq!(told(&mut watch, 1, wave(0.1)), []);
            assert_eq!(told(&mut watch, 15, |_| 0.0), []);
        }
        told(&mut watch, 1, wave(0.1));
        assert_eq!(told(&mut watch, 30, |_| 0.0), [(19, InputTrouble::Silent)]);
    }

    #[test]
    fn a_quiet_room_is_not_a_muted_microphone() {
        assert_eq!(told(&mut InputWatch::default(), 60, wave(0.0003)), []);
    }

    #[test]
    fn clipping_is_told_once_and_a_cough_is_not_clipping() {
        let mut watch = InputWatch::default();
        for _ in 0..20 {
            let cough: Vec<f32> = (0..160).map(wave(3.0)).collect();
            assert_eq!(watch.look(&cough), None);
        }
        told(&mut watch, 20, wave(0.3));
        assert_eq!(told(&mut watch, 20, wave(3.0)), [(0, InputTrouble::TooLoud)]);
    }

    #[test]
    fn hostile_blocks_are_borne() {
        let mut watch = InputWatch::default();
        assert_eq!(watch.look(&[]), None);
        assert_eq!(watch.look(&[f32::NAN, f32::INFINITY]), None);
    }
}
