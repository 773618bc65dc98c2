//! Permission for one call: comes in how the call ended, goes out to the breaker that it was asked of.

use super::{BreakerWorker, CircuitBreaker, circuit_breaker::Shared};
use std::{fmt, time::Duration};
use tokio::time::Instant;

/// Permission for one call, to be told how the call ended. Dropping it says nothing about the call, and
/// gives a probe's place back.
#[must_use = "a permit that is dropped books nothing"]
pub struct Permit<B: Books = CircuitBreaker> {
    by: B,
    generation: u64,
    /// When the call began, where calls are timed.
    began: Option<Instant>,
    told: bool,
}

/// What a call shows about the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It works.
    Success,
    /// It does not.
    Failure,
    /// Nothing: the call is not counted.
    Nothing,
}

/// Where a permit books how its call ended: at a [`CircuitBreaker`], or at a [`BreakerWorker`].
pub trait Books: sealed::Booking {}

impl Books for CircuitBreaker {}
impl Books for &mut BreakerWorker {}

pub(super) mod sealed {
    use super::Shared;

    pub trait Booking {
        fn shared(&self) -> &Shared;
        /// A call that was let through in `generation` has ended well, and in time.
        fn success(&mut self, generation: u64);
    }
}

impl sealed::Booking for CircuitBreaker {
    fn shared(&self) -> &Shared {
        &self.shared
    }

    fn success(&mut self, generation: u64) {
        self.shared
            .change(|state, now| state.success(now, generation, false));
    }
}

impl<B: Books> Permit<B> {
    #[inline]
    pub(super) fn new(by: B, generation: u64) -> Self {
        let began = by.shared().slow_call.map(|_| Instant::now());
        Self {
            by,
            generation,
            began,
            told: false,
        }
    }

    /// The call has ended well.
    #[inline]
    pub fn success(mut self) {
        self.told = true;
        let generation = self.generation;
        if self.is_slow() {
            let shared = self.by.shared();
            shared.change(|state, now| state.success(now, generation, true));
        } else {
            self.by.success(generation);
        }
    }

    /// The call has failed.
    #[doc(alias = "RecordError")]
    #[cold]
    pub fn failure(mut self) {
        self.told = true;
        let (generation, slow) = (self.generation, self.is_slow());
        let shared = self.by.shared();
        shared.change(|state, now| state.failure(now, generation, slow));
    }

    /// The call has ended like that.
    #[inline]
    pub fn tell(self, verdict: Verdict) {
        match verdict {
            Verdict::Success => self.success(),
            Verdict::Failure => self.failure(),
            Verdict::Nothing => {}
        }
    }

    fn is_slow(&self) -> bool {
        let limit = self.by.shared().slow_call.unwrap_or(Duration::MAX);
        self.began.is_some_and(|began| began.elapsed() >= limit)
    }
}

impl<B: Books> Drop for Permit<B> {
    #[inline]
    fn drop(&mut self) {
        let shared = self.by.shared();
        if !self.told && !shared.is_wide(self.generation) {
            shared.change(|state, _| state.cancelled(self.generation));
        }
    }
}

impl<B: Books> fmt::Debug for Permit<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit")
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
