//! Not calling more often than agreed: comes in calls as they happen to come, goes out a token for each that may pass, or until when not to ask.
//!
//! ```text
//! rate     o  o  o  o  o  o        tokens drop in, one each 1/rate
//!           \ |
//!          |   o   |               the bucket holds `burst` of them, what is too much is lost
//!          | o o o |
//!          +-------+
//!              |
//! calls ->  a token each -> pass
//!              |
//!              +- none is free -> wait in the line, or be told until when not to ask
//! ```
//!
//! [`RateLimit`] is what is written, [`RateLimiter`] is what calls share, [`Lease`] is a worker's part of
//! it, [`KeyedRateLimiter`] has a limiter for each key, and [`Blackout`] says when nothing passes at all.

mod blackout;
mod bucket;
mod keyed;
mod lease;
mod limiter;
mod state;
#[cfg(test)]
mod tests;

use super::BadValue;
use crate::value::Rate;
pub use blackout::Blackout;
pub use keyed::{KeyedRateLimiter, KeysFull};
pub use lease::Lease;
pub use limiter::{RateLimiter, Token};
use std::{error::Error, fmt, time::Duration};
use tokio::time::Instant;

/// How much may pass.
///
/// Use it where the other side counts calls and refuses what is too much, or where a steady pace keeps it
/// healthy. Do not use it to bound how many calls run at once: a rate says nothing about calls that
/// become slow, which is what a bulkhead is for. Nor to spread one limit over several processes: each
/// has a limiter of its own.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `rate` | calls in a time | none, it has to be said | 1 or more, in a time above zero and at most 365 days |
/// | `burst` | calls | what the rate lets pass in its own time | 1 or more |
/// | `waiters` | calls that wait at once | 1024 | 0 or more; with 0 nobody waits |
/// | `blackout` | see [`Blackout`] | none | see [`Blackout`] |
///
/// After a quiet time, as many calls as the burst pass at once, and the rate paces those that follow. A
/// rate below one a second is written with a longer time: `Rate::new(1, Duration::from_secs(2))`.
///
/// # Examples
///
/// ```
/// use electrician::{resilience::RateLimit, value::Rate};
///
/// let limit = RateLimit::new(Rate::per_second(500)).burst(50).waiters(100);
/// assert!(limit.check().is_ok());
///
/// let refused = limit.burst(0).check().unwrap_err();
/// assert_eq!(refused.to_string(), "`burst` must be at least 1, not 0");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct RateLimit {
    rate: Rate,
    burst: Option<u32>,
    waiters: u32,
    blackouts: Vec<Blackout>,
}

/// The longest time that a rate can be over.
const LONGEST: Duration = Duration::from_hours(24 * 365);

impl RateLimit {
    /// As many as the rate lets pass in its own time, at once; then at the rate.
    pub const fn new(rate: Rate) -> Self {
        Self {
            rate,
            burst: None,
            waiters: 1024,
            blackouts: Vec::new(),
        }
    }

    /// How many may pass at once after a quiet time.
    pub const fn burst(mut self, calls: u32) -> Self {
        self.burst = Some(calls);
        self
    }

    /// How many may wait at once.
    pub const fn waiters(mut self, calls: u32) -> Self {
        self.waiters = calls;
        self
    }

    /// Another time during which nothing passes.
    pub fn blackout(mut self, blackout: Blackout) -> Self {
        self.blackouts.push(blackout);
        self
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        check_rate(self.rate)?;
        check_burst(self.burst.unwrap_or(1))?;
        self.blackouts.iter().try_for_each(Blackout::check)
    }

    /// The rate and the burst, each taken to the nearest value inside of its range.
    fn within_range(&self) -> (Rate, u32) {
        let per = self.rate.per().clamp(Duration::from_nanos(1), LONGEST);
        let count = self.rate.count().max(1);
        let own = u32::try_from(count).unwrap_or(u32::MAX);
        (Rate::new(count, per), self.burst.unwrap_or(own).max(1))
    }
}

impl From<Rate> for RateLimit {
    fn from(rate: Rate) -> Self {
        Self::new(rate)
    }
}

fn check_rate(rate: Rate) -> Result<(), BadValue> {
    if rate.count() == 0 {
        let why = format!("must be at least 1 in its time, not {rate}");
        return Err(BadValue::new("rate", why));
    }
    if rate.per().is_zero() || rate.per() > LONGEST {
        let why = format!("must be over a time above zero and at most 365 days, not {rate}");
        return Err(BadValue::new("rate", why));
    }
    Ok(())
}

fn check_burst(burst: u32) -> Result<(), BadValue> {
    match burst {
        0 => Err(BadValue::new("burst", "must be at least 1, not 0")),
        _ => Ok(()),
    }
}

/// Nothing passes now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "Retry-After")]
pub struct Limited {
    /// There is no use in asking before this moment: a token for those who wait, and one for who asks.
    pub until: Instant,
    /// How many wait.
    pub waiting: u32,
}

impl fmt::Display for Limited {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the rate limit is reached, and {} wait", self.waiting)
    }
}

impl Error for Limited {}

/// How a limiter stood at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimiterSnapshot {
    /// Its rate.
    pub rate: Rate,
    /// Its burst.
    pub burst: u32,
    /// The tokens that are free.
    pub free: u32,
    /// The tokens that leases hold, those that they have used since they last asked included.
    pub leased: u32,
    /// How many wait.
    pub waiting: u32,
    /// How many have passed since it was made; tokens in leases count until they are returned.
    pub admitted: u64,
    /// How many went away without a token.
    pub refused: u64,
    /// When something may pass again; `None` if it may now.
    pub until: Option<Instant>,
}
