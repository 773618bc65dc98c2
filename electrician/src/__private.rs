//! What generated code calls. Not a part of the public interface.

pub use core;
pub use std;

pub use std::{
    clone::Clone,
    convert::{Infallible, Into},
    iter::Iterator,
    marker::{Send, Sync},
    option::Option::{self, None, Some},
    result::Result::{self, Err, Ok},
    sync::Arc,
    time::Duration,
};

pub use futures_core::Stream;

pub use crate::{
    edge::{Cycle, CycleRole, Merge, Overflow},
    pipeline::*,
    resilience::{Backoff, Blackout, Breaker, Hedge, RateLimit, Retry, Smoothing},
    stage::*,
    value::Rate,
};

/// What stands for a function that its attribute refuses. Its errors are in the constant, so that the compiler takes whatever is
/// made of it for wrong already, and is silent.
#[derive(Debug)]
pub struct Refused<const ERRORS: usize> {}

/// The tokens that it is given: for the editor, a place where they need not be whole.
#[doc(hidden)]
#[macro_export]
macro_rules! __as_written {
    ($($tokens:tt)*) => { $($tokens)* };
}

pub use crate::__as_written as as_written;

/// A future whose output is said beforehand: the types in it follow from that.
pub fn typed<T, F: Future<Output = T>>(future: F) -> F {
    future
}

/// What a handler that is not plain says when it is called as if it were.
///
/// # Panics
/// Always: the engine asks `PLAIN` first.
pub fn not_plain() -> ! {
    unreachable!("only a plain handler is called without a future")
}
