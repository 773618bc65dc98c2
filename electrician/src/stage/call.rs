//! One worker of a stage: it holds the item in hand, calls the handler through the chain, and books what came of it.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

use std::{marker::PhantomData, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    Cause, Cell, Failure, GivenBy, Handler, Hold, Outputs, Tally, Unfailing, WhenOpen,
    definition::Plan,
    given::{Given, Hand, Way},
    sampling::Sampling,
    settings::Predicate,
    unwind::{Caught, caught},
};
use crate::resilience::{
    breaker::{CircuitBreaker, Open, Permit},
    retry::roll,
    timeout::Timer,
};

/// One worker of a stage.
///
/// An item is begun, called, perhaps called again, and either gives outputs or is settled as a failure. What a worker
/// still holds when it is dropped is booked as dropped.
///
/// Whether an island is `Send` is asked with every lifetime in its types forgotten, so that nothing which depends on the
/// handler's own types may be asked again there: no field is a projection, and each future says by itself that it is `Send`.
/// Items, errors and arguments may then be `&'static str`, `Box<dyn Error>`, `Arc<dyn Trait>`.
pub struct Stage<H, In, Out, Err, Args, K, S> {
    pub(super) plan: Arc<Plan<H, Args, Err>>,
    pub(super) slot: S,
    pub(super) tally: Arc<Tally>,
    timer: Timer,
    pub(super) item: Option<In>,
    pub(super) open: bool,
    pub(super) broken: bool,
    pub(super) attempts: u32,
    began: Option<Instant>,
    pub(super) sampling: Sampling,
    types: PhantomData<fn(In, K) -> Out>,
}

/// Why a call gave nothing.
#[derive(Debug)]
pub struct Miss<E>(pub(super) Cause<E>);

/// What became of an item whose call gave nothing.
#[derive(Debug)]
pub enum Settled<In, T, E> {
    /// It failed.
    Failed(Failure<T, E>),
    /// The breaker refused it: it leaves by the neutral port.
    Refused(In),
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
    /// Whether no value of the output exists.
    pub(super) const SINK: bool = size_of::<Option<Out>>() == 0;

    pub(super) fn new(plan: Arc<Plan<H, Args, Err>>, tally: Arc<Tally>) -> Self {
        Self {
            slot: plan.handler.slot(&plan.args),
            plan,
            tally,
            timer: Timer::new(),
            item: None,
            open: false,
            broken: false,
            attempts: 0,
            began: None,
            sampling: Sampling::default(),
            types: PhantomData,
        }
    }

    /// Whether every call gives one item at most.
    #[inline]
    pub fn is_one(&self) -> bool {
        H::ONE
    }

    /// Whether every call is plain: synchronous, and one item or none.
    #[inline]
    pub fn is_plain(&self) -> bool {
        H::PLAIN
    }

    /// Whether every call gives one item.
    pub fn gives(&self) -> GivenBy<H, In, Out, Err, Args> {
        GivenBy::new()
    }

    /// Whether the function asks for a thread of its own.
    pub fn is_blocking(&self) -> bool {
        H::BLOCKING
    }

    /// What all the workers of the stage share.
    pub fn cell(&self) -> &Arc<Cell> {
        &self.plan.cell
    }

    /// This worker's counters.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }

    /// Takes an item in hand that another stage of the same island gave.
    pub fn begin(&mut self, item: In) {
        self.tally.received.add(1);
        self.resume(item);
    }

    /// Takes an item in hand that its intake has counted.
    pub fn resume(&mut self, item: In) {
        debug_assert!(
            !self.open,
            "an item is settled before the next one is begun"
        );
        self.item = Some(item);
        self.open = true;
        self.attempts = 0;
        if self.plan.settings.retry.is_some() {
            self.began = Some(Instant::now());
        }
    }

    /// Calls the handler with the item in hand: breaker, then timeout, then the call.
    ///
    /// # Errors
    /// What kept the call from giving outputs. The item is still in hand.
    pub fn call(
        &mut self,
    ) -> impl Future<Output = Result<Given<'_, impl Outputs<Out, Err>, K::Back>, Miss<Err>>> + Send
    {
        async move {
            self.plan.cell.control.may_work().await;
            let permit = match permit(
                self.plan.cell.breaker.as_ref(),
                self.plan.settings.when_open,
            )
            .await
            {
                Ok(permit) => permit,
                Err(open) => return Err(Miss(Cause::Refused(open))),
            };
            self.mend();
            if self.attempts > 0 {
                self.tally.retried.add(1);
            }
            self.attempts += 1;
            let began = self.sampling.begin(&self.plan.cell.control);
            let mut waited = false;
            let (item, slot) = (&mut self.item, &mut self.slot);
            let result = match (
                caught(|| H::call(K::give(item), slot)),
                self.plan.settings.timeout,
            ) {
                (Err(panic), _) => Ok(Err(panic)),
                (Ok(call), None) => Ok(Caught::new(call, &mut waited).await),
                (Ok(call), Some(limit)) => self
                    .timer
                    .limit(limit, Caught::new(call, &mut waited))
                    .await
                    .map_err(|_| Cause::TimedOut(limit)),
            };
            self.sampling
                .end(began, waited, &self.tally, &self.plan.cell.control);
            if waited {
                self.tally.progress.set(self.plan.cell.control.millis());
            }
            let cause = match result {
                Ok(Ok(Ok(outputs))) => {
                    if let Some(permit) = permit {
                        permit.success();
                    }
                    self.open = false;
                    let hand = Hand {
                        tally: &self.tally,
                        cell: &self.plan.cell,
                        broken: &mut self.broken,
                        attempts: self.attempts,
                        sink: Self::SINK,
                        unheld: K::unheld,
                        given: 0,
                        waited: false,
                        way: Way::Open,
                    };
                    return Ok(Given { outputs, hand });
                }
                Ok(Ok(Err(error))) => Cause::Error(error),
                Ok(Err(panic)) => {
                    self.broken = true;
                    Cause::Panicked(panic)
                }
                Err(timed_out) => timed_out,
            };
            if let Some(permit) = permit {
                judge(permit, &cause, self.plan.settings.breaker_when.as_ref());
            }
            Err(Miss(cause))
        }
    }

    /// Whether the stage wants no more items.
    pub fn is_sated(&self) -> bool {
        H::sated(&self.slot)
    }

    /// Whether the item in hand is to be called again; waits for the backoff first.
    pub fn again<'s>(
        &'s mut self,
        miss: &Miss<Err>,
    ) -> impl Future<Output = bool> + Send + use<'s, H, In, Out, Err, Args, K, S> {
        let wait = self.wait_before_retry(&miss.0);
        let timer = &mut self.timer;
        async move {
            if let Some(wait) = wait {
                timer.sleep(wait).await;
            }
            wait.is_some()
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
            Cause::Error(_) | Cause::TimedOut(_) => &self.tally.failed,
        };
        counter.add(1);
        if matches!(cause, Cause::Refused(_)) && self.plan.settings.when_open == WhenOpen::Neutral {
            return self.item.take().map_or(Settled::Counted, Settled::Refused);
        }
        let taken = self.item.is_none();
        match K::back(&mut self.item) {
            Some(_) if taken && matches!(cause, Cause::Panicked(_)) => Settled::Counted,
            Some(back) => Settled::Failed(Failure::new(
                back,
                cause,
                self.attempts,
                self.plan.cell.name,
            )),
            None => Settled::Counted,
        }
    }

    fn wait_before_retry(&self, cause: &Cause<Err>) -> Option<Duration> {
        let (retry, began) = (self.plan.settings.retry.as_deref()?, self.began?);
        let worth_it = match (cause, &self.plan.settings.retry_when) {
            (Cause::Error(error), Some(when)) => when(error),
            (Cause::Error(_) | Cause::TimedOut(_), _) => true,
            (Cause::Panicked(_) | Cause::Refused(_), _) => false,
        };
        worth_it
            .then(|| retry.again(self.attempts, began, Instant::now(), roll()))
            .flatten()
    }

    fn note_panic(&self, miss: &Miss<Err>) -> Option<Duration> {
        match &miss.0 {
            Cause::Panicked(message) => self.plan.cell.panicked(message, Instant::now()),
            _ => None,
        }
    }

    /// Makes the state anew that a panic may have left half done.
    pub fn mend(&mut self) {
        if self.broken {
            self.slot = self.plan.handler.slot(&self.plan.args);
            self.broken = false;
            self.tally.restarts.add(1);
        }
    }

    fn touch(&self) {
        self.tally.progress.set(self.plan.cell.control.millis());
    }
}

async fn permit(
    breaker: Option<&CircuitBreaker>,
    when_open: WhenOpen,
) -> Result<Option<Permit>, Open> {
    match breaker {
        None => Ok(None),
        Some(breaker) if when_open == WhenOpen::Wait => Ok(Some(breaker.ready().await)),
        Some(breaker) => breaker.permit().map(Some),
    }
}

/// Tells the breaker how the call ended. An error that its predicate does not count is a success of the backend.
fn judge<E>(permit: Permit, cause: &Cause<E>, counts: Option<&Predicate<E>>) {
    match (cause, counts) {
        (Cause::Error(error), Some(counts)) if !counts(error) => permit.success(),
        _ => permit.failure(),
    }
}

impl<H, In, Out, Err, Args, K, S> Drop for Stage<H, In, Out, Err, Args, K, S> {
    fn drop(&mut self) {
        if self.open {
            self.tally.dropped.add(1);
        }
    }
}

impl<H, In, Out, Err, Args, K, S> std::fmt::Debug for Stage<H, In, Out, Err, Args, K, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage")
            .field("stage", &self.plan.cell.path)
            .finish_non_exhaustive()
    }
}
