//! What one call of a handler gives: one item, none, or many, each of which may fail by itself.

#![allow(missing_docs, reason = "the fields of a projection cannot carry docs")]

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use pin_project_lite::pin_project;

/// The outputs of one call.
pub trait Outputs<T, E>: Send {
    /// The next output, an error in its place, or the end.
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>>;
}

/// One item, or none.
#[derive(Debug)]
pub struct Maybe<T>(pub Option<T>);

impl<T> Unpin for Maybe<T> {}

impl<T: Send, E> Outputs<T, E> for Maybe<T> {
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        Poll::Ready(self.get_mut().0.take().map(Ok))
    }
}

/// The items of an iterator.
#[derive(Debug)]
pub struct Iterated<I>(pub I);

impl<I> Unpin for Iterated<I> {}

impl<I: Iterator + Send, E> Outputs<I::Item, E> for Iterated<I> {
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<I::Item, E>>> {
        Poll::Ready(self.get_mut().0.next().map(Ok))
    }
}

/// The items of an iterator that fail one by one.
#[derive(Debug)]
pub struct TryIterated<I>(pub I);

impl<I> Unpin for TryIterated<I> {}

impl<T, E, I: Iterator<Item = Result<T, E>> + Send> Outputs<T, E> for TryIterated<I> {
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        Poll::Ready(self.get_mut().0.next())
    }
}

pin_project! {
    /// The items of a stream.
    #[derive(Debug)]
    pub struct Streamed<S> {
        #[pin]
        pub stream: S,
    }
}

impl<S: Stream + Send, E> Outputs<S::Item, E> for Streamed<S> {
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<S::Item, E>>> {
        self.project().stream.poll_next(cx).map(|next| next.map(Ok))
    }
}

pin_project! {
    /// The items of a stream that fail one by one.
    #[derive(Debug)]
    pub struct TryStreamed<S> {
        #[pin]
        pub stream: S,
    }
}

impl<T, E, S: Stream<Item = Result<T, E>> + Send> Outputs<T, E> for TryStreamed<S> {
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        self.project().stream.poll_next(cx)
    }
}
