//! A mouth whose words are spoken elsewhere: a remote voice that plays by itself and tells only when a sentence begins and ends.

use crate::ports::{RemoteMark, RemoteVoice};
use crate::session::{Epoch, Say, UtteranceId, VoiceReport};
use crate::units::Millis;

/// Characters a second at speed 1, for the length that is promised when a sentence begins.
const CHARS_PER_S: f32 = 15.0;
/// A sentence that is not over after so many times its promised length, and this long, is lost: whoever waits for it must
/// not wait for ever.
const PATIENCE: u64 = 3;
const PATIENCE_MS: u64 = 10_000;

/// The remote voice and the utterance it is speaking.
pub struct Elsewhere {
    voice: Box<dyn RemoteVoice + Send>,
    live: Option<Live>,
}

struct Live {
    id: UtteranceId,
    epoch: Epoch,
    duration_ms: u32,
    since: Millis,
    started: bool,
}

impl Elsewhere {
    pub fn new(voice: Box<dyn RemoteVoice + Send>) -> Elsewhere {
        Elsewhere { voice, live: None }
    }

    pub fn say(&mut self, now: Millis, say: &Say, speed: f32) {
        let seconds = say.spoken.chars().count() as f32 / CHARS_PER_S / speed;
        let duration_ms = (seconds * 1000.0) as u32;
        self.voice.speak(say.id, &say.spoken, speed);
        self.live = Some(Live { id: say.id, epoch: say.epoch, duration_ms, since: now, started: false });
    }

    pub fn hush(&mut self) {
        self.live = None;
        self.voice.stop();
    }

    pub fn is_speaking(&self) -> bool {
        self.live.is_some()
    }

    /// The next report; marks of anything but the live utterance mean nothing.
    pub fn poll(&mut self, now: Millis) -> Option<VoiceReport> {
        while let Some(mark) = self.voice.poll() {
            let (RemoteMark::Began(id) | RemoteMark::Ended(id) | RemoteMark::Failed(id)) = mark;
            let Some(mut live) = self.live.take_if(|live| live.id == id) else { continue };
            let (id, epoch, duration_ms) = (live.id, live.epoch, live.duration_ms);
            match mark {
                RemoteMark::Began(_) if live.started => self.live = Some(live),
                RemoteMark::Began(_) => {
                    live.started = true;
                    self.live = Some(live);
                    return Some(VoiceReport::Started { id, epoch, duration_ms });
                }
                RemoteMark::Ended(_) => return Some(VoiceReport::Finished { id, epoch }),
                RemoteMark::Failed(_) => return Some(VoiceReport::Failed { id, epoch }),
            }
        }
        let lost = self.live.take_if(|live| {
            let patience = u64::from(live.duration_ms).saturating_mul(PATIENCE).saturating_add(PATIENCE_MS);
            now.since(live.since) > patience
        })?;
        self.voice.stop();
        Some(VoiceReport::Failed { id: lost.id, epoch: lost.epoch })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Delivery;
    use std::collections::VecDeque;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Marks come from the test; what it is told goes there.
    struct Puppet {
        marks: Receiver<RemoteMark>,
        told: Sender<String>,
        waiting: VecDeque<RemoteMark>,
    }

    impl RemoteVoice for Puppet {
        fn speak(&mut self, _id: UtteranceId, text: &str, speed: f32) {
            self.told.send(format!("{text} {speed}")).expect("the test listens");
        }

        fn stop(&mut self) {
            self.told.send("stop".to_owned()).expect("the test listens");
        }

        fn poll(&mut self) -> Option<RemoteMark> {
            self.waiting.extend(self.marks.try_iter());
            self.waiting.pop_front()
        }
    }

    fn elsewhere() -> (Elsewhere, Sender<RemoteMark>, Receiver<String>) {
        let (sender, marks) = channel();
        let (told, orders) = channel();
        (Elsewhere::new(Box::new(Puppet { marks, told, waiting: VecDeque::new() })), sender, orders)
    }

    fn say(id: u64) -> Say {
        Say {
            id: UtteranceId(id),
            epoch: Epoch(0),
            spoken: "fifteen letters".to_owned(),
            delivery: Delivery::default(),
        }
    }

    #[test]
    fn marks_become_reports_and_those_of_what_was_hushed_do_not() {
        let (mut mouth, marks, orders) = elsewhere();
        mouth.say(Millis(0), &say(1), 2.0);
        marks.send(RemoteMark::Began(UtteranceId(1))).expect("mouth");
        let started = VoiceReport::Started { id: UtteranceId(1), epoch: Epoch(0), duration_ms: 500 };
        assert_eq!(mouth.poll(Millis(10)), Some(started));
        mouth.hush();
        marks.send(RemoteMark::Ended(UtteranceId(1))).expect("mouth");
        assert_eq!(mouth.poll(Millis(20)), None);
        mouth.say(Millis(30), &say(2), 2.0);
        for mark in [RemoteMark::Began(UtteranceId(2)), RemoteMark::Ended(UtteranceId(2))] {
            marks.send(mark).expect("mouth");
        }
        assert!(matches!(mouth.poll(Millis(40)), Some(VoiceReport::Started { .. })));
        assert!(matches!(mouth.poll(Millis(40)), Some(VoiceReport::Finished { id: UtteranceId(2), .. })));
        assert!(!mouth.is_speaking());
        assert_eq!(orders.try_iter().collect::<Vec<_>>(), ["fifteen letters 2", "stop", "fifteen letters 2"]);
    }

    #[test]
    fn a_voice_that_never_ends_is_given_up() {
        let (mut mouth, _marks, _orders) = elsewhere();
        mouth.say(Millis(0), &say(1), 1.0);
        assert_eq!(mouth.poll(Millis(13_000)), None);
        assert_eq!(mouth.poll(Millis(13_001)), Some(VoiceReport::Failed { id: UtteranceId(1), epoch: Epoch(0) }));
    }
}
