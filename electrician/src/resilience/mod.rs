//! The protections around one call: comes in a call that may fail, hang or overwhelm, goes out one that does so within limits.
//!
//! Their order is fixed, from the outside:
//!
//! ```text
//! fallback ( deadline -> rate limit -> bulkhead -> breaker -> retry -> hedge -> timeout (of one attempt) -> the call )
//! ```
//!
//! A [`Chain`] is these parts around any async call; as options of a stage, the same parts stand around its
//! handler. Each can be used alone.
//!
//! | part | use it | not |
//! |---|---|---|
//! | [`Chain::deadline`] | where somebody waits for the answer | for work that is done in any case |
//! | [`RateLimiter`], [`KeyedRateLimiter`] | where a backend agreed to so many calls | for what comes in bursts and may come late: [`SmoothingQueue`] |
//! | [`Bulkhead`] | where too many calls at once slow all of them down; its limit may find its own | where the workers of a stage bound the calls already |
//! | [`CircuitBreaker`] | where calling what is down costs more than not calling it | where failures belong to the item |
//! | [`Retry`] | where a failure is likely to be gone a moment later | against what is overloaded, without a [`RetryBudget`] |
//! | [`Hedge`] | where a few calls are slow for reasons of their own | where calls are slow because they are many |
//! | [`Timer`] (timeout) | around each call that leaves the process | around what computes and never awaits |
//! | [`Chain::fallback`] | where a poorer answer is better than none | to hide that something is down |
//!
//! Each protection is a room of the same shape. First comes the value that is written, which knows its
//! defaults and what it refuses: [`RateLimit`], [`Concurrency`], [`Breaker`], [`Retry`]. Behind it is a pure decision that is told the
//! time and never waits, locks or reads a clock: [`Retry::again`], [`Backoff::delay`]. A thin shell does
//! the waiting and the locking: [`RateLimiter`], [`Bulkhead`], [`CircuitBreaker`], [`Timer`].
//!
//! What callers share is asked through a part of a caller's own, a [`Lease`], a [`Seat`], a [`BreakerWorker`], a [`BudgetWorker`]: while
//! calls succeed, it writes to nothing that another caller reads.
//!
//! A refusal is information: an open breaker and a limiter say until when, a bulkhead says how full it is, a call that took too long says how long
//! it was given, a chain says which layer refused and what was wrong before, a refused value says which
//! option it was and what it must be.
//!
//! # Examples
//!
//! ```
//! use electrician::resilience::{Backoff, Breaker, Bulkhead, Chain, CircuitBreaker, RateLimit, RateLimiter, Retry};
//! use electrician::value::Rate;
//! use std::{sync::atomic::{AtomicU32, Ordering}, time::Duration};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
//! # runtime.block_on(async {
//! let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(500)).burst(50));
//! let bulkhead = Bulkhead::new(16);
//! let breaker = CircuitBreaker::new(Breaker::default());
//! let mut chain = Chain::new()
//!     .deadline(Duration::from_secs(10))
//!     .rate_limit(limiter.lease())
//!     .bulkhead(bulkhead.seat())
//!     .breaker(&breaker)
//!     .idempotent()
//!     .retry(Retry::up_to(4).backoff(Backoff::constant(Duration::from_millis(1))))
//!     .timeout(Duration::from_secs(2));
//!
//! let calls = AtomicU32::new(0);
//! let flaky = || async {
//!     match calls.fetch_add(1, Ordering::Relaxed) {
//!         0 | 1 => Err("not yet"),
//!         _ => Ok("done"),
//!     }
//! };
//! assert_eq!(chain.call(flaky).await.unwrap(), "done");
//! assert_eq!(breaker.snapshot().failures, 2);
//! assert_eq!(bulkhead.snapshot().running, 0);
//! # });
//! ```

mod apart;
mod bad_value;
pub mod breaker;
pub mod bulkhead;
mod cells;
pub mod chain;
#[cfg(feature = "chaos")]
pub mod chaos;
pub(crate) mod deadline;
pub mod fallback;
pub mod hedge;
mod line;
pub(crate) mod moment;
pub mod rate_limiter;
pub mod restart;
pub mod retry;
pub mod smoothing_queue;
pub mod timeout;
#[cfg(feature = "tower")]
pub mod tower;

pub use bad_value::BadValue;
pub use breaker::{
    Books, Breaker, BreakerEvent, BreakerEvents, BreakerSnapshot, BreakerState, BreakerWorker,
    CircuitBreaker, Cooldown, KeyedBreaker, Open, Permit, Reason, Verdict, Window,
};
pub use bulkhead::{
    Aimd, Bulkhead, BulkheadFull, BulkheadPermit, BulkheadSnapshot, Concurrency, Gradient, Seat,
};
pub use chain::{Admit, Chain, ChainCause, ChainError, Layer, Refusal};
pub use hedge::Hedge;
pub use rate_limiter::{
    Blackout, KeyedRateLimiter, KeysFull, Lease, Limited, RateLimit, RateLimiter,
    RateLimiterSnapshot, Token,
};
pub use restart::{Restart, Restarts};
pub use retry::{
    Again, Attempt, Backoff, Budget, BudgetWorker, Jitter, Retry, RetryBudget, Retrying,
};
pub use smoothing_queue::{Smoothing, SmoothingQueue, SmoothingSnapshot};
pub use timeout::{Elapsed, Timer};
