//! The calls of a pass: handlers that give one item at most, called in place, with nothing booked that the pass can book.
//!
//! A panic is caught around the pass, at no cost for the calls that do not panic: the item in hand finds its way back to
//! its stage, the stage books it, and the island goes on with the next item.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

use std::future::Future;

use super::{
    Cause, Cell, Handler, Hold, Miss, Outputs, Pass, Seat, Stage, Tally, Unfailing, mapped,
    pass::Lap,
};
use crate::resilience::breaker::Verdict;

/// Takes an item home if its call unwinds.
struct Rescue<'a, In> {
    item: Option<In>,
    home: &'a mut Option<In>,
    open: &'a mut bool,
}

impl<In> Rescue<'_, In> {
    #[inline]
    fn done(mut self) {
        drop(self.item.take());
        std::mem::forget(self);
    }
}

impl<In> Drop for Rescue<'_, In> {
    #[cold]
    fn drop(&mut self) {
        *self.home = self.item.take();
        *self.open = true;
    }
}

/// Notes that a call could not be begun, because an argument of it has panicked.
pub(super) struct Begins<'a>(pub(super) &'a mut bool);

impl Drop for Begins<'_> {
    #[cold]
    fn drop(&mut self) {
        *self.0 = true;
    }
}

impl<H, In, Out, Err, Args, K, S> Stage<H, In, Out, Err, Args, K, S>
where
    In: Send + 'static,
    Err: Send,
    Args: Send + Sync,
    H: Handler<In, Out, Err, Args, Slot = S>,
    K: Hold<H::Mode, In>,
    S: Send,
{
    /// The place of this stage in a pass.
    pub fn seat(&self) -> Seat {
        Seat::new(&self.tally, Self::SINK)
    }

    /// Calls a plain handler, in the `at`th stage, with an item: its output, none, or what kept it from giving one.
    ///
    /// # Errors
    /// The error of the handler. The item is still in hand.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub fn plain(
        &mut self,
        item: In,
        lap: &mut Lap<'_>,
        at: usize,
    ) -> Result<Option<Out>, Miss<Err>> {
        let called = self.now(item);
        lap.mark(at);
        called
    }

    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    fn now(&mut self, item: In) -> Result<Option<Out>, Miss<Err>> {
        let mut rescue = Rescue {
            item: Some(item),
            home: &mut self.item,
            open: &mut self.open,
        };
        match H::now(K::give(&mut rescue.item), &mut self.slot) {
            Ok(output) => {
                rescue.done();
                if output.is_none() && !Self::SINK {
                    self.tally.filtered.add(1);
                }
                Ok(output)
            }
            Err(error) => {
                drop(rescue);
                self.attempts = 1;
                Err(Miss(Cause::Error(error)))
            }
        }
    }

    /// As [`plain`](Self::plain), in the `at`th stage, which cannot fail.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub fn passes(&mut self, item: In, lap: &mut Lap<'_>, at: usize) -> Option<Out>
    where
        Err: Unfailing,
    {
        let called = self.plain(item, lap, at);
        called.unwrap_or_else(|miss| self.lose_plain(miss))
    }

    /// As [`plain`](Self::plain), in the `at`th stage, whose failures are booked, and have no way of their own.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub fn tries(&mut self, item: In, lap: &mut Lap<'_>, at: usize) -> Option<Out> {
        let called = self.plain(item, lap, at);
        called.unwrap_or_else(|miss| self.skip(miss))
    }

    /// Calls a handler that may wait with an item. [`came`](Self::came) says what came of it.
    #[inline]
    pub fn quick(&mut self, item: In) -> impl Future<Output = Result<Option<Out>, Err>> + Send {
        let begins = Begins(&mut self.open);
        let call = H::call(K::hand(item, &mut self.item), &mut self.slot);
        std::mem::forget(begins);
        mapped(call, |outputs| outputs.map(Outputs::one))
    }

    /// What came of a quick call in the `at`th stage: an output, none, or what kept it from giving one.
    ///
    /// # Errors
    /// The error of the handler. The item is still in hand.
    #[inline]
    pub fn came(
        &mut self,
        called: Result<Option<Out>, Err>,
        pass: &mut Pass,
        at: usize,
    ) -> Result<Option<Out>, Miss<Err>> {
        pass.came(at);
        match called {
            Ok(output) => {
                K::done(&mut self.item);
                if output.is_none() && !Self::SINK {
                    self.tally.filtered.add(1);
                }
                Ok(output)
            }
            Err(error) => {
                self.attempts = 1;
                Err(Miss(Cause::Error(error)))
            }
        }
    }

    /// As [`came`](Self::came), in a stage that cannot fail.
    #[inline]
    pub fn passed(
        &mut self,
        called: Result<Option<Out>, Err>,
        pass: &mut Pass,
        at: usize,
    ) -> Option<Out>
    where
        Err: Unfailing,
    {
        let came = self.came(called, pass, at);
        came.unwrap_or_else(|miss| self.lose_plain(miss))
    }

    /// As [`came`](Self::came), in a stage whose failures are booked, and have no way of their own.
    #[inline]
    pub fn tried(
        &mut self,
        called: Result<Option<Out>, Err>,
        pass: &mut Pass,
        at: usize,
    ) -> Option<Out> {
        let came = self.came(called, pass, at);
        came.unwrap_or_else(|miss| self.skip(miss))
    }

    /// What the pass was interrupted with, if it was in this stage, the `at`th. The item is still in hand.
    #[cold]
    pub fn interrupted(&mut self, at: usize, pass: &mut Pass) -> Option<Miss<Err>> {
        let panic = pass.panic_in(at, self.open)?;
        self.attempts = 1;
        self.broken = true;
        self.leaves(Verdict::Unhealthy);
        Some(Miss(Cause::Panicked(panic)))
    }

    /// Books the item that the pass was interrupted with, if it was in this stage, the `at`th, which cannot fail.
    #[cold]
    pub fn claims(&mut self, at: usize, pass: &mut Pass)
    where
        Err: Unfailing,
    {
        self.claims_with(at, pass, Self::lose_plain);
    }

    /// As [`claims`](Self::claims), in a stage whose failures are booked, and have no way of their own.
    #[cold]
    pub fn skips(&mut self, at: usize, pass: &mut Pass) {
        self.claims_with(at, pass, Self::skip);
    }

    fn claims_with(
        &mut self,
        at: usize,
        pass: &mut Pass,
        book: impl FnOnce(&mut Self, Miss<Err>) -> Option<Out>,
    ) {
        if let Some(miss) = self.interrupted(at, pass) {
            book(self, miss);
            pass.book();
            self.mend();
        }
    }

    /// Books the item in hand. It has no output.
    #[cold]
    fn skip(&mut self, miss: Miss<Err>) -> Option<Out> {
        drop(self.settle_plain(miss));
        None
    }

    /// Books the item in hand of a stage that cannot fail: its handler has panicked. It has no output.
    fn lose_plain(&mut self, miss: Miss<Err>) -> Option<Out>
    where
        Err: Unfailing,
    {
        self.open = false;
        self.item = None;
        lose(miss, &self.plan.cell, &self.tally);
        None
    }
}

/// Books an item whose call has panicked in a stage that cannot fail.
#[cold]
fn lose<E: Unfailing>(Miss(cause): Miss<E>, cell: &Cell, tally: &Tally) {
    let panic = match cause {
        Cause::Error(error) => error.never(),
        Cause::Panicked(message) => message,
        Cause::TimedOut(_) | Cause::Late(_) | Cause::Refused(_) => {
            unreachable!("a pass has no timeout, and nothing that refuses")
        }
    };
    cell.lost(tally, &panic);
}
