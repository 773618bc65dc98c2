//! How long to wait: comes in the number of the failed attempt and a roll of the dice, goes out a duration.

use super::BadValue;
use std::{ops::Range, time::Duration};

/// What is waited between two attempts.
///
/// | made by | in a block | after failed attempt `n` |
/// |---|---|---|
/// | [`exponential(min..max)`](Backoff::exponential) | `50ms..2s` | `min`, `2 min`, `4 min`, … at most `max` |
/// | [`linear(step, max)`](Backoff::linear) | `Backoff::linear(50ms, 2s)` | `step`, `2 step`, `3 step`, … at most `max` |
/// | [`constant(wait)`](Backoff::constant) | `50ms` | `wait` |
/// | [`none()`](Backoff::none) | `Backoff::none()` | nothing |
///
/// Exponential suits a backend that may be down; constant suits a cause that goes away by itself at a
/// known pace, such as a lock. No wait at all is for a failure that has nothing to do with load.
///
/// [`Jitter`] is full by default, and is applied *after* the cap: callers that failed together spread
/// even when all of them wait the maximum.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Backoff, Jitter};
/// use std::time::Duration;
///
/// let ms = Duration::from_millis;
/// let backoff = Backoff::exponential(ms(50)..ms(300)).jitter(Jitter::None);
/// let waits: Vec<_> = (1..=5).map(|attempt| backoff.delay(attempt, 0.5)).collect();
/// assert_eq!(waits, [ms(50), ms(100), ms(200), ms(300), ms(300)]);
///
/// let spread = Backoff::from(ms(50)..ms(300));
/// assert_eq!(spread.delay(5, 0.5), ms(150), "half of the maximum, for a roll of one half");
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Backoff {
    growth: Growth,
    jitter: Jitter,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Growth {
    Exponential { min: Duration, max: Duration },
    Linear { step: Duration, max: Duration },
    Constant(Duration),
}

/// How much of a wait is left to chance, so that callers that failed together do not come back
/// together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Jitter {
    /// The whole wait, every time: for tests, and for a caller that is alone.
    None,
    /// Anything from nothing to the whole wait. Spreads best, and is the default.
    #[default]
    Full,
    /// Half of the wait, and anything up to the other half: where coming back at once would be rude.
    Equal,
    /// Anything from the first wait to three times the wait before, at most the maximum: grows by chance, and callers
    /// that failed together part for good. After Marc Brooker, "Exponential Backoff And Jitter", AWS 2015.
    Decorrelated,
}

impl Backoff {
    pub(in crate::resilience) const DEFAULT: Self = Self::growing(Growth::Exponential {
        min: Duration::from_millis(100),
        max: Duration::from_secs(10),
    });

    const fn growing(growth: Growth) -> Self {
        Self {
            growth,
            jitter: Jitter::Full,
        }
    }

    /// `range.start`, doubled after each failed attempt, at most `range.end`.
    pub const fn exponential(range: Range<Duration>) -> Self {
        Self::growing(Growth::Exponential {
            min: range.start,
            max: range.end,
        })
    }

    /// `step` longer after each failed attempt, at most `max`.
    pub const fn linear(step: Duration, max: Duration) -> Self {
        Self::growing(Growth::Linear { step, max })
    }

    /// `wait` after each failed attempt; with full jitter, anything up to it.
    pub const fn constant(wait: Duration) -> Self {
        Self::growing(Growth::Constant(wait))
    }

    /// The next attempt follows at once.
    pub const fn none() -> Self {
        Self::constant(Duration::ZERO)
    }

    /// How much is left to chance; [`Jitter::Full`] where nothing is said.
    pub const fn jitter(mut self, jitter: Jitter) -> Self {
        self.jitter = jitter;
        self
    }

    /// The wait after failed attempt `attempt`, counted from 1.
    ///
    /// `roll` is a number in `0.0..1.0` that the jitter takes its share by. Every attempt number has
    /// its answer, and no answer exceeds the maximum. [`Jitter::Decorrelated`] takes the wait before as
    /// it is without chance; [`next`](Self::next) is told what it really was.
    pub fn delay(&self, attempt: u32, roll: f64) -> Duration {
        self.next(attempt, self.growth.after(attempt.saturating_sub(1)), roll)
    }

    /// As [`delay`](Self::delay), after a wait of `before`: zero for the first one.
    pub fn next(&self, attempt: u32, before: Duration, roll: f64) -> Duration {
        let wait = self.growth.after(attempt.max(1));
        match self.jitter {
            Jitter::Decorrelated => {
                let (first, max) = self.growth.bounds();
                let most = before.max(first).saturating_mul(3).min(max).max(first);
                first + share(most.saturating_sub(first), roll)
            }
            Jitter::None => wait,
            Jitter::Full => share(wait, roll),
            Jitter::Equal => {
                let half = wait / 2;
                half + share(wait.saturating_sub(half), roll)
            }
        }
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// A backoff that begins at zero and is meant to grow, and one whose end is before its beginning.
    pub fn check(&self) -> Result<(), BadValue> {
        let (first, max) = self.growth.bounds();
        if matches!(self.growth, Growth::Constant(_)) {
            return Ok(());
        }
        if first.is_zero() {
            return Err(BadValue::new(
                "backoff",
                "must begin above zero to grow; write `Backoff::none()` to wait for nothing",
            ));
        }
        if first > max {
            return Err(BadValue::new(
                "backoff",
                format!("goes backwards, from {first:?} to {max:?}"),
            ));
        }
        Ok(())
    }
}

impl Default for Backoff {
    /// Exponential, from 100 ms to 10 s, with full jitter.
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl From<Range<Duration>> for Backoff {
    fn from(range: Range<Duration>) -> Self {
        Self::exponential(range)
    }
}

impl From<Duration> for Backoff {
    fn from(wait: Duration) -> Self {
        Self::constant(wait)
    }
}

impl Growth {
    fn after(self, attempt: u32) -> Duration {
        match self {
            _ if attempt == 0 => Duration::ZERO,
            Self::Exponential { min, max } => doubled(min, attempt - 1).min(max),
            Self::Linear { step, max } => step.saturating_mul(attempt).min(max),
            Self::Constant(wait) => wait,
        }
    }

    /// The first wait and the longest one.
    const fn bounds(self) -> (Duration, Duration) {
        match self {
            Self::Exponential { min: first, max } | Self::Linear { step: first, max } => {
                (first, max)
            }
            Self::Constant(wait) => (wait, wait),
        }
    }
}

/// `first * 2^times`, or the longest duration where that is no duration any more.
fn doubled(first: Duration, times: u32) -> Duration {
    let nanos = first.as_nanos();
    if times >= nanos.leading_zeros() && nanos > 0 {
        return Duration::MAX;
    }
    let nanos = nanos
        .checked_shl(times)
        .unwrap_or(0)
        .min(Duration::MAX.as_nanos());
    Duration::from_nanos_u128(nanos)
}

/// `roll` of `wait`. A roll outside `0.0..=1.0` is taken as the nearer end, what is no number as 1.
fn share(wait: Duration, roll: f64) -> Duration {
    let part = Duration::try_from_secs_f64(wait.as_secs_f64() * roll.clamp(0.0, 1.0));
    part.map_or(wait, |part| part.min(wait))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn each_growth_has_its_table() {
        let cases = [
            (
                Backoff::exponential(ms(50)..ms(300)),
                [50, 100, 200, 300, 300],
            ),
            (Backoff::linear(ms(50), ms(170)), [50, 100, 150, 170, 170]),
            (Backoff::constant(ms(50)), [50; 5]),
            (Backoff::none(), [0; 5]),
        ];
        for (backoff, waits) in cases {
            let backoff = backoff.jitter(Jitter::None);
            for (attempt, wait) in (1..).zip(waits) {
                assert_eq!(
                    backoff.delay(attempt, 0.9),
                    ms(wait),
                    "{backoff:?}, attempt {attempt}"
                );
            }
        }
    }

    #[test]
    fn no_attempt_number_overflows() {
        let widest = [
            Backoff::from(ms(100)..ms(10_000)),
            Backoff::from(Duration::from_nanos(1)..Duration::MAX),
            Backoff::from(Duration::MAX..Duration::MAX),
            Backoff::from(Duration::ZERO..ms(10)),
            Backoff::linear(Duration::MAX, Duration::MAX),
            Backoff::linear(Duration::from_nanos(1), Duration::MAX),
            Backoff::constant(Duration::MAX),
        ];
        for backoff in widest.map(|backoff| backoff.jitter(Jitter::None)) {
            let mut before = Duration::ZERO;
            for attempt in (1..=10_000).chain([u32::MAX - 1, u32::MAX]) {
                let wait = backoff.delay(attempt, 0.0);
                assert!(wait >= before, "{backoff:?} shrinks at attempt {attempt}");
                before = wait;
            }
        }
        assert_eq!(
            Backoff::from(Duration::ZERO..ms(10)).delay(u32::MAX, 1.0),
            Duration::ZERO
        );
    }

    #[test]
    fn jitter_still_spreads_at_the_cap() {
        let backoff = Backoff::from(ms(100)..ms(1_000));
        assert_eq!(
            [0.0, 0.25, 0.5].map(|roll| backoff.delay(2_000, roll)),
            [ms(0), ms(250), ms(500)]
        );
        let backoff = backoff.jitter(Jitter::Equal);
        assert_eq!(
            [0.0, 0.5].map(|roll| backoff.delay(2_000, roll)),
            [ms(500), ms(750)]
        );
    }

    #[test]
    fn attempt_zero_is_taken_as_the_first() {
        let backoff = Backoff::from(ms(100)..ms(1_000)).jitter(Jitter::None);
        assert_eq!(backoff.delay(0, 0.0), ms(100));
    }

    #[test]
    fn check_refuses_what_cannot_grow() {
        let refuses = |backoff: Backoff| backoff.check().unwrap_err().to_string();
        assert_eq!(
            refuses(Backoff::from(ms(2)..ms(1))),
            "`backoff` goes backwards, from 2ms to 1ms"
        );
        assert!(refuses(Backoff::from(ms(0)..ms(1))).contains("must begin above zero"));
        assert!(refuses(Backoff::linear(ms(0), ms(1))).contains("must begin above zero"));
        for fine in [
            Backoff::none(),
            Backoff::from(ms(1)),
            Backoff::from(ms(1)..ms(1)),
        ] {
            assert_eq!(fine.check(), Ok(()));
        }
    }

    fn any_duration() -> impl Strategy<Value = Duration> {
        prop_oneof![
            (0..100_000_u64).prop_map(Duration::from_millis),
            (any::<u64>(), 0..1_000_000_000_u32)
                .prop_map(|(secs, nanos)| Duration::new(secs, nanos)),
        ]
    }

    fn any_jitter() -> impl Strategy<Value = Jitter> {
        prop_oneof![Just(Jitter::None), Just(Jitter::Full), Just(Jitter::Equal),]
    }

    /// The first wait and the longest one, as `check` allows them.
    fn any_backoff() -> impl Strategy<Value = (Backoff, Duration, Duration)> {
        let bounds = (any_duration(), any_duration(), 0..3_u8);
        bounds.prop_map(|(low, high, growth)| {
            let (low, high) = (low.min(high), low.max(high));
            match growth {
                0 => (Backoff::exponential(low..high), low, high),
                1 => (Backoff::linear(low, high), low, high),
                _ => (Backoff::constant(low), low, low),
            }
        })
    }

    proptest! {
        #[test]
        fn a_delay_never_exceeds_the_wait_without_jitter(
            (low, high) in (any_duration(), any_duration()),
            linear: bool,
            jitter in any_jitter(),
            attempt: u32,
            roll in prop_oneof![0.0..=1.0, any::<f64>()],
        ) {
            let (low, high) = (low.min(high), low.max(high));
            let backoff = if linear { Backoff::linear(low, high) } else { Backoff::exponential(low..high) };
            let whole = backoff.jitter(Jitter::None).delay(attempt, roll);
            let wait = backoff.jitter(jitter).delay(attempt, roll);
            prop_assert!(low <= whole && whole <= high);
            prop_assert!(wait <= whole);
            if jitter == Jitter::Equal {
                prop_assert!(wait >= whole / 2);
            }
        }

        #[test]
        fn every_one_of_ten_thousand_waits_is_within_its_bounds(
            (backoff, low, high) in any_backoff(),
            jitter in prop_oneof![any_jitter(), Just(Jitter::Decorrelated)],
            seed: u64,
        ) {
            let backoff = backoff.jitter(jitter);
            let least = match jitter {
                Jitter::None | Jitter::Decorrelated => low,
                Jitter::Equal => low / 2,
                Jitter::Full => Duration::ZERO,
            };
            let mut dice = fastrand::Rng::with_seed(seed);
            let mut before = Duration::ZERO;
            for attempt in 1..=10_000 {
                before = backoff.next(attempt, before, dice.f64());
                prop_assert!((least..=high).contains(&before), "attempt {attempt}: {before:?}");
            }
        }

        #[test]
        fn decorrelated_waits_are_at_most_three_times_the_one_before(before in any_duration(), roll in 0.0..1.0) {
            let backoff = Backoff::from(ms(10)..ms(60_000)).jitter(Jitter::Decorrelated);
            let wait = backoff.next(7, before, roll);
            prop_assert!(wait <= before.max(ms(10)).saturating_mul(3));
        }

        #[test]
        fn a_later_attempt_never_waits_less(attempt in 0..u32::MAX, low in 1..u64::MAX, high: u64) {
            let (low, high) = (Duration::from_nanos(low), Duration::from_nanos(high));
            let backoff = Backoff::from(low..high).jitter(Jitter::None);
            prop_assert!(backoff.delay(attempt, 0.0) <= backoff.delay(attempt + 1, 0.0));
        }
    }
}
