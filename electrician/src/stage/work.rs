//! The whole way of one item through a worker of a pool: called, perhaps called again, and settled if it gave nothing.

#![allow(
    clippy::manual_async_fn,
    clippy::type_complexity,
    reason = "a future of an island says by itself that it is `Send`, and what it gives"
)]

use std::future::Future;

use super::{
    Came, Cause, Given, Handler, Hold, Miss, Settled, Stage,
    unwind::{Caught, caught},
};

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
    /// Works on an item, without protections.
    ///
    /// An item that gave an output, or none, is still to be booked.
    pub(super) fn work_bare(
        mut self: Box<Self>,
        item: In,
    ) -> impl Future<Output = (Box<Self>, Came<Out, Settled<In, K::Back, Err>>)> + Send {
        async move {
            self.mend();
            self.open = true;
            let began = self.sampling.begin(&self.plan.cell.control);
            let mut waited = false;
            let called = match caught(|| self.quick(item)) {
                Ok(call) => Caught::new(call, &mut waited).await,
                Err(panic) => Err(panic),
            };
            self.sampling
                .end(began, waited, &self.tally, &self.plan.cell.control);
            self.attempts = 1;
            let came = match called {
                Ok(Ok(output)) => {
                    self.open = false;
                    K::done(&mut self.item);
                    Ok(output)
                }
                Ok(Err(error)) => self.missed(Cause::Error(error)),
                Err(panic) => {
                    self.broken = true;
                    self.missed(Cause::Panicked(panic))
                }
            };
            (self, came)
        }
    }

    #[cold]
    fn missed(&mut self, cause: Cause<Err>) -> Came<Out, Settled<In, K::Back, Err>> {
        Err(Box::new(self.settle_plain(Miss(cause))))
    }

    /// Works on an item, through the chain.
    ///
    /// An item that gave an output, or none, is still to be booked.
    pub(super) fn work(
        mut self: Box<Self>,
        item: In,
    ) -> impl Future<Output = (Box<Self>, Came<Out, Settled<In, K::Back, Err>>)> + Send {
        async move {
            self.resume(item);
            loop {
                let called = self.call().await.map(Given::one);
                let miss = match called {
                    Ok(output) => {
                        K::done(&mut self.item);
                        return (self, Ok(output));
                    }
                    Err(miss) => miss,
                };
                if !self.again(&miss).await {
                    let settled = self.settle(miss).await;
                    return (self, Err(Box::new(settled)));
                }
            }
        }
    }
}
