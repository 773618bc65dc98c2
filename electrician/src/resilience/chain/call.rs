//! One call through a chain: comes in what is to be called, goes out what it gave, or why it gave nothing.

#![allow(
    clippy::manual_async_fn,
    reason = "the future of a call says by itself that it is `Send`"
)]

use super::{
    super::{fallback::Recovers, hedge::Hedges, retry::Retries},
    Admit, Attempts, Chain, ChainCause, ChainError, Guards, Limits,
    admit::Admission,
    guard::Passage,
};
use std::future::Future;
use tokio::time::Instant;

/// What is known of a call, also when its deadline cuts it short.
struct Course<E> {
    attempts: u32,
    last: Option<E>,
}

impl<L, B, K, R, H, F, I> Chain<L, B, K, R, H, F, I> {
    /// Calls `call`, once or as often as the chain says.
    ///
    /// # Errors
    ///
    /// [`ChainError`]: the call has failed for the last time, its time is over, or a layer has refused it.
    ///
    /// # Panics
    ///
    /// When something has to wait outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the call where it waits, gives back what was taken for it, and says
    /// nothing to the breaker. The chain can be used again at once.
    pub fn call<T, E, C, A>(
        &mut self,
        mut call: C,
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
        async move {
            let deadline = self.deadline.until(Instant::now);
            let mut course = Course::default();
            let attempts = &mut self.attempts;
            let made = attempts.make(&mut self.limits, deadline, &mut course, &mut call);
            let done = self.timer.limited(self.deadline.0, deadline, made).await;
            let done = done.unwrap_or_else(|elapsed| Err(ChainCause::Late(elapsed)));
            match done {
                Ok(value) => Ok(value),
                Err(cause) => self.fallback.recover(course.end(cause)).await,
            }
        }
    }
}

impl<R, H> Attempts<R, H> {
    /// As many attempts as it takes, each of them admitted anew.
    async fn make<T, E, L, B, K, C, A>(
        &mut self,
        limits: &mut Limits<L, B, K>,
        deadline: Option<Instant>,
        course: &mut Course<E>,
        call: &mut C,
    ) -> Result<T, ChainCause<E>>
    where
        L: Admit,
        B: Admit,
        K: Guards<T, E>,
        R: Retries<E> + Send,
        H: Hedges,
        T: Send,
        E: Send,
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        let mut tries = self.retry.begin();
        loop {
            limits.breaker.would_permit()?;
            limits.rate_limit.admit(deadline).await?;
            let mut token = Admission::new(&mut limits.rate_limit);
            limits.bulkhead.admit(deadline).await?;
            let mut place = Admission::new(&mut limits.bulkhead);
            let passage = Passage::new(&mut limits.breaker)?;
            token.begin();
            place.begin();
            tries.made += 1;
            course.attempts += 1;
            let outcome = self
                .hedge
                .attempt(&mut self.timer, self.timeout, call)
                .await;
            passage.end(outcome.as_ref().ok().map(Result::as_ref));
            drop((token, place));

            let cause = match outcome {
                Ok(Ok(value)) => {
                    self.retry.succeeded();
                    return Ok(value);
                }
                Ok(Err(error)) => ChainCause::Error(error),
                Err(elapsed) => ChainCause::TimedOut(elapsed),
            };
            let Some(wait) = self.retry.after(&mut tries, cause.error(), deadline) else {
                return Err(cause);
            };
            if let ChainCause::Error(error) = cause {
                course.last = Some(error);
            }
            self.timer.sleep(wait).await;
        }
    }
}

impl<E> Default for Course<E> {
    fn default() -> Self {
        Self {
            attempts: 0,
            last: None,
        }
    }
}

impl<E> Course<E> {
    fn end(self, cause: ChainCause<E>) -> ChainError<E> {
        ChainError {
            last: self.last.filter(|_| cause.error().is_none()),
            attempts: self.attempts,
            cause,
        }
    }
}
