//! What a stream complains of, and a brake for one that does nothing else.

use std::thread;
use std::time::Duration;

use super::counter::FrameCounter;

/// ALSA over PulseAudio complains a few times while sound flows; so many in a row without a single frame is a dead server.
const STORM: u32 = 200;
/// A stream whose server was killed calls back 200,000 times a second and cannot be closed (ADR 10): it took 0.6 of a core for the
/// rest of the session. Slept for this long each time it takes nothing.
const BRAKE: Duration = Duration::from_millis(100);

/// The error callback of a stream.
pub(super) struct Complaints {
    count: FrameCounter,
    /// Frames of the same stream.
    progress: FrameCounter,
    seen: u64,
    in_a_row: u32,
}

impl Complaints {
    pub fn new(count: FrameCounter, progress: FrameCounter) -> Complaints {
        Complaints { count, progress, seen: 0, in_a_row: 0 }
    }

    /// One complaint. Sleeps only where no sound has flowed for [`STORM`] complaints.
    pub fn take(&mut self) {
        if self.is_storm() {
            thread::sleep(BRAKE);
        }
    }

    fn is_storm(&mut self) -> bool {
        self.count.add(1);
        let frames = self.progress.frames();
        if frames == self.seen {
            self.in_a_row = self.in_a_row.saturating_add(1);
        } else {
            self.seen = frames;
            self.in_a_row = 0;
        }
        self.in_a_row > STORM
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_stream_that_does_nothing_but_complain_is_slowed() {
        let (count, progress) = (FrameCounter::default(), FrameCounter::default());
        let mut complaints = Complaints::new(count.clone(), progress.clone());
        for _ in 0..10 * STORM {
            progress.add(480);
            assert!(!complaints.is_storm());
        }
        assert_eq!((0..2 * STORM).filter(|_| complaints.is_storm()).count(), STORM as usize);
        progress.add(1);
        assert!(!complaints.is_storm());
        assert_eq!(count.frames(), u64::from(12 * STORM + 1));
    }
}
