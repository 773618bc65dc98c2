//! When a connection may be made again: comes in the time and how the last one went, goes out until when to rest.

use crate::resilience::Backoff;
use std::time::Duration;
use tokio::time::Instant;

/// How often it has come to nothing, and what is waited before it is tried again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    backoff: Backoff,
    /// In a row: failures, and connections that were lost before the wait for them had paid.
    failures: u32,
    /// The last wait.
    wait: Duration,
    until: Option<Instant>,
    /// Since when there has been a connection.
    since: Option<Instant>,
}

impl Pace {
    pub(super) fn new(backoff: Backoff) -> Self {
        Self {
            backoff,
            failures: 0,
            wait: Duration::ZERO,
            until: None,
            since: None,
        }
    }

    /// Until when it rests, if it does.
    pub(super) fn rests(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| now < *until)
    }

    /// There is a connection.
    pub(super) fn up(&mut self, now: Instant) {
        self.since = Some(now);
        self.until = None;
    }

    /// It could not be made. Says until when it rests.
    pub(super) fn failed(&mut self, now: Instant, roll: f64) -> Instant {
        self.failures = self.failures.saturating_add(1);
        self.wait = self.backoff.next(self.failures, self.wait, roll);
        let until = crate::resilience::moment::after(now, self.wait);
        self.until = Some(until);
        until
    }

    /// It is gone. One that has lasted longer than the next wait begins anew, one that has not is as good as none.
    pub(super) fn lost(&mut self, now: Instant, roll: f64) {
        let lasted = self
            .since
            .take()
            .map(|since| now.saturating_duration_since(since));
        let next = self.backoff.delay(self.failures.saturating_add(1), 1.0);
        if lasted.is_some_and(|lasted| lasted >= next) {
            (self.failures, self.wait, self.until) = (0, Duration::ZERO, None);
        } else {
            self.failed(now, roll);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resilience::Jitter;
    use proptest::prelude::*;

    const MS: Duration = Duration::from_millis(1);

    fn pace() -> Pace {
        Pace::new(Backoff::from(MS * 100..MS * 1_000).jitter(Jitter::None))
    }

    #[test]
    fn each_failure_waits_longer_and_a_connection_that_lasts_begins_anew() {
        let (start, mut pace) = (Instant::now(), pace());
        for wait in [100, 200, 400, 800, 1_000, 1_000] {
            assert_eq!(pace.failed(start, 0.5), start + MS * wait);
            assert_eq!(pace.rests(start), Some(start + MS * wait));
            assert_eq!(pace.rests(start + MS * wait), None);
        }
        pace.up(start);
        pace.lost(start + MS * 1_000, 0.5);
        assert_eq!(pace.rests(start + MS * 1_000), None, "it has lasted");
        assert_eq!(pace.failed(start, 0.5), start + MS * 100);
    }

    #[test]
    fn a_connection_that_is_lost_at_once_is_as_good_as_none() {
        let (mut now, mut pace) = (Instant::now(), pace());
        for wait in [100, 200, 400] {
            pace.up(now);
            pace.lost(now + MS, 0.5);
            assert_eq!(pace.rests(now + MS), Some(now + MS + MS * wait));
            now += MS + MS * wait;
        }
    }

    proptest! {
        #[test]
        fn whatever_happens_it_rests_no_longer_than_its_backoff(
            events in prop::collection::vec((0..3_u8, 0..3_000_u32), 1..100),
            roll in 0.0..1.0,
        ) {
            let (mut now, mut pace) = (Instant::now(), pace());
            for (event, gap) in events {
                now += MS * gap;
                match event {
                    0 => pace.up(now),
                    1 => drop(pace.failed(now, roll)),
                    _ => pace.lost(now, roll),
                }
                prop_assert!(pace.rests(now).is_none_or(|until| until <= now + MS * 1_000));
            }
        }
    }
}
