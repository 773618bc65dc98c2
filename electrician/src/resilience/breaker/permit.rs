//! Permission for one call: comes in how the call ended, goes out to the breaker that it was asked of.

use super::{BreakerWorker, CircuitBreaker, circuit_breaker::Shared};
use std::{fmt, time::Duration};
use tokio::time::Instant;

/// Permission for one call, to be told how the call ended. Dropping it says nothing about the call, and
/// gives a probe's place back.
#[must_use = "a permit that is dropped books nothing"]
pub struct Permit<B: Books = CircuitBreaker> {
    by: B,
    token: Token,
    told: bool,
}

/// A permission without the duty to give it back.
#[derive(Clone, Copy, Debug, Default)]
pub struct Token {
    generation: u64,
    /// When the call began, where calls are timed.
    began: Option<Instant>,
}

/// What a call shows about the backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It works.
    Healthy,
    /// It does not.
    Unhealthy,
    /// Nothing is known: the call is not counted.
    Unknown,
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

impl Token {
    #[inline]
    pub(super) fn new(generation: u64, shared: &Shared) -> Self {
        let began = shared.slow_call.map(|_| Instant::now());
        Self { generation, began }
    }

    /// Of a call that is not timed.
    pub(crate) fn untimed(generation: u64) -> Self {
        let began = None;
        Self { generation, began }
    }

    /// Books how the call has ended.
    #[inline]
    pub(crate) fn tell(self, by: &mut impl Books, verdict: Verdict) {
        match verdict {
            Verdict::Healthy if self.is_slow(by.shared()) => self.slow_success(by.shared()),
            Verdict::Healthy => by.success(self.generation),
            Verdict::Unhealthy => self.failure(by.shared()),
            Verdict::Unknown => self.nothing(by.shared()),
        }
    }

    /// The call has opened something that goes on: from here on, no time makes it slow.
    pub(super) fn opened(self, shared: &Shared) -> Self {
        let began = self.began.filter(|_| self.is_slow(shared));
        Self { began, ..self }
    }

    #[cold]
    fn slow_success(self, shared: &Shared) {
        shared.change(|state, now| state.success(now, self.generation, true));
    }

    #[cold]
    fn failure(self, shared: &Shared) {
        let slow = self.is_slow(shared);
        shared.change(|state, now| state.failure(now, self.generation, slow));
    }

    #[inline]
    fn nothing(self, shared: &Shared) {
        if !shared.is_wide(self.generation) {
            shared.change(|state, _| state.cancelled(self.generation));
        }
    }

    fn is_slow(self, shared: &Shared) -> bool {
        self.began.is_some_and(|began| {
            let limit = shared.slow_call.unwrap_or(Duration::MAX);
            began.elapsed() >= limit
        })
    }
}

impl<B: Books> Permit<B> {
    #[inline]
    pub(super) fn new(by: B, generation: u64) -> Self {
        let token = Token::new(generation, by.shared());
        let told = false;
        Self { by, token, told }
    }

    /// The call has ended well.
    #[inline]
    pub fn success(self) {
        self.tell(Verdict::Healthy);
    }

    /// The call has failed.
    #[doc(alias = "RecordError")]
    pub fn failure(self) {
        self.tell(Verdict::Unhealthy);
    }

    /// The call has opened something that goes on, and the end of that will be told: how long it lasts says nothing about
    /// the backend, only how long it took to open it.
    pub fn opened(&mut self) {
        self.token = self.token.opened(self.by.shared());
    }

    /// The call has ended like that.
    #[inline]
    pub fn tell(mut self, verdict: Verdict) {
        self.told = true;
        self.token.tell(&mut self.by, verdict);
    }
}

impl<B: Books> Drop for Permit<B> {
    #[inline]
    fn drop(&mut self) {
        if !self.told {
            self.token.tell(&mut self.by, Verdict::Unknown);
        }
    }
}

impl<B: Books> fmt::Debug for Permit<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.token.fmt(f)
    }
}
