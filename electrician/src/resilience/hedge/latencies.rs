//! What calls usually take: comes in durations, goes out the one that a share of them does not exceed.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

/// How many calls are remembered, and how many new ones there are before they are looked at again.
const HELD: usize = 128;
const FRESH: usize = 16;

/// The latencies of calls, and their percentile as it was last looked at.
#[derive(Debug)]
pub(super) struct Latencies {
    share: f64,
    /// In nanoseconds; `UNKNOWN` before there are enough.
    percentile: AtomicU64,
    ring: Mutex<Ring>,
}

const UNKNOWN: u64 = u64::MAX;

/// The last latencies, in no order.
#[derive(Debug)]
struct Ring {
    nanos: [u64; HELD],
    recorded: usize,
}

impl Latencies {
    pub(super) fn new(share: f64) -> Self {
        Self {
            share,
            percentile: AtomicU64::new(UNKNOWN),
            ring: Mutex::new(Ring {
                nanos: [0; HELD],
                recorded: 0,
            }),
        }
    }

    pub(super) fn record(&self, latency: Duration) {
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        if ring.record(latency) {
            self.percentile.store(ring.percentile(self.share), Relaxed);
        }
    }

    pub(super) fn percentile(&self) -> Option<Duration> {
        let nanos = self.percentile.load(Relaxed);
        (nanos != UNKNOWN).then(|| Duration::from_nanos(nanos))
    }
}

impl Ring {
    /// Says whether there are enough new ones.
    fn record(&mut self, latency: Duration) -> bool {
        let nanos = u64::try_from(latency.as_nanos()).unwrap_or(UNKNOWN - 1);
        self.nanos[self.recorded % HELD] = nanos;
        self.recorded += 1;
        self.recorded.is_multiple_of(FRESH)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a share of at most 128 places"
    )]
    fn percentile(&self, share: f64) -> u64 {
        let count = self.recorded.min(HELD);
        let mut sorted = self.nanos;
        sorted[..count].sort_unstable();
        let place = (share.clamp(0.0, 1.0) * count as f64) as usize;
        sorted[place.min(count.saturating_sub(1))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn a_percentile_is_known_after_sixteen_calls_and_follows_the_latest() {
        let latencies = Latencies::new(0.75);
        for call in 0..16 {
            assert_eq!(latencies.percentile(), None);
            latencies.record(ms(call));
        }
        assert_eq!(latencies.percentile(), Some(ms(12)));
        for _ in 0..HELD {
            latencies.record(ms(500));
        }
        assert_eq!(
            latencies.percentile(),
            Some(ms(500)),
            "old ones are forgotten"
        );
    }
}
