//! The operating system's own voice, through the crate `tts` (speech-dispatcher on Linux). It plays by itself: on Linux there
//! are no samples, only marks of sentences.
//!
//! The voice lives on a thread of its own, as its handle cannot be sent between threads; messages go both ways.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use tts::Tts;

use super::level;
use crate::ports::{RemoteMark, RemoteVoice, VoiceError};
use crate::session::UtteranceId;

/// Opening may wait for a daemon to start.
const OPENING: Duration = Duration::from_secs(5);
/// Speed 1 to this is the whole way from the voice's normal rate to its fastest. speech-dispatcher's 100 is about three
/// times its normal rate with espeak-ng.
const FASTEST: f32 = 3.0;
const SLOWEST: f32 = 0.5;

/// The system's voice.
pub struct SystemVoice {
    orders: Sender<Order>,
    marks: Receiver<Mark>,
    /// The system's names of utterances that are under way, and ours.
    known: Vec<(tts::UtteranceId, UtteranceId)>,
    /// Marks that came before their utterance was known.
    early: Vec<(tts::UtteranceId, Kind)>,
    ready: Vec<RemoteMark>,
}

enum Order {
    Speak(UtteranceId, String, f32),
    Stop,
}

enum Mark {
    /// The system took an utterance and gave it a name.
    Taken(tts::UtteranceId, UtteranceId),
    Failed(UtteranceId),
    Of(tts::UtteranceId, Kind),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Began,
    Ended,
    Stopped,
}

impl SystemVoice {
    /// Connects to the system's voice.
    ///
    /// # Errors
    /// [`VoiceError::NoSystemVoice`] when there is none, or it does not tell when it has finished a sentence.
    pub fn open() -> Result<SystemVoice, VoiceError> {
        let (orders, inbox) = channel();
        let (outbox, marks) = channel();
        let (opened, open) = channel();
        thread::Builder::new()
            .name("hark-system-voice".to_owned())
            .spawn(move || match connect(&outbox) {
                Ok(voice) => {
                    if opened.send(Ok(())).is_ok() {
                        work(voice, &inbox, &outbox);
                    }
                }
                Err(why) => drop(opened.send(Err(why))),
            })
            .map_err(|error| VoiceError::Failed(format!("no thread for the voice ({error})")))?;
        let missing = |why: String| VoiceError::NoSystemVoice(format!("it does not answer ({why})"));
        match open.recv_timeout(OPENING) {
            Ok(Ok(())) => Ok(SystemVoice { orders, marks, known: Vec::new(), early: Vec::new(), ready: Vec::new() }),
            Ok(Err(why)) => Err(missing(why)),
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(missing("it took too long".to_owned()))
            }
        }
    }

    #[allow(clippy::clone_on_copy, reason = "a number on this platform, text on others")]
    fn file(&mut self, mark: Mark) {
        match mark {
            Mark::Failed(id) => self.ready.push(RemoteMark::Failed(id)),
            Mark::Taken(name, id) => {
                self.known.push((name.clone(), id));
                let (now, later): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut self.early).into_iter().partition(|(early, _)| *early == name);
                self.early = later;
                now.into_iter().for_each(|(_, kind)| self.tell(id, kind));
            }
            Mark::Of(name, kind) => match self.known.iter().find(|(known, _)| *known == name).map(|(_, id)| *id) {
                Some(id) => self.tell(id, kind),
                None => self.early.push((name, kind)),
            },
        }
    }

    fn tell(&mut self, id: UtteranceId, kind: Kind) {
        match kind {
            Kind::Began => self.ready.push(RemoteMark::Began(id)),
            Kind::Ended => self.ready.push(RemoteMark::Ended(id)),
            // Only we stop it, and know.
            Kind::Stopped => {}
        }
        if kind != Kind::Began {
            self.known.retain(|(_, known)| *known != id);
        }
    }
}

impl RemoteVoice for SystemVoice {
    fn speak(&mut self, id: UtteranceId, text: &str, speed: f32) {
        if self.orders.send(Order::Speak(id, text.to_owned(), speed)).is_err() {
            self.ready.push(RemoteMark::Failed(id));
        }
    }

    fn stop(&mut self) {
        let _ = self.orders.send(Order::Stop);
    }

    fn poll(&mut self) -> Option<RemoteMark> {
        while let Ok(mark) = self.marks.try_recv() {
            self.file(mark);
        }
        if self.ready.is_empty() { None } else { Some(self.ready.remove(0)) }
    }
}

fn connect(outbox: &Sender<Mark>) -> Result<Tts, String> {
    let voice = Tts::default().map_err(|error| error.to_string())?;
    if !voice.supported_features().utterance_callbacks {
        return Err("it does not tell when a sentence is over".to_owned());
    }
    let tell = |kind: Kind| -> Option<Box<dyn FnMut(tts::UtteranceId)>> {
        let outbox = outbox.clone();
        Some(Box::new(move |name| drop(outbox.send(Mark::Of(name, kind)))))
    };
    let all = voice
        .on_utterance_begin(tell(Kind::Began))
        .and_then(|()| voice.on_utterance_end(tell(Kind::Ended)))
        .and_then(|()| voice.on_utterance_stop(tell(Kind::Stopped)));
    all.map(|()| voice).map_err(|error| error.to_string())
}

fn work(mut voice: Tts, inbox: &Receiver<Order>, outbox: &Sender<Mark>) {
    while let Ok(order) = inbox.recv() {
        let told = match order {
            Order::Stop => {
                let _ = voice.stop();
                continue;
            }
            Order::Speak(id, text, speed) => {
                let wanted = rate(speed, [voice.min_rate(), voice.normal_rate(), voice.max_rate()]);
                let _ = voice.set_rate(wanted);
                match voice.speak(text, false) {
                    Ok(Some(name)) => Mark::Taken(name, id),
                    Ok(None) | Err(_) => Mark::Failed(id),
                }
            }
        };
        if outbox.send(told).is_err() {
            return;
        }
    }
    let _ = voice.stop();
}

/// The system's rate for a speed: straight lines below and above its normal rate.
fn rate(speed: f32, [slowest, normal, fastest]: [f32; 3]) -> f32 {
    let speed = level::sane_speed(speed);
    if speed >= 1.0 {
        normal + (fastest - normal) * (speed - 1.0) / (FASTEST - 1.0)
    } else {
        normal - (normal - slowest) * (1.0 - speed) / (1.0 - SLOWEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_meet_the_ends_of_the_systems_range() {
        let speech_dispatcher = [-100.0, 0.0, 100.0];
        for (speed, expected) in [(0.5, -100.0), (1.0, 0.0), (2.0, 50.0), (3.0, 100.0), (9.0, 100.0), (f32::NAN, 0.0)] {
            assert_eq!(rate(speed, speech_dispatcher), expected, "{speed}");
        }
    }
}
