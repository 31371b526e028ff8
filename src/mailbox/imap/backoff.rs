//! How long to wait before trying again.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// Waits that double, and are spread so that many clients do not come back at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    /// After the first failure; doubles with each.
    pub first: Duration,
    pub most: Duration,
    /// After a refused login or certificate: accounts get locked by eager clients.
    pub locked_out: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { first: Duration::from_secs(1), most: Duration::from_secs(30), locked_out: Duration::from_secs(300) }
    }
}

impl Backoff {
    /// After this many failures.
    pub(super) fn after(&self, tries: u32) -> Duration {
        spread(self.nominal(tries), chance())
    }

    fn nominal(&self, tries: u32) -> Duration {
        self.first.saturating_mul(1_u32.checked_shl(tries.saturating_sub(1).min(16)).unwrap_or(1)).min(self.most)
    }
}

/// Between half of the time and all of it; `chance` is any number.
fn spread(time: Duration, chance: u64) -> Duration {
    let half = time / 2;
    let thousandth = u32::try_from(chance % 1001).unwrap_or(0);
    half.saturating_add(half.saturating_mul(thousandth) / 1000)
}

/// The standard library's own seed: good enough to spread by.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let backoff = Backoff::default();
        let seconds: Vec<u64> = (1..=7).map(|tries| backoff.nominal(tries).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30]);
        assert_eq!(backoff.nominal(u32::MAX).as_secs(), 30);
    }

    proptest! {
        #[test]
        fn a_spread_wait_is_never_shorter_than_half(ms in 0_u64..1_000_000, chance in any::<u64>()) {
            let time = Duration::from_millis(ms);
            let spread = spread(time, chance);
            prop_assert!(spread >= time / 2 && spread <= time);
        }
    }
}
