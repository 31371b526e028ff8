//! The loop: turns the engine every few milliseconds, at once when a key comes, until the session is over.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;

use super::live::{Live, OutputEnds, Sound};
use super::watch::WallWatch;
use super::{LiveEngine, watch_route};
use crate::audio::AudioError;
use crate::command::{Command, Intent};
use crate::session::{Event, Input};
use crate::units::{Millis, WallTime};

/// Between two turns: less than half a block, so that a block waits 4 ms at the most and nothing spins.
const TURN: Duration = Duration::from_millis(4);

/// What reaches a running session from outside.
#[derive(Debug, Clone)]
pub enum Inbox {
    Input(Input),
    /// The key or button that pauses, or goes on when paused.
    PauseOrResume,
    /// Ask the session to end; a second time ends at once, without the words. Nothing is lost: the journal keeps what is queued.
    Quit,
}

/// Gives things to a running session from any thread.
#[derive(Debug, Clone)]
pub struct Sender(mpsc::UnboundedSender<Inbox>);

impl Sender {
    /// False when the session is over.
    pub fn send(&self, item: Inbox) -> bool {
        self.0.send(item).is_ok()
    }

    /// Whether the session is over.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

/// The two ends of an inbox. Unbounded: its writers are a person's keys and watchers of a few items an hour.
pub fn inbox() -> (Sender, mpsc::UnboundedReceiver<Inbox>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Sender(sender), receiver)
}

/// Why a session could not be played.
#[derive(Debug, thiserror::Error)]
pub enum DriverError {
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error("The machine has no room for another thread: {0}. Close some programs, then try again")]
    Threads(#[from] std::io::Error),
}

/// Whether the sound system is asked where the voice comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Setting `output = "auto"`.
    Ask,
    /// The listener said it.
    AsSet,
}

/// What a session runs with besides engine and devices.
pub struct Options {
    pub route: Route,
    /// The wall clock at session time 0, as the session was given it.
    pub start: WallTime,
    /// Reads the wall clock; it is asked every few seconds.
    pub wall: Box<dyn FnMut() -> WallTime>,
}

/// Plays a session to its end on the calling thread. `ends` comes from [`super::new_render`] together with what opened `sound`;
/// `show` is given every event.
pub fn run_live<E: LiveEngine, S: Sound>(
    engine: E,
    sound: S,
    ends: std::sync::mpsc::Receiver<OutputEnds>,
    (sender, inbox): (Sender, mpsc::UnboundedReceiver<Inbox>),
    options: Options,
    show: impl FnMut(Millis, &Event),
) -> Result<(), DriverError> {
    match options.route {
        Route::Ask => watch_route(sender)?,
        Route::AsSet => drop(sender),
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let live = Live::new(engine, sound, ends);
    runtime.block_on(async {
        let leave = Leave::new()?;
        run(live, (inbox, leave), options, show).await;
        Ok(())
    })
}

async fn run<E: LiveEngine, S: Sound>(
    mut live: Live<E, S>,
    (mut inbox, mut leave): (mpsc::UnboundedReceiver<Inbox>, Leave),
    mut options: Options,
    mut show: impl FnMut(Millis, &Event),
) {
    let start = Instant::now();
    let mut wall_watch = WallWatch::new(options.start.clone());
    let mut quits = Quits::None;
    let mut turns = tokio::time::interval(TURN);
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    while !live.ended() && quits != Quits::AtOnce {
        let item = tokio::select! {
            biased;
            // All senders gone is no reason to end: the session goes on without keys.
            Some(item) = inbox.recv() => Some(item),
            () = leave.asked() => Some(Inbox::Quit),
            _ = turns.tick() => None,
        };
        let now = Millis(u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX));
        if let Some(item) = item {
            deliver(&mut live, now, item, &mut quits);
        }
        if wall_watch.is_due(now)
            && let Some(input) = wall_watch.look(now, (options.wall)())
        {
            live.input(now, input);
        }
        for (at, event) in live.turn(now) {
            show(at, &event);
        }
    }
}

/// The system asks us to leave: at its shut-down, or when the terminal closes. It is obeyed like the key, so that what was
/// said is applied or safely queued first.
#[cfg(unix)]
struct Leave {
    shut_down: tokio::signal::unix::Signal,
    closed: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Leave {
    fn new() -> std::io::Result<Leave> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Leave { shut_down: signal(SignalKind::terminate())?, closed: signal(SignalKind::hangup())? })
    }

    async fn asked(&mut self) {
        tokio::select! {
            Some(()) = self.shut_down.recv() => {}
            Some(()) = self.closed.recv() => {}
            else => std::future::pending().await,
        }
    }
}

#[cfg(not(unix))]
struct Leave;

#[cfg(not(unix))]
impl Leave {
    fn new() -> std::io::Result<Leave> {
        Ok(Leave)
    }

    async fn asked(&mut self) {
        std::future::pending().await
    }
}

/// How often the listener asked to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quits {
    None,
    Asked,
    AtOnce,
}

fn deliver<E: LiveEngine, S: Sound>(live: &mut Live<E, S>, now: Millis, item: Inbox, quits: &mut Quits) {
    match item {
        Inbox::Input(input) => live.input(now, input),
        Inbox::PauseOrResume => {
            let intent = if live.is_paused() { Intent::Resume } else { Intent::Pause };
            live.input(now, Input::Press(Command::from(intent)));
        }
        Inbox::Quit => {
            *quits = match quits {
                Quits::None => Quits::Asked,
                Quits::Asked | Quits::AtOnce => Quits::AtOnce,
            };
            live.input(now, Input::Quit);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::OUTPUT_BLOCK;
    use crate::session::{DeviceChange, Epoch};

    /// Ends when it is asked to and shows what it was given.
    struct Polite {
        ended: bool,
        stubborn: bool,
        said: Vec<(Millis, Event)>,
    }

    impl LiveEngine for Polite {
        fn capture(&mut self, _now: Millis, _mic: &[f32], _reference: &[f32]) {}

        fn render(&mut self, _now: Millis, _block: &mut [f32; OUTPUT_BLOCK]) -> Epoch {
            Epoch(0)
        }

        fn played(&mut self, _frames: u64) {}

        fn step(&mut self, _now: Millis) -> Vec<(Millis, Event)> {
            std::mem::take(&mut self.said)
        }

        fn input(&mut self, now: Millis, input: Input) {
            match input {
                Input::Press(command) if command.intent == Intent::Pause => self.said.push((now, Event::Pause)),
                Input::Press(command) if command.intent == Intent::Resume => self.said.push((now, Event::Resume)),
                Input::Quit => self.ended = !self.stubborn,
                _ => {}
            }
        }

        fn ended(&self) -> bool {
            self.ended
        }
    }

    struct Silent;

    impl Sound for Silent {
        fn next_block(&mut self) -> Option<&[f32]> {
            None
        }

        fn poll(&mut self, _now: Millis) -> Vec<DeviceChange> {
            Vec::new()
        }
    }

    fn play(stubborn: bool, items: &[Inbox]) -> Vec<Event> {
        let (sender, receiver) = inbox();
        items.iter().for_each(|item| assert!(sender.send(item.clone())));
        let start = WallTime { utc_ms: 0, zone: jiff::tz::TimeZone::UTC };
        let wall = start.clone();
        let options = Options { route: Route::AsSet, start, wall: Box::new(move || wall.clone()) };
        let mut shown = Vec::new();
        let (_, ends) = std::sync::mpsc::channel();
        let engine = Polite { ended: false, stubborn, said: Vec::new() };
        run_live(engine, Silent, ends, (sender, receiver), options, |_, event| shown.push(event.clone())).unwrap();
        shown
    }

    #[test]
    fn the_key_for_both_pauses_and_goes_on() {
        let shown = play(false, &[Inbox::PauseOrResume, Inbox::PauseOrResume, Inbox::PauseOrResume, Inbox::Quit]);
        assert_eq!(shown, [Event::Pause, Event::Resume, Event::Pause]);
    }

    #[test]
    fn a_second_quit_ends_a_session_that_does_not_want_to() {
        assert_eq!(play(true, &[Inbox::Quit, Inbox::Quit]), []);
    }
}
