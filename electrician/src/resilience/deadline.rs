//! The time for the whole of a call: comes in a duration, goes out the moment that no part may wait beyond.

use super::{BadValue, ChainCause, Elapsed, moment::after};
use std::time::Duration;
use tokio::time::Instant;

/// The time for everything that happens around a call: waits for the limiter and in the bulkhead's line, all
/// attempts, and what is waited between them.
///
/// Use it wherever somebody waits for the answer: past that time it serves nobody. Say a timeout beside it
/// where one attempt must not use up the time of the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Deadline(pub(crate) Option<Duration>);

impl Deadline {
    /// The moment at which the time of a call that begins at `now` is over.
    #[inline]
    pub(super) fn until(self, now: impl FnOnce() -> Instant) -> Option<Instant> {
        self.0.map(|limit| after(now(), limit))
    }

    /// That the time is over.
    #[cold]
    pub(super) fn late<E>(self) -> ChainCause<E> {
        let limit = self.0.unwrap_or_default();
        ChainCause::Late(Elapsed { limit })
    }

    /// Whether it can be meant, beside the time for one attempt.
    pub(crate) fn check(self, timeout: Option<Duration>) -> Result<(), BadValue> {
        let Some(limit) = self.0 else { return Ok(()) };
        if limit.is_zero() {
            return Err(BadValue::new("deadline", "must be above zero"));
        }
        match timeout {
            Some(timeout) if timeout >= limit => Err(BadValue::new(
                "timeout",
                format!("must be below the deadline for the whole, which is {limit:?}"),
            )),
            _ => Ok(()),
        }
    }
}
