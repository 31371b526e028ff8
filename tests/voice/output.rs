//! The output stage: ducking, hushing, volume, and no allocation in the callback.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use hark::session::Epoch;
use hark::voice::{OutputControl, OutputStage};
use proptest::prelude::*;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: passes everything on to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn stage() -> (Arc<OutputControl>, OutputStage) {
    let control = OutputControl::new();
    (Arc::clone(&control), OutputStage::new(control))
}

#[test]
fn ducking_reaches_18_db_within_10_ms_and_comes_back() {
    let (control, mut stage) = stage();
    control.duck();
    let mut block = [0.5; 480 * 2];
    stage.process(&mut block, Epoch(0));
    let deepest = block.get(480..).expect("10 ms").iter().fold(0.0_f32, |most, s| most.max(s.abs()));
    assert!(20.0 * (deepest / 0.5).log10() <= -18.0, "{deepest}");
    let step = block.windows(2).fold(0.0_f32, |most, pair| most.max((pair[0] - pair[1]).abs()));
    assert!(step < 0.002, "a ramp, not a step: {step}");
    control.unduck();
    let mut block = [0.5; 480 * 2];
    stage.process(&mut block, Epoch(0));
    assert_eq!(block.last(), Some(&0.5));
}

#[test]
fn blocks_of_an_old_epoch_fade_within_5_ms_and_never_come_back() {
    let (control, mut stage) = stage();
    let mut block = [0.5; 480];
    stage.process(&mut block, Epoch(0));
    control.hush(Epoch(1));
    for _ in 0..3 {
        let mut old = [0.5; 480];
        stage.process(&mut old, Epoch(0));
        assert!(old.get(240..).expect("5 ms").iter().all(|s| *s == 0.0));
    }
    let mut new = [0.25; 480];
    stage.process(&mut new, Epoch(1));
    assert_eq!(new, [0.25; 480]);
}

#[test]
fn a_voice_cut_off_between_blocks_dies_away_without_a_click() {
    let (control, mut stage) = stage();
    stage.process(&mut [0.5; 480], Epoch(0));
    control.hush(Epoch(1));
    let mut new = [0.0; 480];
    stage.process(&mut new, Epoch(1));
    assert!(new.first().is_some_and(|s| *s > 0.48));
    assert!(new.get(240..).expect("5 ms").iter().all(|s| *s == 0.0));
}

#[test]
fn volume_is_clamped_and_never_clips() {
    let (control, mut stage) = stage();
    control.set_volume(100.0);
    let mut block = [0.9; 4800];
    stage.process(&mut block, Epoch(0));
    assert!(block.iter().all(|s| *s < 1.0));
    control.set_volume(f32::NAN);
    control.set_volume(-20.0);
    let mut block = [0.5; 4800];
    stage.process(&mut block, Epoch(0));
    assert!(block.last().is_some_and(|s| (s - 0.05).abs() < 1e-3));
}

#[test]
fn the_output_stage_never_allocates() {
    let (control, mut stage) = stage();
    let mut block = [0.5_f32; 441];
    let before = ALLOCATIONS.with(Cell::get);
    for n in 0..1000_u64 {
        if n % 10 == 0 {
            control.hush(Epoch(n / 10));
            control.duck();
            control.set_volume((n % 20) as f32 - 10.0);
        }
        if n % 10 == 5 {
            control.unduck();
        }
        stage.process(&mut block, Epoch(n / 10 - u64::from(n % 10 == 0 && n > 0)));
    }
    assert_eq!(ALLOCATIONS.with(Cell::get), before);
}

proptest! {
    #[test]
    fn any_block_sizes_any_samples_any_epochs_stay_in_range(
        blocks in proptest::collection::vec((proptest::collection::vec(any::<f32>(), 0..100), 0_u64..4, 0_u64..4), 0..40)
    ) {
        let (control, mut stage) = stage();
        for (mut block, epoch, hush) in blocks {
            control.hush(Epoch(hush));
            stage.process(&mut block, Epoch(epoch));
            prop_assert!(block.iter().all(|s| s.abs() <= 1.0));
        }
    }
}
