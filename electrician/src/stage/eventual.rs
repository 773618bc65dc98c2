//! The futures of calls that give one item at most: each is as large as the handler's own, and has no state beside it.

use std::{
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, Waker},
};

use pin_project_lite::pin_project;

use super::Maybe;

pin_project! {
    struct Mapped<F, M> {
        #[pin]
        future: F,
        map: M,
    }
}

impl<F: Future, M: FnMut(F::Output) -> T, T> Future for Mapped<F, M> {
    type Output = T;

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a large output is copied once less: what is not inlined is the handler's own future"
    )]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = self.project();
        this.future.poll(cx).map(this.map)
    }
}

/// A future with another output.
#[inline]
pub fn mapped<F, T>(
    future: F,
    map: impl FnMut(F::Output) -> T + Send,
) -> impl Future<Output = T> + Send
where
    F: Future + Send,
{
    Mapped { future, map }
}

struct AtOnce<C>(Option<C>);

impl<C> Unpin for AtOnce<C> {}

impl<C: FnOnce() -> T, T> Future for AtOnce<C> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<T> {
        let call = self.0.take().expect("a future is not polled again");
        Poll::Ready(call())
    }
}

/// A call that does not wait, as a future.
#[inline]
pub fn at_once<T, E>(
    call: impl FnOnce() -> Result<Option<T>, E> + Send,
) -> impl Future<Output = Result<Maybe<T>, E>> + Send {
    AtOnce(Some(move || call().map(Maybe)))
}

/// What a future gives that never waits: an `async fn` without an `await`.
///
/// # Panics
/// Where it waits.
#[inline]
pub fn ready<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a function without an `await` does not wait"),
    }
}
