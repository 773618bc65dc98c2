//! What was opened, and a guard that is kept until it ends.

use super::SendHalf;
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

pin_project! {
    /// A stream, or a half that sends, that keeps a guard until it ends or is dropped: a lease on its backend, a permit.
    #[derive(Debug)]
    pub struct Held<S, G> {
        #[pin]
        inner: S,
        guard: Option<G>,
    }
}

impl<S, G> Held<S, G> {
    /// Keeps `guard` as long as `inner` goes on.
    pub fn new(inner: S, guard: G) -> Self {
        Self {
            inner,
            guard: Some(guard),
        }
    }
}

impl<S: Stream, G> Stream for Held<S, G> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        let next = ready!(this.inner.poll_next(cx));
        if next.is_none() {
            *this.guard = None;
        }
        Poll::Ready(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<T, S: SendHalf<T>, G: Send> SendHalf<T> for Held<S, G> {
    type Error = S::Error;

    fn send(&mut self, item: T) -> impl Future<Output = Result<(), S::Error>> + Send {
        self.inner.send(item)
    }

    fn finish(&mut self) -> impl Future<Output = Result<(), S::Error>> + Send {
        self.inner.finish()
    }
}
