//! Backends that are no longer called come in, and are closed when their last call has ended.

use super::{CloseError, Manager, retiring::close};
use crate::{
    provider::{Provider, Selector},
    resilience::moment::after,
};
use std::time::Duration;
use tokio::time::Instant;

/// The order in which backends are closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// One after the other, the last one that was created first: what was created later may need what was there before.
    Reverse,
    /// All at the same time.
    Parallel,
}

impl<T: Provider, S: Selector> Manager<T, S> {
    /// Closes every backend, once its calls have ended, and hands out nothing from here on.
    ///
    /// `within` is for all of them together; at its end, those that are not closed are reported and left alone. In the order
    /// [`Reverse`](Order::Reverse), one that takes all the time leaves the others one attempt that may not wait.
    /// Those that were switched or removed before are waited for, too.
    ///
    /// # Errors
    ///
    /// [`CloseError`], with each failure since the last report: this call's, and those of backends that were switched or
    /// removed before (the first 100 of these).
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop the closing. Called again, it waits for what is left.
    pub async fn close_all(&self, order: Order, within: Duration) -> Result<(), CloseError> {
        let until = after(Instant::now(), within);
        let mut keepers = self.roster.close();
        keepers.reverse();
        self.retiring.finish(close(keepers, order, until)).await;
        self.retiring.settled(until).await
    }

    /// Waits until all that were switched or removed are closed, no longer than `within`.
    ///
    /// # Errors
    ///
    /// [`CloseError`], with each failure since the last report, and those that are not closed yet.
    ///
    /// # Panics
    ///
    /// In a tokio runtime without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop the closing, and what failed stays to be reported.
    pub async fn settled(&self, within: Duration) -> Result<(), CloseError> {
        self.retiring.settled(after(Instant::now(), within)).await
    }
}
