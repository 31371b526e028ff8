//! What a replay really cost on this machine. The only clock in the replay, and its readings stand under `measured` alone.

use std::time::{Duration, Instant};

use super::report::Measured;
use crate::units::Millis;

/// Runs while a replay runs.
pub struct Meter {
    started: Instant,
    cpu_s: f64,
}

impl Meter {
    pub fn start() -> Meter {
        Meter { started: Instant::now(), cpu_s: cpu_seconds() }
    }

    /// Sleeps until so much time has really passed.
    pub fn wait_for(&self, session: Millis) {
        let until = Duration::from_millis(session.0);
        std::thread::sleep(until.saturating_sub(self.started.elapsed()));
    }

    /// `session` = session time that was replayed.
    pub fn stop(&self, session: Millis) -> Measured {
        let session_s = (session.0 as f64 / 1000.0).max(0.001);
        Measured {
            real_time_factor: self.started.elapsed().as_secs_f64() / session_s,
            cpu_s: cpu_seconds() - self.cpu_s,
            rss_mb: resident_megabytes(),
        }
    }
}

/// User and system time of this process; 0 where /proc is not there. Fields 14 and 15 of proc(5) `stat`, in ticks of 10 ms.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// Resident memory of this process in MB; 0 where /proc is not there.
pub fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    let kilobytes: f64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).unwrap_or(0.0);
    kilobytes / 1024.0
}
