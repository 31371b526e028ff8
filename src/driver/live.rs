//! One turn of the live engine: microphone in, decisions, voice out. Never waits; whoever calls it brings the time.

use std::sync::mpsc;

use super::LiveEngine;
use crate::audio::{
    Block, Devices, NewRender, OutputProducer, ReferenceReader, Render, Stage, output_ring, reference_ring,
};
use crate::ports::{BLOCK_MS, OUTPUT_BLOCK};
use crate::session::{DeviceChange, Epoch, Event, Input};
use crate::units::Millis;

/// The microphone's own count of time may differ by this much from the clock before it is set anew: two cards drift apart by
/// up to 0.4 s an hour, and blocks come in bursts of a few.
const CLOCK_SLACK_MS: u64 = 80;
/// Blocks taken in one turn at the most, 200 ms: after a hiccup the engine catches up and still answers keys in between.
const BLOCKS_PER_TURN: usize = 20;

/// What a turn needs of the devices.
pub trait Sound {
    /// The next complete 10 ms of microphone.
    fn next_block(&mut self) -> Option<&[f32]>;
    /// What became of the devices since the last call.
    fn poll(&mut self, now: Millis) -> Vec<DeviceChange>;
}

impl Sound for Devices {
    fn next_block(&mut self) -> Option<&[f32]> {
        Devices::next_block(self)
    }

    fn poll(&mut self, now: Millis) -> Vec<DeviceChange> {
        Devices::poll(self, now)
    }
}

/// The engine's ends of the rings of one loudspeaker. A loudspeaker that is opened again comes with new ones.
pub struct OutputEnds {
    producer: OutputProducer,
    reference: ReferenceReader,
}

/// Makes render closures for [`Devices`]; the ends that belong to each arrive at the receiver.
pub fn new_render<S: Stage + 'static>(
    mut stage: impl FnMut() -> S + Send + 'static,
) -> (NewRender, mpsc::Receiver<OutputEnds>) {
    let (sender, receiver) = mpsc::channel();
    let make = move || -> Render {
        let (writer, reference) = reference_ring();
        let (producer, mut feed) = output_ring(stage(), writer);
        // Without an engine to take them nothing is rendered, and silence is played.
        let _ = sender.send(OutputEnds { producer, reference });
        Box::new(move |samples| feed.fill(samples))
    };
    (Box::new(make), receiver)
}

/// Engine, devices and the rings between them.
pub struct Live<E, S> {
    engine: E,
    sound: S,
    fresh: mpsc::Receiver<OutputEnds>,
    ends: Option<OutputEnds>,
    /// Frames pushed into the present ring, and how many of them the engine knows to be over.
    pushed: u64,
    told: u64,
    clock: MicrophoneClock,
    playing: Playing,
}

/// Whether the reading stands still, as far as events tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Playing {
    Runs,
    Paused,
}

impl<E: LiveEngine, S: Sound> Live<E, S> {
    /// What the microphone heard before is forgotten: models may have been loaded meanwhile.
    pub fn new(engine: E, mut sound: S, fresh: mpsc::Receiver<OutputEnds>) -> Live<E, S> {
        while sound.next_block().is_some() {}
        Live {
            engine,
            sound,
            fresh,
            ends: None,
            pushed: 0,
            told: 0,
            clock: MicrophoneClock::default(),
            playing: Playing::Runs,
        }
    }

    /// Everything that can be done at `now`. Returns what is to be shown.
    pub fn turn(&mut self, now: Millis) -> Vec<(Millis, Event)> {
        self.take_fresh_ends();
        for change in self.sound.poll(now) {
            self.engine.input(now, Input::Device(change));
        }
        self.hear(now);
        self.report_played();
        let events = self.engine.step(now);
        self.speak(now);
        for (_, event) in &events {
            self.playing = match event {
                Event::Pause => Playing::Paused,
                Event::Resume => Playing::Runs,
                _ => self.playing,
            };
        }
        events
    }

    pub fn input(&mut self, now: Millis, input: Input) {
        self.engine.input(now, input);
    }

    /// Whether the reading is paused: what a key that does both should do now.
    pub fn is_paused(&self) -> bool {
        self.playing == Playing::Paused
    }

    pub fn ended(&self) -> bool {
        self.engine.ended()
    }

    fn take_fresh_ends(&mut self) {
        while let Ok(ends) = self.fresh.try_recv() {
            // What was in the ring of a lost loudspeaker will never be played; the engine must not wait for it.
            self.engine.played(self.pushed.saturating_sub(self.told));
            self.ends = Some(ends);
            self.pushed = 0;
            self.told = 0;
        }
    }

    fn hear(&mut self, now: Millis) {
        let silence = [0.0; OUTPUT_BLOCK];
        for _ in 0..BLOCKS_PER_TURN {
            let Some(mic) = self.sound.next_block() else { break };
            let reference = self.ends.as_mut().map_or(&silence, |ends| ends.reference.next_block());
            self.engine.capture(self.clock.next_block(now), mic, reference);
        }
    }

    fn report_played(&mut self) {
        let Some(ends) = &self.ends else { return };
        let over = ends.producer.played();
        if over > self.told {
            self.engine.played(over - self.told);
            self.told = over;
        }
    }

    fn speak(&mut self, now: Millis) {
        let Some(ends) = &mut self.ends else { return };
        while ends.producer.has_room() {
            let mut block = Block { samples: [0.0; OUTPUT_BLOCK], epoch: Epoch::default() };
            block.epoch = self.engine.render(now, &mut block.samples);
            if ends.producer.push(block).is_err() {
                break;
            }
            self.pushed += OUTPUT_BLOCK as u64;
        }
    }
}

/// Session time of microphone blocks: counted in blocks, so that their distance is exact, and set by the clock when it is off.
#[derive(Debug, Default)]
struct MicrophoneClock {
    next: Option<Millis>,
}

impl MicrophoneClock {
    /// Time of the first frame of a block that is complete at `now`.
    fn next_block(&mut self, now: Millis) -> Millis {
        let by_clock = Millis(now.0.saturating_sub(BLOCK_MS));
        let start = match self.next {
            Some(counted) if counted.0.abs_diff(by_clock.0) <= CLOCK_SLACK_MS => counted,
            // Never backwards: ears take time as given.
            Some(counted) => counted.max(by_clock),
            None => by_clock,
        };
        self.next = Some(start.plus(BLOCK_MS));
        start
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes every call.
    #[derive(Default)]
    struct Recorder {
        heard: Vec<(u64, f32, f32)>,
        rendered: u64,
        played: u64,
        inputs: Vec<Input>,
        events: Vec<(Millis, Event)>,
    }

    impl LiveEngine for Recorder {
        fn capture(&mut self, now: Millis, mic: &[f32], reference: &[f32]) {
            assert_eq!(reference.len(), OUTPUT_BLOCK);
            self.heard.push((now.0, mic[0], reference[0]));
        }

        fn render(&mut self, _now: Millis, block: &mut [f32; OUTPUT_BLOCK]) -> Epoch {
            self.rendered += 1;
            block.fill(self.rendered as f32);
            Epoch(0)
        }

        fn played(&mut self, frames: u64) {
            self.played += frames;
        }

        fn step(&mut self, _now: Millis) -> Vec<(Millis, Event)> {
            std::mem::take(&mut self.events)
        }

        fn input(&mut self, _now: Millis, input: Input) {
            self.inputs.push(input);
        }

        fn ended(&self) -> bool {
            false
        }
    }

    #[derive(Default)]
    struct FakeSound {
        blocks: Vec<[f32; 480]>,
        current: Vec<f32>,
        changes: Vec<DeviceChange>,
    }

    impl Sound for FakeSound {
        fn next_block(&mut self) -> Option<&[f32]> {
            if self.blocks.is_empty() {
                return None;
            }
            self.current = self.blocks.remove(0).to_vec();
            Some(&self.current)
        }

        fn poll(&mut self, _now: Millis) -> Vec<DeviceChange> {
            std::mem::take(&mut self.changes)
        }
    }

    struct Plain;

    impl Stage for Plain {
        fn process(&mut self, _block: &mut [f32], _epoch: Epoch) {}
    }

    fn live() -> (Live<Recorder, FakeSound>, NewRender) {
        let (make, fresh) = new_render(|| Plain);
        (Live::new(Recorder::default(), FakeSound::default(), fresh), make)
    }

    #[test]
    fn the_output_ring_is_kept_full_and_never_over_forty_milliseconds() {
        let (mut live, mut make) = live();
        let mut speaker = make();
        live.turn(Millis(0));
        assert_eq!(live.engine.rendered, 4);
        live.turn(Millis(4));
        assert_eq!(live.engine.rendered, 4);
        let mut out = [0.0; 960];
        speaker(&mut out);
        assert_eq!((out[0], out[480]), (1.0, 2.0));
        live.turn(Millis(20));
        assert_eq!((live.engine.rendered, live.engine.played), (6, 960));
    }

    #[test]
    fn every_microphone_block_comes_with_its_reference_and_its_time() {
        let (mut live, mut make) = live();
        let mut speaker = make();
        live.turn(Millis(0));
        speaker(&mut [0.0; 3 * 480]);
        live.sound.blocks = vec![[0.5; 480], [0.6; 480]];
        live.turn(Millis(30));
        live.sound.blocks = vec![[0.7; 480]];
        live.turn(Millis(41));
        assert_eq!(live.engine.heard, [(20, 0.5, 1.0), (30, 0.6, 2.0), (40, 0.7, 3.0)]);
    }

    #[test]
    fn a_lost_loudspeaker_stops_the_voice_and_a_new_one_goes_on_without_debts() {
        let (mut live, mut make) = live();
        let mut speaker = make();
        live.turn(Millis(0));
        speaker(&mut [0.0; 480]);
        live.sound.changes = vec![DeviceChange::SpeakerLost];
        for t in 1..100 {
            live.turn(Millis(10 * t));
        }
        assert!(matches!(live.engine.inputs[..], [Input::Device(DeviceChange::SpeakerLost)]));
        assert_eq!((live.engine.rendered, live.engine.played), (5, 480));
        let mut speaker = make();
        live.turn(Millis(1_000));
        assert_eq!(live.engine.played, 5 * 480, "what the lost ring held counts as over");
        let mut out = [0.0; 480];
        speaker(&mut out);
        assert_eq!(out[0], 6.0);
    }

    #[test]
    fn the_microphones_time_follows_the_clock_only_when_it_is_off() {
        let mut clock = MicrophoneClock::default();
        assert_eq!(clock.next_block(Millis(1_000)), Millis(990));
        assert_eq!(clock.next_block(Millis(1_003)), Millis(1_000));
        assert_eq!(clock.next_block(Millis(1_040)), Millis(1_010));
        assert_eq!(clock.next_block(Millis(5_000)), Millis(4_990), "a gap is jumped over");
        for _ in 0..30 {
            clock.next_block(Millis(5_000));
        }
        assert_eq!(clock.next_block(Millis(5_000)), Millis(5_300), "and time never runs backwards");
    }

    #[test]
    fn what_a_key_for_both_does_follows_the_events() {
        let (mut live, _make) = live();
        live.engine.events = vec![(Millis(0), Event::Pause)];
        live.turn(Millis(0));
        assert!(live.is_paused());
        live.engine.events = vec![(Millis(0), Event::Duck), (Millis(0), Event::Resume)];
        live.turn(Millis(10));
        assert!(!live.is_paused());
    }
}
