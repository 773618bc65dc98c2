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
    Cause, Failure, Handler, Head, Hold, Miss, Mode, Outputs, Pass, Plain, Seat, Settled, Stage,
    Unfailing, call::is_void, mapped,
};
use crate::resilience::breaker::Verdict;

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
    Out: Send,
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

    /// This stage for the length of a pass: its handler is plain.
    #[inline]
    #[allow(clippy::type_complexity, reason = "the type of a call has no name")]
    pub fn plain(
        &mut self,
    ) -> Plain<
        '_,
        impl for<'call> FnMut(<H::Mode as Mode>::Given<'call, In>) -> Result<Option<Out>, Err>,
        H,
        In,
        Out,
        Err,
        Args,
        K,
    > {
        let (slot, account) = self.apart();
        Plain::new(H::plain(slot), account)
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
        came.unwrap_or_else(|miss| self.account().lose(miss))
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
        came.unwrap_or_else(|miss| self.account().skip(miss))
    }

    /// What the pass was interrupted with, if it was in this stage, the `at`th. The item is still in hand.
    #[cold]
    fn interrupted(&mut self, at: usize, pass: &mut Pass) -> Option<Miss<Err>> {
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
        if let Some(miss) = self.interrupted(at, pass) {
            self.account().lose(miss);
            self.goes_on(pass);
        }
    }

    /// As [`claims`](Self::claims), in a stage whose failures are booked, and have no way of their own.
    #[cold]
    pub fn skips(&mut self, at: usize, pass: &mut Pass) {
        if let Some(miss) = self.interrupted(at, pass) {
            self.account().skip(miss);
            self.goes_on(pass);
        }
    }

    /// As [`claims`](Self::claims), of a stage that is alone, and tells of the failure.
    #[cold]
    pub(super) fn claims_and_tells(
        &mut self,
        pass: &mut Pass,
        tell: impl FnOnce(Failure<K::Back, Err>),
    ) {
        if let Some(miss) = self.interrupted(0, pass) {
            if const { is_void::<Err>() } {
                self.account().lose(miss);
            } else {
                self.account().fails(miss, tell);
            }
            self.goes_on(pass);
        }
    }

    /// As [`claims`](Self::claims), in a stage whose failures have ways: gives what is left of the item.
    #[cold]
    pub fn claimed(&mut self, at: usize, pass: &mut Pass) -> Option<Settled<In, K::Back, Err>> {
        let miss = self.interrupted(at, pass)?;
        let settled = self.settle_plain(miss);
        self.goes_on(pass);
        Some(settled)
    }

    /// The same, in a stage that may wait after a panic; what was made is handed over meanwhile.
    pub fn claimed_after(
        &mut self,
        at: usize,
        pass: &mut Pass,
        heads: &mut [&mut dyn Head],
    ) -> impl Future<Output = Option<Settled<In, K::Back, Err>>> + Send {
        async move {
            let miss = self.interrupted(at, pass)?;
            let settled = pass.settling(self.settle(miss), heads).await;
            self.goes_on(pass);
            Some(settled)
        }
    }

    /// The pass goes on behind an item that it was interrupted with.
    fn goes_on(&mut self, pass: &mut Pass) {
        pass.book();
        self.mend();
    }
}
