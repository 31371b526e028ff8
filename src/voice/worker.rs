//! Clips from a thread of their own. The thread owns the voice and the queue; messages go both ways, nothing is shared.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, TryRecvError, channel};
use std::thread;

use super::cache::{ClipCache, Keep, Wanted};
use super::prompts::PromptStore;
use super::queue::{Job, Queue};
use crate::ports::{Clip, ClipKey, ClipSource, ClipState, Synthesiser, Urgency, VoiceError};
use crate::units::Millis;

/// How clips are kept.
#[derive(Debug, Clone)]
pub struct ClipOptions {
    /// Bytes of samples in memory: 24 MB are about 4.5 minutes.
    pub memory_bytes: usize,
    /// Texts without any name or figure, the most likely first: kept in memory, and on disk when `cache_dir` is set.
    pub fixed: Vec<String>,
    pub cache_dir: Option<PathBuf>,
}

impl Default for ClipOptions {
    fn default() -> Self {
        ClipOptions { memory_bytes: 24 << 20, fixed: Vec::new(), cache_dir: None }
    }
}

/// The live clip source.
pub struct WorkerClips {
    orders: Sender<Order>,
    done: Receiver<Done>,
    cache: ClipCache,
    store: PromptStore,
    /// Voices used so far: what an earlier one made is not kept.
    voice: u32,
    gone: bool,
}

enum Order {
    Make(Job),
    Hasten(ClipKey, Urgency),
    NextVoice,
}

enum Done {
    /// By which voice, counted from 0.
    Settled(u32, ClipKey, Result<Clip, VoiceError>),
    Dropped(u32, ClipKey),
}

impl WorkerClips {
    /// Starts the thread. It ends by itself, after the clip under way, when the source is dropped.
    ///
    /// # Errors
    /// [`VoiceError::Failed`] when no thread can be had.
    pub fn start(voice: Box<dyn Synthesiser + Send>, options: ClipOptions) -> Result<WorkerClips, VoiceError> {
        let (orders, inbox) = channel();
        let (outbox, done) = channel();
        let store = PromptStore::new(&options.fixed, options.cache_dir);
        let worker = Worker { identity: voice.identity(), voice, count: 0, store: store.clone(), outbox };
        thread::Builder::new()
            .name("hark-voice".to_owned())
            .spawn(move || worker.work(&inbox))
            .map_err(|error| VoiceError::Failed(format!("no thread for the voice ({error})")))?;
        Ok(WorkerClips { orders, done, cache: ClipCache::new(options.memory_bytes), store, voice: 0, gone: false })
    }

    fn collect(&mut self) {
        loop {
            match self.done.try_recv() {
                Ok(Done::Settled(voice, ..) | Done::Dropped(voice, _)) if voice != self.voice => {}
                Ok(Done::Settled(_, key, outcome)) => self.cache.settle(&key, outcome),
                Ok(Done::Dropped(_, key)) => self.cache.forget(&key),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => {
                    self.gone = true;
                    return;
                }
            }
        }
    }
}

impl ClipSource for WorkerClips {
    fn request(&mut self, now: Millis, key: &ClipKey, urgency: Urgency) {
        self.collect();
        let keep = if self.store.is_fixed(key) { Keep::Always } else { Keep::WhileUsed };
        let order = match self.cache.want(key, urgency, keep) {
            Wanted::Known => return,
            Wanted::New => Order::Make(Job { key: key.clone(), urgency, asked_at: now }),
            Wanted::Sooner => Order::Hasten(key.clone(), urgency),
        };
        self.gone |= self.orders.send(order).is_err();
    }

    fn get(&mut self, _now: Millis, key: &ClipKey) -> ClipState {
        self.collect();
        match self.cache.get(key) {
            ClipState::Pending if self.gone => ClipState::Failed(VoiceError::Failed("the voice has ended".to_owned())),
            state => state,
        }
    }

    fn next_voice(&mut self) {
        self.voice = self.voice.wrapping_add(1);
        self.cache.clear();
        self.gone |= self.orders.send(Order::NextVoice).is_err();
    }
}

struct Worker {
    voice: Box<dyn Synthesiser + Send>,
    identity: String,
    /// Voices before this one.
    count: u32,
    store: PromptStore,
    outbox: Sender<Done>,
}

impl Worker {
    fn work(mut self, inbox: &Receiver<Order>) {
        let mut queue = Queue::default();
        // Waits for an order, then takes whatever else has come before it looks for the most urgent.
        while let Ok(order) = inbox.recv() {
            let mut open = self.take(&mut queue, order);
            loop {
                open &= inbox.try_iter().all(|order| self.take(&mut queue, order));
                let Some(job) = queue.pop().filter(|_| open) else { break };
                let outcome = self.clip(&job.key);
                open &= self.outbox.send(Done::Settled(self.count, job.key, outcome)).is_ok();
            }
            if !open {
                return;
            }
        }
    }

    /// Files an order; `false` when nobody listens any more.
    fn take(&mut self, queue: &mut Queue, order: Order) -> bool {
        match order {
            Order::Make(job) => {
                queue.push(job).is_none_or(|old| self.outbox.send(Done::Dropped(self.count, old.key)).is_ok())
            }
            Order::Hasten(key, urgency) => {
                queue.hasten(&key, urgency);
                true
            }
            Order::NextVoice => {
                self.voice.next_voice();
                self.identity = self.voice.identity();
                self.count = self.count.wrapping_add(1);
                *queue = Queue::default();
                true
            }
        }
    }

    fn clip(&mut self, key: &ClipKey) -> Result<Clip, VoiceError> {
        if let Some(clip) = self.store.load(&self.identity, key) {
            return Ok(clip);
        }
        let speed = f32::from(key.speed_percent) / 100.0;
        // A voice that panics must not take the thread along: whoever waits for it would wait for ever.
        let clip =
            catch_unwind(AssertUnwindSafe(|| self.voice.synthesise_in(key.language.as_deref(), &key.spoken, speed)))
                .unwrap_or_else(|_| Err(VoiceError::Failed("the voice stumbled".to_owned())))?;
        self.store.save(&self.identity, key, &clip);
        Ok(clip)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::SyncSender;

    /// Answers with as many samples as the text has bytes, after a go-ahead for each; "panic" panics.
    struct Gated {
        go: Receiver<()>,
        order: SyncSender<String>,
    }

    impl Synthesiser for Gated {
        fn synthesise(&mut self, text: &str, _speed: f32) -> Result<Clip, VoiceError> {
            self.go.recv().expect("the test holds the gate");
            self.order.send(text.to_owned()).expect("the test listens");
            assert_ne!(text, "panic");
            Ok(Clip { samples: vec![0.1; text.len()], rate: 22_050 })
        }

        fn identity(&self) -> String {
            "gated".to_owned()
        }

        fn next_voice(&mut self) -> bool {
            self.order.send("next voice".to_owned()).expect("the test listens");
            true
        }
    }

    fn key(text: &str) -> ClipKey {
        ClipKey { spoken: text.to_owned(), speed_percent: 100, language: None }
    }

    fn wait(clips: &mut WorkerClips, text: &str) -> ClipState {
        loop {
            match clips.get(Millis(0), &key(text)) {
                ClipState::Pending => thread::yield_now(),
                state => return state,
            }
        }
    }

    fn start(fixed: &[&str], cache_dir: Option<PathBuf>) -> (WorkerClips, Sender<()>, Receiver<String>) {
        let (go, gate) = channel();
        let (order, spoken) = std::sync::mpsc::sync_channel(100);
        let options =
            ClipOptions { fixed: fixed.iter().map(|s| (*s).to_owned()).collect(), cache_dir, ..ClipOptions::default() };
        let clips = WorkerClips::start(Box::new(Gated { go: gate, order }), options).expect("thread");
        (clips, go, spoken)
    }

    #[test]
    fn the_urgent_overtakes_what_is_asked_before() {
        let (mut clips, go, spoken) = start(&[], None);
        clips.request(Millis(0), &key("first"), Urgency::Background);
        go.send(()).expect("gate");
        assert_eq!(spoken.recv().expect("spoken"), "first");
        for (text, urgency) in [("b", Urgency::Background), ("a", Urgency::Ahead), ("n", Urgency::Now)] {
            clips.request(Millis(0), &key(text), urgency);
        }
        // The worker may have taken one of them before all had come, so only this is certain.
        (0..3).for_each(|_| go.send(()).expect("gate"));
        let order: Vec<String> = (0..3).map(|_| spoken.recv().expect("spoken")).collect();
        let place = |text: &str| order.iter().position(|other| other == text).expect("spoken");
        assert!(place("n") <= 1, "{order:?}");
        assert!(matches!(wait(&mut clips, "n"), ClipState::Ready(clip) if clip.samples.len() == 1));
    }

    #[test]
    fn a_clip_under_way_that_becomes_urgent_is_not_made_twice() {
        let (mut clips, go, spoken) = start(&[], None);
        clips.request(Millis(0), &key("a"), Urgency::Ahead);
        // The worker has taken "a" when it waits at the gate; a second "a" would come before "b".
        go.send(()).expect("gate");
        assert_eq!(spoken.recv().expect("spoken"), "a");
        clips.request(Millis(0), &key("a"), Urgency::Now);
        clips.request(Millis(0), &key("b"), Urgency::Background);
        go.send(()).expect("gate");
        assert_eq!(spoken.recv().expect("spoken"), "b");
    }

    #[test]
    fn what_an_earlier_voice_made_is_not_kept() {
        let (mut clips, go, spoken) = start(&[], None);
        clips.request(Millis(0), &key("a"), Urgency::Now);
        clips.next_voice();
        clips.request(Millis(0), &key("a"), Urgency::Now);
        (0..2).for_each(|_| go.send(()).expect("gate"));
        assert!(matches!(wait(&mut clips, "a"), ClipState::Ready(_)));
        let order: Vec<String> = spoken.try_iter().collect();
        // The first may have been dropped before it was begun; the second is made by the second voice.
        assert_eq!(order.iter().rev().take(2).collect::<Vec<_>>(), ["a", "next voice"]);
    }

    #[test]
    fn a_panicking_voice_fails_one_clip_and_goes_on() {
        let (mut clips, go, _spoken) = start(&[], None);
        for text in ["panic", "fine"] {
            go.send(()).expect("gate");
            clips.request(Millis(0), &key(text), Urgency::Now);
        }
        assert!(matches!(wait(&mut clips, "panic"), ClipState::Failed(_)));
        assert!(matches!(wait(&mut clips, "fine"), ClipState::Ready(_)));
    }

    #[test]
    fn a_fixed_prompt_is_made_once_and_then_read_from_disk() {
        let folder = tempfile::tempdir().expect("folder");
        let (mut clips, go, _spoken) = start(&["Archived."], Some(folder.path().to_owned()));
        go.send(()).expect("gate");
        clips.request(Millis(0), &key("Archived."), Urgency::Background);
        let made = wait(&mut clips, "Archived.");
        // The second voice never gets its go-ahead: only the disk can answer.
        let (mut again, _go, _spoken) = start(&["Archived."], Some(folder.path().to_owned()));
        again.request(Millis(0), &key("Archived."), Urgency::Now);
        assert_eq!(wait(&mut again, "Archived."), made);
    }
}
