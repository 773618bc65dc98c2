//! The knobs of a stage: comes in the handle of a stage with protections, goes out what can be turned while it runs.

use std::{fmt, marker::PhantomData, ops::Deref};

use super::StageHandle;
use crate::{
    resilience::{
        SmoothingSnapshot,
        breaker::{BreakerSnapshot, CircuitBreaker, KeyedBreaker},
        bulkhead::Bulkhead,
        rate_limiter::{KeyedRateLimiter, RateLimiter},
    },
    stage::{Breakers, Layers, Limiter},
};

/// What a stage with a rate limit, a bulkhead or a breaker says, and the knobs of those that it has.
///
/// `R`, `C` and `B` stand for the rate limit, the bulkhead (which bounds concurrency) and the breaker: [`Knob`] where the
/// option is written, [`KnobPerKey`] for one with a `key`, [`KnobAndQueue`] for a rate limit
/// with a `queue`, `()` where there is none.
pub struct ProtectedHandle<R, C, B> {
    stage: StageHandle,
    knobs: PhantomData<(R, C, B)>,
}

/// The option is written, and can be turned.
#[derive(Debug, Clone, Copy)]
pub enum Knob {}

/// The option is written with a `key`: what there is for each key is turned together.
#[derive(Debug, Clone, Copy)]
pub enum KnobPerKey {}

/// The option is written with a `queue`, whose depth is shown.
#[derive(Debug, Clone, Copy)]
pub enum KnobAndQueue {}

/// What a stage with a breaker, and no limit, says.
pub type BreakerHandle = ProtectedHandle<(), (), Knob>;

impl<R, C, B> ProtectedHandle<R, C, B> {
    /// The handle of a stage that has not run yet.
    pub fn idle() -> Self {
        Self {
            stage: StageHandle::idle(),
            knobs: PhantomData,
        }
    }

    fn knob<T>(&self, find: impl Fn(&Layers) -> Option<T>) -> T {
        let cell = self.stage.cell();
        let cell = cell.expect("a handle of a running pipeline is bound");
        let layers = cell.layers.as_deref();
        layers.and_then(find).expect("the option is written")
    }

    fn limiter(&self) -> RateLimiter {
        self.knob(|layers| match layers.limiter.as_ref()? {
            Limiter::One(limiter) => Some(limiter.clone()),
            Limiter::Keyed(_) => None,
        })
    }
}

impl<C, B> ProtectedHandle<Knob, C, B> {
    /// The limiter of this run: change its rate, or its burst.
    ///
    /// # Panics
    /// When the pipeline has not been started, which a handle taken from a running one excludes.
    pub fn rate_limit(&self) -> RateLimiter {
        self.limiter()
    }
}

impl<C, B> ProtectedHandle<KnobPerKey, C, B> {
    /// The limiters of this run: change the rate of all of them, or the burst.
    ///
    /// # Panics
    /// When the pipeline has not been started, which a handle taken from a running one excludes.
    pub fn rate_limit(&self) -> KeyedRateLimiter<u64> {
        self.knob(|layers| match layers.limiter.as_ref()? {
            Limiter::Keyed(limiters) => Some(limiters.clone()),
            Limiter::One(_) => None,
        })
    }
}

impl<C, B> ProtectedHandle<KnobAndQueue, C, B> {
    /// The limiter of this run: change its rate, or its burst.
    ///
    /// # Panics
    /// When the pipeline has not been started, which a handle taken from a running one excludes.
    pub fn rate_limit(&self) -> RateLimiter {
        self.limiter()
    }

    /// How many items wait in the queue, and since when.
    ///
    /// # Panics
    /// As [`rate_limit`](Self::rate_limit) does.
    pub fn queue(&self) -> SmoothingSnapshot {
        self.knob(|layers| Some(layers.queue.as_ref()?.snapshot()))
    }
}

impl<R, B> ProtectedHandle<R, Knob, B> {
    /// The bulkhead of this run: change its limit.
    ///
    /// # Panics
    /// When the pipeline has not been started, which a handle taken from a running one excludes.
    pub fn bulkhead(&self) -> Bulkhead {
        self.knob(|layers| layers.bulkhead.clone())
    }
}

impl<R, C> ProtectedHandle<R, C, Knob> {
    /// The breaker of this run: trip it, reset it, force it.
    ///
    /// # Panics
    /// When the pipeline has not been started, which a handle taken from a running one excludes.
    pub fn breaker(&self) -> CircuitBreaker {
        self.knob(|layers| match layers.breaker.as_ref()? {
            Breakers::One(breaker) => Some(breaker.clone()),
            Breakers::Keyed(_) => None,
        })
    }

    /// How the breaker stands.
    ///
    /// # Panics
    /// As [`breaker`](Self::breaker) does.
    pub fn snapshot(&self) -> BreakerSnapshot {
        self.breaker().snapshot()
    }
}

impl<R, C> ProtectedHandle<R, C, KnobPerKey> {
    /// The breakers of this run, by the hashes of their keys: see how many are not closed, turn each of them.
    ///
    /// # Panics
    /// When the pipeline has not been started, which a handle taken from a running one excludes.
    pub fn breaker(&self) -> KeyedBreaker<u64> {
        self.knob(|layers| match layers.breaker.as_ref()? {
            Breakers::Keyed(breakers) => Some(breakers.clone()),
            Breakers::One(_) => None,
        })
    }
}

impl<R, C, B> Deref for ProtectedHandle<R, C, B> {
    type Target = StageHandle;
    fn deref(&self) -> &StageHandle {
        &self.stage
    }
}

impl<R, C, B> Clone for ProtectedHandle<R, C, B> {
    fn clone(&self) -> Self {
        Self {
            stage: self.stage.clone(),
            knobs: PhantomData,
        }
    }
}

impl<R, C, B> fmt::Debug for ProtectedHandle<R, C, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stage.fmt(f)
    }
}
