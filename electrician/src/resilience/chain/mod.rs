//! The protections around any async call, in their one order: comes in a call, goes out what it gave, or which layer kept it from that.
//!
//! ```text
//! fallback ( deadline -> rate limit -> bulkhead -> breaker -> retry -> hedge -> timeout -> the call )
//!                        ^                                      |
//!                        +------ the next attempt, if any ------+
//! ```
//!
//! - The order is fixed, whatever the order in which the parts are written.
//! - A refused call burns nothing of the layers outside the one that refused it: before anything is taken,
//!   the breaker is asked whether it would refuse, and a later refusal gives back what was taken.
//! - Each attempt of a retry asks the limiter, the bulkhead and the breaker again. While it waits for the
//!   next attempt, a call holds none of them.
//! - A call that is dropped, or cut short by the deadline of the whole, gives everything back, and says
//!   nothing to the breaker. An attempt that takes longer than its timeout is a failure.
//! - A part that is not written is the type `()`, and leaves no code.

mod admission;
mod admit;
mod build;
mod call;
mod error;
mod guard;
mod quick;
mod taken;

use super::{BadValue, Retry, Timer, Verdict, deadline::Deadline, hedge::Hedging, retry::Retrying};
pub use admit::Admit;
pub use error::{ChainCause, ChainError, Layer, Refusal};
pub use guard::{Books, EveryError, Guarded, Guards, Judges};
use std::{fmt, marker::PhantomData, time::Duration};
pub use taken::Taken;

/// The protections around one kind of call.
///
/// Use it around a call that leaves the process and is not a stage of a pipeline: there, the same parts are
/// the stage's options. Do not use one chain for calls to several backends: their failures would be taken
/// for one another's.
///
/// A chain makes one call at a time. **A clone is the chain of another caller**, over the same breaker,
/// limiter, bulkhead, budget and latencies: make one for each task, or for each call where they overlap.
/// While calls succeed, a chain writes to nothing that its clones read, reads no clock (but for slow calls and
/// percentiles), and allocates nothing; it allocates a timer when a call first waits under a timeout, and keeps it.
///
/// The time of a call, for its deadline and the total of its retries, is counted from the moment it first waits
/// or fails, as a timeout is: what it computes before that is nobody's to interrupt.
///
/// # Parts
///
/// | part | what it does | needs |
/// |---|---|---|
/// | [`deadline`](Chain::deadline) | bounds the whole, waits included | above the timeout |
/// | [`rate_limit`](Chain::rate_limit) | bounds calls in time | a [`Lease`](super::Lease), or another [`Admit`] |
/// | [`bulkhead`](Chain::bulkhead) | bounds calls at once | a [`Seat`](super::Seat), or another [`Admit`] |
/// | [`breaker`](Chain::breaker) | does not call what is down | a [`CircuitBreaker`](super::CircuitBreaker) |
/// | [`retry`](Chain::retry) | calls again after a failure | [`idempotent`](Chain::idempotent) before it |
/// | [`hedge`](Chain::hedge) | calls twice when the first is slow | [`idempotent`](Chain::idempotent) before it |
/// | [`timeout`](Chain::timeout) | bounds one attempt | |
/// | [`fallback`](Chain::fallback) | answers in place of an error | |
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Again, Backoff, Breaker, Bulkhead, Chain, CircuitBreaker, RateLimiter, Retry};
/// use electrician::value::Rate;
/// use std::{io, sync::atomic::{AtomicU32, Ordering}, time::Duration};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let (limiter, bulkhead) = (RateLimiter::new(Rate::per_second(500)), Bulkhead::new(16));
/// let breaker = CircuitBreaker::new(Breaker::default());
/// let mut chain = Chain::new()
///     .deadline(Duration::from_secs(5))
///     .rate_limit(limiter.lease())
///     .bulkhead(bulkhead.seat())
///     .breaker(&breaker)
///     .idempotent()
///     .retry(Retry::up_to(4).backoff(Duration::from_millis(50)..Duration::from_secs(1)))
///     .retry_when(|error: &io::Error| match error.kind() {
///         io::ErrorKind::InvalidInput => Again::No,
///         _ => Again::Yes,
///     })
///     .timeout(Duration::from_secs(1));
/// chain.check()?;
///
/// let calls = AtomicU32::new(0);
/// let flaky = || async {
///     match calls.fetch_add(1, Ordering::Relaxed) {
///         0 => Err(io::Error::other("not yet")),
///         _ => Ok("done"),
///     }
/// };
/// assert_eq!(chain.call(flaky).await.unwrap(), "done");
/// assert_eq!(breaker.snapshot().failures, 1);
/// # Ok::<(), electrician::resilience::BadValue>(())
/// # }).unwrap();
/// ```
///
/// Calling twice has to be allowed, or there is no `retry`:
///
/// ```compile_fail,E0599
/// use electrician::resilience::{Chain, Retry};
///
/// let chain = Chain::new().retry(Retry::up_to(3));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Chain<L = (), B = (), K = (), R = (), H = (), F = (), I = Unmarked> {
    limits: Limits<L, B, K>,
    attempts: Attempts<R, H>,
    fallback: F,
    deadline: Deadline,
    marker: PhantomData<I>,
}

/// What a call has to pass before it is made.
#[derive(Clone, Debug)]
struct Limits<L, B, K> {
    rate_limit: L,
    bulkhead: B,
    breaker: K,
}

/// How a call is made.
#[derive(Clone, Debug)]
struct Attempts<R, H> {
    retry: R,
    hedge: H,
    timeout: Option<Duration>,
    timer: Timer,
}

/// Nothing is said about calling twice.
#[derive(Clone, Copy, Debug)]
pub struct Unmarked;

/// Calling twice does what calling once does.
#[derive(Clone, Copy, Debug)]
pub struct Idempotent;

/// A part whose values can be checked.
pub trait Checks {
    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    fn check(&self) -> Result<(), BadValue>;
}

impl<L, B, K, R: Checks, H: Checks, F, I> Chain<L, B, K, R, H, F, I> {
    /// Whether the values can be meant, each by itself and beside the others. A breaker's are checked by
    /// [`Breaker::check`](super::Breaker::check).
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        if let Some(timeout) = self.attempts.timeout {
            super::timeout::check(timeout)?;
        }
        self.deadline.check(self.attempts.timeout)?;
        self.attempts.retry.check()?;
        self.attempts.hedge.check()
    }
}

impl Checks for () {
    fn check(&self) -> Result<(), BadValue> {
        Ok(())
    }
}

impl<W, S> Checks for Retrying<W, S> {
    fn check(&self) -> Result<(), BadValue> {
        Retry::check(&self.retry)
    }
}

impl Checks for Hedging {
    fn check(&self) -> Result<(), BadValue> {
        self.hedge().check()
    }
}

impl<L, B, K, R, H, F, I> fmt::Debug for Chain<L, B, K, R, H, F, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Chain")
            .field("deadline", &self.deadline.0)
            .field("timeout", &self.attempts.timeout)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
