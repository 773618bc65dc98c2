//! How a chain is written: comes in part by part, goes out as a type that holds the parts and no others.

use super::{
    super::{
        Again, Attempt, CircuitBreaker, Hedge, Retry, RetryBudget, Timer, Verdict,
        deadline::Deadline,
        fallback::{Function, Value},
        hedge::Hedging,
        retry::Retrying,
    },
    Admit, Attempts, Chain, ChainError, EveryError, Guarded, Idempotent, Limits, Unmarked,
};
use std::{future::Future, marker::PhantomData, time::Duration};

impl Chain {
    /// No protection yet.
    pub const fn new() -> Self {
        Self {
            limits: Limits {
                rate_limit: (),
                bulkhead: (),
                breaker: (),
            },
            attempts: Attempts {
                retry: (),
                hedge: (),
                timeout: None,
                timer: Timer::new(),
            },
            fallback: (),
            deadline: Deadline(None),
            marker: PhantomData,
        }
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl<L, B, K, R, H, F, I> Chain<L, B, K, R, H, F, I> {
    /// The time for the whole: every wait, every attempt, from the first one that waits or fails. Above zero, and
    /// above the timeout.
    pub const fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Deadline(Some(limit));
        self
    }

    /// Each attempt asks `limiter` first.
    pub fn rate_limit<A: Admit>(self, limiter: A) -> Chain<A, B, K, R, H, F, I> {
        self.limits(|limits| Limits {
            rate_limit: limiter,
            bulkhead: limits.bulkhead,
            breaker: limits.breaker,
        })
    }

    /// Each attempt has a place of `bulkhead` while it runs.
    pub fn bulkhead<A: Admit>(self, bulkhead: A) -> Chain<L, A, K, R, H, F, I> {
        self.limits(|limits| Limits {
            rate_limit: limits.rate_limit,
            bulkhead,
            breaker: limits.breaker,
        })
    }

    /// Each attempt asks `breaker`, and is refused while it is open. Every error counts as a failure, as does
    /// an attempt that takes too long, unless [`breaker_when`](Chain::breaker_when) says otherwise.
    pub fn breaker(self, breaker: &CircuitBreaker) -> Chain<L, B, Guarded, R, H, F, I> {
        let worker = breaker.worker();
        self.limits(|limits| Limits {
            rate_limit: limits.rate_limit,
            bulkhead: limits.bulkhead,
            breaker: Guarded {
                worker,
                judge: EveryError,
            },
        })
    }

    /// The time for one attempt, above zero: an attempt that takes longer is dropped where it waits.
    pub const fn timeout(mut self, limit: Duration) -> Self {
        self.attempts.timeout = Some(limit);
        self
    }

    /// `value` in place of every error.
    pub fn fallback_value<T: Clone>(self, value: T) -> Chain<L, B, K, R, H, Value<T>, I> {
        self.instead(Value(value))
    }

    /// What `function` makes of the error: an answer, or an error. It stands outside of the deadline.
    pub fn fallback<T, E, A, N>(self, function: N) -> Chain<L, B, K, R, H, Function<N>, I>
    where
        N: FnMut(ChainError<E>) -> A + Send,
        A: Future<Output = Result<T, ChainError<E>>> + Send,
    {
        self.instead(Function(function))
    }

    fn limits<L2, B2, K2>(
        self,
        change: impl FnOnce(Limits<L, B, K>) -> Limits<L2, B2, K2>,
    ) -> Chain<L2, B2, K2, R, H, F, I> {
        Chain {
            limits: change(self.limits),
            attempts: self.attempts,
            fallback: self.fallback,
            deadline: self.deadline,
            marker: PhantomData,
        }
    }

    fn attempts<R2, H2, I2>(
        self,
        change: impl FnOnce(Attempts<R, H>) -> Attempts<R2, H2>,
    ) -> Chain<L, B, K, R2, H2, F, I2> {
        Chain {
            limits: self.limits,
            attempts: change(self.attempts),
            fallback: self.fallback,
            deadline: self.deadline,
            marker: PhantomData,
        }
    }

    fn retrying<R2>(self, change: impl FnOnce(R) -> R2) -> Chain<L, B, K, R2, H, F, I> {
        self.attempts(|attempts| Attempts {
            retry: change(attempts.retry),
            hedge: attempts.hedge,
            timeout: attempts.timeout,
            timer: attempts.timer,
        })
    }

    fn instead<N>(self, fallback: N) -> Chain<L, B, K, R, H, N, I> {
        Chain {
            limits: self.limits,
            attempts: self.attempts,
            fallback,
            deadline: self.deadline,
            marker: PhantomData,
        }
    }
}

impl<L, B, R, H, F, I> Chain<L, B, Guarded, R, H, F, I> {
    /// What an outcome shows the breaker: a rejected order is no failure of the backend, a page that says
    /// "down for maintenance" is. An attempt that takes too long is always one.
    pub fn breaker_when<T, E, J>(self, judge: J) -> Chain<L, B, Guarded<J>, R, H, F, I>
    where
        J: Fn(Result<&T, &E>) -> Verdict + Send,
    {
        self.limits(|limits| Limits {
            rate_limit: limits.rate_limit,
            bulkhead: limits.bulkhead,
            breaker: Guarded {
                worker: limits.breaker.worker,
                judge,
            },
        })
    }
}

impl<L, B, K, R, H, F> Chain<L, B, K, R, H, F, Unmarked> {
    /// Promises that calling twice does what calling once does: what `retry` and `hedge` ask for.
    pub fn idempotent(self) -> Chain<L, B, K, R, H, F, Idempotent> {
        self.attempts(|attempts| attempts)
    }
}

impl<L, B, K, R, H, F> Chain<L, B, K, R, H, F, Idempotent> {
    /// Calls again after a failure. Every error and every timeout is worth it, unless
    /// [`retry_when`](Chain::retry_when) says otherwise; a refusal is not.
    pub fn retry(self, retry: Retry) -> Chain<L, B, K, Retrying, H, F, Idempotent> {
        self.retrying(|_| Retrying::new(retry))
    }

    /// Makes a second call when the first takes long.
    pub fn hedge(self, hedge: Hedge) -> Chain<L, B, K, R, Hedging, F, Idempotent> {
        self.attempts(|attempts| Attempts {
            retry: attempts.retry,
            hedge: Hedging::new(hedge),
            timeout: attempts.timeout,
            timer: attempts.timer,
        })
    }
}

impl<L, B, K, W, S, H, F, I> Chain<L, B, K, Retrying<W, S>, H, F, I> {
    /// Which errors are worth another attempt, and when: a `bool`, or an [`Again`] with the time that a
    /// `Retry-After` says.
    pub fn retry_when<E, A, V>(self, when: V) -> Chain<L, B, K, Retrying<V, S>, H, F, I>
    where
        A: Into<Again>,
        V: Fn(&E) -> A + Send,
    {
        self.retrying(|retrying| retrying.when(when))
    }

    /// Takes each retry out of a budget that callers share, and does without where it is empty.
    pub fn retry_budget(self, budget: &RetryBudget) -> Self {
        self.retrying(|retrying| retrying.budget(budget))
    }

    /// Tells `sensor` of each attempt that has failed, and what follows.
    pub fn on_attempt<E, N>(self, sensor: N) -> Chain<L, B, K, Retrying<W, N>, H, F, I>
    where
        N: Fn(&Attempt<'_, E>) + Send,
    {
        self.retrying(|retrying| retrying.sensor(sensor))
    }
}
