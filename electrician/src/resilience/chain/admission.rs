//! What is taken for one attempt, layer by layer: comes in layers, goes out a call that may begin; nothing is kept of one that may not.

use super::{Admit, Books, Guards, Limits, Verdict};
use crate::resilience::breaker::{Open, Token};
use std::marker::PhantomData;

impl<L: Admit, B: Admit, K: Books> Limits<L, B, K> {
    /// Takes everything, if all of it is at hand, and nothing otherwise.
    #[inline]
    pub(super) fn at_hand<T, E>(&mut self) -> Option<Token>
    where
        K: Guards<T, E>,
    {
        let token = self.breaker.at_hand()?;
        if !self.rate_limit.at_hand() {
            return None;
        }
        if !self.bulkhead.at_hand() {
            self.rate_limit.give_back();
            return None;
        }
        Some(token)
    }

    /// A call has ended, and shows this.
    #[inline]
    pub(super) fn end(&mut self, token: Token, verdict: Verdict) {
        self.breaker.tell(token, verdict);
        self.bulkhead.release(verdict);
        self.rate_limit.release(verdict);
    }

    /// A call has opened something: what was taken for it is not given back yet.
    fn open(&mut self, token: Token, verdict: Verdict) -> Opened {
        self.bulkhead.opened(verdict);
        self.rate_limit.release(verdict);
        (self.breaker.opened(token), verdict)
    }
}

/// What is taken for a call that has opened something, and what that has shown so far.
pub(super) type Opened = (Token, Verdict);

/// What becomes of what was taken for a call that has succeeded.
pub(super) trait Ends<T> {
    type Output: Send;

    fn end<E, L, B, K>(limits: &mut Limits<L, B, K>, token: Token, value: T) -> Self::Output
    where
        L: Admit,
        B: Admit,
        K: Guards<T, E>;

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
    fn end<E, L, B, K>(limits: &mut Limits<L, B, K>, token: Token, value: T) -> T
    where
        L: Admit,
        B: Admit,
        K: Guards<T, E>,
    {
        let verdict = limits.breaker.judge(Some(Ok(&value)));
        limits.end(token, verdict);
        value
    }

    fn instead(value: T) -> T {
        value
    }
}

impl<T: Send> Ends<T> for Later {
    type Output = (T, Option<Opened>);

    fn end<E, L, B, K>(limits: &mut Limits<L, B, K>, token: Token, value: T) -> Self::Output
    where
        L: Admit,
        B: Admit,
        K: Guards<T, E>,
    {
        let verdict = limits.breaker.judge(Some(Ok(&value)));
        let opened = limits.open(token, verdict);
        (value, Some(opened))
    }

    fn instead(value: T) -> Self::Output {
        (value, None)
    }
}

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
    /// The call has ended, and all of them know.
    Over,
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

    /// The call has succeeded.
    pub(super) fn succeeded<N: Ends<T>>(mut self, value: T) -> N::Output {
        self.passed = Passed::Over;
        N::end(self.limits, self.token, value)
    }

    /// The call has ended, and shows this.
    pub(super) fn end(mut self, verdict: Verdict) {
        self.passed = Passed::Over;
        self.limits.end(self.token, verdict);
    }
}

impl<T, E, L: Admit, B: Admit, K: Guards<T, E>> Drop for Admission<'_, T, E, L, B, K> {
    fn drop(&mut self) {
        let Limits {
            rate_limit,
            bulkhead,
            ..
        } = &mut *self.limits;
        match self.passed {
            Passed::Nothing | Passed::Over => {}
            Passed::RateLimit => rate_limit.give_back(),
            Passed::Bulkhead => {
                bulkhead.give_back();
                rate_limit.give_back();
            }
            Passed::Breaker => self.limits.end(self.token, Verdict::Unknown),
        }
    }
}
