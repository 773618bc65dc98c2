//! The protections around one call: comes in a call that may fail, hang or overwhelm, goes out one that does so within limits.
//!
//! Their order is fixed, from the outside:
//!
//! ```text
//! breaker -> retry -> timeout (of one attempt) -> the call
//! ```
//!
//! Each protection is a room of the same shape. First comes the value that is written, which knows its
//! defaults and what it refuses: [`Breaker`], [`Retry`]. Behind it is a pure decision that is told the
//! time and never waits, locks or reads a clock: [`Retry::again`], [`Backoff::delay`]. A thin shell does
//! the waiting and the locking: [`CircuitBreaker`], [`Timer`].
//!
//! A refusal is information: an open breaker says until when, a call that took too long says how long
//! it was given, a refused value says which option it was and what it must be.
//!
//! # Examples
//!
//! The three around one call. Each attempt asks the breaker, so that retries do not storm a backend
//! that is known to be down.
//!
//! ```
//! use electrician::resilience::{retry, Backoff, Breaker, CircuitBreaker, Retry, Timer};
//! use std::{cell::Cell, time::Duration};
//! use tokio::time::Instant;
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
//! # runtime.block_on(async {
//! let breaker = CircuitBreaker::new(Breaker::default());
//! let retry = Retry::up_to(4).backoff(Backoff::constant(Duration::from_millis(1)));
//! let mut timer = Timer::new();
//!
//! let calls = Cell::new(0);
//! let flaky = async || {
//!     calls.set(calls.get() + 1);
//!     if calls.get() < 3 { Err("not yet") } else { Ok("done") }
//! };
//!
//! let started = Instant::now();
//! let mut attempt = 0;
//! let outcome = loop {
//!     attempt += 1;
//!     let permit = breaker.ready().await;
//!     match timer.limit(Duration::from_secs(2), flaky()).await {
//!         Ok(Ok(value)) => {
//!             permit.success();
//!             break Some(value);
//!         }
//!         Ok(Err(_)) | Err(_) => permit.failure(),
//!     }
//!     match retry.again(attempt, started, Instant::now(), retry::roll()) {
//!         Some(wait) => timer.sleep(wait).await,
//!         None => break None,
//!     }
//! };
//! assert_eq!((outcome, attempt), (Some("done"), 3));
//! # });
//! ```

mod bad_value;
pub mod breaker;
pub(crate) mod moment;
pub mod restart;
pub mod retry;
pub mod timeout;

pub use bad_value::BadValue;
pub use breaker::{Breaker, BreakerSnapshot, BreakerState, CircuitBreaker, Open, Permit, Window};
pub use restart::{Restart, Restarts};
pub use retry::{Backoff, Jitter, Retry};
pub use timeout::{Elapsed, Timer};
