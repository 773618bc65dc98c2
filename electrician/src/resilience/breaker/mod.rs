//! Not calling what is known to fail: comes in the outcomes of calls, goes out permission for the next one, or until when not to ask.
//!
//! ```text
//!              too many failures, or trip()
//!     +--------+ -------------------------> +------+
//!     | closed |                            | open | <--+
//!     +--------+                            +------+    |
//!         ^                                     |       |
//!         | N probes       the cooldown is over |       | a probe
//!         | have succeeded         +-----------+        | failed
//!         |                        v                    |
//!         |                  +-----------+              |
//!         +----------------- | half-open | -------------+
//!                            +-----------+
//! ```
//!
//! A closed breaker lets every call through and counts. An open one refuses. A half-open one lets
//! through a few calls, the probes, and refuses the rest until the probes have shown how things are.

mod circuit_breaker;
mod probes;
mod snapshot;
mod state;
mod window;

use super::BadValue;
pub use circuit_breaker::{CircuitBreaker, Open, Permit};
pub use snapshot::{BreakerSnapshot, BreakerState};
use std::time::Duration;

/// When to stop calling, and when to try again.
///
/// Use it where calling something that is down costs more than not calling it: it holds connections,
/// burns the caller's time, or keeps the other side from recovering. Use one breaker for each backend
/// that fails by itself. Do not use it where failures belong to the item rather than to the backend
/// (an order that cannot be parsed), nor for calls so rare that no window holds enough of them.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `failure_rate` | share of the calls in the window | 0.5 | above 0, at most 1 |
/// | `consecutive` | failures without a success between | not used | 1 or more |
/// | `window` | a duration, or a number of calls | 10 s | above zero; at most 1,000,000 calls |
/// | `min_calls` | calls in the window before the rate is judged | 20 | 1 or more, at most the window's calls |
/// | `cooldown` | a duration | 30 s | above zero |
/// | `probes` | calls | 3 | 1 or more |
///
/// `failure_rate` and `consecutive` are two ways to judge: the one that is said last counts. With
/// `consecutive`, the window only serves the snapshot and `min_calls` is not asked.
///
/// The rate is judged after every result. A window of time is kept in ten parts and moves by one
/// part, so it spans between nine and ten of them.
///
/// # Examples
///
/// ```
/// use electrician::resilience::Breaker;
/// use std::time::Duration;
///
/// let by_rate = Breaker::default()
///     .failure_rate(0.25)
///     .window(Duration::from_secs(60))
///     .min_calls(100);
/// let by_calls = Breaker::default().failure_rate(0.5).window(200).min_calls(50);
/// let in_a_row = Breaker::default().consecutive(5).cooldown(Duration::from_secs(5)).probes(1);
///
/// for breaker in [by_rate, by_calls, in_a_row] {
///     breaker.check()?;
/// }
/// # Ok::<(), electrician::resilience::BadValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Breaker {
    trip: Trip,
    window: Window,
    min_calls: u32,
    cooldown: Duration,
    probes: u32,
}

/// What the breaker looks back over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The calls that ended within this time.
    Time(Duration),
    /// The last calls, this many.
    Calls(u32),
}

/// What is too much.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Trip {
    FailureRate(f64),
    Consecutive(u32),
}

/// A window of calls keeps a byte for each of them.
const MOST_CALLS: u32 = 1_000_000;

impl Breaker {
    /// Opens when this share of the calls in the window has failed.
    pub const fn failure_rate(mut self, share: f64) -> Self {
        self.trip = Trip::FailureRate(share);
        self
    }

    /// Opens when this many calls have failed, one after the other.
    pub const fn consecutive(mut self, failures: u32) -> Self {
        self.trip = Trip::Consecutive(failures);
        self
    }

    /// What the failure rate is taken over: a duration, or a number of calls.
    pub fn window(mut self, window: impl Into<Window>) -> Self {
        self.window = window.into();
        self
    }

    /// The rate is not judged before the window holds this many calls.
    pub const fn min_calls(mut self, calls: u32) -> Self {
        self.min_calls = calls;
        self
    }

    /// How long an open breaker refuses before it lets a probe through.
    pub const fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// How many calls a half-open breaker lets through, and how many of them must succeed: all.
    pub const fn probes(mut self, probes: u32) -> Self {
        self.probes = probes;
        self
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        let refuse = |option, why: &str| Err(BadValue::new(option, why));
        match self.trip {
            Trip::FailureRate(share) if !(share > 0.0 && share <= 1.0) => {
                return refuse("failure_rate", "must be above 0 and at most 1");
            }
            Trip::Consecutive(0) => return refuse("consecutive", "must be at least 1"),
            Trip::FailureRate(_) | Trip::Consecutive(_) => {}
        }
        match self.window {
            Window::Time(Duration::ZERO) => return refuse("window", "must be above zero"),
            Window::Calls(0) => return refuse("window", "must be at least 1 call"),
            Window::Calls(calls) if calls > MOST_CALLS => {
                return refuse(
                    "window",
                    "must be at most 1,000,000 calls; a window of time has no limit",
                );
            }
            Window::Calls(calls) if self.judges_rate() && calls < self.min_calls => {
                let why = format!("must be at most the window, which holds {calls} calls");
                return Err(BadValue::new("min_calls", why));
            }
            Window::Time(_) | Window::Calls(_) => {}
        }
        if self.min_calls == 0 {
            return refuse("min_calls", "must be at least 1");
        }
        if self.cooldown.is_zero() {
            return refuse("cooldown", "must be above zero");
        }
        if self.probes == 0 {
            return refuse("probes", "must be at least 1");
        }
        Ok(())
    }

    /// The same, with each value that is out of its range taken to the nearest one inside.
    fn within_range(mut self) -> Self {
        match &mut self.trip {
            Trip::FailureRate(share) if share.is_nan() => *share = 1.0,
            Trip::FailureRate(share) => *share = share.clamp(f64::MIN_POSITIVE, 1.0),
            Trip::Consecutive(failures) => *failures = (*failures).max(1),
        }
        self.min_calls = self.min_calls.max(1);
        if let Window::Calls(calls) = &mut self.window {
            *calls = (*calls).clamp(1, MOST_CALLS);
            self.min_calls = self.min_calls.min(*calls);
        }
        self.cooldown = self.cooldown.max(Duration::from_nanos(1));
        self.probes = self.probes.max(1);
        self
    }

    const fn judges_rate(&self) -> bool {
        matches!(self.trip, Trip::FailureRate(_))
    }
}

impl Default for Breaker {
    /// Half of at least 20 calls within 10 seconds; then a cooldown of 30 seconds and 3 probes.
    fn default() -> Self {
        Self {
            trip: Trip::FailureRate(0.5),
            window: Window::Time(Duration::from_secs(10)),
            min_calls: 20,
            cooldown: Duration::from_secs(30),
            probes: 3,
        }
    }
}

impl From<Duration> for Window {
    fn from(time: Duration) -> Self {
        Self::Time(time)
    }
}

impl From<u32> for Window {
    fn from(calls: u32) -> Self {
        Self::Calls(calls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_names_the_option_and_its_range() {
        let fine = Breaker::default();
        let cases = [
            (
                fine.failure_rate(0.0),
                "`failure_rate` must be above 0 and at most 1",
            ),
            (
                fine.failure_rate(1.1),
                "`failure_rate` must be above 0 and at most 1",
            ),
            (
                fine.failure_rate(f64::NAN),
                "`failure_rate` must be above 0 and at most 1",
            ),
            (fine.consecutive(0), "`consecutive` must be at least 1"),
            (fine.window(Duration::ZERO), "`window` must be above zero"),
            (fine.window(0), "`window` must be at least 1 call"),
            (
                fine.window(19),
                "`min_calls` must be at most the window, which holds 19 calls",
            ),
            (fine.min_calls(0), "`min_calls` must be at least 1"),
            (
                fine.cooldown(Duration::ZERO),
                "`cooldown` must be above zero",
            ),
            (fine.probes(0), "`probes` must be at least 1"),
        ];
        for (breaker, sentence) in cases {
            assert_eq!(breaker.check().unwrap_err().to_string(), sentence);
            assert!(
                breaker
                    .within_range()
                    .window(Duration::from_secs(1))
                    .check()
                    .is_ok()
            );
        }
        assert!(fine.window(MOST_CALLS + 1).check().is_err());
        for fine in [
            fine,
            fine.failure_rate(1.0),
            fine.window(20),
            fine.consecutive(5).window(5),
        ] {
            assert_eq!(fine.check(), Ok(()));
        }
    }
}
