//! What an island does between two passes: it books, hands over, and takes the next chunk.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::task::coop;

use super::{Head, Pass, Tally, hand_over, intake::poll_fill};
use crate::edge::{Chunk, Inputs};

/// What an intake knows of the passes over its items.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// Whether there was a pass that is to be ended.
    pub(super) begun: bool,
    pub(super) in_loop: bool,
    pub(super) stopped: bool,
}

/// The way from one pass to the next. There is no state beside this, and no future inside of it: it is on the way of every
/// chunk, and as long as an island waits, it waits here.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Next<'a, 'h> {
    course: &'a mut Course,
    pass: &'a mut Pass,
    heads: &'a mut [&'h mut dyn Head],
    inputs: &'a mut Inputs,
    chunk: &'a mut dyn Chunk,
    tally: &'a Tally,
    step: Step,
    handing: hand_over::Step,
    waited: bool,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    /// The last pass is ended.
    Ends,
    /// What it has made is handed over.
    HandsOver,
    /// A chunk that is not used up is gone on with.
    GoesOn,
    /// In a loop, all is handed over before the next chunk is taken.
    Settles,
    /// What was taken before is done.
    Done,
    /// The next chunk is taken.
    Takes,
    /// There is none: the rest is handed over.
    Leaves,
}

impl<'a, 'h> Next<'a, 'h> {
    pub(super) fn new(
        course: &'a mut Course,
        (pass, heads): (&'a mut Pass, &'a mut [&'h mut dyn Head]),
        (inputs, chunk, tally): (&'a mut Inputs, &'a mut dyn Chunk, &'a Tally),
    ) -> Self {
        Self {
            course,
            pass,
            heads,
            inputs,
            chunk,
            tally,
            step: Step::Ends,
            handing: hand_over::Step::Begun,
            waited: false,
        }
    }

    fn poll_hand_over(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.pass.poll_hand_over(self.heads, &mut self.handing, cx)
    }

    /// Ends the last pass, if there was one.
    fn ends(&mut self) -> Step {
        let made = std::mem::replace(&mut self.course.begun, true);
        if made && (self.pass.end() || self.heads.iter().any(|head| head.is_full())) {
            Step::HandsOver
        } else {
            Step::GoesOn
        }
    }

    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if let Step::Done = self.step {
            ready!(coop::poll_proceed(cx)).made_progress();
            self.inputs.settle(self.chunk.left());
            self.step = Step::Takes;
        }
        poll_fill(self.inputs, self.chunk, self.tally, cx)
    }

    /// Takes the next chunk; what was made is handed over meanwhile.
    fn poll_take(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let taken = self.poll_chunk(cx);
        if taken.is_pending() {
            self.waited = true;
            self.pass.rest(self.heads, cx);
        } else if self.waited {
            self.pass.go_on();
        }
        taken
    }
}

impl Future for Next<'_, '_> {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        let this = &mut *self;
        loop {
            this.step = match this.step {
                Step::Ends => this.ends(),
                Step::HandsOver => {
                    ready!(this.poll_hand_over(cx));
                    Step::GoesOn
                }
                Step::GoesOn if this.chunk.left() > 0 => return Poll::Ready(true),
                Step::GoesOn if this.course.in_loop => Step::Settles,
                Step::GoesOn => Step::Done,
                Step::Settles => {
                    ready!(this.poll_hand_over(cx));
                    Step::Done
                }
                Step::Done if this.course.stopped => Step::Leaves,
                Step::Done | Step::Takes => {
                    if ready!(this.poll_take(cx)) {
                        return Poll::Ready(true);
                    }
                    Step::Leaves
                }
                Step::Leaves => {
                    ready!(this.poll_hand_over(cx));
                    return Poll::Ready(false);
                }
            };
        }
    }
}

impl fmt::Debug for Next<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next")
            .field("step", &self.step)
            .finish_non_exhaustive()
    }
}
