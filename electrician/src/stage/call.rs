//! One worker of a stage: it holds the item in hand, calls the handler through the chain, and books what came of it.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

use std::{marker::PhantomData, sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{
    Cause, Cell, Handler, Hold, Outputs, Tally,
    definition::Plan,
    entrance::Entrance,
    given::{Given, Hand},
    sampling::Sampling,
    settings::Settings,
    unwind::{Caught, caught},
};
use crate::resilience::{
    breaker::Verdict,
    moment::after,
    retry::{BudgetWorker, Tries, roll},
    timeout::{Bound, Timer},
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
    pub(super) plan: Arc<Plan<H, In, Out, Args, Err>>,
    pub(super) slot: S,
    pub(super) tally: Arc<Tally>,
    /// Where an option asks for one.
    pub(super) entrance: Option<Box<Entrance>>,
    pub(super) timer: Timer,
    pub(super) item: Option<In>,
    pub(super) open: bool,
    pub(super) broken: bool,
    pub(super) attempts: u32,
    /// When the first call of an item began to wait, where nothing else stood before it.
    pub(super) began: Option<Instant>,
    tries: Tries,
    /// When the time for the whole is over.
    pub(super) deadline: Option<Instant>,
    /// The error of the attempt before, in a box, as it is seldom there.
    pub(super) last: Option<Box<Err>>,
    pub(super) sampling: Sampling,
    types: PhantomData<fn(In, K) -> Out>,
}

/// Whether there are no values of the type: it is the output of a sink, or the error of what cannot fail.
pub(super) const fn is_void<T>() -> bool {
    size_of::<Option<T>>() == 0
}

/// Why a call gave nothing.
#[derive(Debug)]
pub struct Miss<E>(pub(super) Cause<E>);

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
    /// Whether no value of the output exists.
    pub(super) const SINK: bool = is_void::<Out>();

    pub(super) fn new(plan: Arc<Plan<H, In, Out, Args, Err>>, tally: Arc<Tally>) -> Self {
        Self {
            slot: plan.handler.slot(&plan.args),
            entrance: plan.cell.layers.as_ref().map(|layers| layers.entrance()),
            plan,
            tally,
            timer: Timer::new(),
            item: None,
            open: false,
            broken: false,
            attempts: 0,
            began: None,
            tries: Tries::default(),
            deadline: None,
            last: None,
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

    /// Whether every call gives one item at most, and may wait.
    #[inline]
    pub fn is_quick(&self) -> bool {
        H::ONE && !H::PLAIN
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
        let settings = &self.plan.settings;
        if settings.retry.is_some() || settings.deadline.is_some() {
            self.began_at(Instant::now());
        }
    }

    /// The time for the item in hand counts from then on.
    pub(super) fn began_at(&mut self, now: Instant) {
        self.tries = Tries::begun(now);
        self.deadline = self.plan.settings.deadline.map(|limit| after(now, limit));
        self.last = None;
    }

    /// The same, where the stage has had the item since then.
    pub(super) fn resume_since(&mut self, item: In, came: Instant) {
        self.resume(item);
        self.deadline = self.plan.settings.deadline.map(|limit| after(came, limit));
    }

    /// Takes a token for the next item.
    pub(super) async fn reserve(&mut self) {
        if let Some(entrance) = &mut self.entrance {
            entrance.reserve().await;
        }
    }

    /// The token is not used.
    pub(super) fn give_back(&mut self) {
        if let Some(entrance) = &mut self.entrance {
            entrance.cancel();
        }
    }

    /// Calls the handler with the item in hand, once the layers let it pass, for no longer than it has time.
    ///
    /// # Errors
    /// What kept the call from giving outputs. The item is still in hand.
    pub fn call(
        &mut self,
    ) -> impl Future<Output = Result<Given<'_, impl Outputs<Out, Err>, K::Back>, Miss<Err>>> + Send
    {
        async move {
            self.plan.cell.control.may_work().await;
            self.mend();
            let deadline = self.deadline;
            let entered = match &mut self.entrance {
                None => None,
                Some(entrance) => {
                    let key = match self.plan.keys.of(self.item.as_ref()) {
                        Ok(key) => key,
                        Err(panic) => {
                            entrance.cancel();
                            return Err(Miss(Cause::Panicked(panic)));
                        }
                    };
                    match entrance.enter(key, deadline).await {
                        Ok(entered) => Some(entered),
                        Err(refusal) => return Err(Miss(Cause::Refused(refusal))),
                    }
                }
            };
            if self.attempts > 0 {
                self.tally.retried.add(1);
            }
            self.attempts += 1;
            let began = self.sampling.begin(&self.plan.cell.control);
            let mut waited = false;
            let (item, slot) = (&mut self.item, &mut self.slot);
            let limit = self.plan.settings.timeout;
            let bound = Bound { limit, deadline };
            let result = match caught(|| H::call(K::give(item), slot)) {
                Err(panic) => Ok(Err(panic)),
                Ok(call) if bound.is_none() => Ok(Caught::new(call, &mut waited).await),
                Ok(call) => {
                    let call = Caught::new(call, &mut waited);
                    self.timer.bound(bound, call).await
                }
            };
            self.sampling
                .end(began, waited, &self.tally, &self.plan.cell.control);
            if waited {
                self.tally.progress.set(self.plan.cell.control.millis());
            }
            let cause = match result {
                Ok(Ok(Ok(outputs))) => match self.plan.shows_broken(outputs.shown()) {
                    Ok(shows_broken) => {
                        let verdict = if shows_broken {
                            Verdict::Unhealthy
                        } else {
                            Verdict::Healthy
                        };
                        let place = entered.and_then(|entered| entered.gave(verdict, H::ONE));
                        self.open = false;
                        let (booked, broken) = ((&*self.tally, &*self.plan.cell), &mut self.broken);
                        let hand = Hand::new(booked, broken, self.attempts, Self::SINK, K::unheld);
                        let hand = hand.keeping(place);
                        return Ok(Given { outputs, hand });
                    }
                    Err(panic) => Cause::Panicked(panic),
                },
                Ok(Ok(Err(error))) => Cause::Error(error),
                Ok(Err(panic)) => {
                    self.broken = true;
                    Cause::Panicked(panic)
                }
                Err(_) => self.plan.settings.overdue(deadline),
            };
            let Some(entered) = entered else {
                return Err(Miss(cause));
            };
            let (cause, verdict) = self.plan.settings.judged(cause, &mut self.last);
            entered.end(verdict);
            Err(Miss(cause))
        }
    }

    /// Whether the stage wants no more items.
    pub fn is_sated(&self) -> bool {
        H::sated(&self.slot)
    }

    /// Gives back why the call gave nothing, unless the item in hand is to be called again; waits for the backoff first.
    pub fn again(
        &mut self,
        Miss(cause): Miss<Err>,
    ) -> impl Future<Output = Option<Miss<Err>>> + Send + use<'_, H, In, Out, Err, Args, K, S> {
        let (wait, cause) = match caught(|| self.wait_before_retry(&cause)) {
            Ok(wait) => (wait, cause),
            Err(panic) => (None, cause.spoilt(panic, &mut self.last)),
        };
        if let Some(wait) = wait {
            let (stage, attempts) = (&*self.plan.cell.path, self.attempts);
            tracing::debug!(stage, attempts, ?wait, "a call failed, and is made again");
        }
        let cause = match (wait, cause) {
            (None, cause) => Some(Miss(cause)),
            (Some(_), Cause::Error(error)) => {
                self.last = Some(Box::new(error));
                None
            }
            (Some(_), _) => None,
        };
        let timer = &mut self.timer;
        async move {
            if let Some(wait) = wait {
                timer.sleep(wait).await;
            }
            cause
        }
    }

    fn wait_before_retry(&mut self, cause: &Cause<Err>) -> Option<Duration> {
        let retry = self.plan.settings.retry.as_deref()?;
        let asked = self.plan.settings.asked_for(cause)?;
        let now = Instant::now();
        let wait = self.tries.next(retry, self.attempts, asked, now, roll())?;
        let is_late = |deadline| after(now, wait) >= deadline;
        if self.deadline.is_some_and(is_late) {
            return None;
        }
        let entrance = self.entrance.as_mut();
        let budget = entrance.and_then(|entrance| entrance.budget.as_mut());
        budget.is_none_or(BudgetWorker::take).then_some(wait)
    }

    /// Makes the state anew that a panic may have left half done.
    pub fn mend(&mut self) {
        if self.broken {
            self.slot = self.plan.handler.slot(&self.plan.args);
            self.broken = false;
            self.tally.restarts.add(1);
        }
    }
}

impl<E> Cause<E> {
    /// What was to be asked about it has panicked. An error of the handler is the last one, from here on.
    fn spoilt(self, panic: String, last: &mut Option<Box<E>>) -> Self {
        if let Self::Error(error) = self {
            *last = Some(Box::new(error));
        }
        Self::Panicked(panic)
    }
}

impl<E> Settings<E> {
    /// Why a call was cut short.
    #[cold]
    pub(super) fn overdue(&self, deadline: Option<Instant>) -> Cause<E> {
        if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            Cause::Late(self.deadline.unwrap_or_default())
        } else {
            Cause::TimedOut(self.timeout.unwrap_or_default())
        }
    }

    /// How long the other side wants to be left alone before the next attempt; none, where that is not worth it.
    fn asked_for(&self, cause: &Cause<E>) -> Option<Duration> {
        match cause {
            Cause::Error(error) if self.retry_when.as_ref().is_some_and(|when| !when(error)) => {
                None
            }
            Cause::Error(error) => {
                let asked = self.retry_after.as_ref().and_then(|after| after(error));
                Some(asked.unwrap_or_default())
            }
            Cause::TimedOut(_) => Some(Duration::ZERO),
            Cause::Panicked(_) | Cause::Refused(_) | Cause::Late(_) => None,
        }
    }

    /// Why a call gave nothing in the end, and what it shows about the backend. Where the breaker's predicate panics, that is why.
    #[cold]
    pub(super) fn judged(&self, cause: Cause<E>, last: &mut Option<Box<E>>) -> (Cause<E>, Verdict) {
        match caught(|| self.verdict(&cause)) {
            Ok(verdict) => (cause, verdict),
            Err(panic) => (cause.spoilt(panic, last), Verdict::Unhealthy),
        }
    }

    /// What a call that gave nothing shows about the backend. An error that the breaker's predicate does not count shows
    /// that it works; that the whole's time was over shows nothing.
    fn verdict(&self, cause: &Cause<E>) -> Verdict {
        match (cause, &self.breaker_when) {
            (Cause::Error(error), Some(counts)) if !counts(error) => Verdict::Healthy,
            (Cause::Late(_), _) => Verdict::Unknown,
            _ => Verdict::Unhealthy,
        }
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
