//! Starting again what broke: comes in when it broke, goes out how long to wait, or that it broke too often.
//!
//! ```text
//! runs -> broke -> wait -> runs -> broke -> wait -> ... -> broke once too often -> stays down
//!         |<------- within: at most so many restarts ------->|
//! ```

use super::{Backoff, BadValue};
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// How often something is started again, and how long is waited before.
///
/// Use it where starting again may help: a handler that panics on one item, a pipeline whose source went away. Only what
/// broke within the last `within` counts, so what breaks once a day runs for ever; and the wait grows with that count, so
/// it is short again after a quiet time.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `restarts` | restarts | 5 | any; 0 stays down at once |
/// | `within` | a duration | `1min` | above zero |
/// | `backoff` | a duration, or a range that grows | exponential `100ms..10s`, full jitter | see [`Backoff`] |
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Backoff, Jitter, Restart, Restarts};
/// use std::time::Duration;
/// use tokio::time::Instant;
///
/// let second = Duration::from_secs(1);
/// let backoff = Backoff::exponential(second..10 * second).jitter(Jitter::None);
/// let mut restarts = Restarts::new(Restart::up_to(2, 60 * second).backoff(backoff));
///
/// let now = Instant::now();
/// assert_eq!(restarts.again(now, 0.0), Some(second));
/// assert_eq!(restarts.again(now + 5 * second, 0.0), Some(2 * second));
/// assert_eq!(restarts.again(now + 9 * second, 0.0), None, "the third within a minute");
///
/// let later = now + 600 * second;
/// assert_eq!(restarts.again(later, 0.0), Some(second), "all that is long ago");
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct Restart {
    restarts: u32,
    within: Duration,
    backoff: Backoff,
}

impl Restart {
    /// At most so many restarts within this time.
    pub const fn up_to(restarts: u32, within: Duration) -> Self {
        Self {
            restarts,
            within,
            backoff: Backoff::DEFAULT,
        }
    }

    /// What breaks stays down.
    pub const fn never() -> Self {
        Self::up_to(0, Duration::from_secs(1))
    }

    /// A restart waits for nothing.
    pub const fn at_once(mut self) -> Self {
        self.backoff = Backoff::none();
        self
    }

    /// What is waited before a restart. A range of durations grows exponentially, one duration is constant.
    pub fn backoff(mut self, backoff: impl Into<Backoff>) -> Self {
        self.backoff = backoff.into();
        self
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        if self.within.is_zero() {
            return Err(BadValue::new("within", "must be above zero"));
        }
        self.backoff.check()
    }
}

impl Default for Restart {
    /// Five restarts within a minute.
    fn default() -> Self {
        Self::up_to(5, Duration::from_mins(1))
    }
}

/// What broke lately, held against a [`Restart`].
#[derive(Debug, Clone)]
pub struct Restarts {
    rule: Restart,
    /// Within the window, and never more than one beyond the limit.
    lately: VecDeque<Instant>,
}

impl Restarts {
    /// Nothing has broken yet.
    pub const fn new(rule: Restart) -> Self {
        Self {
            rule,
            lately: VecDeque::new(),
        }
    }

    /// It broke. Says how long to wait before it is started again; `None` is to leave it down.
    ///
    /// `roll` is a number in `0.0..1.0` for the jitter, [`roll()`](super::retry::roll) or one of the caller's own.
    pub fn again(&mut self, now: Instant, roll: f64) -> Option<Duration> {
        let Restart {
            restarts,
            within,
            backoff,
        } = self.rule;
        let is_old = |at: &Instant| now.saturating_duration_since(*at) > within;
        while self.lately.front().is_some_and(is_old) {
            self.lately.pop_front();
        }
        self.lately.push_back(now);
        let count = u32::try_from(self.lately.len()).unwrap_or(u32::MAX);
        if count > restarts {
            self.lately.pop_front();
            return None;
        }
        Some(backoff.delay(count, roll))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resilience::Jitter;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_wait_grows_while_it_breaks_and_is_short_again_after_a_quiet_time() {
        let backoff = Backoff::from(SECOND..60 * SECOND).jitter(Jitter::None);
        let mut restarts = Restarts::new(Restart::up_to(10, 10 * SECOND).backoff(backoff));
        let start = Instant::now();
        let waits = [0, 1, 2, 30].map(|second| restarts.again(start + second * SECOND, 0.0));
        assert_eq!(
            waits,
            [1, 2, 4, 1].map(|seconds| Some(seconds * SECOND)),
            "the fourth is alone in its window"
        );
    }

    #[test]
    fn never_is_at_once() {
        assert_eq!(
            Restarts::new(Restart::never()).again(Instant::now(), 0.0),
            None
        );
    }

    #[test]
    fn check_refuses_a_window_without_time() {
        let refused = Restart::up_to(3, Duration::ZERO).check().unwrap_err();
        assert_eq!(refused.to_string(), "`within` must be above zero");
        assert_eq!(Restart::default().check(), Ok(()));
        assert_eq!(Restart::never().check(), Ok(()));
    }

    proptest! {
        #[test]
        fn no_window_holds_more_restarts_than_allowed(
            limit in 0..6_u32,
            within in 1..50_u64,
            gaps in prop::collection::vec(0..20_u64, 1..80),
        ) {
            let window = Duration::from_millis(within);
            let mut restarts = Restarts::new(Restart::up_to(limit, window));
            let (mut now, mut granted) = (Instant::now(), Vec::<Instant>::new());
            for gap in gaps {
                now += Duration::from_millis(gap);
                if restarts.again(now, 0.5).is_some() {
                    granted.push(now);
                }
                let lately = granted.iter().filter(|&&at| now - at <= window).count();
                prop_assert!(lately <= limit as usize);
            }
        }

        #[test]
        fn what_breaks_rarely_is_always_started_again(limit in 1..6_u32, gaps in prop::collection::vec(11..40_u64, 1..80)) {
            let rule = Restart::up_to(limit, Duration::from_millis(10));
            let (mut now, mut restarts) = (Instant::now(), Restarts::new(rule));
            for gap in gaps {
                now += Duration::from_millis(gap);
                prop_assert!(restarts.again(now, 0.5).is_some());
            }
        }
    }
}
