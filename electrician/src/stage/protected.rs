//! The calls of a protected stage in a pass: comes in an item, goes out its output if the layers let it pass at once and the
//! call succeeds, or else what is left of its way.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;
use tokio::{task::coop::has_budget_remaining, time::Instant};

use super::{
    Cause, Given, Handler, Head, Hold, Miss, Outputs, Pass, Rest, Settings, Stage,
    entrance::Entrance, eventual::mapped, one::Begins,
};
use crate::resilience::{breaker::Verdict, moment::after, timeout::Timer};

/// Why an item has no output yet: its first call has given none, or has not begun.
type NotYet<E> = Option<Miss<E>>;

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
    /// Whether the layers let a call pass at once. If so, it is entered.
    #[inline]
    pub fn enters(&mut self) -> bool {
        match &mut self.entrance {
            None => true,
            Some(entrance) => entrance.enter_at_once(),
        }
    }

    /// Calls the handler with an item that has entered, for no longer than it has time. [`came_first`](Self::came_first) says
    /// what came of it.
    #[inline]
    pub fn first(
        &mut self,
        item: In,
    ) -> impl Future<Output = Option<Result<Option<Out>, Err>>> + Send {
        self.began = None;
        let begins = Begins(&mut self.open);
        let call = H::call(K::hand(item, &mut self.item), &mut self.slot);
        std::mem::forget(begins);
        First {
            call: mapped(call, |outputs| outputs.map(Outputs::one)),
            settings: &self.plan.settings,
            timer: &mut self.timer,
            began: &mut self.began,
            until: None,
        }
    }

    /// What came of the first call of an item in the `at`th stage.
    ///
    /// # Errors
    /// What kept it from giving an output. The item is still in hand.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "what it is given and gives would go through memory, once an item"
    )]
    pub fn came_first(
        &mut self,
        called: Option<Result<Option<Out>, Err>>,
        pass: &mut Pass,
        at: usize,
    ) -> Result<Option<Out>, NotYet<Err>> {
        pass.came(at);
        let Some(Ok(output)) = called else {
            let error = called.and_then(Result::err);
            return Err(Some(self.missed_first(error.map(Cause::Error))));
        };
        let shows_broken = match self.plan.shows_broken(output.as_ref()) {
            Ok(shows_broken) => shows_broken,
            Err(panic) => return Err(Some(self.missed_first(Some(Cause::Panicked(panic))))),
        };
        if let Some(entrance) = &mut self.entrance {
            if shows_broken {
                entrance.end(Verdict::Unhealthy);
            } else {
                entrance.succeeded();
            }
            if self.began.is_some() {
                entrance.rest();
            }
        }
        Ok(self.gave(output))
    }

    /// The island waits, or has nothing to do: what was taken for further calls goes back.
    pub fn rests(&mut self) {
        if let Some(entrance) = &mut self.entrance {
            entrance.rest();
        }
    }

    /// Takes an item in hand that has to wait before its first call.
    #[cold]
    pub fn not_yet(&mut self, item: In) -> NotYet<Err> {
        self.resume(item);
        // The pass answers for it.
        self.open = false;
        None
    }

    /// The same, while the call of another stage waits.
    #[inline]
    pub fn resting(&mut self) -> Resting<'_> {
        Resting(self.entrance.as_deref_mut())
    }

    /// What is left of the way of the item in hand: its output, or why there is none.
    ///
    /// # Errors
    /// What kept the last call from giving an output. The item is still in hand.
    pub fn rest(
        &mut self,
        missed: NotYet<Err>,
    ) -> impl Future<Output = Result<Option<Out>, Miss<Err>>> + Send
    where
        Out: Send,
    {
        async move {
            let mut missed = missed;
            loop {
                let miss = match missed.take() {
                    Some(miss) => miss,
                    None => match self.call().await.map(Given::one) {
                        Ok(output) => {
                            K::done(&mut self.item);
                            return Ok(output);
                        }
                        Err(miss) => miss,
                    },
                };
                let Some(miss) = self.again(miss).await else {
                    continue;
                };
                let output = self.fall_back(miss)?;
                K::done(&mut self.item);
                return Ok(Some(output));
            }
        }
    }

    /// What came of the rest of an item's way: an output, none, or what kept it from giving one.
    ///
    /// # Errors
    /// What kept the last call from giving an output. The item is still in hand.
    #[cold]
    pub fn came_late(
        &mut self,
        called: Result<Option<Out>, Miss<Err>>,
        pass: &mut Pass,
    ) -> Result<Option<Out>, Miss<Err>> {
        pass.came_timed();
        self.mend();
        called.map(|output| self.gave(output))
    }

    /// As [`came_late`](Self::came_late), in a stage whose failures are counted, and that is all.
    pub fn came_or_counted(
        &mut self,
        called: Result<Option<Out>, Miss<Err>>,
        pass: &mut Pass,
        heads: &mut [&mut dyn Head],
    ) -> impl Future<Output = Option<Out>> + Send {
        async move {
            match self.came_late(called, pass) {
                Ok(output) => output,
                Err(miss) => {
                    drop(pass.settling(self.settle(miss), heads).await);
                    None
                }
            }
        }
    }

    #[inline]
    fn gave(&mut self, output: Option<Out>) -> Option<Out> {
        K::done(&mut self.item);
        if output.is_none() && !Self::SINK {
            self.tally.filtered.add(1);
        }
        output
    }

    /// The first call has ended like that, or took longer than it had.
    #[cold]
    fn missed_first(&mut self, cause: Option<Cause<Err>>) -> Miss<Err> {
        self.began_at(self.began.unwrap_or_else(Instant::now));
        let settings = &self.plan.settings;
        let cause = cause.unwrap_or_else(|| settings.overdue(self.deadline));
        let (cause, verdict) = settings.judged(cause, &mut self.last);
        self.attempts = 1;
        self.leaves(verdict);
        Miss(cause)
    }

    /// The call that has entered has ended, and shows this.
    #[cold]
    pub(super) fn leaves(&mut self, verdict: Verdict) {
        if let Some(entrance) = &mut self.entrance {
            entrance.end(verdict);
        }
    }
}

/// What stands before a stage whose turn it is not.
#[derive(Debug)]
pub struct Resting<'s>(Option<&'s mut Entrance>);

impl Rest for Resting<'_> {
    fn rest(&mut self, _: &mut Context<'_>) {
        if let Some(entrance) = &mut self.0 {
            entrance.rest();
        }
    }
}

pin_project! {
    /// The first call of an item. Its time counts from when it first waits.
    struct First<'s, F, E> {
        #[pin]
        call: F,
        settings: &'s Settings<E>,
        timer: &'s mut Timer,
        began: &'s mut Option<Instant>,
        until: Option<Instant>,
    }
}

impl<F: Future, E> Future for First<'_, F, E> {
    /// What the call has given; nothing where its time is over.
    type Output = Option<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let had_budget = self.until.is_none() || has_budget_remaining();
        let this = self.project();
        if let Poll::Ready(output) = this.call.poll(cx) {
            return Poll::Ready(Some(output));
        }
        let Some(until) = this.until.or_else(|| this.settings.until(this.began)) else {
            return Poll::Pending;
        };
        *this.until = Some(until);
        let over = this.timer.poll_late(until, had_budget, cx);
        over.map(|()| None)
    }
}

impl<E> Settings<E> {
    /// When a call is to be cut short that begins to wait now, as the first one of its item.
    #[cold]
    fn until(&self, began: &mut Option<Instant>) -> Option<Instant> {
        let now = *began.get_or_insert_with(Instant::now);
        let limits = self.timeout.into_iter().chain(self.deadline);
        limits.min().map(|limit| after(now, limit))
    }
}
