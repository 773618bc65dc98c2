//! The whole way of one item through a worker of a pool: called, perhaps called again, and settled if it gave nothing.

#![allow(
    clippy::manual_async_fn,
    clippy::type_complexity,
    reason = "a future of an island says by itself that it is `Send`, and what it gives"
)]

use std::{
    future::Future,
    mem,
    sync::{Mutex, PoisonError, Weak},
};

use super::{Came, Cause, Handler, Hold, Miss, Settled, Stage};

/// A worker of a pool, `S`, and where it goes when its call is interrupted.
pub struct Worker<S> {
    pub(super) stage: S,
    pub(super) home: Weak<Mutex<Option<Box<Self>>>>,
}

/// A worker that has worked on an item, and what has come of it.
type Worked<S, O, L> = (Box<Worker<S>>, Came<O, L>);

const AT_WORK: &str = "a worker is away until its call is over";

/// A worker at work. If its call is interrupted, it goes home.
struct Away<S>(Option<Box<Worker<S>>>);

impl<S> Away<S> {
    #[inline]
    fn stage(&mut self) -> &mut S {
        &mut self.0.as_mut().expect(AT_WORK).stage
    }

    /// The call is over: the worker is back.
    #[inline]
    fn back_with<O, L>(mut self, came: Came<O, L>) -> Worked<S, O, L> {
        let worker = self.0.take();
        mem::forget(self);
        (worker.expect(AT_WORK), came)
    }
}

impl<S> Drop for Away<S> {
    #[cold]
    fn drop(&mut self) {
        if let Some(worker) = self.0.take()
            && let Some(home) = worker.home.upgrade()
        {
            *home.lock().unwrap_or_else(PoisonError::into_inner) = Some(worker);
        }
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
    /// Works on an item, without protections, and without a guard against panics.
    ///
    /// An item that gave an output, or none, is still to be booked.
    pub(super) fn work_bare(
        mut worker: Box<Worker<Self>>,
        item: In,
    ) -> impl Future<Output = Worked<Self, Out, Settled<In, K::Back, Err>>> + Send {
        worker.stage.open = true;
        async move {
            let mut away = Away(Some(worker));
            let called = {
                let stage = away.stage();
                stage.mend();
                stage.quick(item).await
            };
            let stage = away.stage();
            let came = match called {
                Ok(output) => {
                    stage.open = false;
                    K::done(&mut stage.item);
                    Ok(output)
                }
                Err(error) => stage.missed(Cause::Error(error)),
            };
            away.back_with(came)
        }
    }

    #[cold]
    fn missed(&mut self, cause: Cause<Err>) -> Came<Out, Settled<In, K::Back, Err>> {
        self.attempts = 1;
        Err(Box::new(self.settle_plain(Miss(cause))))
    }

    /// Settles the item in hand, whose call has panicked.
    pub(super) fn panicked(&mut self, panic: String) -> Came<Out, Settled<In, K::Back, Err>> {
        self.broken = true;
        self.missed(Cause::Panicked(panic))
    }

    /// Works on an item, through the chain.
    ///
    /// An item that gave an output, or none, is still to be booked.
    pub(super) fn work(
        mut worker: Box<Worker<Self>>,
        item: In,
    ) -> impl Future<Output = Worked<Self, Out, Settled<In, K::Back, Err>>> + Send {
        worker.stage.resume(item);
        async move {
            let came = worker.stage.finish().await;
            (worker, came)
        }
    }

    /// The same with the item in hand.
    pub(super) fn finish(
        &mut self,
    ) -> impl Future<Output = Came<Out, Settled<In, K::Back, Err>>> + Send {
        async move {
            match self.rest(None).await {
                Ok(output) => Ok(output),
                Err(miss) => Err(Box::new(self.settle(miss).await)),
            }
        }
    }
}
