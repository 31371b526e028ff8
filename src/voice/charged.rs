//! Clips in virtual time: one imagined worker whose work costs what the scenario says. No clock, no thread, so the same
//! scenario gives the same frames on every run (with [`Noise::None`](super::Noise)).

use super::cache::{ClipCache, Keep, Wanted};
use super::prompts::PromptStore;
use super::queue::{Job, Queue};
use super::worker::ClipOptions;
use crate::ports::{Clip, ClipKey, ClipSource, ClipState, Synthesiser, Urgency, VoiceError};
use crate::units::Millis;

/// The clip source of replays.
pub struct ChargedClips {
    voice: Box<dyn Synthesiser + Send>,
    identity: String,
    /// Seconds of work per second of speech.
    cost: f64,
    queue: Queue,
    under_way: Option<UnderWay>,
    free_at: Millis,
    cache: ClipCache,
    store: PromptStore,
}

struct UnderWay {
    key: ClipKey,
    outcome: Result<Clip, VoiceError>,
    ready_at: Millis,
}

impl ChargedClips {
    /// `cost` in seconds of work per second of speech. Fixed prompts count as kept on disk: they cost nothing.
    pub fn new(voice: Box<dyn Synthesiser + Send>, cost: f64, options: ClipOptions) -> ChargedClips {
        ChargedClips {
            identity: voice.identity(),
            voice,
            cost: if cost.is_finite() { cost.clamp(0.0, 100.0) } else { 0.0 },
            queue: Queue::default(),
            under_way: None,
            free_at: Millis(0),
            cache: ClipCache::new(options.memory_bytes),
            store: PromptStore::new(&options.fixed, options.cache_dir),
        }
    }

    /// The voice, for the next scenario.
    pub fn into_voice(self) -> Box<dyn Synthesiser + Send> {
        self.voice
    }

    /// Lets the imagined worker work until `now`.
    fn advance(&mut self, now: Millis) {
        loop {
            if let Some(job) = self.under_way.take_if(|job| job.ready_at <= now) {
                self.free_at = job.ready_at;
                self.cache.settle(&job.key, job.outcome);
            }
            if self.under_way.is_some() {
                return;
            }
            let Some(job) = self.queue.pop() else { return };
            let begins = self.free_at.max(job.asked_at);
            let outcome = self.synthesise(&job.key);
            let ready_at = begins.plus(outcome.as_ref().map_or(0, |clip| self.charge(clip)));
            self.under_way = Some(UnderWay { key: job.key, outcome, ready_at });
        }
    }

    fn charge(&self, clip: &Clip) -> u64 {
        (clip.seconds() * self.cost * 1000.0).ceil() as u64
    }

    fn synthesise(&mut self, key: &ClipKey) -> Result<Clip, VoiceError> {
        if let Some(clip) = self.store.load(&self.identity, key) {
            return Ok(clip);
        }
        let clip = {
            let speed = f32::from(key.speed_percent) / 100.0;
            self.voice.synthesise_in(key.language.as_deref(), &key.spoken, speed)?
        };
        self.store.save(&self.identity, key, &clip);
        Ok(clip)
    }
}

impl ClipSource for ChargedClips {
    fn request(&mut self, now: Millis, key: &ClipKey, urgency: Urgency) {
        self.advance(now);
        let fixed = self.store.is_fixed(key);
        // Prompts that nobody may ever hear are not made: that would only make the replay slow.
        if fixed && urgency == Urgency::Background {
            return;
        }
        let keep = if fixed { Keep::Always } else { Keep::WhileUsed };
        match self.cache.want(key, urgency, keep) {
            Wanted::New if fixed => {
                let outcome = self.synthesise(key);
                self.cache.settle(key, outcome);
            }
            Wanted::New => {
                if let Some(dropped) = self.queue.push(Job { key: key.clone(), urgency, asked_at: now }) {
                    self.cache.forget(&dropped.key);
                }
            }
            Wanted::Sooner => self.queue.hasten(key, urgency),
            Wanted::Known => {}
        }
    }

    fn get(&mut self, now: Millis, key: &ClipKey) -> ClipState {
        self.advance(now);
        self.cache.get(key)
    }

    fn next_voice(&mut self) {
        if self.voice.next_voice() {
            self.identity = self.voice.identity();
            self.cache.clear();
            self.queue = Queue::default();
            self.under_way = None;
        }
    }
}
