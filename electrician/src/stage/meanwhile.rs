//! Futures that are polled in place, and what an island does while they are pending. One that is ready at once costs a poll.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{Both, Head, Pass};

/// What a wait has come to.
#[derive(Debug)]
pub(super) enum Wait<'a, 'w> {
    /// It goes on, until this context is woken.
    On(&'a mut Context<'w>),
    /// It is over.
    Over,
}

pin_project! {
    struct Meanwhile<F, W> {
        #[pin]
        wait: F,
        waits: bool,
        tell: W,
    }
}

impl<F: Future, W: FnMut(Wait<'_, '_>)> Future for Meanwhile<F, W> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let polled = this.wait.poll(cx);
        if polled.is_pending() {
            *this.waits = true;
            (this.tell)(Wait::On(cx));
        } else if *this.waits {
            (this.tell)(Wait::Over);
        }
        polled
    }
}

/// Waits, and says when it has to, and when that is over.
#[inline]
pub(super) fn meanwhile<F, W>(wait: F, tell: W) -> impl Future<Output = F::Output> + Send
where
    F: Future + Send,
    W: FnMut(Wait<'_, '_>) + Send,
{
    Meanwhile {
        wait,
        waits: false,
        tell,
    }
}

/// What does not stand still while the call of an item waits.
pub trait Rest: Send {
    /// The call waits, and wakes this context: what was made is handed over, what was taken for further items goes back.
    fn rest(&mut self, cx: &mut Context<'_>);
}

impl Rest for () {
    fn rest(&mut self, _: &mut Context<'_>) {}
}

impl<H: Head> Rest for &mut H {
    fn rest(&mut self, cx: &mut Context<'_>) {
        let _ = self.poll_flush(cx);
    }
}

impl<A: Rest, B: Rest> Rest for Both<A, B> {
    fn rest(&mut self, cx: &mut Context<'_>) {
        self.0.rest(cx);
        self.1.rest(cx);
    }
}

/// All that rests while one stage waits, however often it does.
#[derive(Debug)]
pub struct Others<R>(pub R);

impl<R: Rest> Rest for &mut Others<R> {
    fn rest(&mut self, cx: &mut Context<'_>) {
        self.0.rest(cx);
    }
}

pin_project! {
    struct InHand<'p, F, R> {
        #[pin]
        call: F,
        pass: &'p mut Pass,
        others: R,
    }
}

/// The others, and where among the stages the call is.
struct Beside<const AT: usize, R>(R);

impl<const AT: usize, F: Future, R: Rest> Future for InHand<'_, F, Beside<AT, R>> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let panics = Panics(this.pass, AT);
        let polled = this.call.poll(cx);
        std::mem::forget(panics);
        if polled.is_pending() {
            this.pass.waits_in(AT, &mut this.others.0, cx);
        }
        polled
    }
}

/// Says that a call has panicked.
struct Panics<'p>(&'p mut Pass, usize);

impl Drop for Panics<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.panicked_in(self.1);
    }
}

impl Pass {
    /// The call of the item in hand, in the `AT`th stage. While it waits, the others rest: it is as small as the call, but
    /// for them.
    #[inline]
    pub fn awaits<const AT: usize, F, R>(
        &mut self,
        call: F,
        others: R,
    ) -> impl Future<Output = F::Output> + Send
    where
        F: Future + Send,
        R: Rest,
    {
        let pass = self;
        let others = Beside::<AT, R>(others);
        InHand { call, pass, others }
    }
}
