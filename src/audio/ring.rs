//! Mouth to output: blocks of 10 ms, each tagged with the epoch it was rendered for, at most 40 ms of them.

use super::counter::FrameCounter;
use super::reference::ReferenceWriter;
use crate::ports::OUTPUT_BLOCK;
use crate::session::Epoch;

/// Blocks in flight. Four are 40 ms: longer than any pause the engine makes, shorter than anybody waits for "stop".
const BLOCKS: usize = 4;

/// 10 ms of mono sound at the output rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Block {
    pub samples: [f32; OUTPUT_BLOCK],
    /// The epoch of the hush it belongs to.
    pub epoch: Epoch,
}

/// 40 ms are in flight already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// Last stage before the card, in its callback: volume, duck, hush. Must not allocate, lock, wait or log.
pub trait Stage: Send {
    /// Changes samples that are about to be played, in place; called with pieces of a block, in order.
    fn process(&mut self, block: &mut [f32], epoch: Epoch);

    /// Whether a block of this epoch is still played. One that is not is skipped in no time, so that what was rendered before a
    /// hush does not delay what comes after it. Say no only when the fade-out is over.
    fn wants(&self, epoch: Epoch) -> bool {
        let _ = epoch;
        true
    }
}

/// The engine's end and the callback's end. What is played is written to `reference`.
pub fn output_ring<S: Stage>(stage: S, reference: ReferenceWriter) -> (OutputProducer, SpeakerFeed<S>) {
    let (producer, consumer) = rtrb::RingBuffer::new(BLOCKS);
    let (taken, dry) = (FrameCounter::default(), FrameCounter::default());
    let feed = SpeakerFeed { ring: consumer, current: None, stage, reference, taken: taken.clone(), dry: dry.clone() };
    (OutputProducer { ring: producer, taken, dry }, feed)
}

/// The engine's end.
pub struct OutputProducer {
    ring: rtrb::Producer<Block>,
    taken: FrameCounter,
    dry: FrameCounter,
}

impl OutputProducer {
    /// Whether one more block fits.
    pub fn has_room(&self) -> bool {
        self.ring.slots() > 0
    }

    /// Queues a block, if there is room.
    pub fn push(&mut self, block: Block) -> Result<(), Full> {
        self.ring.push(block).map_err(|_| Full)
    }

    /// Frames of pushed blocks that are over since the start: played, or skipped because no longer wanted.
    pub fn played(&self) -> u64 {
        self.taken.frames()
    }

    /// Frames of silence played because no block was there in time.
    pub fn dry(&self) -> u64 {
        self.dry.frames()
    }
}

/// The callback's end.
pub struct SpeakerFeed<S: Stage> {
    ring: rtrb::Consumer<Block>,
    current: Option<Playing>,
    stage: S,
    reference: ReferenceWriter,
    taken: FrameCounter,
    dry: FrameCounter,
}

struct Playing {
    block: Block,
    next: usize,
}

impl<S: Stage> SpeakerFeed<S> {
    /// Fills `out` with what is to be played now, silence where nothing is there. Runs in the callback.
    pub fn fill(&mut self, out: &mut [f32]) {
        let mut rest = &mut *out;
        while !rest.is_empty() {
            let Some(playing) = playable(&mut self.current, &mut self.ring, &self.stage, &self.taken) else {
                self.dry.add(rest.len());
                rest.fill(0.0);
                break;
            };
            let ready = playing.block.samples.get(playing.next..).unwrap_or_default();
            let count = ready.len().min(rest.len());
            let (now, later) = rest.split_at_mut(count);
            now.iter_mut().zip(ready).for_each(|(to, from)| *to = *from);
            self.stage.process(now, playing.block.epoch);
            playing.next += count;
            self.taken.add(count);
            rest = later;
        }
        self.reference.write(out);
    }
}

/// The block under way if it is still wanted, else the next wanted one.
fn playable<'a, S: Stage>(
    current: &'a mut Option<Playing>,
    ring: &mut rtrb::Consumer<Block>,
    stage: &S,
    taken: &FrameCounter,
) -> Option<&'a mut Playing> {
    loop {
        let useful =
            current.as_ref().is_some_and(|playing| playing.next < OUTPUT_BLOCK && stage.wants(playing.block.epoch));
        if useful {
            return current.as_mut();
        }
        if let Some(over) = current.take() {
            taken.add(OUTPUT_BLOCK.saturating_sub(over.next));
        }
        *current = Some(Playing { block: ring.pop().ok()?, next: 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference::{ReferenceReader, reference_ring};
    use super::*;

    /// Halves everything; refuses epochs before `from` as soon as told so.
    struct Half {
        from: std::sync::Arc<std::sync::atomic::AtomicU64>,
    }

    impl Stage for Half {
        fn process(&mut self, block: &mut [f32], _epoch: Epoch) {
            block.iter_mut().for_each(|sample| *sample *= 0.5);
        }

        fn wants(&self, epoch: Epoch) -> bool {
            epoch.0 >= self.from.load(std::sync::atomic::Ordering::Relaxed)
        }
    }

    struct Bench {
        mouth: OutputProducer,
        feed: SpeakerFeed<Half>,
        reference: ReferenceReader,
        from: std::sync::Arc<std::sync::atomic::AtomicU64>,
    }

    fn bench() -> Bench {
        let from = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let (writer, reference) = reference_ring();
        let (mouth, feed) = output_ring(Half { from: from.clone() }, writer);
        Bench { mouth, feed, reference, from }
    }

    fn block(value: f32, epoch: u64) -> Block {
        Block { samples: [value; OUTPUT_BLOCK], epoch: Epoch(epoch) }
    }

    #[test]
    fn at_most_forty_milliseconds_are_in_flight() {
        let mut bench = bench();
        for _ in 0..4 {
            assert!(bench.mouth.push(block(1.0, 0)).is_ok());
        }
        assert!(!bench.mouth.has_room());
        assert_eq!(bench.mouth.push(block(0.25, 7)), Err(Full));
    }

    #[test]
    fn callbacks_of_any_size_play_every_sample_through_the_stage() {
        let mut bench = bench();
        bench.mouth.push(block(0.2, 0)).unwrap();
        bench.mouth.push(block(0.6, 0)).unwrap();
        let mut played = Vec::new();
        for size in [1, 100, 379, 7, 473] {
            let mut out = vec![9.0; size];
            bench.feed.fill(&mut out);
            played.extend(out);
        }
        assert_eq!(played, [[0.1; OUTPUT_BLOCK], [0.3; OUTPUT_BLOCK]].concat());
        assert_eq!((bench.mouth.played(), bench.mouth.dry()), (960, 0));
    }

    #[test]
    fn a_dry_ring_plays_silence_and_says_so() {
        let mut bench = bench();
        bench.mouth.push(block(0.2, 0)).unwrap();
        let mut out = [9.0; 600];
        bench.feed.fill(&mut out);
        assert_eq!(out[479..481], [0.1, 0.0]);
        assert_eq!(out[599], 0.0);
        assert_eq!((bench.mouth.played(), bench.mouth.dry()), (480, 120));
    }

    #[test]
    fn what_was_queued_before_a_hush_is_skipped_and_does_not_delay_the_answer() {
        let mut bench = bench();
        for _ in 0..3 {
            bench.mouth.push(block(0.8, 1)).unwrap();
        }
        bench.mouth.push(block(0.2, 2)).unwrap();
        let mut out = [0.0; 100];
        bench.feed.fill(&mut out);
        assert_eq!(out[99], 0.4);
        bench.from.store(2, std::sync::atomic::Ordering::Relaxed);
        bench.feed.fill(&mut out);
        assert_eq!(out, [0.1; 100]);
        assert_eq!(bench.mouth.played(), 3 * 480 + 100);
    }

    #[test]
    fn the_reference_is_what_was_played_silence_included() {
        let mut bench = bench();
        bench.mouth.push(block(0.2, 0)).unwrap();
        let mut out = [9.0; 480];
        for _ in 0..4 {
            bench.feed.fill(&mut out);
        }
        assert_eq!(bench.reference.next_block()[..], [0.0; 480], "one block fell to the cushion");
        let mut fresh = super::tests::bench();
        fresh.mouth.push(block(0.2, 0)).unwrap();
        for _ in 0..3 {
            fresh.feed.fill(&mut out);
        }
        assert_eq!(fresh.reference.next_block()[..], [0.1; 480]);
        assert_eq!(fresh.reference.next_block()[..], [0.0; 480]);
    }
}
