//! The hand-over of an island: what it has made goes out, and others run where that is due.

use std::{
    fmt,
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
};

use tokio::task::yield_now;

use super::{Head, Pass, heads::flush_all, pace::GivesWay};

/// A hand-over that is under way. There is no state beside this: it is on the way of every chunk.
#[must_use = "a future does nothing unless it is awaited"]
pub struct HandOver<'a, 'h> {
    pass: &'a mut Pass,
    heads: &'a mut [&'h mut dyn Head],
    step: Step,
}

/// How far a hand-over has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Begun,
    Waits,
    GaveWay,
}

impl Pass {
    /// Hands over everything that the island has made, and gives way where others are to run now.
    pub fn hand_over<'a, 'h>(&'a mut self, heads: &'a mut [&'h mut dyn Head]) -> HandOver<'a, 'h> {
        HandOver {
            pass: self,
            heads,
            step: Step::Begun,
        }
    }

    /// Ready when nothing is left, and nobody else is to run now; from then on it begins anew.
    pub(super) fn poll_hand_over(
        &mut self,
        heads: &mut [&mut dyn Head],
        step: &mut Step,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if *step == Step::GaveWay {
            self.go_on();
        } else {
            ready!(self.poll_flush(heads, step, cx));
        }
        *step = Step::Begun;
        Poll::Ready(())
    }

    fn poll_flush(
        &mut self,
        heads: &mut [&mut dyn Head],
        step: &mut Step,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if self.pace.is_aborted() {
            // the task ends here, in the middle of its chunk
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if flush_all(heads, cx).is_pending() {
            self.pace.waits();
            *step = Step::Waits;
            return Poll::Pending;
        }
        self.pace.handed_over();
        if *step == Step::Waits {
            self.go_on();
        }
        let woke = heads
            .iter_mut()
            .fold(false, |woke, head| head.woke() | woke);
        match self.pace.gives_way(woke) {
            GivesWay::No => return Poll::Ready(()),
            GivesWay::ToWoken => cx.waker().wake_by_ref(),
            GivesWay::ToAll => _ = pin!(yield_now()).poll(cx),
        }
        *step = Step::GaveWay;
        Poll::Pending
    }
}

impl Future for HandOver<'_, '_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Self { pass, heads, step } = &mut *self;
        pass.poll_hand_over(heads, step, cx)
    }
}

impl fmt::Debug for HandOver<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandOver")
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
