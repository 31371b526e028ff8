//! Nothing that runs in a device callback may allocate or free: the callback's own code is driven here under a counting allocator,
//! rodio's mixer and converters included, with the formats and rates of real cards.
#![cfg(feature = "audio")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // clippy takes helpers of a test for something else
#![allow(unsafe_code)] // a global allocator cannot be written without

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::num::NonZero;

use hark::audio::{Block, MicrophoneSink, Render, RenderSource, Stage, output_ring, reference_ring};
use hark::ports::OUTPUT_BLOCK;
use hark::session::Epoch;

struct Counting;

thread_local! {
    static TOUCHED: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged; the counter is a plain thread local without a destructor.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TOUCHED.set(TOUCHED.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        TOUCHED.set(TOUCHED.get() + 1);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        TOUCHED.set(TOUCHED.get() + 1);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` touched the allocator on this thread.
fn touches(work: impl FnOnce()) -> u64 {
    let before = TOUCHED.get();
    work();
    TOUCHED.get() - before
}

struct Quieter;

impl Stage for Quieter {
    fn process(&mut self, block: &mut [f32], _epoch: Epoch) {
        block.iter_mut().for_each(|sample| *sample *= 0.5);
    }
}

#[test]
fn the_guard_sees_an_allocation() {
    assert!(touches(|| drop(std::hint::black_box(Box::new(1)))) >= 2);
}

#[test]
fn the_microphone_callback_allocates_nothing() {
    let (mut sink, mut reader) = MicrophoneSink::new(48_000, 2);
    let (floats, shorts) = (vec![0.1_f32; 960], vec![7_i16; 960]);
    let count = touches(|| {
        for _ in 0..300 {
            // The reader sleeps half of the time, so that the full ring is tried as well.
            sink.take(&floats);
            sink.take(&shorts);
            while reader.next_block().is_some() {}
        }
        for _ in 0..300 {
            sink.take(&floats);
        }
    });
    assert_eq!(count, 0);
}

#[test]
fn the_loudspeaker_callback_allocates_nothing_through_rodio() {
    for (channels, rate) in [(2, 48_000), (1, 48_000), (2, 44_100), (6, 96_000), (1, 16_000)] {
        let (writer, mut reference) = reference_ring();
        let (mut mouth, mut feed) = output_ring(Quieter, writer);
        let render: Render = Box::new(move |samples: &mut [f32]| feed.fill(samples));
        let (source, frames) = RenderSource::new(render);
        let (mixer, mut device) =
            rodio::mixer::mixer(NonZero::<u16>::new(channels).unwrap(), NonZero::<u32>::new(rate).unwrap());
        mixer.add(source);
        let mut buffer = vec![0_i16; usize::from(channels) * rate as usize / 100];
        let mut callback = |buffer: &mut [i16]| {
            for sample in buffer {
                *sample = device.next().map_or(0, cpal::Sample::from_sample);
            }
        };
        // The first callback takes the source over from rodio's channel.
        callback(&mut buffer);
        let mut loudest = 0;
        let count = touches(|| {
            for turn in 0..500 {
                // Every fifth block is missing: the ring runs dry.
                if turn % 5 != 0 {
                    let _ = mouth.push(Block { samples: [0.5; OUTPUT_BLOCK], epoch: Epoch(1) });
                }
                callback(&mut buffer);
                reference.next_block();
                loudest = loudest.max(buffer.iter().copied().max().unwrap_or(0));
            }
        });
        assert_eq!(count, 0, "{channels} channels of {rate} Hz");
        assert!(loudest > 8_000, "{channels} channels of {rate} Hz: played {loudest}");
        assert!(frames.frames() >= 230_000, "{channels} channels of {rate} Hz: {} frames", frames.frames());
    }
}

#[test]
fn even_taking_the_source_over_allocates_nothing() {
    let (source, _frames) = RenderSource::new(Box::new(|samples: &mut [f32]| samples.fill(0.0)));
    let (mixer, mut device) =
        rodio::mixer::mixer(NonZero::<u16>::new(2).unwrap(), NonZero::<u32>::new(48_000).unwrap());
    mixer.add(source);
    assert_eq!(touches(|| assert!(device.next().is_some())), 0);
}

#[cfg(feature = "driver")]
#[test]
fn duck_volume_and_hush_allocate_nothing() {
    use hark::voice::{OutputControl, OutputStage};

    let control = OutputControl::new();
    let (writer, _reference) = reference_ring();
    let (mut mouth, mut feed) = output_ring(OutputStage::new(control.clone()), writer);
    let mut out = [0.0; OUTPUT_BLOCK];
    let count = touches(|| {
        for turn in 0..500_u64 {
            let _ = mouth.push(Block { samples: [0.5; OUTPUT_BLOCK], epoch: Epoch(turn / 10) });
            match turn % 20 {
                3 => control.duck(),
                7 => control.unduck(),
                9 => control.hush(Epoch(turn / 10 + 1)),
                15 => control.set_volume(-3.0),
                _ => {}
            }
            feed.fill(&mut out);
        }
    });
    assert_eq!(count, 0);
}
