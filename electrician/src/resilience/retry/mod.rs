//! Calling again after a failure: comes in how often it was tried and since when, goes out how long to wait, or that it is enough.
//!
//! ```text
//! attempt 1 -> failed -> wait -> attempt 2 -> failed -> wait -> ... -> attempt N -> failed -> give up
//!              |<------------------------- total ------------------------->|
//! ```
//!
//! [`Retry`] is what is written. In a [chain](super::chain) it is joined by what the error says ([`Again`]:
//! whether another call is worth it, and when the other side wants it), by a [`RetryBudget`] that callers
//! share, and by a sensor that is told of each [`Attempt`].

mod backoff;
mod budget;
mod retrying;

use super::BadValue;
pub use backoff::{Backoff, Jitter};
pub use budget::{Budget, BudgetWorker, RetryBudget};

pub(crate) use retrying::Tries;
pub use retrying::{Again, Attempt, AttemptSensor, Retries, RetryEvery, Retrying};
use std::time::Duration;
use tokio::time::Instant;

/// How often a call is tried, and how long is waited in between.
///
/// Use it where a failure is likely to be gone a moment later, and where calling twice does what
/// calling once does: in a block, `idempotent` has to be written beside it. Do not use it against a
/// backend that is overloaded without a breaker around it, nor around a caller that retries by itself:
/// attempts multiply.
///
/// Cancel safety: a call that is dropped makes no further attempt, in its backoff as in an attempt. A panic is not tried again.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `attempts` | calls, the first one included | 3 | 1 or more; 1 never calls again |
/// | `backoff` | see [`Backoff`] | exponential `100ms..10s`, full jitter | see [`Backoff`] |
/// | `total` | a duration | none | above zero |
///
/// `total` is counted from the start of the first attempt. No attempt *begins* at or after it; one
/// that is under way is not cut off, which is what a timeout is for.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Backoff, Jitter, Retry};
/// use std::time::Duration;
/// use tokio::time::Instant;
///
/// let retry = Retry::up_to(3)
///     .backoff(Backoff::constant(Duration::from_millis(50)).jitter(Jitter::None))
///     .total(Duration::from_secs(5));
///
/// let started = Instant::now();
/// assert_eq!(retry.again(1, started, started, 0.0), Some(Duration::from_millis(50)));
/// assert_eq!(retry.again(3, started, started, 0.0), None, "three attempts were made");
///
/// let late = started + Duration::from_secs(5);
/// assert_eq!(retry.again(1, started, late, 0.0), None, "the time is over");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
#[doc(alias = "insulator")]
#[doc(alias = "WithInsulator")]
pub struct Retry {
    attempts: u32,
    backoff: Backoff,
    total: Option<Duration>,
}

impl Retry {
    /// At most `attempts` calls, the first one included.
    pub const fn up_to(attempts: u32) -> Self {
        Self {
            attempts,
            backoff: Backoff::DEFAULT,
            total: None,
        }
    }

    /// What is waited between two attempts. A range of durations grows exponentially, one duration
    /// is constant.
    pub fn backoff(mut self, backoff: impl Into<Backoff>) -> Self {
        self.backoff = backoff.into();
        self
    }

    /// No attempt begins once this much time has passed since the first one began.
    pub const fn total(mut self, total: Duration) -> Self {
        self.total = Some(total);
        self
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        if self.attempts == 0 {
            return Err(BadValue::new(
                "attempts",
                "must be at least 1; the first call counts",
            ));
        }
        if self.total == Some(Duration::ZERO) {
            return Err(BadValue::new("total", "must be above zero"));
        }
        self.backoff.check()
    }

    /// How long to wait before the next attempt, once `attempt` attempts have failed; `None` is to
    /// give up.
    ///
    /// The first attempt has the number 1 and began at `started`. `roll` is a number in `0.0..1.0`,
    /// [`roll()`] or one of the caller's own: the same roll gives the same answer.
    pub fn again(
        &self,
        attempt: u32,
        started: Instant,
        now: Instant,
        roll: f64,
    ) -> Option<Duration> {
        self.in_time(attempt, self.backoff.delay(attempt, roll), started, now)
    }

    /// `wait`, unless attempts or time are used up by then.
    fn in_time(
        &self,
        attempt: u32,
        wait: Duration,
        started: Instant,
        now: Instant,
    ) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let next = now.saturating_duration_since(started).saturating_add(wait);
        match self.total {
            Some(total) if next >= total => None,
            _ => Some(wait),
        }
    }
}

impl Default for Retry {
    /// Three attempts.
    fn default() -> Self {
        Self::up_to(3)
    }
}

/// A number in `0.0..1.0` for [`Retry::again`] and [`Backoff::delay`]: the one place where the
/// protections draw lots.
pub fn roll() -> f64 {
    fastrand::f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const STEP: Duration = Duration::from_millis(100);

    fn steady(attempts: u32) -> Retry {
        Retry::up_to(attempts).backoff(Backoff::constant(STEP).jitter(Jitter::None))
    }

    #[test]
    fn the_first_call_counts_as_an_attempt() {
        let now = Instant::now();
        for (attempts, waits) in [(0, 0), (1, 0), (2, 1), (4, 3)] {
            let retry = steady(attempts);
            let made = (1..=100)
                .take_while(|&n| retry.again(n, now, now, 0.5).is_some())
                .count();
            assert_eq!(made, waits, "{attempts} attempts");
        }
    }

    #[test]
    fn no_attempt_begins_at_or_after_the_total() {
        let retry = steady(100).total(STEP * 5);
        let started = Instant::now();
        for (passed, wait) in [
            (0, Some(STEP)),
            (399, Some(STEP)),
            (400, None),
            (9_000, None),
        ] {
            let now = started + Duration::from_millis(passed);
            assert_eq!(retry.again(1, started, now, 0.5), wait, "after {passed} ms");
        }
    }

    #[test]
    fn a_clock_that_goes_back_does_not_end_the_retries() {
        let started = Instant::now() + STEP;
        let retry = steady(3).total(STEP * 2);
        assert_eq!(retry.again(1, started, started - STEP, 0.5), Some(STEP));
    }

    #[test]
    fn check_names_the_option() {
        let refuses = |retry: Retry| retry.check().unwrap_err().to_string();
        assert_eq!(
            refuses(Retry::up_to(0)),
            "`attempts` must be at least 1; the first call counts"
        );
        assert_eq!(
            refuses(steady(2).total(Duration::ZERO)),
            "`total` must be above zero"
        );
        assert_eq!(
            refuses(Retry::up_to(2).backoff(STEP * 2..STEP))
                .split(' ')
                .next(),
            Some("`backoff`")
        );
        assert_eq!(Retry::default().check(), Ok(()));
    }

    #[test]
    fn a_roll_is_from_zero_up_to_one() {
        assert!((0..1_000).all(|_| (0.0..1.0).contains(&roll())));
    }

    proptest! {
        #[test]
        fn retries_end_within_their_attempts_and_their_total(
            attempts in 0..50_u32,
            total in 1..5_000_u64,
            roll in 0.0..1.0,
        ) {
            let total = Duration::from_millis(total);
            let retry = Retry::up_to(attempts).backoff(STEP / 10..STEP * 10).total(total);
            let started = Instant::now();
            let (mut now, mut attempt) = (started, 1);
            while let Some(wait) = retry.again(attempt, started, now, roll) {
                now += wait;
                attempt += 1;
                prop_assert!(now - started < total);
            }
            prop_assert!(attempt <= attempts.max(1));
        }
    }
}
