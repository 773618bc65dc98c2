//! What was opened under a guard, and what becomes of it.

use super::{Kept, KeptByBoth};
use crate::provider::SendHalf;
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    sync::{MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

pin_project! {
    /// A stream, or a half that sends, that tells its guard of errors and of its end.
    #[derive(Debug)]
    pub struct Watched<S, K> {
        #[pin]
        inner: S,
        kept: K,
    }
}

impl<S, K> Watched<S, K> {
    pub(super) fn new(inner: S, kept: K) -> Self {
        Self { inner, kept }
    }
}

impl<T, E, S: Stream<Item = Result<T, E>>, K: Kept<E>> Stream for Watched<S, K> {
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let next = ready!(this.inner.poll_next(cx));
        match &next {
            Some(Ok(_)) => {}
            Some(Err(error)) => this.kept.failed(error),
            None => this.kept.ended(),
        }
        Poll::Ready(next)
    }
}

impl<T: Send, S: SendHalf<T>, K: Kept<S::Error>> SendHalf<T> for Watched<S, K> {
    type Error = S::Error;

    async fn send(&mut self, item: T) -> Result<(), S::Error> {
        let sent = self.inner.send(item).await;
        sent.inspect_err(|error| self.kept.failed(error))
    }

    async fn finish(&mut self) -> Result<(), S::Error> {
        let finished = self.inner.finish().await;
        finished.inspect_err(|error| self.kept.failed(error))
    }
}

/// A conversation has ended when the other side says no more.
impl<E, K: Kept<E>> Kept<E> for KeptByBoth<K> {
    fn failed(&mut self, error: &E) {
        lock(self).failed(error);
    }

    fn ended(&mut self) {
        lock(self).ended();
    }
}

/// What is kept is told of one thing at a time, so a panic elsewhere does not spoil it.
fn lock<K>(kept: &KeptByBoth<K>) -> MutexGuard<'_, K> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}
