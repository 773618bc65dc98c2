//! One call through a chain: comes in what is to be called, goes out what it gave, or why it gave nothing.

#![allow(
    clippy::manual_async_fn,
    clippy::type_complexity,
    reason = "the future of a call says by itself that it is `Send`"
)]

use super::{
    super::{
        Elapsed, deadline::Deadline, fallback::Recovers, hedge::Hedges, retry::Retries,
        timeout::Bound,
    },
    Admit, Attempts, Chain, ChainCause, ChainError, Guards, Verdict,
    admission::{Admission, AtOnce, Ends, Later, Passed},
    quick::{Begun, Parts, Quick},
    taken::Taken,
};
use std::{future::Future, time::Duration};
use tokio::time::Instant;

impl<L, B, K, R, H, F, I> Chain<L, B, K, R, H, F, I> {
    /// Calls `call`, once or as often as the chain says.
    ///
    /// # Errors
    ///
    /// [`ChainError`]: the call has failed for the last time, its time is over, or a layer has refused it.
    ///
    /// # Panics
    ///
    /// When something has to wait outside a tokio runtime, or in one without a clock; with a timeout or a deadline, when a breaker
    /// refuses in a runtime without a clock, too.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the call where it waits, gives back what was taken for it, and says
    /// nothing to the breaker. The chain can be used again at once.
    pub fn call<T, E, C, A>(
        &mut self,
        call: C,
    ) -> impl Future<Output = Result<T, ChainError<E>>> + Send
    where
        L: Admit,
        B: Admit,
        K: Guards<T, E>,
        R: Retries<E> + Send,
        H: Hedges,
        F: Recovers<T, E>,
        I: Send,
        T: Send,
        E: Send,
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        self.run::<AtOnce, _, _, _, _>(call)
    }

    /// Calls something that opens a stream or a conversation, and keeps what was taken for it: its place in the bulkhead, and what
    /// the breaker is to be told. The chain stands around the opening alone: deadline, timeout, retry and hedge say nothing about
    /// what comes after it.
    ///
    /// # Errors
    ///
    /// As [`call`](Self::call).
    ///
    /// # Panics
    ///
    /// As [`call`](Self::call) does.
    ///
    /// # Cancel safety
    ///
    /// As [`call`](Self::call).
    ///
    /// # Examples
    ///
    /// ```
    /// use electrician::resilience::{Bulkhead, Chain};
    ///
    /// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    /// # runtime.block_on(async {
    /// let bulkhead = Bulkhead::new(1);
    /// let chain = Chain::new().bulkhead(bulkhead.seat());
    /// let (lines, mut taken) = chain.open(|| async { Ok::<_, std::io::Error>(["one", "two"].iter()) }).await.unwrap();
    /// assert!(bulkhead.try_enter().is_err(), "they are still read");
    ///
    /// assert_eq!(lines.count(), 2);
    /// taken.ended();
    /// assert!(bulkhead.try_enter().is_ok());
    /// # });
    /// ```
    pub fn open<T, E, C, A>(
        mut self,
        call: C,
    ) -> impl Future<Output = Result<(T, Taken<T, B, K>), ChainError<E>>> + Send
    where
        L: Admit,
        B: Admit,
        K: Guards<T, E>,
        R: Retries<E> + Send,
        H: Hedges,
        F: Recovers<T, E>,
        I: Send,
        T: Send,
        E: Send,
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        async move {
            let (value, opened) = self.run::<Later, _, _, _, _>(call).await?;
            let taken = Taken::new(self.limits.bulkhead, self.limits.breaker, opened);
            Ok((value, taken))
        }
    }

    fn run<'c, N, T, E, C, A>(
        &'c mut self,
        call: C,
    ) -> impl Future<Output = Result<N::Output, ChainError<E>>> + Send
    where
        N: Ends<T>,
        L: Admit,
        B: Admit,
        K: Guards<T, E>,
        R: Retries<E> + Send,
        H: Hedges,
        F: Recovers<T, E>,
        I: Send,
        T: Send,
        E: Send,
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        let rest = |parts: Parts<'c, Self, C, ()>, begun, failed| {
            parts
                .chain
                .go_on::<N, T, E, C, A>(parts.call, begun, failed)
        };
        let chain = self;
        Quick::<_, N, _, _, _, _, _>::new(Parts { chain, call, rest })
    }

    /// All the way, or what is left of it where the first attempt has failed.
    fn go_on<N, T, E, C, A>(
        &mut self,
        mut call: C,
        begun: Begun<R::Tries>,
        mut failed: Option<ChainCause<E>>,
    ) -> impl Future<Output = Result<N::Output, ChainError<E>>> + Send
    where
        N: Ends<T>,
        L: Admit,
        B: Admit,
        K: Guards<T, E>,
        R: Retries<E> + Send,
        H: Hedges,
        F: Recovers<T, E>,
        I: Send,
        T: Send,
        E: Send,
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        async move {
            let Begun {
                deadline,
                mut tries,
            } = begun;
            let whole = Bound {
                limit: None,
                deadline,
            };
            let bound = Bound {
                limit: self.attempts.timeout,
                deadline,
            };
            let (mut attempts, mut last) = (0, None);
            // Everything stands in this one body: each future within a future would cost as much as a part.
            let cause = loop {
                let cause = if let Some(cause) = failed.take() {
                    cause
                } else {
                    let Attempts { hedge, timer, .. } = &mut self.attempts;
                    let mut admission = match Admission::new(&mut self.limits) {
                        Ok(admission) => admission,
                        Err(open) => break open.into(),
                    };
                    if !admission.limits.rate_limit.at_hand() {
                        let admitted = admission.limits.rate_limit.admit(deadline);
                        match timer.bound(whole, admitted).await {
                            Ok(Ok(())) => {}
                            Ok(Err(refusal)) => break refusal.into(),
                            Err(_) => break self.deadline.late(),
                        }
                    }
                    admission.passed = Passed::RateLimit;
                    if !admission.limits.bulkhead.at_hand() {
                        let admitted = admission.limits.bulkhead.admit(deadline);
                        match timer.bound(whole, admitted).await {
                            Ok(Ok(())) => {}
                            Ok(Err(refusal)) => break refusal.into(),
                            Err(_) => break self.deadline.late(),
                        }
                    }
                    admission.passed = Passed::Bulkhead;
                    if let Err(open) = admission.begin() {
                        break open.into();
                    }
                    let failed = match hedge.attempt(timer, bound, &mut call).await {
                        Ok(Ok(value)) => {
                            self.attempts.retry.succeeded();
                            return Ok(admission.succeeded::<N>(value));
                        }
                        Ok(Err(error)) => Some(error),
                        Err(_) => None,
                    };
                    let (cause, verdict) = missed(
                        &admission.limits.breaker,
                        self.attempts.timeout,
                        self.deadline,
                        failed,
                        deadline,
                    );
                    admission.end(verdict);
                    cause
                };
                attempts += 1;
                if matches!(cause, ChainCause::Late(_)) {
                    break cause;
                }
                let Attempts { retry, timer, .. } = &mut self.attempts;
                let wait = retry.after(&mut tries, attempts, cause.error(), deadline);
                let Some(wait) = wait else { break cause };
                if let ChainCause::Error(error) = cause {
                    last = Some(error);
                }
                timer.sleep(wait).await;
            };
            let error = ChainError {
                last: last.filter(|_| cause.error().is_none()),
                attempts,
                cause,
            };
            self.fallback.recover(error).await.map(N::instead)
        }
    }
}

/// What an attempt that gave nothing was ended by, and what it shows about the backend; without an error, it took too long.
pub(super) fn missed<T, E>(
    guard: &impl Guards<T, E>,
    timeout: Option<Duration>,
    whole: Deadline,
    error: Option<E>,
    deadline: Option<Instant>,
) -> (ChainCause<E>, Verdict) {
    match error {
        Some(error) => {
            let verdict = guard.judge(Some(Err(&error)));
            (ChainCause::Error(error), verdict)
        }
        // Cut short by the whole's time, it says nothing.
        None if deadline.is_some_and(|deadline| Instant::now() >= deadline) => {
            (whole.late(), Verdict::Unknown)
        }
        None => {
            let limit = timeout.unwrap_or_default();
            (ChainCause::TimedOut(Elapsed { limit }), guard.judge(None))
        }
    }
}
