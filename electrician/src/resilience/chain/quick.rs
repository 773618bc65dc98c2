//! The first attempt of a call: comes in a call, goes out what it gave if everything is at hand and it succeeds, or else the rest of the way.
//!
//! It is polled by hand: what an async body keeps over an await goes through memory, and costs more than all layers together.

use super::{
    super::{
        breaker::Token,
        hedge::Hedges,
        retry::Retries,
        timeout::{Bound, Late},
    },
    Admit, Books, Chain, ChainCause, ChainError, Guards, Verdict,
    admission::Ends,
    call::missed,
};
use pin_project_lite::pin_project;
use std::{
    future::Future,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};
use tokio::time::Instant;

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
        late: Late,
        #[pin]
        state: State<A, W>,
        ends: PhantomData<fn() -> N>,
    }

    impl<P: GivesBack, N, S, C, A, G, W> PinnedDrop for Quick<'_, P, N, S, C, A, G, W> {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let (Some(parts), Some(token)) = (this.parts, this.token.take()) {
                parts.chain.give_back(token);
            }
        }
    }
}

pin_project! {
    #[project = StatePinned]
    enum State<A, W> {
        New,
        First { #[pin] attempt: A },
        Rest { #[pin] rest: W },
        Done,
    }
}

impl<'c, P: GivesBack, N, S, C, A, G, W> Quick<'c, P, N, S, C, A, G, W> {
    pub(super) fn new(parts: Parts<'c, P, C, G>) -> Self {
        Self {
            parts: Some(parts),
            begun: None,
            token: None,
            late: Late::default(),
            state: State::New,
            ends: PhantomData,
        }
    }
}

impl<L: Admit, B: Admit, K: Books, R, H, F, I> GivesBack for Chain<L, B, K, R, H, F, I> {
    fn give_back(&mut self, token: Token) {
        self.limits.end(token, Verdict::Nothing);
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
        loop {
            let failed = match this.state.as_mut().project() {
                StatePinned::New => {
                    let parts = this.parts.as_mut().expect(BEFORE);
                    let chain = &mut *parts.chain;
                    let begun = Begun {
                        deadline: chain.deadline.until(Instant::now),
                        tries: chain.attempts.retry.begin(),
                    };
                    *this.begun = Some(begun);
                    *this.token = H::ONCE.then(|| chain.limits.at_hand()).flatten();
                    if this.token.is_some() {
                        let attempt = (parts.call)();
                        this.state.set(State::First { attempt });
                        continue;
                    }
                    None
                }
                StatePinned::First { attempt } => {
                    let chain = &mut *this.parts.as_mut().expect(BEFORE).chain;
                    let had_budget = this.late.had_budget();
                    let outcome = match attempt.poll(cx) {
                        Poll::Ready(outcome) => Some(outcome),
                        Poll::Pending => {
                            let bound = Bound {
                                limit: chain.attempts.timeout,
                                deadline: this.begun.as_ref().and_then(|begun| begun.deadline),
                            };
                            let timer = &mut chain.attempts.timer;
                            match this.late.poll(timer, bound, had_budget, cx) {
                                Poll::Ready(()) => None,
                                Poll::Pending => return Poll::Pending,
                            }
                        }
                    };
                    this.state.set(State::Done);
                    let token = this.token.take().expect(BEFORE);
                    let error = match outcome {
                        Some(Ok(value)) => {
                            chain.attempts.retry.succeeded();
                            return Poll::Ready(Ok(N::end(&mut chain.limits, token, value)));
                        }
                        Some(Err(error)) => Some(error),
                        None => None,
                    };
                    let deadline = this.begun.as_ref().and_then(|begun| begun.deadline);
                    let Chain {
                        limits,
                        attempts,
                        deadline: whole,
                        ..
                    } = chain;
                    let (cause, verdict) =
                        missed(&limits.breaker, attempts.timeout, *whole, error, deadline);
                    limits.end(token, verdict);
                    Some(cause)
                }
                StatePinned::Rest { rest } => return rest.poll(cx),
                StatePinned::Done => panic!("it was polled after its end"),
            };
            let Parts { chain, call, rest } = this.parts.take().expect(BEFORE);
            let begun = this.begun.take().expect(BEFORE);
            let parts = Parts {
                chain,
                call,
                rest: (),
            };
            let rest = rest(parts, begun, failed);
            this.state.set(State::Rest { rest });
        }
    }
}

const BEFORE: &str = "it is there until the rest begins";
