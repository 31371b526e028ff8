use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Frames that passed a device, counted in its callback and read anywhere. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct FrameCounter(Arc<AtomicU64>);

impl FrameCounter {
    /// Frames since the start. Relaxed: the count carries no other data with it.
    pub fn frames(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(super) fn add(&self, frames: usize) {
        self.0.fetch_add(frames as u64, Ordering::Relaxed);
    }
}
