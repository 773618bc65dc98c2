//! A second call when the first takes long: comes in a call that can be made twice, goes out what the quicker one gave.
//!
//! ```text
//! call 1   |------------------------------- - - dropped
//!          |<- delay ->|
//! call 2               |----------> done
//! ```

mod latencies;

use super::{BadValue, Elapsed, Timer, timeout::Bound};
use latencies::Latencies;
use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};
use tokio::time::Instant;

/// When a call is made a second time while the first still runs.
///
/// Use it where few calls take much longer than most, for reasons that a second call does not share: a
/// slow replica, a lost packet, a long pause. Do not use it where calls are slow because there are too
/// many of them: it would add to them. The call is made twice, so that doing it twice must be the same as
/// doing it once.
///
/// The quicker of the two answers counts, and the other call is dropped where it waits; an error counts
/// only if both give one. A call that fails before the delay is over is not hedged: that is what a retry
/// is for. Both calls stand under one permit of the breaker, of the limiter and of the bulkhead; each has
/// the timeout of one attempt.
///
/// Cancel safety: dropping the call drops both where they wait. A panic of either is the call's.
///
/// | made by | delay |
/// |---|---|
/// | [`after(delay)`](Hedge::after) | always the same; above zero |
/// | [`percentile(0.95)`](Hedge::percentile) | what 95 of 100 calls take: the last 128 that succeeded are asked; no second call before 16 were |
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Chain, Hedge};
/// use std::{cell::Cell, sync::atomic::{AtomicU32, Ordering}, time::Duration};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let mut chain = Chain::new().idempotent().hedge(Hedge::after(Duration::from_millis(50)));
/// let calls = AtomicU32::new(0);
/// let answer = chain.call(|| {
///     let call = calls.fetch_add(1, Ordering::Relaxed);
///     async move {
///         if call == 0 {
///             std::future::pending::<()>().await; // a lost packet
///         }
///         Ok::<_, std::io::Error>("hello")
///     }
/// });
/// assert_eq!(answer.await.unwrap(), "hello");
/// # });
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Hedge {
    delay: Delay,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Delay {
    Fixed(Duration),
    Percentile(f64),
}

/// A [`Hedge`] at work: a chain's own timers, and the latencies that all its clones measure.
#[derive(Clone, Debug)]
pub struct Hedging {
    hedge: Hedge,
    latencies: Arc<Latencies>,
    delay: Timer,
    second: Timer,
}

impl Hedge {
    /// The second call follows after this long.
    pub const fn after(delay: Duration) -> Self {
        let delay = Delay::Fixed(delay);
        Self { delay }
    }

    /// The second call follows when the first has taken longer than this share of the calls before.
    pub const fn percentile(share: f64) -> Self {
        let delay = Delay::Percentile(share);
        Self { delay }
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// A delay of zero; a share that is not between 0 and 1.
    pub fn check(&self) -> Result<(), BadValue> {
        let why = match self.delay {
            Delay::Fixed(Duration::ZERO) => "must begin after a delay above zero",
            Delay::Percentile(share) if !(share > 0.0 && share < 1.0) => {
                "must be at a percentile above 0 and below 1"
            }
            _ => return Ok(()),
        };
        Err(BadValue::new("hedge", why))
    }
}

/// Makes one attempt: `()` calls once, [`Hedging`] perhaps twice.
pub trait Hedges: Send {
    /// Whether no attempt is more than one call.
    #[doc(hidden)]
    const ONCE: bool;

    /// Calls, with the time of an attempt for each call.
    #[doc(hidden)]
    fn attempt<T, E, C, F>(
        &mut self,
        timer: &mut Timer,
        bound: Bound,
        call: &mut C,
    ) -> impl Future<Output = Result<Result<T, E>, Elapsed>> + Send
    where
        T: Send,
        E: Send,
        C: FnMut() -> F + Send,
        F: Future<Output = Result<T, E>> + Send;
}

impl Hedges for () {
    const ONCE: bool = true;

    #[inline]
    fn attempt<T, E, C, F>(
        &mut self,
        timer: &mut Timer,
        bound: Bound,
        call: &mut C,
    ) -> impl Future<Output = Result<Result<T, E>, Elapsed>> + Send
    where
        T: Send,
        E: Send,
        C: FnMut() -> F + Send,
        F: Future<Output = Result<T, E>> + Send,
    {
        timer.bound(bound, call())
    }
}

impl Hedges for Hedging {
    const ONCE: bool = false;

    async fn attempt<T, E, C, F>(
        &mut self,
        timer: &mut Timer,
        bound: Bound,
        call: &mut C,
    ) -> Result<Result<T, E>, Elapsed>
    where
        T: Send,
        E: Send,
        C: FnMut() -> F + Send,
        F: Future<Output = Result<T, E>> + Send,
    {
        let began = self.is_measured().then(Instant::now);
        let wait = self.wait();
        let first = pin!(timer.bound(bound, call()));
        let succeeded = |result: &Result<Result<T, E>, Elapsed>| matches!(result, Ok(Ok(_)));
        let result = hedged(
            first,
            wait,
            &mut self.delay,
            || self.second.bound(bound, call()),
            succeeded,
        )
        .await;
        if let (Some(began), Ok(Ok(_))) = (began, &result) {
            self.latencies.record(began.elapsed());
        }
        result
    }
}

impl Hedging {
    /// The quicker of two calls, of which the second is made where the first takes long.
    pub(crate) async fn race<T, E, F, S>(
        &mut self,
        first: F,
        second: impl FnOnce() -> S,
    ) -> Result<T, E>
    where
        F: Future<Output = Result<T, E>>,
        S: Future<Output = Result<T, E>>,
    {
        let began = self.is_measured().then(Instant::now);
        let wait = self.wait();
        let result = hedged(pin!(first), wait, &mut self.delay, second, Result::is_ok).await;
        if let (Some(began), Ok(_)) = (began, &result) {
            self.latencies.record(began.elapsed());
        }
        result
    }

    pub(crate) fn new(hedge: Hedge) -> Self {
        let share = match hedge.delay {
            Delay::Percentile(share) => share,
            Delay::Fixed(_) => 0.0,
        };
        Self {
            hedge,
            latencies: Arc::new(Latencies::new(share)),
            delay: Timer::new(),
            second: Timer::new(),
        }
    }

    pub(super) fn hedge(&self) -> Hedge {
        self.hedge
    }

    fn is_measured(&self) -> bool {
        matches!(self.hedge.delay, Delay::Percentile(_))
    }

    fn wait(&self) -> Option<Duration> {
        match self.hedge.delay {
            Delay::Fixed(delay) => Some(delay),
            Delay::Percentile(_) => self.latencies.percentile(),
        }
    }
}

/// `first`, beside a second one once the wait is over. The first to succeed counts, or else the last to fail.
async fn hedged<R, F, S>(
    mut first: std::pin::Pin<&mut F>,
    wait: Option<Duration>,
    timer: &mut Timer,
    second: impl FnOnce() -> S,
    succeeded: impl Fn(&R) -> bool,
) -> R
where
    F: Future<Output = R>,
    S: Future<Output = R>,
{
    let Some(wait) = wait else {
        return first.await;
    };
    if let Ok(result) = timer.limit(wait, first.as_mut()).await {
        return result;
    }
    let mut second = pin!(second());
    let (mut first_failed, mut second_failed) = (false, false);
    poll_fn(|cx| {
        if !first_failed && let Poll::Ready(result) = first.as_mut().poll(cx) {
            first_failed = !succeeded(&result);
            if !first_failed || second_failed {
                return Poll::Ready(result);
            }
        }
        if !second_failed && let Poll::Ready(result) = second.as_mut().poll(cx) {
            second_failed = !succeeded(&result);
            if !second_failed || first_failed {
                return Poll::Ready(result);
            }
        }
        Poll::Pending
    })
    .await
}
