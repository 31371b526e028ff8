//! Wall-clock time, from session time: the session has no clock of its own.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::units::{Millis, WallTime};

#[derive(Debug, Clone)]
pub(super) struct Clock {
    /// Session time at which `wall` held.
    set_at: Millis,
    wall: WallTime,
}

impl Clock {
    pub fn new(wall: WallTime) -> Clock {
        Clock { set_at: Millis(0), wall }
    }

    pub fn set(&mut self, now: Millis, wall: WallTime) {
        *self = Clock { set_at: now, wall };
    }

    /// Now, clamped to what a timestamp can hold.
    pub fn timestamp(&self, now: Millis) -> Timestamp {
        let passed = i64::try_from(now.since(self.set_at)).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(self.wall.utc_ms.saturating_add(passed)).unwrap_or(Timestamp::MAX)
    }

    pub fn zone(&self) -> &TimeZone {
        &self.wall.zone
    }

    /// Hour of the day at the listener's, 0 to 23.
    pub fn hour(&self, now: Millis) -> i8 {
        self.timestamp(now).to_zoned(self.wall.zone.clone()).hour()
    }
}
