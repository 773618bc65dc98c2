//! A stage during a pass over plain handlers: what its calls share is lent once, for all the items of the pass.

use super::{
    Cause, Failure, GivenBy, Handler, Hold, Miss, Mode, Settled, Unfailing, call::is_void,
    pass::Lap, settle::Account,
};

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

/// A stage for the length of a pass.
pub struct Plain<'a, F, H, In, Out, Err, Args, K> {
    call: F,
    account: Account<'a, H, In, Out, Err, Args, K>,
}

impl<'a, F, H, In, Out, Err, Args, K> Plain<'a, F, H, In, Out, Err, Args, K> {
    #[inline]
    pub(super) fn new(call: F, account: Account<'a, H, In, Out, Err, Args, K>) -> Self {
        Self { call, account }
    }
}

impl<F, H, In, Out, Err, Args, K> Plain<'_, F, H, In, Out, Err, Args, K>
where
    In: Send + 'static,
    H: Handler<In, Out, Err, Args>,
    F: for<'call> FnMut(<H::Mode as Mode>::Given<'call, In>) -> Result<Option<Out>, Err>,
    K: Hold<H::Mode, In>,
{
    /// Whether every call gives one item.
    pub fn gives(&self) -> GivenBy<H, In, Out, Err, Args> {
        GivenBy::new()
    }

    /// Calls the handler, in the `at`th stage, with an item: its output, none, or what kept it from giving one.
    ///
    /// # Errors
    /// The error of the handler. The item is still in hand.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub fn call(
        &mut self,
        item: In,
        lap: &mut Lap<'_>,
        at: usize,
    ) -> Result<Option<Out>, Miss<Err>> {
        let Account {
            item: home, open, ..
        } = &mut self.account;
        let mut rescue = Rescue {
            item: Some(item),
            home,
            open,
        };
        let called = match (self.call)(K::give(&mut rescue.item)) {
            Ok(output) => {
                rescue.done();
                if output.is_none() && !is_void::<Out>() {
                    self.account.tally.filtered.add(1);
                }
                Ok(output)
            }
            Err(error) => {
                drop(rescue);
                *self.account.attempts = 1;
                Err(Miss(Cause::Error(error)))
            }
        };
        lap.mark(at);
        called
    }

    /// As [`call`](Self::call), in a stage that cannot fail.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub fn passes(&mut self, item: In, lap: &mut Lap<'_>, at: usize) -> Option<Out>
    where
        Err: Unfailing,
    {
        let called = self.call(item, lap, at);
        called.unwrap_or_else(|miss| self.account.lose(miss))
    }

    /// As [`call`](Self::call), in a stage whose failures are booked, and have no way of their own.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub fn tries(&mut self, item: In, lap: &mut Lap<'_>, at: usize) -> Option<Out> {
        let called = self.call(item, lap, at);
        called.unwrap_or_else(|miss| self.account.skip(miss))
    }

    /// As [`call`](Self::call), and tells of a failure.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "a pass is one function: that is what makes it as fast as a loop"
    )]
    pub(super) fn goes(
        &mut self,
        item: In,
        lap: &mut Lap<'_>,
        tell: impl FnOnce(Failure<K::Back, Err>),
    ) -> Option<Out> {
        match self.call(item, lap, 0) {
            Ok(output) => output,
            Err(miss) if const { is_void::<Err>() } => self.account.lose(miss),
            Err(miss) => self.account.fails(miss, tell),
        }
    }

    /// Books the item in hand as failed, and gives what is left of it.
    pub fn settle_plain(&mut self, miss: Miss<Err>) -> Settled<In, K::Back, Err> {
        self.account.settle(miss)
    }
}

impl<F, H, In, Out, Err, Args, K> std::fmt::Debug for Plain<'_, F, H, In, Out, Err, Args, K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plain").finish_non_exhaustive()
    }
}
