//! Output to ears: what was really played, after every gain, in step with the microphone.

use crate::ports::OUTPUT_BLOCK;

/// Blocks the reference is kept back: callbacks of two cards come in turns of 10 ms that shift against each other, and this much
/// absorbs it. The echo always comes later than this: a card holds two periods itself.
const CUSHION: usize = 2;
/// Backlog in blocks at which the clocks have drifted apart, or the microphone slept: cut back to the cushion.
const TOO_MUCH: usize = 12;
/// Room in blocks: 320 ms.
const ROOM: usize = 32;

/// The two ends. The writer lives in the output callback, the reader in the engine.
pub fn reference_ring() -> (ReferenceWriter, ReferenceReader) {
    let (producer, consumer) = rtrb::RingBuffer::new(ROOM * OUTPUT_BLOCK);
    (
        ReferenceWriter { ring: producer },
        ReferenceReader { ring: consumer, block: [0.0; OUTPUT_BLOCK], flow: Flow::Filling, jumps: 0 },
    )
}

pub struct ReferenceWriter {
    ring: rtrb::Producer<f32>,
}

impl ReferenceWriter {
    /// Notes what was played. When nobody reads (no microphone), the newest is dropped. Runs in the callback.
    pub fn write(&mut self, played: &[f32]) {
        let (_, _) = self.ring.push_partial_slice(played);
    }
}

/// Gives the reference that belongs to each 10 ms of microphone.
pub struct ReferenceReader {
    ring: rtrb::Consumer<f32>,
    block: [f32; OUTPUT_BLOCK],
    flow: Flow,
    jumps: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    /// Silence is given until the cushion is there.
    Filling,
    Flowing,
}

impl ReferenceReader {
    /// The next 10 ms; silence while nothing is played. Call it once for each block of microphone.
    pub fn next_block(&mut self) -> &[f32; OUTPUT_BLOCK] {
        let backlog = self.ring.slots();
        match self.flow {
            Flow::Filling if backlog >= (CUSHION + 1) * OUTPUT_BLOCK => {
                self.keep(CUSHION + 1);
                self.flow = Flow::Flowing;
            }
            Flow::Filling => {}
            Flow::Flowing if backlog < OUTPUT_BLOCK => {
                self.flow = Flow::Filling;
                self.jumps += 1;
            }
            Flow::Flowing if backlog > TOO_MUCH * OUTPUT_BLOCK => {
                self.keep(CUSHION + 1);
                self.jumps += 1;
            }
            Flow::Flowing => {}
        }
        match self.flow {
            Flow::Filling => self.block.fill(0.0),
            Flow::Flowing => {
                if self.ring.pop_entire_slice(&mut self.block).is_err() {
                    self.block.fill(0.0);
                }
            }
        }
        &self.block
    }

    /// How often the alignment had to be found anew; each costs an echo canceller a second or two.
    pub fn jumps(&self) -> u64 {
        self.jumps
    }

    /// Throws the oldest away until `blocks` are left.
    fn keep(&mut self, blocks: usize) {
        let surplus = self.ring.slots().saturating_sub(blocks * OUTPUT_BLOCK);
        if let Ok(chunk) = self.ring.read_chunk(surplus) {
            chunk.commit_all();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp(from: usize, len: usize) -> Vec<f32> {
        (from..from + len).map(|index| index as f32).collect()
    }

    #[test]
    fn reference_starts_with_the_cushion_and_then_has_no_gap() {
        let (mut writer, mut reader) = reference_ring();
        let mut heard = Vec::new();
        for turn in 0..20 {
            writer.write(&ramp(turn * OUTPUT_BLOCK, OUTPUT_BLOCK));
            heard.extend_from_slice(reader.next_block());
        }
        assert!(heard[..CUSHION * OUTPUT_BLOCK].iter().all(|sample| *sample == 0.0));
        assert_eq!(&heard[CUSHION * OUTPUT_BLOCK..], &ramp(0, 18 * OUTPUT_BLOCK)[..]);
        assert_eq!(reader.jumps(), 0);
    }

    #[test]
    fn callbacks_in_uneven_turns_do_not_move_the_alignment() {
        let (mut writer, mut reader) = reference_ring();
        let mut heard = Vec::new();
        writer.write(&ramp(0, 3 * OUTPUT_BLOCK));
        for turn in 1..50 {
            heard.extend_from_slice(reader.next_block());
            heard.extend_from_slice(reader.next_block());
            writer.write(&ramp((1 + 2 * turn) * OUTPUT_BLOCK, 2 * OUTPUT_BLOCK));
        }
        assert_eq!(heard, ramp(0, 98 * OUTPUT_BLOCK));
        assert_eq!(reader.jumps(), 0);
    }

    #[test]
    fn a_microphone_that_slept_gets_the_newest_reference() {
        let (mut writer, mut reader) = reference_ring();
        writer.write(&ramp(0, 3 * OUTPUT_BLOCK));
        reader.next_block();
        writer.write(&ramp(3 * OUTPUT_BLOCK, 20 * OUTPUT_BLOCK));
        assert_eq!(reader.next_block()[0], (20 * OUTPUT_BLOCK) as f32);
        assert_eq!(reader.jumps(), 1);
    }

    #[test]
    fn a_speaker_that_is_gone_gives_silence() {
        let (mut writer, mut reader) = reference_ring();
        writer.write(&ramp(1, 3 * OUTPUT_BLOCK));
        for _ in 0..3 {
            assert_ne!(reader.next_block()[0], 0.0);
        }
        assert_eq!(reader.next_block(), &[0.0; OUTPUT_BLOCK]);
    }

    #[test]
    fn nobody_reading_hurts_nobody() {
        let (mut writer, _reader) = reference_ring();
        for _ in 0..100 {
            writer.write(&[0.1; OUTPUT_BLOCK]);
        }
    }
}
