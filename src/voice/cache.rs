//! Clips in memory, bounded by bytes: the least recently used go first, fixed prompts last.

use std::collections::HashMap;
use std::sync::Arc;

use crate::ports::{Clip, ClipKey, ClipState, Urgency, VoiceError};

/// What is known of a key.
#[derive(Debug)]
enum Entry {
    Pending(Urgency),
    Ready(Arc<Clip>),
    Failed(VoiceError),
}

#[derive(Debug)]
struct Slot {
    entry: Entry,
    used: u64,
    keep: Keep,
}

/// Whether a clip may give way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Keep {
    WhileUsed,
    Always,
}

/// What a request means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing is under way: make it.
    New,
    /// Under way with less urgency.
    Sooner,
    /// Nothing to do.
    Known,
}

#[derive(Debug)]
pub struct ClipCache {
    slots: HashMap<ClipKey, Slot>,
    clock: u64,
    bytes: usize,
    limit: usize,
}

impl ClipCache {
    /// `limit` in bytes of samples.
    pub fn new(limit: usize) -> ClipCache {
        ClipCache { slots: HashMap::new(), clock: 0, bytes: 0, limit }
    }

    /// Notes a request. What failed before is tried again.
    pub fn want(&mut self, key: &ClipKey, urgency: Urgency, keep: Keep) -> Wanted {
        let used = self.tick();
        let Some(slot) = self.slots.get_mut(key) else {
            self.slots.insert(key.clone(), Slot { entry: Entry::Pending(urgency), used, keep });
            return Wanted::New;
        };
        slot.used = used;
        match &mut slot.entry {
            Entry::Ready(_) => Wanted::Known,
            Entry::Pending(before) if *before >= urgency => Wanted::Known,
            Entry::Pending(before) => {
                *before = urgency;
                Wanted::Sooner
            }
            Entry::Failed(_) => {
                slot.entry = Entry::Pending(urgency);
                Wanted::New
            }
        }
    }

    /// Files what came of a request.
    pub fn settle(&mut self, key: &ClipKey, outcome: Result<Clip, VoiceError>) {
        let Some(slot) = self.slots.get_mut(key) else { return };
        match outcome {
            Ok(clip) => {
                self.bytes = self.bytes.saturating_add(size(&clip));
                slot.entry = Entry::Ready(Arc::new(clip));
            }
            Err(error) => slot.entry = Entry::Failed(error),
        }
        slot.used = self.clock;
        self.make_room(key);
    }

    /// A request that will not be carried out; asking again starts anew.
    pub fn forget(&mut self, key: &ClipKey) {
        self.slots.remove(key);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.bytes = 0;
    }

    /// Unknown keys are pending.
    pub fn get(&mut self, key: &ClipKey) -> ClipState {
        let used = self.tick();
        let Some(slot) = self.slots.get_mut(key) else { return ClipState::Pending };
        slot.used = used;
        match &slot.entry {
            Entry::Pending(_) => ClipState::Pending,
            Entry::Ready(clip) => ClipState::Ready(Arc::clone(clip)),
            Entry::Failed(error) => ClipState::Failed(error.clone()),
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock = self.clock.saturating_add(1);
        self.clock
    }

    /// Every slot counts a little, so that failures cannot pile up either.
    fn make_room(&mut self, newest: &ClipKey) {
        const SLOT: usize = 256;
        while self.bytes.saturating_add(self.slots.len().saturating_mul(SLOT)) > self.limit {
            let settled = |slot: &Slot| !matches!(slot.entry, Entry::Pending(_));
            let oldest = self
                .slots
                .iter()
                .filter(|(key, slot)| *key != newest && settled(slot))
                .min_by_key(|(_, slot)| (slot.keep, slot.used))
                .map(|(key, _)| key.clone());
            let Some(slot) = oldest.and_then(|key| self.slots.remove(&key)) else { return };
            if let Entry::Ready(clip) = slot.entry {
                self.bytes = self.bytes.saturating_sub(size(&clip));
            }
        }
    }
}

fn size(clip: &Clip) -> usize {
    clip.samples.len().saturating_mul(size_of::<f32>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> ClipKey {
        ClipKey { spoken: text.to_owned(), speed_percent: 100, language: None }
    }

    fn clip() -> Clip {
        Clip { samples: vec![0.0; 1000], rate: 22_050 }
    }

    #[test]
    fn the_least_recently_used_gives_way_and_prompts_stay() {
        let mut cache = ClipCache::new(15_000);
        for (text, keep) in [("prompt", Keep::Always), ("a", Keep::WhileUsed), ("b", Keep::WhileUsed)] {
            cache.want(&key(text), Urgency::Now, keep);
            cache.settle(&key(text), Ok(clip()));
        }
        cache.get(&key("a"));
        cache.want(&key("c"), Urgency::Now, Keep::WhileUsed);
        cache.settle(&key("c"), Ok(clip()));
        let ready = |cache: &mut ClipCache, text| matches!(cache.get(&key(text)), ClipState::Ready(_));
        assert!(ready(&mut cache, "prompt") && ready(&mut cache, "a") && ready(&mut cache, "c"));
        assert!(!ready(&mut cache, "b"));
    }

    #[test]
    fn a_failure_is_told_and_tried_again_when_asked() {
        let mut cache = ClipCache::new(10_000);
        assert_eq!(cache.want(&key("a"), Urgency::Now, Keep::WhileUsed), Wanted::New);
        cache.settle(&key("a"), Err(VoiceError::NoPhonemes));
        assert_eq!(cache.get(&key("a")), ClipState::Failed(VoiceError::NoPhonemes));
        assert_eq!(cache.want(&key("a"), Urgency::Now, Keep::WhileUsed), Wanted::New);
        assert_eq!(cache.want(&key("a"), Urgency::Ahead, Keep::WhileUsed), Wanted::Known);
    }
}
