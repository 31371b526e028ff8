//! Whether a device lives: does its frame counter move. Error callbacks may never come, or come for nothing. Pure.

use crate::session::DeviceChange;
use crate::units::Millis;

/// Standing still this long is death. The longest pause seen on a living device is a Bluetooth switch of about half a second.
const DEAD_MS: u64 = 800;
/// A young stream may pause longer: a PulseAudio sink that was idle works in blocks of up to 2 s until it has noticed that somebody
/// wants less (measured on a null sink: 1.5 to 2.0 s of standstill after the first 15 to 30 ms).
const YOUNG_MS: u64 = 3_000;
/// When nobody looked for this long, the machine slept or was busy, and a still counter proves nothing.
const OVERSLEPT_MS: u64 = 300;

/// Looks at both counters.
#[derive(Debug, Clone, Default)]
pub struct Watchdog {
    last_look: Option<Millis>,
    microphone: Option<Watched>,
    speaker: Option<Watched>,
}

#[derive(Debug, Clone, Copy)]
struct Watched {
    /// When this stream was first seen.
    born: Millis,
    frames: u64,
    moved: Millis,
    state: Liveness,
}

/// What is known of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Liveness {
    Alive,
    Lost,
}

impl Watchdog {
    /// The counters at `now`; `None` = no such device is meant to be open. Tells what changed, microphone first.
    /// A counter that starts again from a smaller value (a device opened again) counts as movement once it moves.
    pub fn look(&mut self, now: Millis, microphone: Option<u64>, speaker: Option<u64>) -> Vec<DeviceChange> {
        let overslept = self.last_look.is_some_and(|last| now.since(last) > OVERSLEPT_MS);
        self.last_look = Some(now);
        let mut changes = Vec::new();
        if let Some(state) = turn(&mut self.microphone, now, microphone, overslept) {
            changes.push(match state {
                Liveness::Alive => DeviceChange::MicrophoneBack,
                Liveness::Lost => DeviceChange::MicrophoneLost,
            });
        }
        if let Some(state) = turn(&mut self.speaker, now, speaker, overslept) {
            changes.push(match state {
                Liveness::Alive => DeviceChange::SpeakerBack,
                Liveness::Lost => DeviceChange::SpeakerLost,
            });
        }
        changes
    }

    /// What is known of the microphone; `None` while none is meant to be open.
    pub fn microphone(&self) -> Option<Liveness> {
        self.microphone.map(|watched| watched.state)
    }

    /// What is known of the loudspeaker; `None` while none is meant to be open.
    pub fn speaker(&self) -> Option<Liveness> {
        self.speaker.map(|watched| watched.state)
    }
}

fn turn(watched: &mut Option<Watched>, now: Millis, frames: Option<u64>, overslept: bool) -> Option<Liveness> {
    let Some(frames) = frames else {
        *watched = None;
        return None;
    };
    let Some(known) = watched else {
        *watched = Some(Watched { born: now, frames, moved: now, state: Liveness::Alive });
        return None;
    };
    if frames != known.frames {
        // Back to nothing is a new stream that has yet to prove itself.
        let moves = frames > known.frames;
        if !moves {
            known.born = now;
        }
        known.frames = frames;
        known.moved = now;
        return (moves && known.state == Liveness::Lost).then(|| {
            known.state = Liveness::Alive;
            Liveness::Alive
        });
    }
    if overslept {
        known.moved = now;
    }
    let patience = if now.since(known.born) < YOUNG_MS { YOUNG_MS } else { DEAD_MS };
    let dead = known.state == Liveness::Alive && now.since(known.moved) >= patience;
    dead.then(|| {
        known.state = Liveness::Lost;
        Liveness::Lost
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks every 10 ms from `from` until before `to`; frames as given by the time. All changes with their times.
    fn watch(dog: &mut Watchdog, from: u64, to: u64, frames: impl Fn(u64) -> (u64, u64)) -> Vec<(u64, DeviceChange)> {
        (from..to)
            .step_by(10)
            .flat_map(|t| {
                let (microphone, speaker) = frames(t);
                dog.look(Millis(t), Some(microphone), Some(speaker)).into_iter().map(move |change| (t, change))
            })
            .collect()
    }

    #[test]
    fn moving_counters_are_no_news() {
        let mut dog = Watchdog::default();
        assert_eq!(watch(&mut dog, 0, 60_000, |t| (t * 48, t * 48)), []);
    }

    #[test]
    fn a_counter_that_stands_still_is_told_once_and_its_return_too() {
        let mut dog = Watchdog::default();
        let stuck = |t: u64| (t * 48, if (4_000..8_000).contains(&t) { 192_000 } else { t * 48 });
        let changes = watch(&mut dog, 0, 9_000, stuck);
        assert_eq!(changes, [(4_800, DeviceChange::SpeakerLost), (8_000, DeviceChange::SpeakerBack)]);
    }

    #[test]
    fn a_device_opened_again_is_back_when_it_moves_not_when_it_opens() {
        let mut dog = Watchdog::default();
        let frames = |t: u64| {
            let microphone = match t {
                0..4_000 => t * 48,
                4_000..6_000 => 192_000,
                6_000..7_000 => 0,
                _ => (t - 6_990) * 48,
            };
            (microphone, t * 48)
        };
        let changes = watch(&mut dog, 0, 9_000, frames);
        assert_eq!(changes, [(4_800, DeviceChange::MicrophoneLost), (7_000, DeviceChange::MicrophoneBack)]);
    }

    #[test]
    fn a_stream_may_take_two_seconds_to_come_into_its_stride_but_not_for_ever() {
        let slow = |t: u64| (t * 48, if t < 2_000 { 720 } else { (t - 1_900) * 48 });
        assert_eq!(watch(&mut Watchdog::default(), 0, 9_000, slow), []);
        let never = |t: u64| (t * 48, 720);
        assert_eq!(watch(&mut Watchdog::default(), 0, 9_000, never), [(3_000, DeviceChange::SpeakerLost)]);
    }

    #[test]
    fn a_machine_that_slept_is_not_a_lost_device() {
        let mut dog = Watchdog::default();
        dog.look(Millis(0), Some(480), Some(480));
        assert_eq!(dog.look(Millis(3_600_000), Some(480), Some(480)), []);
        assert_eq!(dog.look(Millis(3_600_010), Some(960), Some(960)), []);
    }

    #[test]
    fn no_microphone_by_choice_is_never_lost() {
        let mut dog = Watchdog::default();
        for t in (0..5_000).step_by(10) {
            assert_eq!(dog.look(Millis(t), None, Some(t * 48)), []);
        }
    }
}
