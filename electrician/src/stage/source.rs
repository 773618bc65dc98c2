//! A generator at work: it is asked for a chunk at a time, and told when to end.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

mod passes;
#[cfg(test)]
mod tests;

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use super::{Cause, Cell, Failure, Outlet, Outputs, Pass, Tally, unwind::caught};
use crate::pipeline::{Bell, Error, ErrorKind, Phase};

/// How many items a source is asked for at once at most.
const CHUNK: usize = 64;

pin_project! {
    /// An opened generator.
    pub struct Source<O, T, E> {
        #[pin]
        outputs: O,
        desk: Desk<T, E>,
    }
}

/// What is known of a source beside its outputs.
struct Desk<T, E> {
    outlet: Outlet<T>,
    pushes: bool,
    breath: Breath,
    bell: Arc<Bell>,
    tally: Arc<Tally>,
    cell: Arc<Cell>,
    chunk: VecDeque<T>,
    /// Why no more came behind the chunk.
    failure: Option<E>,
    enough: bool,
    ended: bool,
}

/// Whether the island hands over before the generator is asked again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Breath {
    /// The generator does not block: it hands over while it waits.
    Free,
    /// It blocks: first hand over, then ask.
    Due,
    /// What there was has been handed over.
    Taken,
}

/// What the phase of the run says to a source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Go,
    Wait,
    End,
}

impl<T, E> Desk<T, E> {
    fn order(&self) -> Order {
        match self.cell.control.phase() {
            Phase::Running if self.enough => Order::End,
            Phase::Running => Order::Go,
            Phase::Paused => Order::Wait,
            Phase::Draining | Phase::Aborted => Order::End,
        }
    }

    /// How many items the generator is asked for at once, of so many that are wanted.
    fn at_once(&self, most: usize) -> usize {
        if self.breath == Breath::Free { most } else { 1 }
    }

    fn panicked(&mut self, message: String) {
        self.ended = true;
        let error = Error::new(ErrorKind::Panicked, &*self.cell.path).because(message);
        self.cell.control.fail(error);
    }
}

impl<T, E> Desk<T, E> {
    /// How many items and failures were received and have not gone on.
    fn open(&self) -> usize {
        self.chunk.len() + usize::from(self.failure.is_some())
    }
}

impl<T, E> Drop for Desk<T, E> {
    fn drop(&mut self) {
        self.tally.dropped.add(self.open() as u64);
    }
}

impl<O, T, E> Source<O, T, E> {
    /// Of these outputs, which come from a generator that pushes or does not, and blocks its thread or does not.
    pub(super) fn new(
        outputs: O,
        outlet: Outlet<T>,
        cell: &Arc<Cell>,
        (pushes, blocks): (bool, bool),
    ) -> Self {
        let breath = if blocks { Breath::Due } else { Breath::Free };
        let desk = Desk {
            outlet,
            pushes,
            breath,
            bell: cell.control.bell(),
            tally: cell.tally(),
            cell: Arc::clone(cell),
            chunk: VecDeque::new(),
            failure: None,
            enough: false,
            ended: false,
        };
        Self { outputs, desk }
    }
}

impl<O: Outputs<T, E>, T: Send, E: Send> Source<O, T, E> {
    /// Asks for the next chunk, of so many items at most; `false` is the end.
    pub fn fill(self: &mut Pin<&mut Self>, most: usize) -> impl Future<Output = bool> + Send {
        let most = self.desk.at_once(most.clamp(1, CHUNK));
        self.fill_with(most)
    }

    /// Asks for what plain handlers begin with; `false` is the end. They ask for the next items by themselves, so that none
    /// is buffered on its way; a generator that pushes has them in a buffer anyway, and gives all it has.
    pub fn fill_first(self: &mut Pin<&mut Self>, most: usize) -> impl Future<Output = bool> + Send {
        self.fill(if self.desk.pushes { most } else { 1 })
    }

    fn fill_with(self: &mut Pin<&mut Self>, most: usize) -> impl Future<Output = bool> + Send {
        async move {
            tokio::task::coop::consume_budget().await;
            poll_fn(|cx| self.as_mut().poll_fill(cx, most)).await
        }
    }

    fn poll_fill(mut self: Pin<&mut Self>, cx: &mut Context<'_>, most: usize) -> Poll<bool> {
        if !self.as_mut().breathe(cx) {
            return Poll::Pending;
        }
        loop {
            let order = self.desk.order();
            if let Poll::Ready(filled) = self.as_mut().poll_order(order, cx, most) {
                return Poll::Ready(filled);
            }
            // what changed before the bell was listened to was not heard
            self.desk.bell.listen(cx);
            if self.desk.order() == order {
                return Poll::Pending;
            }
        }
    }

    /// Does what the phase of the run says.
    fn poll_order(
        mut self: Pin<&mut Self>,
        order: Order,
        cx: &mut Context<'_>,
        most: usize,
    ) -> Poll<bool> {
        if self.desk.open() > 0 {
            return Poll::Ready(true);
        }
        if self.desk.ended {
            return Poll::Ready(false);
        }
        match order {
            Order::Go => self.as_mut().pull(cx, most),
            Order::Wait => return Poll::Pending,
            Order::End if self.desk.pushes => self.as_mut().pull_last(cx, most),
            Order::End => return Poll::Ready(false),
        }
        let desk = self.project().desk;
        if desk.open() > 0 {
            Poll::Ready(true)
        } else if desk.ended {
            Poll::Ready(false)
        } else {
            Poll::Pending
        }
    }

    /// A generator that blocks its thread is asked for one item at a time, and what came of the last one is handed over
    /// before: whoever waits for this source hands over while it is pending.
    fn breathe(self: Pin<&mut Self>, cx: &Context<'_>) -> bool {
        let desk = self.project().desk;
        match desk.breath {
            Breath::Free => return true,
            Breath::Taken => desk.breath = Breath::Due,
            Breath::Due => {
                desk.breath = Breath::Taken;
                cx.waker().wake_by_ref();
            }
        }
        desk.breath == Breath::Due
    }

    /// Asks for items until the chunk is full, or the generator waits or fails.
    fn pull(self: Pin<&mut Self>, cx: &mut Context<'_>, most: usize) {
        let this = self.project();
        let (desk, outputs) = (this.desk, this.outputs);
        let before = desk.open();
        desk.outlet.allow(most);
        let pulled = caught(|| {
            let goes_on = outputs.each(cx, most - before, |output| match output {
                Ok(item) => {
                    desk.chunk.push_back(item);
                    true
                }
                Err(error) => {
                    desk.failure = Some(error);
                    false
                }
            });
            desk.ended |= !goes_on;
        });
        desk.tally.received.add((desk.open() - before) as u64);
        if let Err(panic) = pulled {
            desk.panicked(panic);
        }
    }

    /// A generator that is told to end is dropped where it waits, unless it has an item in hand.
    fn pull_last(mut self: Pin<&mut Self>, cx: &mut Context<'_>, most: usize) {
        self.desk.outlet.stop();
        self.as_mut().pull(cx, most);
        let desk = self.project().desk;
        if desk.open() == 0 && !desk.outlet.in_hand() {
            desk.ended = true;
        }
    }

    /// The next item of the chunk.
    pub fn pop(self: &mut Pin<&mut Self>) -> Option<T> {
        let desk = self.as_mut().project().desk;
        let item = desk.chunk.pop_front()?;
        desk.tally.completed.add(1);
        desk.tally.emitted.add(1);
        Some(item)
    }

    /// The failure behind the chunk, if there is one.
    pub fn failed(self: &mut Pin<&mut Self>) -> Option<Failure<(), E>> {
        let desk = self.as_mut().project().desk;
        let error = desk.failure.take()?;
        desk.tally.failed.add(1);
        Some(Failure::new((), Cause::Error(error), 1, desk.cell.name))
    }

    /// Whether the chunk is used up.
    pub fn is_empty(self: &Pin<&mut Self>) -> bool {
        self.desk.chunk.is_empty()
    }

    /// Ends the source if nobody behind it needs more.
    pub fn enough_if(self: &mut Pin<&mut Self>, sated: bool) {
        if sated {
            self.as_mut().project().desk.enough = true;
        }
    }

    /// Ends the source, and leaves out what it still gives, as filtered.
    pub fn leave(self: &mut Pin<&mut Self>) -> impl Future<Output = ()> + Send {
        async move {
            self.enough_if(true);
            while self.fill(CHUNK).await {
                let desk = self.as_mut().project().desk;
                desk.tally.filtered.add(desk.open() as u64);
                desk.chunk.clear();
                desk.failure = None;
            }
        }
    }

    /// The passes of the island that this source feeds.
    pub fn pass(self: &Pin<&mut Self>) -> Pass {
        Pass::new(&self.desk.cell, &self.desk.tally)
    }

    /// This source's counters.
    pub fn tally(self: &Pin<&mut Self>) -> Arc<Tally> {
        Arc::clone(&self.desk.tally)
    }
}

impl<O, T, E> std::fmt::Debug for Source<O, T, E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source")
            .field("stage", &self.desk.cell.path)
            .finish_non_exhaustive()
    }
}
