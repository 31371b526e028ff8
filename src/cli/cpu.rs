//! What this process has cost so far.

use std::time::Duration;

/// CPU time of the calling thread; zero where the system does not tell it (only Linux does, in nanoseconds).
pub fn used() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let spent = text.split_whitespace().next().and_then(|number| number.parse().ok());
    Duration::from_nanos(spent.unwrap_or(0))
}

/// Resident memory in MB; 0 where the system does not tell.
pub fn resident_mb() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: u64 = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0);
    kilobytes / 1024
}
