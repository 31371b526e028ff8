//! Time as the core sees it: an input, never a clock.

use serde::{Deserialize, Serialize};

/// Session time in milliseconds from 0, monotonic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct Millis(pub u64);

impl Millis {
    /// Later by `ms`; saturates.
    #[must_use]
    pub fn plus(self, ms: u64) -> Millis {
        Millis(self.0.saturating_add(ms))
    }

    /// Milliseconds since `earlier`, 0 when it lies ahead.
    #[must_use]
    pub fn since(self, earlier: Millis) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Wall-clock time at one moment of session time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WallTime {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub utc_ms: i64,
    pub zone: jiff::tz::TimeZone,
}

impl WallTime {
    /// The wall-clock time `later` than this.
    #[must_use]
    pub fn plus(&self, later: Millis) -> WallTime {
        let utc_ms = self.utc_ms.saturating_add(i64::try_from(later.0).unwrap_or(i64::MAX));
        WallTime { utc_ms, zone: self.zone.clone() }
    }
}
