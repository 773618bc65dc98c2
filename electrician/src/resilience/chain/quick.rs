//! The first attempt of a call: comes in a call, goes out what it gave if everything is at hand and it succeeds, or else the rest of the way.
//!
//! It is polled by hand: what an async body keeps over an await goes through memory, and costs more than all layers together.

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
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::{task::coop::has_budget_remaining, time::Instant};

/// What a call knows from its beginning on.
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

pin_project! {
    /// A call at its first attempt, and whatever comes after it.
    pub(super) struct Quick<'c, P: GivesBack, N, S, C, A, G, W> {
        parts: Option<Parts<'c, P, C, G>>,
        begun: Option<Begun<S>>,
        // while the first attempt is under way
        token: Option<Token>,
        until: Option<Instant>,
        #[pin]
        first: Option<A>,
        #[pin]
        rest: Option<W>,
        ends: PhantomData<fn() -> N>,
    }

    impl<P: GivesBack, N, S, C, A, G, W> PinnedDrop for Quick<'_, P, N, S, C, A, G, W> {
        #[inline]
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let (Some(parts), Some(token)) = (this.parts, this.token.take()) {
                parts.chain.give_back(token);
            }
        }
    }
}

impl<'c, P: GivesBack, N, S, C, A, G, W> Quick<'c, P, N, S, C, A, G, W> {
    #[inline]
    pub(super) fn new(parts: Parts<'c, P, C, G>) -> Self {
        Self {
            parts: Some(parts),
            begun: None,
            token: None,
            until: None,
            first: None,
            rest: None,
            ends: PhantomData,
        }
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
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let mut this = self.project();
        if let Some(rest) = this.rest.as_mut().as_pin_mut() {
            return rest.poll(cx);
        }
        let parts = this.parts.as_mut().expect(BEFORE);
        let Chain {
            limits,
            attempts,
            deadline: whole,
            ..
        } = &mut *parts.chain;
        let begun = this.begun.get_or_insert_with(|| {
            *this.token = H::ONCE.then(|| limits.at_hand()).flatten();
            if this.token.is_some() {
                this.first.set(Some((parts.call)()));
            }
            Begun {
                deadline: whole.until(Instant::now),
                tries: attempts.retry.begin(),
            }
        });
        let mut failed = None;
        if F::NEVER
            && this.token.is_none()
            && let Err(open) = limits.breaker.would_permit()
        {
            *this.parts = None;
            return Poll::Ready(Err(ChainError::refused(open)));
        }
        if let Some(attempt) = this.first.as_mut().as_pin_mut() {
            let had_budget = this.until.is_none() || has_budget_remaining();
            let outcome = if let Poll::Ready(outcome) = attempt.poll(cx) {
                Some(outcome)
            } else {
                let bound = Bound {
                    limit: attempts.timeout,
                    deadline: begun.deadline,
                };
                if bound.is_none() {
                    return Poll::Pending;
                }
                let until = *this.until.get_or_insert_with(|| bound.until());
                ready!(attempts.timer.poll_late(until, had_budget, cx));
                None
            };
            this.first.set(None);
            let token = this.token.take().expect(BEFORE);
            let error = match outcome {
                Some(Ok(value)) => {
                    attempts.retry.succeeded();
                    let output = N::end(limits, token, value);
                    *this.parts = None;
                    return Poll::Ready(Ok(output));
                }
                Some(Err(error)) => Some(error),
                None => None,
            };
            let (cause, verdict) = missed(
                &limits.breaker,
                attempts.timeout,
                *whole,
                error,
                begun.deadline,
            );
            limits.end(token, verdict);
            failed = Some(cause);
        }
        let begun = this.begun.take().expect(BEFORE);
        let Parts { chain, call, rest } = this.parts.take().expect(BEFORE);
        let parts = Parts {
            chain,
            call,
            rest: (),
        };
        this.rest.set(Some(rest(parts, begun, failed)));
        this.rest.as_pin_mut().expect("it has begun").poll(cx)
    }
}

const BEFORE: &str = "it is there until the call has succeeded or the rest begins";
