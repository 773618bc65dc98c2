//! The outputs of a call, one by one: they borrow the item in hand, and book it when they let go.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

use std::{
    future::poll_fn,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tokio::time::Instant;

use super::{
    Answer, Cause, Cell, Failure, Outputs, Tally, Unfailing, entrance::Entered, unwind::caught,
};

/// How far the outputs of a call have come.
pub(super) enum Way {
    Open,
    Exhausted,
    Panicked,
}

/// Books the item whose outputs are being given.
pub(super) struct Hand<'a, T> {
    pub(super) tally: &'a Tally,
    pub(super) cell: &'a Cell,
    pub(super) broken: &'a mut bool,
    pub(super) attempts: u32,
    pub(super) sink: bool,
    pub(super) unheld: fn() -> Option<T>,
    pub(super) given: u64,
    pub(super) waited: bool,
    pub(super) way: Way,
    /// The place in the bulkhead of a call that gives many outputs, until it has given them all.
    place: Option<Entered<'a>>,
}

impl<'a, T> Hand<'a, T> {
    /// Of an item whose outputs are not given yet.
    #[inline]
    pub(super) fn new(
        (tally, cell): (&'a Tally, &'a Cell),
        broken: &'a mut bool,
        attempts: u32,
        sink: bool,
        unheld: fn() -> Option<T>,
    ) -> Self {
        Self {
            tally,
            cell,
            broken,
            attempts,
            sink,
            unheld,
            given: 0,
            waited: false,
            way: Way::Open,
            place: None,
        }
    }

    /// With the place of the call.
    pub(super) fn keeping(mut self, place: Option<Entered<'a>>) -> Self {
        self.place = place;
        self
    }
}

impl<T> Hand<'_, T> {
    fn gave<Out, E>(&mut self, next: Option<&Result<Out, E>>) {
        if mem::take(&mut self.waited) {
            self.tally.progress.set(self.cell.control.millis());
        }
        match next {
            Some(Ok(_)) => {
                self.given += 1;
                self.tally.emitted.add(1);
            }
            Some(Err(_)) => {
                self.given += 1;
                self.tally.failed_outputs.add(1);
            }
            None => self.way = Way::Exhausted,
        }
    }

    fn panicked(&mut self, message: &str) {
        self.way = Way::Panicked;
        *self.broken = true;
        self.cell.panicked(message, Instant::now());
    }
}

impl<T> Drop for Hand<'_, T> {
    fn drop(&mut self) {
        let counter = match self.way {
            Way::Open => &self.tally.dropped,
            Way::Panicked => &self.tally.panicked,
            Way::Exhausted if self.given == 0 && !self.sink => &self.tally.filtered,
            Way::Exhausted => &self.tally.completed,
        };
        counter.add(1);
    }
}

pin_project! {
    /// The outputs of a call that succeeded.
    pub struct Given<'a, O, T> {
        #[pin]
        pub(super) outputs: O,
        pub(super) hand: Hand<'a, T>,
    }
}

impl<O, T> std::fmt::Debug for Given<'_, O, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Given")
            .field("given", &self.hand.given)
            .finish_non_exhaustive()
    }
}

impl<'a, O, T> Given<'a, O, T> {
    /// The same, where something else might stand in the place of the outputs.
    pub fn or_instead<Out>(self) -> Given<'a, Answer<O, Out>, T> {
        Given {
            outputs: Answer::given(self.outputs),
            hand: self.hand,
        }
    }
}

impl<O, T> Given<'_, O, T> {
    /// The one output of a call that gives one at most. The item is booked by who asks.
    pub(super) fn one<Out, E>(self) -> Option<Out>
    where
        O: Outputs<Out, E>,
    {
        mem::forget(self.hand);
        self.outputs.one()
    }

    fn poll_next<Out, E>(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Out, E>>>
    where
        O: Outputs<Out, E>,
    {
        let this = self.project();
        let outputs = this.outputs;
        match caught(|| outputs.poll_next(cx)) {
            Ok(Poll::Pending) => {
                this.hand.waited = true;
                Poll::Pending
            }
            Ok(Poll::Ready(next)) => {
                this.hand.gave(next.as_ref());
                Poll::Ready(next)
            }
            Err(panic) => {
                this.hand.panicked(&panic);
                Poll::Ready(None)
            }
        }
    }
}

/// The next output of a call that cannot fail.
pub fn next<O, T, Out, E>(
    given: &mut Pin<&mut Given<'_, O, T>>,
) -> impl Future<Output = Option<Out>> + Send
where
    O: Outputs<Out, E>,
    E: Unfailing,
{
    poll_fn(|cx| {
        let next = given.as_mut().poll_next(cx);
        next.map(|next| next.map(|next| next.unwrap_or_else(Unfailing::never)))
    })
}

/// The next output of a call whose outputs may fail one by one.
pub fn try_next<O, T, Out, E>(
    given: &mut Pin<&mut Given<'_, O, T>>,
) -> impl Future<Output = Option<Result<Out, Failure<T, E>>>> + Send
where
    O: Outputs<Out, E>,
{
    poll_fn(|cx| {
        loop {
            let error = match ready!(given.as_mut().poll_next(cx)) {
                None => return Poll::Ready(None),
                Some(Ok(output)) => return Poll::Ready(Some(Ok(output))),
                Some(Err(error)) => error,
            };
            let hand = &given.hand;
            if let Some(item) = (hand.unheld)() {
                let failure =
                    Failure::new(item, Cause::Error(error), hand.attempts, hand.cell.name);
                return Poll::Ready(Some(Err(failure)));
            }
        }
    })
}
