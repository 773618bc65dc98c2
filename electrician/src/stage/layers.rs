//! What the workers of a stage share of its protections: comes in as options, goes out a way through them for each worker.

use std::sync::Arc;

use super::{
    Depth, WhenLimited, WhenOpen,
    entrance::{Entrance, Tokens},
    settings::Settings,
};
use crate::resilience::{
    breaker::{CircuitBreaker, KeyedBreaker},
    bulkhead::Bulkhead,
    rate_limiter::{KeyedRateLimiter, RateLimiter},
    retry::RetryBudget,
};

/// The layers of a stage, which its workers share.
#[derive(Debug)]
pub(crate) struct Layers {
    pub(crate) limiter: Option<Limiter>,
    pub(crate) bulkhead: Option<Bulkhead>,
    pub(crate) breaker: Option<Breakers>,
    pub(crate) queue: Option<Arc<dyn Depth>>,
    budget: Option<RetryBudget>,
    when_limited: WhenLimited,
    when_open: WhenOpen,
}

/// One limiter for all items, or one for each key.
#[derive(Debug)]
pub(crate) enum Limiter {
    One(RateLimiter),
    Keyed(KeyedRateLimiter<u64>),
}

/// One breaker for all items, or one for each key.
#[derive(Debug)]
pub(crate) enum Breakers {
    One(CircuitBreaker),
    Keyed(KeyedBreaker<u64>),
}

impl Layers {
    /// None, where no option asks for one.
    pub(crate) fn of<E>(settings: &Settings<E>) -> Option<Box<Self>> {
        if settings.limits.is_none() && settings.breaker.is_none() {
            return None;
        }
        let limits = settings.limits.as_deref().cloned().unwrap_or_default();
        // As many wait as there are workers: that is bound enough.
        let limiter = limits.rate.map(|rate| {
            let rate = rate.waiters(u32::MAX);
            match limits.keys {
                None => Limiter::One(RateLimiter::new(rate)),
                Some(keys) => Limiter::Keyed(KeyedRateLimiter::new(rate, keys)),
            }
        });
        let bulkhead = limits.bulkhead.map(|limit| limit.waiters(u32::MAX));
        let breaker = settings.breaker.as_deref().copied();
        let breaker = breaker.map(|breaker| match settings.breaker_keys {
            None => Breakers::One(CircuitBreaker::new(breaker)),
            Some(keys) => Breakers::Keyed(KeyedBreaker::new(breaker, keys)),
        });
        Some(Box::new(Self {
            limiter,
            bulkhead: bulkhead.map(Bulkhead::new),
            breaker,
            budget: limits.budget.map(RetryBudget::new),
            // what has had its turn in the queue waits for the tokens of its retries
            when_limited: match limits.queue {
                None => limits.when_limited,
                Some(_) => WhenLimited::Wait,
            },
            queue: limits.queue,
            when_open: settings.when_open,
        }))
    }

    /// One worker's way through the layers.
    pub(super) fn entrance(&self) -> Box<Entrance> {
        let (breaker, breakers) = match &self.breaker {
            None => (None, None),
            Some(Breakers::One(breaker)) => (Some(breaker.worker()), None),
            Some(Breakers::Keyed(breakers)) => (None, Some(breakers.clone())),
        };
        Box::new(Entrance {
            tokens: self.limiter.as_ref().map(|limiter| match limiter {
                Limiter::One(limiter) => Tokens::One(limiter.lease()),
                Limiter::Keyed(limiters) => Tokens::Keyed(limiters.clone(), None),
            }),
            seat: self.bulkhead.as_ref().map(Bulkhead::seat),
            breaker,
            breakers,
            budget: self.budget.as_ref().map(RetryBudget::worker),
            reserved: false,
            when_limited: self.when_limited,
            when_open: self.when_open,
            streak: 0,
            sits: false,
            generation: 0,
        })
    }
}
