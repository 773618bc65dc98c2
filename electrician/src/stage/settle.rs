//! What becomes of an item whose call gave nothing: comes in why, goes out a failure, an item with a port of its own, or something in the place of an output.

#![allow(
    clippy::manual_async_fn,
    clippy::type_complexity,
    reason = "a future of an island says by itself that it is `Send`, and what it gives"
)]

use std::{marker::PhantomData, time::Duration};

use tokio::time::Instant;

use super::{
    Answer, Cause, Cell, Failure, Handler, Hold, Miss, Outputs, Stage, Tally, Unfailing,
    WhenLimited, WhenOpen,
    definition::Plan,
    given::{Given, Hand},
    unwind::caught,
};
use crate::resilience::chain::Layer;

/// What became of an item whose call gave nothing.
#[derive(Debug)]
pub enum Settled<In, T, E> {
    /// It failed.
    Failed(Failure<T, E>),
    /// The breaker refused it: it leaves by the neutral port.
    Refused(In),
    /// A limit refused it: it leaves by the overflow port.
    Overflowed(In),
    /// It is counted, and there is nothing left to hand on.
    Counted,
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
    /// What the stage gives in the place of outputs that there are none of, if it has something.
    ///
    /// # Errors
    /// It has nothing. The item is still in hand.
    pub fn instead<O: Outputs<Out, Err>>(
        &mut self,
        miss: Miss<Err>,
    ) -> Result<Given<'_, Answer<O, Out>, K::Back>, Miss<Err>> {
        let output = self.fall_back(miss)?;
        let (booked, broken) = ((&*self.tally, &*self.plan.cell), &mut self.broken);
        let hand = Hand::new(booked, broken, self.attempts, Self::SINK, K::unheld);
        Ok(Given {
            outputs: Answer::instead(output),
            hand,
        })
    }

    /// The same, where the item is booked by who asks.
    pub(super) fn fall_back(&mut self, Miss(cause): Miss<Err>) -> Result<Out, Miss<Err>> {
        let output = self.plan.fall_back(cause, self.item.as_ref());
        self.open &= output.is_err();
        output.map_err(Miss)
    }

    /// Books the item in hand as failed, panicked or refused, and gives what is left of it.
    pub fn settle(
        &mut self,
        miss: Miss<Err>,
    ) -> impl Future<Output = Settled<In, K::Back, Err>> + Send {
        let wait = self.plan.book(&self.tally, &miss.0);
        let settled = self.account().left(miss);
        async move {
            if let Some(wait) = wait {
                self.timer.sleep(wait).await;
            }
            settled
        }
    }

    /// What is left of the item in hand, which is settled unless it is to be called [again](Self::again).
    pub fn gives_up(
        &mut self,
        miss: Miss<Err>,
    ) -> impl Future<Output = Option<Settled<In, K::Back, Err>>> + Send {
        async move {
            let miss = self.again(miss).await?;
            Some(self.settle(miss).await)
        }
    }

    /// Books the item in hand, of a stage that cannot fail: its handler has panicked.
    pub fn lose(&mut self, miss: Miss<Err>) -> impl Future<Output = ()> + Send
    where
        Err: Unfailing,
    {
        async move { drop(self.settle(miss).await) }
    }

    /// As [`settle`](Self::settle), without the wait after a panic.
    pub fn settle_plain(&mut self, miss: Miss<Err>) -> Settled<In, K::Back, Err> {
        self.account().settle(miss)
    }

    /// What the handler is given, and all that is needed to settle the item.
    pub(super) fn apart(&mut self) -> (&mut S, Account<'_, H, In, Out, Err, Args, K>) {
        let account = Account {
            plan: &self.plan,
            tally: &self.tally,
            item: &mut self.item,
            open: &mut self.open,
            attempts: &mut self.attempts,
            last: &mut self.last,
            held: PhantomData,
        };
        (&mut self.slot, account)
    }

    /// What settles the item in hand.
    pub(super) fn account(&mut self) -> Account<'_, H, In, Out, Err, Args, K> {
        self.apart().1
    }
}

/// What settles the item of a stage, while the handler has the rest.
pub(super) struct Account<'a, H, In, Out, Err, Args, K> {
    plan: &'a Plan<H, In, Out, Args, Err>,
    pub(super) tally: &'a Tally,
    pub(super) item: &'a mut Option<In>,
    pub(super) open: &'a mut bool,
    pub(super) attempts: &'a mut u32,
    last: &'a mut Option<Box<Err>>,
    held: PhantomData<fn(K)>,
}

impl<H, In, Out, Err, Args, K> Account<'_, H, In, Out, Err, Args, K>
where
    In: Send + 'static,
    H: Handler<In, Out, Err, Args>,
    K: Hold<H::Mode, In>,
{
    /// Books the item as failed or panicked, and gives what is left of it.
    pub(super) fn settle(&mut self, miss: Miss<Err>) -> Settled<In, K::Back, Err> {
        self.plan.book(self.tally, &miss.0);
        self.left(miss)
    }

    fn left(&mut self, Miss(cause): Miss<Err>) -> Settled<In, K::Back, Err> {
        *self.open = false;
        let last = self.last.take().map(|last| *last);
        self.plan.left::<K>(self.item, cause, *self.attempts, last)
    }

    /// Books the item. It has no output.
    #[cold]
    pub(super) fn skip(&mut self, miss: Miss<Err>) -> Option<Out> {
        drop(self.settle(miss));
        None
    }

    /// Books the item of a plain call, and tells of the failure. It has no output.
    #[cold]
    pub(super) fn fails(
        &mut self,
        miss: Miss<Err>,
        tell: impl FnOnce(Failure<K::Back, Err>),
    ) -> Option<Out> {
        if let Settled::Failed(failure) = self.settle(miss) {
            tell(failure);
        }
        None
    }

    /// Books the item of a stage that cannot fail: its handler has panicked. It has no output.
    pub(super) fn lose(&mut self, miss: Miss<Err>) -> Option<Out> {
        *self.open = false;
        *self.item = None;
        lose(miss, &self.plan.cell, self.tally);
        None
    }
}

/// Books an item whose call has panicked in a stage that cannot fail.
#[cold]
fn lose<E>(Miss(cause): Miss<E>, cell: &Cell, tally: &Tally) {
    let Cause::Panicked(panic) = cause else {
        unreachable!("a plain call that cannot fail has panicked if it gave nothing")
    };
    cell.lost(tally, &panic);
}

impl<H, In, Out, Err, Args> Plan<H, In, Out, Args, Err>
where
    In: Send + 'static,
    H: Handler<In, Out, Err, Args>,
{
    /// What the stage gives in the place of an output that there is none of. Nothing stands for a panic, nor for what has a
    /// port of its own.
    pub(super) fn fall_back(
        &self,
        cause: Cause<Err>,
        item: Option<&In>,
    ) -> Result<Out, Cause<Err>> {
        let Some(fallback) = &self.fallback else {
            return Err(cause);
        };
        let has_way = match &cause {
            Cause::Panicked(_) => true,
            Cause::Refused(refusal) => self.way_of_refused::<()>(refusal.layer).is_some(),
            Cause::Error(_) | Cause::TimedOut(_) | Cause::Late(_) => false,
        };
        if has_way {
            return Err(cause);
        }
        match caught(|| fallback(item)) {
            Ok(Some(output)) => Ok(output),
            Ok(None) => Err(cause),
            Err(panic) => Err(Cause::Panicked(panic)),
        }
    }

    /// Books an item as failed, panicked or refused. Says how long the worker waits after a panic.
    pub(super) fn book(&self, tally: &Tally, cause: &Cause<Err>) -> Option<Duration> {
        let counter = match cause {
            Cause::Refused(_) => &tally.refused,
            Cause::Panicked(_) => &tally.panicked,
            Cause::Error(_) | Cause::TimedOut(_) | Cause::Late(_) => &tally.failed,
        };
        counter.add(1);
        tally.progress.set(self.cell.control.millis());
        match cause {
            Cause::Panicked(message) => self.cell.panicked(message, Instant::now()),
            _ => None,
        }
    }

    /// What is left of an item whose last call gave nothing.
    pub(super) fn left<K: Hold<H::Mode, In>>(
        &self,
        item: &mut Option<In>,
        cause: Cause<Err>,
        attempts: u32,
        last: Option<Err>,
    ) -> Settled<In, K::Back, Err> {
        if let Cause::Refused(refusal) = &cause
            && let Some(way) = self.way_of_refused(refusal.layer)
        {
            return item.take().map_or(Settled::Counted, way);
        }
        let taken = item.is_none();
        match K::back(item) {
            Some(_) if taken && matches!(cause, Cause::Panicked(_)) => Settled::Counted,
            Some(back) => {
                let failure = Failure::new(back, cause, attempts, self.cell.name);
                Settled::Failed(failure.after(last))
            }
            None => Settled::Counted,
        }
    }

    /// The port of their own that refused items have.
    fn way_of_refused<T>(&self, layer: Layer) -> Option<fn(In) -> Settled<In, T, Err>> {
        let settings = &self.settings;
        let overflows = settings
            .limits
            .as_ref()
            .is_some_and(|limits| limits.when_limited == WhenLimited::Overflow);
        match layer {
            Layer::Breaker if settings.when_open == WhenOpen::Neutral => Some(Settled::Refused),
            Layer::RateLimit | Layer::Bulkhead if overflows => Some(Settled::Overflowed),
            _ => None,
        }
    }
}
