//! The hand-over of an island: what it has made goes out, and others run where that is due.

use std::{
    fmt,
    future::Future,
    pin::{Pin, pin},
    task::{Context, Poll},
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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
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
}

impl HandOver<'_, '_> {
    /// Ready when nothing is left, and nobody else is to run now.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Self { pass, heads, step } = self;
        if pass.pace.is_aborted() {
            // the task ends here, in the middle of its chunk
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        if flush_all(heads, cx).is_pending() {
            pass.pace.waits();
            *step = Step::Waits;
            return Poll::Pending;
        }
        pass.pace.handed_over();
        if *step == Step::Waits {
            pass.go_on();
        }
        let woke = heads
            .iter_mut()
            .fold(false, |woke, head| head.woke() | woke);
        match pass.pace.gives_way(woke) {
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
        if self.step != Step::GaveWay {
            return self.poll_flush(cx);
        }
        self.pass.go_on();
        Poll::Ready(())
    }
}

impl fmt::Debug for HandOver<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HandOver")
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
