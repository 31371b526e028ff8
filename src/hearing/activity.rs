//! Is that a voice? Onset and end, from a small neural detector with a state of our own around it.

use earshot::Detector;

use super::{BLOCK, RATE};

/// Samples of a frame of the detector (16 ms).
const FRAME: usize = 256;
/// Probability from which a frame is voiced, and below which it is not any more.
const ON: f32 = 0.5;
const OFF: f32 = 0.3;
/// Voiced frames in a row that make an onset (32 ms).
const FRAMES_TO_OPEN: u32 = 2;
/// The detector looks at 48 ms; a voice it reports began about that long before the end of the frame.
const LOOK_BACK: u64 = (RATE / 1000 * 32) as u64;

/// Whether the present block can be a near voice at all (the echo gate).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Near {
    Possible,
    /// Not louder than what is left of our own voice.
    OnlyEcho,
}

/// Something that began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Opened {
    /// Sample at which the voice began.
    pub at: u64,
}

pub(super) struct Activity {
    detector: Box<Detector>,
    frame: Vec<i16>,
    /// Samples of all whole frames so far.
    position: u64,
    probability: f32,
    run: u32,
    run_start: u64,
    open: Option<Voice>,
}

/// The voice that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Voice {
    pub onset: u64,
    /// End of the last voiced frame.
    pub last: u64,
}

impl Activity {
    pub fn new() -> Activity {
        Activity {
            detector: Detector::default_boxed(),
            frame: Vec::with_capacity(FRAME + BLOCK),
            position: 0,
            probability: 0.0,
            run: 0,
            run_start: 0,
            open: None,
        }
    }

    /// Takes a block; tells when a voice has just begun.
    pub fn push(&mut self, block: &[i16; BLOCK], near: Near) -> Option<Opened> {
        self.frame.extend_from_slice(block);
        if self.frame.len() < FRAME {
            return None;
        }
        let frame: Vec<i16> = self.frame.drain(..FRAME).collect();
        self.probability = self.detector.predict_i16(&frame).clamp(0.0, 1.0);
        let start = self.position;
        self.position += FRAME as u64;
        match (&mut self.open, near) {
            (Some(voice), Near::Possible) => {
                if self.probability >= OFF {
                    voice.last = self.position;
                }
                None
            }
            (Some(_), Near::OnlyEcho) => None,
            (None, Near::Possible) if self.probability >= ON => self.voiced(start),
            (None, Near::Possible | Near::OnlyEcho) => {
                self.run = 0;
                None
            }
        }
    }

    fn voiced(&mut self, start: u64) -> Option<Opened> {
        if self.run == 0 {
            self.run_start = start.saturating_sub(LOOK_BACK);
        }
        self.run += 1;
        if self.run < FRAMES_TO_OPEN {
            return None;
        }
        self.run = 0;
        self.open = Some(Voice { onset: self.run_start, last: self.position });
        Some(Opened { at: self.run_start })
    }

    /// Probability of a voice in the last whole frame, 0 to 1.
    pub fn probability(&self) -> f32 {
        self.probability
    }

    /// The voice that is open now.
    pub fn voice(&self) -> Option<Voice> {
        self.open
    }

    /// Milliseconds without a voiced frame; 0 when none is open.
    pub fn silence_ms(&self) -> u64 {
        self.open.map_or(0, |voice| (self.position - voice.last) * 1000 / RATE as u64)
    }

    /// Ends the open voice: its end was decided.
    pub fn close(&mut self) -> Option<Voice> {
        self.run = 0;
        self.open.take()
    }

    /// Forgets everything but the position: after a gap.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.close();
    }
}
