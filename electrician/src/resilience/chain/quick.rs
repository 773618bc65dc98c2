//! The first attempt of a call: comes in a call, goes out what it gave if everything is at hand and it succeeds, or else the rest of the way.
//!
//! It is polled by hand: what an async body keeps over an await goes through memory, and costs more than all layers together.
//! What a call that is ready at once does not need (when it began, when its time is over) is found out when it waits or fails.

use super::{
    super::{breaker::Token, fallback::Recovers, hedge::Hedges, retry::Retries, timeout::Bound},
    Admit, Books, Chain, ChainCause, ChainError, Guards, Verdict,
    admission::Ends,
    call::missed,
};
use pin_project_lite::pin_project;
use std::{
    future::Future,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{task::coop::has_budget_remaining, time::Instant};

/// What a call knows once it has waited or failed.
#[derive(Clone, Copy)]
pub(super) struct Begun<S> {
    pub(super) deadline: Option<Instant>,
    pub(super) tries: S,
}

/// What is needed to go on.
pub(super) struct Parts<'c, P, C, G> {
    pub(super) chain: &'c mut P,
    pub(super) call: C,
    pub(super) rest: G,
}

/// A chain that gives back what was taken for a call.
pub(super) trait GivesBack {
    fn give_back(&mut self, token: Token);
}

/// What was taken for the first attempt: given back when this is dropped.
struct Held<'a, P: GivesBack> {
    chain: &'a mut P,
    token: Token,
}

pin_project! {
    /// How far a call has come that is not done at once.
    #[project = Latest]
    enum Later<S, W> {
        /// It has not been asked, or it was done at once.
        No,
        /// Its first attempt is under way.
        Waits { waits: Waits<S> },
        /// It is past that.
        Rest { #[pin] rest: W },
    }
}

/// A first attempt that waits.
struct Waits<S> {
    token: Token,
    begun: Begun<S>,
    /// Where its time is limited.
    until: Option<Instant>,
}

pin_project! {
    /// A call at its first attempt, and whatever comes after it.
    pub(super) struct Quick<'c, P: GivesBack, N, S, C, A, G, W> {
        parts: Option<Parts<'c, P, C, G>>,
        #[pin]
        first: Option<A>,
        #[pin]
        later: Later<S, W>,
        ends: PhantomData<fn() -> N>,
    }

    impl<P: GivesBack, N, S, C, A, G, W> PinnedDrop for Quick<'_, P, N, S, C, A, G, W> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let (Some(parts), Latest::Waits { waits }) = (this.parts, this.later.project()) {
                parts.chain.give_back(waits.token);
            }
        }
    }
}

impl<'c, P: GivesBack, N, S, C, A, G, W> Quick<'c, P, N, S, C, A, G, W> {
    #[inline]
    pub(super) fn new(parts: Parts<'c, P, C, G>) -> Self {
        Self {
            parts: Some(parts),
            first: None,
            later: Later::No,
            ends: PhantomData,
        }
    }
}

impl<P: GivesBack> Held<'_, P> {
    /// Somebody else answers for it from here on.
    #[inline]
    fn hand_over(self) -> Token {
        let token = self.token;
        mem::forget(self);
        token
    }
}

impl<P: GivesBack> Drop for Held<'_, P> {
    #[inline]
    fn drop(&mut self) {
        self.chain.give_back(self.token);
    }
}

impl<L: Admit, B: Admit, K: Books, R, H, F, I> GivesBack for Chain<L, B, K, R, H, F, I> {
    #[cold]
    fn give_back(&mut self, token: Token) {
        self.limits.end(token, Verdict::Unknown);
    }
}

impl<'c, N, T, E, L, B, K, R, H, F, I, C, A, G, W> Future
    for Quick<'c, Chain<L, B, K, R, H, F, I>, N, R::Tries, C, A, G, W>
where
    N: Ends<T>,
    L: Admit,
    B: Admit,
    K: Guards<T, E>,
    R: Retries<E>,
    H: Hedges,
    F: Recovers<T, E>,
    C: FnMut() -> A,
    A: Future<Output = Result<T, E>>,
    G: FnOnce(
        Parts<'c, Chain<L, B, K, R, H, F, I>, C, ()>,
        Begun<R::Tries>,
        Option<ChainCause<E>>,
    ) -> W,
    W: Future<Output = Result<N::Output, ChainError<E>>>,
{
    type Output = Result<N::Output, ChainError<E>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.as_mut().project();
        let (Some(parts), Later::No) = (this.parts.as_mut(), &*this.later) else {
            return self.go_on(cx);
        };
        let chain = &mut *parts.chain;
        let at_hand = H::ONCE.then(|| chain.limits.at_hand()).flatten();
        let Some(token) = at_hand else {
            if F::NEVER
                && let Some(open) = chain.limits.breaker.shut()
            {
                *this.parts = None;
                return Poll::Ready(Err(ChainError::refused(open)));
            }
            return self.not_at_hand(cx);
        };
        let held = Held { chain, token };
        this.first.set(Some((parts.call)()));
        let attempt = this.first.as_mut().as_pin_mut().expect(BEFORE);
        let polled = attempt.poll(cx);
        let token = held.hand_over();
        let Poll::Ready(Ok(value)) = polled else {
            return self.not_at_once(token, polled, cx);
        };
        this.first.set(None);
        parts.chain.attempts.retry.succeeded();
        let output = N::end(&mut parts.chain.limits, token, value);
        *this.parts = None;
        Poll::Ready(Ok(output))
    }
}

impl<'c, N, T, E, L, B, K, R, H, F, I, C, A, G, W>
    Quick<'c, Chain<L, B, K, R, H, F, I>, N, R::Tries, C, A, G, W>
where
    N: Ends<T>,
    L: Admit,
    B: Admit,
    K: Guards<T, E>,
    R: Retries<E>,
    H: Hedges,
    F: Recovers<T, E>,
    C: FnMut() -> A,
    A: Future<Output = Result<T, E>>,
    G: FnOnce(
        Parts<'c, Chain<L, B, K, R, H, F, I>, C, ()>,
        Begun<R::Tries>,
        Option<ChainCause<E>>,
    ) -> W,
    W: Future<Output = Result<N::Output, ChainError<E>>>,
{
    /// The first attempt waits or has failed, or the rest is under way.
    #[cold]
    fn go_on(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<<Self as Future>::Output> {
        let mut this = self.as_mut().project();
        let waits = match this.later.project() {
            Latest::No => panic!("{BEFORE}"),
            Latest::Waits { waits } => waits,
            Latest::Rest { rest } => return rest.poll(cx),
        };
        let had_budget = waits.until.is_none() || has_budget_remaining();
        let polled = this.first.as_mut().as_pin_mut().expect(BEFORE).poll(cx);
        self.settle(polled, had_budget, cx)
    }

    /// The first attempt has not succeeded when it was first asked.
    #[cold]
    fn not_at_once(
        mut self: Pin<&mut Self>,
        token: Token,
        polled: Poll<Result<T, E>>,
        cx: &mut Context<'_>,
    ) -> Poll<<Self as Future>::Output> {
        let mut this = self.as_mut().project();
        let begun = this.parts.as_ref().expect(BEFORE).chain.begin();
        let until = None;
        let waits = Waits {
            token,
            begun,
            until,
        };
        this.later.set(Later::Waits { waits });
        self.settle(polled, true, cx)
    }

    /// What came of the first attempt, which may wait on: what the call gives, or the rest of its way.
    fn settle(
        mut self: Pin<&mut Self>,
        polled: Poll<Result<T, E>>,
        had_budget: bool,
        cx: &mut Context<'_>,
    ) -> Poll<<Self as Future>::Output> {
        let mut this = self.as_mut().project();
        let chain = &mut *this.parts.as_mut().expect(BEFORE).chain;
        let Latest::Waits { waits } = this.later.as_mut().project() else {
            panic!("{BEFORE}");
        };
        let deadline = waits.begun.deadline;
        let outcome = if let Poll::Ready(outcome) = polled {
            Some(outcome)
        } else {
            let bound = Bound {
                limit: chain.attempts.timeout,
                deadline,
            };
            if bound.is_none() {
                return Poll::Pending;
            }
            let until = *waits.until.get_or_insert_with(|| bound.until());
            ready!(chain.attempts.timer.poll_late(until, had_budget, cx));
            None
        };
        this.first.set(None);
        let Waits { token, begun, .. } = *waits;
        this.later.set(Later::No);
        let error = match outcome {
            Some(Ok(value)) => {
                chain.attempts.retry.succeeded();
                let output = N::end(&mut chain.limits, token, value);
                *this.parts = None;
                return Poll::Ready(Ok(output));
            }
            Some(Err(error)) => Some(error),
            None => None,
        };
        let (cause, verdict) = missed(
            &chain.limits.breaker,
            chain.attempts.timeout,
            chain.deadline,
            error,
            deadline,
        );
        chain.limits.end(token, verdict);
        self.rest(begun, Some(cause), cx)
    }

    /// Something has to be waited for before the call, or refuses it.
    #[cold]
    fn not_at_hand(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<<Self as Future>::Output> {
        let this = self.as_mut().project();
        let chain = &*this.parts.as_mut().expect(BEFORE).chain;
        if F::NEVER
            && let Err(open) = chain.limits.breaker.would_permit()
        {
            if chain.has_clock() {
                chain.limits.breaker.watch(open);
            }
            *this.parts = None;
            return Poll::Ready(Err(ChainError::refused(open)));
        }
        let begun = chain.begin();
        self.rest(begun, None, cx)
    }

    fn rest(
        self: Pin<&mut Self>,
        begun: Begun<R::Tries>,
        failed: Option<ChainCause<E>>,
        cx: &mut Context<'_>,
    ) -> Poll<<Self as Future>::Output> {
        let mut this = self.project();
        let Parts { chain, call, rest } = this.parts.take().expect(BEFORE);
        let parts = Parts {
            chain,
            call,
            rest: (),
        };
        let rest = rest(parts, begun, failed);
        this.later.set(Later::Rest { rest });
        match this.later.project() {
            Latest::Rest { rest } => rest.poll(cx),
            Latest::No | Latest::Waits { .. } => unreachable!("it has just begun"),
        }
    }
}

impl<L, B, K, R, H, F, I> Chain<L, B, K, R, H, F, I> {
    /// Whether it is meant for a runtime with timers.
    fn has_clock(&self) -> bool {
        self.attempts.timeout.is_some() || self.deadline.0.is_some()
    }

    /// What is counted from now on.
    fn begin<E>(&self) -> Begun<R::Tries>
    where
        R: Retries<E>,
    {
        Begun {
            deadline: self.deadline.until(Instant::now),
            tries: self.attempts.retry.begin(),
        }
    }
}

const BEFORE: &str = "it is there until the call has succeeded or the rest begins";
