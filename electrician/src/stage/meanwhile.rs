//! Futures that are polled in place, and what an island does while they are pending. One that is ready at once costs a poll.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::Pass;

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

/// Why a call does not go on.
#[derive(Debug)]
pub enum Halt<'a, 'w> {
    /// It waits, until this context is woken.
    Waits(&'a mut Context<'w>),
    /// It has panicked.
    Panicked,
}

pin_project! {
    struct InHand<'p, F, W> {
        #[pin]
        call: F,
        pass: &'p mut Pass,
        tell: W,
    }
}

impl<F: Future, W: FnMut(&mut Pass, Halt<'_, '_>)> Future for InHand<'_, F, W> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let panics = Panics(|| (this.tell)(this.pass, Halt::Panicked));
        let polled = this.call.poll(cx);
        std::mem::forget(panics);
        if polled.is_pending() {
            (this.tell)(this.pass, Halt::Waits(cx));
        }
        polled
    }
}

/// Says that a call has panicked.
struct Panics<T: FnMut()>(T);

impl<T: FnMut()> Drop for Panics<T> {
    #[cold]
    fn drop(&mut self) {
        (self.0)();
    }
}

impl Pass {
    /// The call of the item in hand. Says when it waits or has panicked: it is as small as the call, but for that.
    #[inline]
    pub fn awaits<F, W>(&mut self, call: F, tell: W) -> impl Future<Output = F::Output> + Send
    where
        F: Future + Send,
        W: FnMut(&mut Self, Halt<'_, '_>) + Send,
    {
        let pass = self;
        InHand { call, pass, tell }
    }
}
