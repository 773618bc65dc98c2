//! What becomes of an item whose call gave nothing: comes in why, goes out a failure, an item with a port of its own, or something in the place of an output.

#![allow(
    clippy::manual_async_fn,
    clippy::type_complexity,
    reason = "a future of an island says by itself that it is `Send`, and what it gives"
)]

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Answer, Cause, Failure, Handler, Hold, Miss, Outputs, Stage, Unfailing, WhenLimited, WhenOpen,
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

    /// The same, where the item is booked by who asks. Nothing stands for a panic, nor for what has a port of its own.
    pub(super) fn fall_back(&mut self, Miss(cause): Miss<Err>) -> Result<Out, Miss<Err>> {
        let Some(fallback) = &self.plan.fallback else {
            return Err(Miss(cause));
        };
        let has_way = match &cause {
            Cause::Panicked(_) => true,
            Cause::Refused(refusal) => self.way_of_refused(refusal.layer).is_some(),
            Cause::Error(_) | Cause::TimedOut(_) | Cause::Late(_) => false,
        };
        if has_way {
            return Err(Miss(cause));
        }
        match caught(|| fallback(self.item.as_ref())) {
            Ok(Some(output)) => {
                self.open = false;
                Ok(output)
            }
            Ok(None) => Err(Miss(cause)),
            Err(panic) => Err(Miss(Cause::Panicked(panic))),
        }
    }

    /// Books the item in hand as failed, panicked or refused, and gives what is left of it.
    pub fn settle(
        &mut self,
        miss: Miss<Err>,
    ) -> impl Future<Output = Settled<In, K::Back, Err>> + Send {
        let wait = self.note_panic(&miss);
        let settled = self.settle_now(miss);
        async move {
            if let Some(wait) = wait {
                self.timer.sleep(wait).await;
            }
            settled
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
        self.note_panic(&miss);
        self.settle_now(miss)
    }

    fn settle_now(&mut self, Miss(cause): Miss<Err>) -> Settled<In, K::Back, Err> {
        self.open = false;
        self.touch();
        let counter = match &cause {
            Cause::Refused(_) => &self.tally.refused,
            Cause::Panicked(_) => &self.tally.panicked,
            Cause::Error(_) | Cause::TimedOut(_) | Cause::Late(_) => &self.tally.failed,
        };
        counter.add(1);
        if let Cause::Refused(refusal) = &cause
            && let Some(way) = self.way_of_refused(refusal.layer)
        {
            return self.item.take().map_or(Settled::Counted, way);
        }
        let taken = self.item.is_none();
        match K::back(&mut self.item) {
            Some(_) if taken && matches!(cause, Cause::Panicked(_)) => Settled::Counted,
            Some(back) => {
                let failure = Failure::new(back, cause, self.attempts, self.plan.cell.name);
                Settled::Failed(failure.after(self.last.take().map(|last| *last)))
            }
            None => Settled::Counted,
        }
    }

    /// The port of their own that refused items have.
    fn way_of_refused(&self, layer: Layer) -> Option<fn(In) -> Settled<In, K::Back, Err>> {
        let settings = &self.plan.settings;
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

    fn note_panic(&self, miss: &Miss<Err>) -> Option<Duration> {
        match &miss.0 {
            Cause::Panicked(message) => self.plan.cell.panicked(message, Instant::now()),
            _ => None,
        }
    }

    fn touch(&self) {
        self.tally.progress.set(self.plan.cell.control.millis());
    }
}
