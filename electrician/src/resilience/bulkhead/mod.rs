//! Not calling too often at once: comes in calls that may become slow, goes out permission for so many of them, in the order in which they came.
//!
//! ```text
//!           the line               the compartment
//! calls ->  o o o o o   -> permit ->  | o o o |  -> out, which makes room for the first in the line
//!           `waiters` at most         `limit` at most
//!           `max_wait` at most
//! ```
//!
//! [`Concurrency`] is what is written, [`Bulkhead`] is what calls share, and [`Seat`] is a worker's part of it.
//! The limit is a number, or it
//! finds its own: [`Aimd`] goes by failures, [`Gradient`] by how long calls take.

mod adaptive;
mod aimd;
mod gradient;
mod permit;
mod seat;
mod shell;
mod state;
#[cfg(test)]
mod tests;

use super::BadValue;
use adaptive::Limits;
pub use aimd::Aimd;
pub use gradient::Gradient;
pub use permit::BulkheadPermit;
pub use seat::{Seat, Seated};
pub use shell::Bulkhead;
use std::{error::Error, fmt, time::Duration};

/// How many calls run at once, and how many wait for that.
///
/// Use it where a call that becomes slow holds what others need: connections, memory, threads. Do not use
/// it to keep to an agreed pace, which is what a rate limit is for: a bulkhead of 10 lets 10 a second
/// pass or 10,000, as long as they are quick.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `limit` | calls at once | none, it has to be said | 1 or more; or [`Aimd`], [`Gradient`] |
/// | `waiters` | calls that wait at once | 1024 | 0 or more; with 0 nobody waits |
/// | `max_wait` | a duration | none | above zero |
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Aimd, Concurrency, Gradient};
/// use std::time::Duration;
///
/// let fixed = Concurrency::from(16).waiters(100).max_wait(Duration::from_secs(1));
/// let by_failures = Concurrency::from(Aimd::between(1, 200));
/// let by_latency = Concurrency::from(Gradient::between(4, 200));
/// for concurrency in [fixed, by_failures, by_latency] {
///     concurrency.check()?;
/// }
///
/// let refused = Concurrency::from(0).check().unwrap_err();
/// assert_eq!(refused.to_string(), "`limit` must be at least 1, not 0");
/// # Ok::<(), electrician::resilience::BadValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Concurrency {
    limits: Limits,
    waiters: u32,
    max_wait: Option<Duration>,
}

impl Concurrency {
    const fn new(limits: Limits) -> Self {
        Self {
            limits,
            waiters: 1024,
            max_wait: None,
        }
    }

    /// How many may wait at once.
    pub const fn waiters(mut self, calls: u32) -> Self {
        self.waiters = calls;
        self
    }

    /// How long one waits before it is refused.
    pub const fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = Some(wait);
        self
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        self.limits.check()?;
        match self.max_wait {
            Some(Duration::ZERO) => {
                let why = "must be above zero, not 0ns; with `waiters` 0 nobody waits";
                Err(BadValue::new("max_wait", why))
            }
            _ => Ok(()),
        }
    }
}

impl From<u32> for Concurrency {
    fn from(calls: u32) -> Self {
        Self::new(Limits::Fixed(calls))
    }
}

impl From<Aimd> for Concurrency {
    fn from(aimd: Aimd) -> Self {
        Self::new(Limits::Aimd(aimd))
    }
}

impl From<Gradient> for Concurrency {
    fn from(gradient: Gradient) -> Self {
        Self::new(Limits::Gradient(gradient))
    }
}

/// As many calls run as may run at once, and no place became free in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BulkheadFull {
    /// How many run.
    pub running: u32,
    /// How many may run at once.
    pub limit: u32,
    /// How many wait.
    pub waiting: u32,
}

impl fmt::Display for BulkheadFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            running,
            limit,
            waiting,
        } = self;
        write!(
            f,
            "the bulkhead is full: {running} of {limit} run, and {waiting} wait"
        )
    }
}

impl Error for BulkheadFull {}

/// How a bulkhead stood at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkheadSnapshot {
    /// How many calls may run at once.
    pub limit: u32,
    /// How many run; more than the limit where it was lowered meanwhile.
    pub running: u32,
    /// How many wait.
    pub waiting: u32,
    /// How many were let in since it was made.
    pub admitted: u64,
    /// How many went away without having been let in.
    pub refused: u64,
}
