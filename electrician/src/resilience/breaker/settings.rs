//! What is written of a breaker: comes in as options, goes out as values that can be meant, or the one that cannot.

use super::super::{Backoff, BadValue, Jitter};
use std::{ops::Range, time::Duration};

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
/// | `slow_call` | a duration: a call that takes as long is slow | not used | above zero |
/// | `slow_rate` | share of the calls in the window | 1, with `slow_call` | above 0, at most 1 |
/// | `window` | a duration, or a number of calls | 10 s | above zero; at most 1,000,000 calls |
/// | `min_calls` | calls in the window before a rate is judged | 20 | 1 or more, at most the window's calls |
/// | `cooldown` | a duration, or a range to double through | 30 s | above zero |
/// | `probes` | calls | 3 | 1 or more |
/// | `ramp` | a duration | zero: everything at once | any |
///
/// `failure_rate` and `consecutive` are two ways to judge: the one that is said last counts. With
/// `consecutive`, the window serves the slow rate and the snapshot. The slow rate is judged beside either.
///
/// A rate is judged when a call has failed or was slow: a quick success never opens a breaker. A window
/// of time is kept in ten parts and moves by one part, so it spans between nine and ten of them.
///
/// # Examples
///
/// ```
/// use electrician::resilience::Breaker;
/// use std::time::Duration;
///
/// let seconds = Duration::from_secs;
/// let by_rate = Breaker::default().failure_rate(0.25).window(seconds(60)).min_calls(100);
/// let by_calls = Breaker::default().failure_rate(0.5).window(200).min_calls(50);
/// let in_a_row = Breaker::default().consecutive(5).cooldown(seconds(5)..seconds(120)).probes(1);
/// let by_time = Breaker::default().slow_call(seconds(2)).slow_rate(0.8).ramp(seconds(30));
///
/// for breaker in [by_rate, by_calls, in_a_row, by_time] {
///     breaker.check()?;
/// }
/// # Ok::<(), electrician::resilience::BadValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Breaker {
    pub(super) trip: Trip,
    pub(super) slow_call: Option<Duration>,
    slow_rate: Option<f64>,
    pub(super) window: Window,
    pub(super) min_calls: u32,
    cooldown: Cooldown,
    pub(super) probes: u32,
    pub(super) ramp: Duration,
}

/// What the breaker looks back over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// The calls that ended within this time.
    Time(Duration),
    /// The last calls, this many.
    Calls(u32),
}

/// How long an open breaker refuses: always as long, or twice as long each time that its probes fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cooldown {
    first: Duration,
    longest: Duration,
}

/// What is too much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Trip {
    FailureRate(f64),
    Consecutive(u32),
}

/// A window of calls keeps a few bytes for each change between success and failure.
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

    /// A call that takes this long or longer is slow, whether it succeeds or fails.
    pub const fn slow_call(mut self, duration: Duration) -> Self {
        self.slow_call = Some(duration);
        self
    }

    /// Opens when this share of the calls in the window was slow.
    pub const fn slow_rate(mut self, share: f64) -> Self {
        self.slow_rate = Some(share);
        self
    }

    /// What the rates are taken over: a duration, or a number of calls.
    pub fn window(mut self, window: impl Into<Window>) -> Self {
        self.window = window.into();
        self
    }

    /// No rate is judged before the window holds this many calls.
    pub const fn min_calls(mut self, calls: u32) -> Self {
        self.min_calls = calls;
        self
    }

    /// How long an open breaker refuses before it lets a probe through. A range begins at its start,
    /// doubles each time that the probes fail, up to its end, and begins anew once the breaker has closed.
    pub fn cooldown(mut self, cooldown: impl Into<Cooldown>) -> Self {
        self.cooldown = cooldown.into();
        self
    }

    /// How many calls a half-open breaker lets through, and how many of them must succeed: all.
    pub const fn probes(mut self, probes: u32) -> Self {
        self.probes = probes;
        self
    }

    /// How long it takes to let all calls through again once the probes have succeeded. The share that
    /// is let through grows evenly from a tenth.
    pub const fn ramp(mut self, ramp: Duration) -> Self {
        self.ramp = ramp;
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
            Trip::FailureRate(share) if !is_share(share) => {
                return refuse("failure_rate", "must be above 0 and at most 1");
            }
            Trip::Consecutive(0) => return refuse("consecutive", "must be at least 1"),
            Trip::FailureRate(_) | Trip::Consecutive(_) => {}
        }
        match (self.slow_call, self.slow_rate) {
            (Some(Duration::ZERO), _) => return refuse("slow_call", "must be above zero"),
            (None, Some(_)) => {
                return refuse("slow_rate", "needs `slow_call`: how long a slow call takes");
            }
            (_, Some(share)) if !is_share(share) => {
                return refuse("slow_rate", "must be above 0 and at most 1");
            }
            _ => {}
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
            Window::Calls(calls) if self.judges_a_rate() && calls < self.min_calls => {
                let why = format!("must be at most the window, which holds {calls} calls");
                return Err(BadValue::new("min_calls", why));
            }
            Window::Time(_) | Window::Calls(_) => {}
        }
        if self.min_calls == 0 {
            return refuse("min_calls", "must be at least 1");
        }
        if self.probes == 0 {
            return refuse("probes", "must be at least 1");
        }
        self.cooldown.check()
    }

    /// The same, with each value that is out of its range taken to the nearest one inside.
    pub(super) fn within_range(mut self) -> Self {
        match &mut self.trip {
            Trip::FailureRate(share) => *share = nearest_share(*share),
            Trip::Consecutive(failures) => *failures = (*failures).max(1),
        }
        self.slow_rate = self.slow_rate.map(nearest_share);
        self.slow_call = self.slow_call.map(|call| call.max(Duration::from_nanos(1)));
        self.min_calls = self.min_calls.max(1);
        if let Window::Calls(calls) = &mut self.window {
            *calls = (*calls).clamp(1, MOST_CALLS);
            self.min_calls = self.min_calls.min(*calls);
        }
        self.cooldown.first = self.cooldown.first.max(Duration::from_nanos(1));
        self.cooldown.longest = self.cooldown.longest.max(self.cooldown.first);
        self.probes = self.probes.max(1);
        self
    }

    /// The share of slow calls that is too much, where calls are timed.
    pub(super) fn slow_share(&self) -> Option<f64> {
        self.slow_call.map(|_| self.slow_rate.unwrap_or(1.0))
    }

    /// The cooldown of a breaker that has opened `times` times since it was last closed.
    pub(super) fn cooldown_after(&self, times: u32) -> Duration {
        let Cooldown { first, longest } = self.cooldown;
        Backoff::exponential(first..longest)
            .jitter(Jitter::None)
            .delay(times, 0.0)
    }

    const fn judges_a_rate(&self) -> bool {
        matches!(self.trip, Trip::FailureRate(_)) || self.slow_call.is_some()
    }
}

impl Cooldown {
    fn check(self) -> Result<(), BadValue> {
        let Self { first, longest } = self;
        let why = match first {
            Duration::ZERO => "must be above zero".into(),
            _ if first > longest => format!("goes backwards, from {first:?} to {longest:?}"),
            _ => return Ok(()),
        };
        Err(BadValue::new("cooldown", why))
    }
}

fn is_share(share: f64) -> bool {
    share > 0.0 && share <= 1.0
}

fn nearest_share(share: f64) -> f64 {
    if share.is_nan() {
        1.0
    } else {
        share.clamp(f64::MIN_POSITIVE, 1.0)
    }
}

impl Default for Breaker {
    /// Half of at least 20 calls within 10 seconds; then a cooldown of 30 seconds and 3 probes.
    fn default() -> Self {
        Self {
            trip: Trip::FailureRate(0.5),
            slow_call: None,
            slow_rate: None,
            window: Window::Time(Duration::from_secs(10)),
            min_calls: 20,
            cooldown: Duration::from_secs(30).into(),
            probes: 3,
            ramp: Duration::ZERO,
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

impl From<Duration> for Cooldown {
    fn from(always: Duration) -> Self {
        (always..always).into()
    }
}

impl From<Range<Duration>> for Cooldown {
    fn from(range: Range<Duration>) -> Self {
        Self {
            first: range.start,
            longest: range.end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn check_names_the_option_and_its_range() {
        let fine = Breaker::default();
        let share = "must be above 0 and at most 1";
        let cases = [
            (fine.failure_rate(0.0), "failure_rate", share),
            (fine.failure_rate(1.1), "failure_rate", share),
            (fine.failure_rate(f64::NAN), "failure_rate", share),
            (fine.slow_call(SECOND).slow_rate(0.0), "slow_rate", share),
            (
                fine.slow_rate(0.5),
                "slow_rate",
                "needs `slow_call`: how long a slow call takes",
            ),
            (
                fine.slow_call(Duration::ZERO),
                "slow_call",
                "must be above zero",
            ),
            (fine.consecutive(0), "consecutive", "must be at least 1"),
            (fine.window(Duration::ZERO), "window", "must be above zero"),
            (fine.window(0), "window", "must be at least 1 call"),
            (
                fine.window(19),
                "min_calls",
                "must be at most the window, which holds 19 calls",
            ),
            (fine.min_calls(0), "min_calls", "must be at least 1"),
            (
                fine.cooldown(Duration::ZERO),
                "cooldown",
                "must be above zero",
            ),
            (
                fine.cooldown(SECOND * 2..SECOND),
                "cooldown",
                "goes backwards, from 2s to 1s",
            ),
            (fine.probes(0), "probes", "must be at least 1"),
        ];
        for (breaker, option, why) in cases {
            let refused = breaker.check().unwrap_err();
            assert_eq!((refused.option, &*refused.why), (option, why));
            let mended = breaker.slow_call(SECOND).within_range().window(SECOND);
            assert_eq!(mended.check(), Ok(()), "{option}");
        }
        assert!(fine.window(MOST_CALLS + 1).check().is_err());
        for fine in [
            fine,
            fine.failure_rate(1.0),
            fine.window(20),
            fine.consecutive(5).window(5),
            fine.cooldown(SECOND..SECOND),
        ] {
            assert_eq!(fine.check(), Ok(()));
        }
    }

    #[test]
    fn a_cooldown_doubles_through_its_range() {
        let backing_off = Breaker::default().cooldown(SECOND..SECOND * 5);
        let cooldowns = [1, 2, 3, 4, u32::MAX].map(|times| backing_off.cooldown_after(times));
        assert_eq!(cooldowns, [1, 2, 4, 5, 5].map(Duration::from_secs));
        let fixed = Breaker::default().cooldown(SECOND);
        assert_eq!(fixed.cooldown_after(9), SECOND);
    }
}
