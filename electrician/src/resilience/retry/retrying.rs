//! Retry in a chain: comes in errors and how they are to be read, goes out the wait before the next attempt, or none.

use super::{super::moment::after, BudgetWorker, Retry, RetryBudget, roll};
use std::time::Duration;
use tokio::time::Instant;

/// Whether an error is worth another attempt.
///
/// What decides may give a `bool` where the error says no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The next attempt would fail as well.
    No,
    /// After the backoff.
    Yes,
    /// After this long, or after the backoff where that is longer: what a `Retry-After` says.
    After(Duration),
}

/// An attempt that has failed, as a sensor is told of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt<'a, E> {
    /// Its number, from 1.
    pub number: u32,
    /// The error of the call; `None` where the attempt took longer than it was given.
    pub error: Option<&'a E>,
    /// What is waited before the next attempt; `None` where it was the last one.
    pub wait: Option<Duration>,
}

/// How a chain retries: a [`Retry`] with what decides, what bounds and what watches it.
///
/// It is made by [`Chain::retry`](super::super::Chain::retry) and completed by the methods after it.
#[derive(Clone, Debug)]
pub struct Retrying<W = RetryEvery, S = ()> {
    pub(crate) retry: Retry,
    pub(crate) when: W,
    pub(crate) budget: Option<BudgetWorker>,
    pub(crate) sensor: S,
}

/// Every error is worth another attempt.
#[derive(Clone, Copy, Debug)]
pub struct RetryEvery;

/// Is told of attempts that have failed: `()`, or a function.
pub trait AttemptSensor<E> {
    /// An attempt has failed.
    fn failed(&self, attempt: &Attempt<'_, E>);
}

/// Reads an error: whether, and when, to try again. A function of the error does.
pub trait ReadsError<E> {
    /// Whether the error is worth another attempt.
    fn read(&self, error: &E) -> Again;
}

/// What a chain does about attempts that fail: `()` for nothing, or [`Retrying`].
pub trait Retries<E> {
    /// What is kept of the attempts of one call.
    #[doc(hidden)]
    type Tries: Copy + Send;
    #[doc(hidden)]
    fn begin(&self) -> Self::Tries;
    /// How long to wait after an attempt that has failed, if there is to be another one before `deadline`.
    #[doc(hidden)]
    fn after(
        &mut self,
        tries: &mut Self::Tries,
        made: u32,
        error: Option<&E>,
        deadline: Option<Instant>,
    ) -> Option<Duration>;
    /// A call has succeeded.
    #[doc(hidden)]
    fn succeeded(&mut self);
}

/// The attempts of one call.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tries {
    started: Option<Instant>,
    waited: Duration,
}

impl Retrying {
    pub(crate) fn new(retry: Retry) -> Self {
        Self {
            retry,
            when: RetryEvery,
            budget: None,
            sensor: (),
        }
    }
}

impl<W, S> Retrying<W, S> {
    pub(crate) fn when<V>(self, when: V) -> Retrying<V, S> {
        Retrying {
            retry: self.retry,
            when,
            budget: self.budget,
            sensor: self.sensor,
        }
    }

    pub(crate) fn budget(mut self, budget: &RetryBudget) -> Self {
        self.budget = Some(budget.worker());
        self
    }

    pub(crate) fn sensor<N>(self, sensor: N) -> Retrying<W, N> {
        Retrying {
            retry: self.retry,
            when: self.when,
            budget: self.budget,
            sensor,
        }
    }
}

impl<W, S> Retrying<W, S> {
    fn wait<E>(
        &self,
        tries: &mut Tries,
        made: u32,
        error: Option<&E>,
        now: Instant,
    ) -> Option<Duration>
    where
        W: ReadsError<E>,
    {
        let asked = match error.map_or(Again::Yes, |error| self.when.read(error)) {
            Again::No => return None,
            Again::Yes => Duration::ZERO,
            Again::After(asked) => asked,
        };
        tries.next(&self.retry, made, asked, now, roll())
    }
}

impl Tries {
    /// Of a call that begins now.
    pub(crate) fn begun(now: Instant) -> Self {
        Self {
            started: Some(now),
            waited: Duration::ZERO,
        }
    }

    /// How long to wait after an attempt that has failed at `now`; `asked` is what the other side asks for.
    pub(crate) fn next(
        &mut self,
        retry: &Retry,
        made: u32,
        asked: Duration,
        now: Instant,
        roll: f64,
    ) -> Option<Duration> {
        let started = self.started.unwrap_or(now);
        let drawn = retry.backoff.next(made, self.waited, roll);
        self.waited = drawn;
        retry.in_time(made, drawn.max(asked), started, now)
    }
}

impl<E> Retries<E> for () {
    type Tries = ();

    #[inline]
    fn begin(&self) {}

    #[inline]
    fn after(
        &mut self,
        (): &mut (),
        _: u32,
        _: Option<&E>,
        _: Option<Instant>,
    ) -> Option<Duration> {
        None
    }

    #[inline]
    fn succeeded(&mut self) {}
}

impl<E, W: ReadsError<E>, S: AttemptSensor<E>> Retries<E> for Retrying<W, S> {
    type Tries = Tries;

    #[inline]
    fn begin(&self) -> Tries {
        Tries {
            // The clock is read for a bound that needs it, and for no other.
            started: self.retry.total.map(|_| Instant::now()),
            ..Tries::default()
        }
    }

    #[cold]
    fn after(
        &mut self,
        tries: &mut Tries,
        made: u32,
        error: Option<&E>,
        deadline: Option<Instant>,
    ) -> Option<Duration> {
        let now = Instant::now();
        let wait = self
            .wait(tries, made, error, now)
            .filter(|wait| deadline.is_none_or(|deadline| after(now, *wait) < deadline))
            .filter(|_| self.budget.as_mut().is_none_or(BudgetWorker::take));
        self.sensor.failed(&Attempt {
            number: made,
            error,
            wait,
        });
        wait
    }

    #[inline]
    fn succeeded(&mut self) {
        if let Some(budget) = &mut self.budget {
            budget.succeeded();
        }
    }
}

impl<E> ReadsError<E> for RetryEvery {
    fn read(&self, _: &E) -> Again {
        Again::Yes
    }
}

impl<E, A: Into<Again>, F: Fn(&E) -> A> ReadsError<E> for F {
    fn read(&self, error: &E) -> Again {
        self(error).into()
    }
}

impl<E> AttemptSensor<E> for () {
    fn failed(&self, _: &Attempt<'_, E>) {}
}

impl<E, F: Fn(&Attempt<'_, E>)> AttemptSensor<E> for F {
    fn failed(&self, attempt: &Attempt<'_, E>) {
        self(attempt);
    }
}

impl From<bool> for Again {
    fn from(again: bool) -> Self {
        if again { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Backoff, Jitter},
        *,
    };

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn what_the_other_side_asks_for_is_waited_and_never_less_than_the_backoff() {
        let now = Instant::now();
        let retry = Retry::up_to(9).backoff(Backoff::constant(SECOND).jitter(Jitter::None));
        for (asked, waited) in [(0, 1), (1, 1), (7, 7)] {
            let wait = Tries::default().next(&retry, 1, SECOND * asked, now, 0.5);
            assert_eq!(wait, Some(SECOND * waited));
        }
        let bounded = retry.total(SECOND * 5);
        let wait = Tries::default().next(&bounded, 1, SECOND * 7, now, 0.5);
        assert_eq!(wait, None);
    }

    #[test]
    fn a_decorrelated_wait_follows_the_one_before() {
        let now = Instant::now();
        let backoff = Backoff::from(SECOND..SECOND * 100).jitter(Jitter::Decorrelated);
        let retry = Retry::up_to(9).backoff(backoff);
        let mut tries = Tries::default();
        let rolls = [(1, 0.0), (2, 0.5), (3, 1.0), (4, 0.0)];
        let waits = rolls.map(|(made, roll)| tries.next(&retry, made, Duration::ZERO, now, roll));
        assert_eq!(waits, [1, 2, 6, 1].map(|seconds| Some(SECOND * seconds)));
    }
}
