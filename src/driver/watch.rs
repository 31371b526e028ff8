//! What changes around a session without anybody doing anything: where the voice comes out, and the date.

use std::io;
use std::thread;
use std::time::Duration;

use super::run::{Inbox, Sender};
use crate::audio::output_kind;
use crate::session::{Input, OutputKind};
use crate::units::{Millis, WallTime};

/// Between two questions to the sound system; each is a child process of about 5 ms of work.
const ROUTE_EVERY: Duration = Duration::from_secs(2);
/// The clock is compared this often, in ms of session time.
const CLOCK_EVERY_MS: u64 = 5_000;
/// A difference between clock and session of this many ms is a change of the clock, not drift.
const CLOCK_JUMP_MS: i64 = 2_000;

/// Tells the session where its voice comes out, at once and whenever it changes; ends with the receiver.
pub fn watch_route(sender: Sender) -> io::Result<()> {
    let work = move || {
        let mut known: Option<OutputKind> = None;
        loop {
            let kind = output_kind();
            let sent = known == Some(kind) || sender.send(Inbox::Input(Input::Route(kind)));
            if !sent || sender.is_closed() {
                return;
            }
            known = Some(kind);
            thread::sleep(ROUTE_EVERY);
        }
    };
    thread::Builder::new().name("route".to_owned()).spawn(work).map(|_| ())
}

/// Notices a changed date or zone, and a machine that slept. Pure: it is given both times.
#[derive(Debug)]
pub struct WallWatch {
    /// The wall clock at session time 0, as last told to the session.
    start: WallTime,
    next: Millis,
}

impl WallWatch {
    /// `start` is what the session was given.
    pub fn new(start: WallTime) -> WallWatch {
        WallWatch { start, next: Millis(CLOCK_EVERY_MS) }
    }

    /// Whether it is time to look.
    pub fn is_due(&self, now: Millis) -> bool {
        now >= self.next
    }

    /// The input for the session when the wall clock is not where it should be.
    pub fn look(&mut self, now: Millis, wall: WallTime) -> Option<Input> {
        self.next = now.plus(CLOCK_EVERY_MS);
        let elapsed = i64::try_from(now.0).unwrap_or(i64::MAX);
        let start_ms = wall.utc_ms.saturating_sub(elapsed);
        let moved = start_ms.saturating_sub(self.start.utc_ms).saturating_abs() > CLOCK_JUMP_MS;
        if !moved && wall.zone == self.start.zone {
            return None;
        }
        self.start = WallTime { utc_ms: start_ms, zone: wall.zone.clone() };
        Some(Input::Clock(wall))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::TimeZone;

    fn wall(utc_ms: i64, zone: TimeZone) -> WallTime {
        WallTime { utc_ms, zone }
    }

    #[test]
    fn a_clock_that_runs_is_no_news() {
        let mut watch = WallWatch::new(wall(1_000_000, TimeZone::UTC));
        assert!(!watch.is_due(Millis(4_999)));
        assert!(watch.is_due(Millis(5_000)));
        assert!(watch.look(Millis(5_000), wall(1_005_100, TimeZone::UTC)).is_none());
        assert!(!watch.is_due(Millis(9_999)));
    }

    #[test]
    fn a_night_of_sleep_and_a_new_zone_are_told_once() {
        let mut watch = WallWatch::new(wall(0, TimeZone::UTC));
        let morning = wall(30_000_000, TimeZone::UTC);
        assert!(matches!(watch.look(Millis(5_000), morning), Some(Input::Clock(told)) if told.utc_ms == 30_000_000));
        assert!(watch.look(Millis(10_000), wall(30_005_000, TimeZone::UTC)).is_none());
        let elsewhere = TimeZone::fixed(jiff::tz::offset(2));
        assert!(watch.look(Millis(15_000), wall(30_010_000, elsewhere.clone())).is_some());
        assert!(watch.look(Millis(20_000), wall(30_015_000, elsewhere)).is_none());
    }
}
