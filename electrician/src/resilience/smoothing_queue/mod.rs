//! Holding back what comes in bursts: comes in items as they happen to come, goes out one after the other at a limiter's rate.
//!
//! ```text
//! push -> | 9 | 5 5 5 | 1 1 | -> next, one for each token of the limiter
//!         highest priority first, then first come first served
//! ```
//!
//! [`Smoothing`] is what is written, [`SmoothingQueue`] is what the two sides share.

mod queue;
mod shell;
#[cfg(test)]
mod tests;

use super::BadValue;
pub(crate) use queue::Queue;
pub use shell::SmoothingQueue;
use std::{error::Error, fmt, time::Duration};
use tokio::time::Instant;

/// What is held back, in which order and for how long.
///
/// Use it where a rate limit is reached by bursts, the items may come late, and some matter more than
/// others. Do not use it where more comes than the limiter lets pass for long: a full queue only adds its
/// whole length to every wait. Nor where the order of the items must be kept: an edge does that.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `capacity` | items | none, it has to be said | 1 or more |
/// | `ageing` | a duration | none: a higher priority always goes first | above zero |
/// | `ttl` | a duration | none: items wait as long as it takes | above zero |
/// | `attempts` | hand-overs of one item, the first one included | 3 | 1 or more |
///
/// With `ageing` of 10 s, an item that has waited 10 s longer than another counts as one priority higher,
/// so that nothing waits for ever behind what keeps coming.
///
/// # Examples
///
/// ```
/// use electrician::resilience::Smoothing;
/// use std::time::Duration;
///
/// let smoothing = Smoothing::up_to(1_000).ageing(Duration::from_secs(10)).ttl(Duration::from_mins(5));
/// assert!(smoothing.check().is_ok());
///
/// let refused = Smoothing::up_to(0).check().unwrap_err();
/// assert_eq!(refused.to_string(), "`capacity` must be at least 1, not 0");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Smoothing {
    capacity: usize,
    ageing: Option<Duration>,
    ttl: Option<Duration>,
    attempts: u32,
}

impl Smoothing {
    /// At most `items` at once.
    pub const fn up_to(items: usize) -> Self {
        Self {
            capacity: items,
            ageing: None,
            ttl: None,
            attempts: 3,
        }
    }

    /// What is waited for one step of priority.
    pub const fn ageing(mut self, step: Duration) -> Self {
        self.ageing = Some(step);
        self
    }

    /// An item that has waited for so long is handed over as expired.
    pub const fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = Some(ttl);
        self
    }

    /// How often an item is handed over at most, if it comes back.
    pub const fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// The same, where no item waits for longer than it has time.
    pub(crate) fn within(mut self, deadline: Option<Duration>) -> Self {
        self.ttl = self.ttl.into_iter().chain(deadline).min();
        self
    }

    /// How many items there may be at once.
    pub(crate) fn capacity(&self) -> usize {
        self.within_range().capacity
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        let refuse = |option, why| Err(BadValue::new(option, why));
        if self.capacity == 0 {
            return refuse("capacity", "must be at least 1, not 0");
        }
        if self.ageing == Some(Duration::ZERO) {
            return refuse("ageing", "must be above zero, not 0ns");
        }
        if self.ttl == Some(Duration::ZERO) {
            return refuse("ttl", "must be above zero, not 0ns");
        }
        if self.attempts == 0 {
            return refuse(
                "attempts",
                "must be at least 1, not 0; the first hand-over counts",
            );
        }
        Ok(())
    }

    /// The same, with each value that is out of its range taken to the nearest one inside.
    fn within_range(mut self) -> Self {
        let least = Duration::from_nanos(1);
        self.capacity = self.capacity.max(1);
        self.ageing = self.ageing.map(|step| step.max(least));
        self.ttl = self.ttl.map(|ttl| ttl.max(least));
        self.attempts = self.attempts.max(1);
        self
    }
}

/// An item, and how it has fared.
///
/// It says where it belongs when it comes back: [`SmoothingQueue::push_back`].
#[derive(Debug, PartialEq, Eq)]
pub struct Held<T> {
    /// The item.
    pub item: T,
    /// Its priority; the higher one goes first.
    pub priority: i32,
    /// When it came for the first time.
    pub came: Instant,
    /// How often it was handed over, this time included.
    pub attempts: u32,
    /// How many came before it.
    number: u64,
}

/// What leaves the queue.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<T> {
    /// It is its turn, and it has a token.
    Due(Held<T>),
    /// Its time to live is over. It took no token.
    Expired(Held<T>),
}

/// An item was not taken, and here it is.
#[derive(Debug, PartialEq, Eq)]
pub struct NotQueued<T> {
    /// The item.
    pub item: T,
    /// Why.
    pub why: WhyNot,
}

/// Why an item was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WhyNot {
    /// The queue is full, with so many items.
    Full(usize),
    /// It was handed over as often as it may be.
    Spent(u32),
    /// The queue takes nothing any more.
    Closed,
}

impl fmt::Display for WhyNot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(items) => write!(f, "the smoothing queue is full with {items} items"),
            Self::Spent(times) => write!(f, "the item was handed over {times} times already"),
            Self::Closed => f.write_str("the smoothing queue is closed"),
        }
    }
}

impl<T> fmt::Display for NotQueued<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.why.fmt(f)
    }
}

impl<T: fmt::Debug> Error for NotQueued<T> {}

/// How a queue stood at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SmoothingSnapshot {
    /// How many items are in it.
    pub depth: usize,
    /// How many fit into it.
    pub capacity: usize,
    /// When the item came that has waited longest.
    pub oldest: Option<Instant>,
    /// How many were taken in since it was made, those that came back included.
    pub queued: u64,
    /// How many were handed over with a token.
    pub handed_over: u64,
    /// How many were handed over because their time was over.
    pub expired: u64,
    /// How many were not taken.
    pub refused: u64,
}
