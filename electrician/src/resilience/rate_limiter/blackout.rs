//! When nothing passes: comes in a moment, goes out the next one at which something may.

use super::super::{BadValue, moment::after};
use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};
use tokio::time::Instant;

/// A time during which a rate limiter lets nothing pass.
///
/// Use it where the other side is closed at times that are known: a nightly backup, a window for maintenance, a switch that
/// somebody turns. Do not use it for what is down unexpectedly: a circuit breaker finds that out by itself.
///
/// | made by | nothing passes |
/// |---|---|
/// | [`daily(at, lasts)`](Blackout::daily) | each day from `at` after midnight, in UTC |
/// | [`every(period, first, lasts)`](Blackout::every) | from `first` on, and from each `period` after it |
/// | [`once(first, lasts)`](Blackout::once) | from `first` on |
/// | [`when(predicate)`](Blackout::when) | while the predicate says so |
///
/// Meanwhile the limiter saves up as in any quiet time, so its burst passes when the blackout is over.
/// The clock of the system is looked at when the limiter is made; a schedule does not follow a clock
/// that is set afterwards.
///
/// # Examples
///
/// ```
/// use electrician::{resilience::{Blackout, RateLimit, RateLimiter}, value::Rate};
/// use std::{sync::{Arc, atomic::{AtomicBool, Ordering::Relaxed}}, time::Duration};
///
/// let nightly = Blackout::daily(Duration::from_hours(2), Duration::from_mins(30));
/// let closed = Arc::new(AtomicBool::new(true));
/// let by_hand = Blackout::when({
///     let closed = closed.clone();
///     move || closed.load(Relaxed)
/// });
///
/// RateLimit::new(Rate::per_second(50)).blackout(nightly).check()?;
/// let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(50)).blackout(by_hand));
/// assert!(limiter.try_acquire().is_err());
/// closed.store(false, Relaxed);
/// assert!(limiter.try_acquire().is_ok());
/// # Ok::<(), electrician::resilience::BadValue>(())
/// ```
#[derive(Clone)]
pub struct Blackout(Kind);

#[derive(Clone)]
enum Kind {
    Times {
        first: SystemTime,
        lasts: Duration,
        every: Option<Duration>,
    },
    When(Predicate),
}

/// Whether nothing passes now.
pub(super) type Predicate = Arc<dyn Fn() -> bool + Send + Sync>;

const DAY: Duration = Duration::from_hours(24);

impl Blackout {
    /// Each day, `lasts` long from `at` after midnight, in UTC.
    pub fn daily(at: Duration, lasts: Duration) -> Self {
        Self::every(DAY, SystemTime::UNIX_EPOCH + modulo(at, DAY), lasts)
    }

    /// `lasts` long from `first`, and again after each `period`; before `first`, never.
    pub fn every(period: Duration, first: SystemTime, lasts: Duration) -> Self {
        Self(Kind::Times {
            first,
            lasts,
            every: Some(period),
        })
    }

    /// `lasts` long from `first`.
    pub fn once(first: SystemTime, lasts: Duration) -> Self {
        Self(Kind::Times {
            first,
            lasts,
            every: None,
        })
    }

    /// While `closed` says so. It is asked for each token, and ten times a second for those who wait;
    /// it must not block. What it does with the limiter itself is its own business: no lock is held.
    pub fn when(closed: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        Self(Kind::When(Arc::new(closed)))
    }

    /// Whether the values can be meant.
    pub(super) fn check(&self) -> Result<(), BadValue> {
        match self.0 {
            Kind::Times { lasts, .. } if lasts.is_zero() => {
                Err(BadValue::new("blackout", "must last longer than 0ns"))
            }
            Kind::Times {
                lasts,
                every: Some(every),
                ..
            } if lasts >= every => {
                let why = format!("must be shorter than its period of {every:?}, not {lasts:?}");
                Err(BadValue::new("blackout", why))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn predicate(&self) -> Option<Predicate> {
        match &self.0 {
            Kind::When(closed) => Some(closed.clone()),
            Kind::Times { .. } => None,
        }
    }

    /// The schedule as the runtime's clock sees it, which shows `now` at the system's `wall` time.
    /// One that cannot be meant is left out.
    pub(super) fn schedule(&self, now: Instant, wall: SystemTime) -> Option<Schedule> {
        self.check().ok()?;
        match self.0 {
            Kind::Times {
                first,
                lasts,
                every,
            } => Some(Schedule::new(first, lasts, every, now, wall)),
            Kind::When(_) => None,
        }
    }
}

/// Stretches of time, as moments.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    /// The end of the stretch that was under way when the schedule was made.
    running: Instant,
    /// The first stretch that begins later.
    next: Option<Instant>,
    every: Duration,
    lasts: Duration,
}

impl Schedule {
    fn new(
        first: SystemTime,
        lasts: Duration,
        every: Option<Duration>,
        now: Instant,
        wall: SystemTime,
    ) -> Self {
        let (running, next) = match wall.duration_since(first) {
            Err(ahead) => (now, Some(after(now, ahead.duration()))),
            Ok(since) => {
                let into = every.map_or(since, |every| modulo(since, every));
                let next = every.map(|every| after(now, every.saturating_sub(into)));
                (after(now, lasts.saturating_sub(into)), next)
            }
        };
        Self {
            running,
            next,
            every: every.unwrap_or(Duration::MAX),
            lasts,
        }
    }

    /// The end of the stretch that `at` is in, or `at` itself.
    fn opens(&self, at: Instant) -> Instant {
        if at < self.running {
            return self.running;
        }
        match self.next {
            Some(next) if at >= next => {
                let into = modulo(at - next, self.every);
                after(at, self.lasts.saturating_sub(into))
            }
            _ => at,
        }
    }
}

/// The first moment from `at` on that is in none of the stretches. Where they leave hardly a gap, it is
/// one to ask again at.
pub(super) fn opens(schedules: &[Schedule], at: Instant) -> Instant {
    let mut open = at;
    for _ in 0..=schedules.len() {
        open = schedules.iter().fold(open, |at, each| each.opens(at));
    }
    open
}

fn modulo(time: Duration, period: Duration) -> Duration {
    let nanos = time.as_nanos() % period.as_nanos().max(1);
    #[expect(clippy::cast_possible_truncation, reason = "below a billion")]
    let (secs, nanos) = (
        (nanos / 1_000_000_000) as u64,
        (nanos % 1_000_000_000) as u32,
    );
    Duration::new(secs, nanos)
}

impl fmt::Debug for Blackout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Times {
                first,
                lasts,
                every,
            } => f
                .debug_struct("Blackout")
                .field("first", first)
                .field("lasts", lasts)
                .field("every", every)
                .finish(),
            Kind::When(_) => f.write_str("Blackout(when)"),
        }
    }
}
