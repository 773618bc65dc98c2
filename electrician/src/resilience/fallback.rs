//! An answer in place of an error: comes in what went wrong with a whole chain, goes out a value, or the error after all.
//!
//! ```text
//! the call, as often as the chain says --- Ok ------------------> the answer
//!                                    \--- Err --> fallback --+--> an answer in its place
//!                                                           \-> the error, or another one
//! ```
//!
//! Use it where a poorer answer is better than none: yesterday's price, an empty list, another backend. Do not use it to hide that
//! something is down: the breaker and the sensors still see each failure, whoever is given the answer does not. Nor for an answer
//! that costs as much as the call: it is asked for when everything is slow already.
//!
//! | made by | gives |
//! |---|---|
//! | [`Chain::fallback_value`](super::Chain::fallback_value) | a clone of the same value, whatever went wrong |
//! | [`Chain::fallback`](super::Chain::fallback) | what a function makes of the [`ChainError`]: an answer, or an error |
//!
//! It stands around everything, the deadline too, so a function that waits sets a limit of its own. It is not retried, takes no
//! place in a bulkhead and no token, and tells the breaker nothing. There is none by default.
//!
//! # Errors
//!
//! Those that the function gives; a value has none.
//!
//! # Panics
//!
//! A function that panics lets the call panic; what had been taken for it was given back before.
//!
//! # Cancel safety
//!
//! Dropping the call drops the function's future where it waits.
//!
//! # Examples
//!
//! ```
//! use electrician::resilience::{Breaker, Chain, ChainError, CircuitBreaker};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
//! # runtime.block_on(async {
//! let breaker = CircuitBreaker::new(Breaker::default().consecutive(1));
//! let mut price = Chain::new().breaker(&breaker).fallback(async |error: ChainError<&str>| {
//!     if error.refusal().is_some() { Ok(99) } else { Err(error) }
//! });
//! let down = || async { Err::<u32, _>("no answer") };
//! assert_eq!(price.call(down).await.unwrap_err().error(), Some(&"no answer"));
//! assert_eq!(price.call(down).await.unwrap(), 99, "yesterday's, while the breaker is open");
//! # });
//! ```

use super::ChainError;
use std::future::{Future, ready};

/// What a chain does about the error that it would give: `()` for nothing, [`Value`], or [`Function`].
pub trait Recovers<T, E>: Send {
    /// Whether the error stays what it is.
    #[doc(hidden)]
    const NEVER: bool = false;

    /// An answer in place of `error`, or an error.
    fn recover(
        &mut self,
        error: ChainError<E>,
    ) -> impl Future<Output = Result<T, ChainError<E>>> + Send;
}

/// Always the same answer.
#[derive(Clone, Copy, Debug)]
pub struct Value<T>(pub(super) T);

/// An answer that is made from the error, perhaps by asking somebody else.
#[derive(Clone, Copy, Debug)]
pub struct Function<F>(pub(super) F);

impl<T: Send, E: Send> Recovers<T, E> for () {
    const NEVER: bool = true;

    fn recover(
        &mut self,
        error: ChainError<E>,
    ) -> impl Future<Output = Result<T, ChainError<E>>> + Send {
        ready(Err(error))
    }
}

impl<T: Clone + Send, E: Send> Recovers<T, E> for Value<T> {
    fn recover(
        &mut self,
        _: ChainError<E>,
    ) -> impl Future<Output = Result<T, ChainError<E>>> + Send {
        ready(Ok(self.0.clone()))
    }
}

impl<T, E, F, A> Recovers<T, E> for Function<F>
where
    F: FnMut(ChainError<E>) -> A + Send,
    A: Future<Output = Result<T, ChainError<E>>> + Send,
{
    fn recover(
        &mut self,
        error: ChainError<E>,
    ) -> impl Future<Output = Result<T, ChainError<E>>> + Send {
        self.0(error)
    }
}
