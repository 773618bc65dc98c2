//! An answer in place of an error: comes in what went wrong with a whole chain, goes out a value, or the error after all.

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
