//! What is taken for one attempt, layer by layer: comes in layers, goes out a call that may begin; nothing is kept of one that may not.

use super::{Admit, Guards, Limits, Verdict};
use crate::resilience::breaker::{Open, Token};
use std::marker::PhantomData;

/// The layers that an attempt has passed. What they have given goes back to them when this is dropped.
pub(super) struct Admission<'a, T, E, L: Admit, B: Admit, K: Guards<T, E>> {
    pub(super) limits: &'a mut Limits<L, B, K>,
    pub(super) passed: Passed,
    token: Token,
    types: PhantomData<fn(T, E)>,
}

/// How far an attempt has come.
#[derive(Clone, Copy)]
pub(super) enum Passed {
    Nothing,
    RateLimit,
    Bulkhead,
    /// All of them: the call has begun.
    Breaker,
    /// The call has ended like that, and the breaker knows.
    Told(Verdict),
    /// The call has opened something, which has all that was taken but the turn of the limiter.
    Opened(Verdict),
}

/// What is taken for a call that has opened something, and what that has shown so far.
pub(super) type Opened = (Token, Verdict);

/// What becomes of a call's admission when it has succeeded.
pub(super) trait Ends<T> {
    type Output: Send;

    fn end<E, L: Admit, B: Admit, K: Guards<T, E>>(
        admission: Admission<'_, T, E, L, B, K>,
        value: T,
    ) -> Self::Output;

    /// The value comes from elsewhere: nothing is taken for it.
    fn instead(value: T) -> Self::Output;
}

/// The call is over.
pub(super) struct AtOnce;

/// The call has opened something that goes on.
pub(super) struct Later;

impl<T: Send> Ends<T> for AtOnce {
    type Output = T;

    #[inline]
    fn end<E, L: Admit, B: Admit, K: Guards<T, E>>(
        admission: Admission<'_, T, E, L, B, K>,
        value: T,
    ) -> T {
        admission.end(Some(Ok(&value)));
        value
    }

    fn instead(value: T) -> T {
        value
    }
}

impl<T: Send> Ends<T> for Later {
    type Output = (T, Option<Opened>);

    fn end<E, L: Admit, B: Admit, K: Guards<T, E>>(
        admission: Admission<'_, T, E, L, B, K>,
        value: T,
    ) -> Self::Output {
        let opened = admission.open(&value);
        (value, Some(opened))
    }

    fn instead(value: T) -> Self::Output {
        (value, None)
    }
}

impl<'a, T, E, L: Admit, B: Admit, K: Guards<T, E>> Admission<'a, T, E, L, B, K> {
    /// Nothing is taken yet, and nothing where the breaker would refuse.
    #[inline]
    pub(super) fn new(limits: &'a mut Limits<L, B, K>) -> Result<Self, Open> {
        limits.breaker.would_permit()?;
        Ok(Self {
            limits,
            passed: Passed::Nothing,
            token: Token::default(),
            types: PhantomData,
        })
    }

    /// Passes the breaker, the last of the layers.
    #[inline]
    pub(super) fn begin(&mut self) -> Result<(), Open> {
        self.token = self.limits.breaker.permit()?;
        self.passed = Passed::Breaker;
        Ok(())
    }

    /// The call has ended; `None` is that it took longer than it was given.
    #[inline]
    pub(super) fn end(mut self, outcome: Option<Result<&T, &E>>) {
        let breaker = &mut self.limits.breaker;
        let verdict = breaker.judge(outcome);
        breaker.tell(self.token, verdict);
        self.passed = Passed::Told(verdict);
    }

    /// The call has opened something: what was taken for it is not given back yet.
    fn open(mut self, value: &T) -> Opened {
        let breaker = &self.limits.breaker;
        let verdict = breaker.judge(Some(Ok(value)));
        let token = breaker.opened(self.token);
        self.passed = Passed::Opened(verdict);
        (token, verdict)
    }
}

impl<T, E, L: Admit, B: Admit, K: Guards<T, E>> Drop for Admission<'_, T, E, L, B, K> {
    #[inline]
    fn drop(&mut self) {
        let Limits {
            rate_limit,
            bulkhead,
            breaker,
        } = &mut *self.limits;
        let mut release = |verdict| {
            bulkhead.release(verdict);
            rate_limit.release(verdict);
        };
        match self.passed {
            Passed::Nothing => {}
            Passed::RateLimit => rate_limit.give_back(),
            Passed::Bulkhead => {
                bulkhead.give_back();
                rate_limit.give_back();
            }
            Passed::Breaker => {
                breaker.tell(self.token, Verdict::Nothing);
                release(Verdict::Nothing);
            }
            Passed::Told(verdict) => release(verdict),
            Passed::Opened(verdict) => {
                bulkhead.opened(verdict);
                rate_limit.release(verdict);
            }
        }
    }
}
