//! One caller's way to a breaker: comes in calls that follow one another, goes out a count that only this caller writes.

use super::{
    super::cells::Counter,
    CircuitBreaker, Open, Permit, Verdict,
    circuit_breaker::Shared,
    permit::{Token, sealed::Booking},
};
use std::{fmt, sync::Arc, time::Duration};
use tokio::time::Instant;

/// One caller's way to a [`CircuitBreaker`].
///
/// Use one for each run of calls that follow one another: each task, each slot of a pool. While the
/// breaker is closed, a call that succeeds takes two loads of a line that nobody writes and a store into
/// the worker's own; nothing is locked, and no clock is read. Use the breaker itself for calls that
/// overlap, or for a single one.
///
/// Workers' successes are added up whenever a call fails, and at least every 64 calls of a worker where
/// the window is one of time. Sums are exact; a success is dated when it is added up, so that up to 64 of
/// each worker may count as younger than they are.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Breaker, CircuitBreaker};
///
/// let breaker = CircuitBreaker::new(Breaker::default());
/// let mut worker = breaker.worker();
/// for _ in 0..1_000 {
///     worker.permit()?.success();
/// }
/// assert_eq!(breaker.snapshot().calls, 1_000);
/// # Ok::<(), electrician::resilience::Open>(())
/// ```
pub struct BreakerWorker {
    breaker: CircuitBreaker,
    counter: Option<Arc<Counter>>,
    pace: Pace,
    /// How many calls were refused since the clock was read.
    unlooked: u32,
}

/// How many successes a worker counts by itself before it has them added up.
#[derive(Clone, Copy, Debug)]
struct Pace {
    left: u32,
    stride: u32,
    looked: Option<Instant>,
}

const LONGEST_STRIDE: u32 = 64;

/// The most calls that are refused without a look at the clock: a runtime that does not run rings no timer.
const UNLOOKED: u32 = 64;

impl BreakerWorker {
    pub(super) fn new(breaker: CircuitBreaker) -> Self {
        Self {
            breaker,
            counter: None,
            pace: Pace {
                left: 0,
                stride: 1,
                looked: None,
            },
            unlooked: 0,
        }
    }

    /// Asks for one call.
    ///
    /// # Errors
    ///
    /// [`Open`], while the breaker is open or all probes are under way.
    #[inline]
    pub fn permit(&mut self) -> Result<Permit<&mut Self>, Open> {
        let generation = self.breaker.shared.admit()?;
        Ok(Permit::new(self, generation))
    }

    /// Waits until a call is let through; as [`CircuitBreaker::ready`].
    ///
    /// # Panics
    ///
    /// When it has to wait outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    pub async fn ready(&mut self) -> Permit<&mut Self> {
        let generation = self.breaker.shared.ready().await;
        Permit::new(self, generation)
    }

    /// Whether a call would be let through now. Takes nothing, so that the answer may be another one a
    /// moment later.
    ///
    /// # Errors
    ///
    /// [`Open`], while the breaker is open or all probes are under way.
    #[inline]
    pub fn would_permit(&self) -> Result<(), Open> {
        self.breaker.shared.would_admit()
    }

    /// As [`token`](Self::token), while every call goes.
    #[inline]
    pub(crate) fn at_hand(&self) -> Option<Token> {
        let shared = &self.breaker.shared;
        Some(Token::new(shared.wide()?, shared))
    }

    /// Refuses a call while a timer watches the cooldown, without a look at the clock.
    #[inline]
    pub(crate) fn shut(&mut self) -> Option<Open> {
        let until = self.breaker.shared.gate.watched()?;
        self.unlooked = (self.unlooked + 1) % UNLOOKED;
        (self.unlooked > 0).then_some(Open { until })
    }

    /// Has a timer watch the cooldown of a breaker that has just refused.
    ///
    /// # Panics
    ///
    /// In a runtime without a clock.
    pub(crate) fn watch(&self, open: Open) {
        self.breaker.watch(open);
    }

    /// The same where calls are not timed: the generation is all that a token is made of.
    #[inline]
    pub(crate) fn untimed(&self) -> Option<u64> {
        let shared = &self.breaker.shared;
        shared.slow_call.is_none().then(|| shared.wide()).flatten()
    }

    /// A call that is not timed has ended well.
    #[inline]
    pub(crate) fn succeeded(mut self: &mut Self, generation: u64) {
        self.success(generation);
    }

    /// As [`permit`](Self::permit), for one who tells, or gives back, in any case.
    #[inline]
    pub(crate) fn token(&self) -> Result<Token, Open> {
        let shared = &self.breaker.shared;
        Ok(Token::new(shared.admit()?, shared))
    }

    /// As [`Permit::opened`].
    pub(crate) fn opened(&self, token: Token) -> Token {
        token.opened(&self.breaker.shared)
    }

    /// How the call of a token has ended.
    #[inline]
    pub(crate) fn tell(mut self: &mut Self, token: Token, verdict: Verdict) {
        token.tell(&mut self, verdict);
    }

    /// The breaker that all its workers share.
    pub fn breaker(&self) -> &CircuitBreaker {
        &self.breaker
    }
}

impl Booking for &mut BreakerWorker {
    fn shared(&self) -> &Shared {
        &self.breaker.shared
    }

    #[inline]
    fn success(&mut self, generation: u64) {
        // A change between the question and the count costs no more than this one success.
        if self.pace.left > 0
            && self.breaker.shared.is_wide(generation)
            && let Some(counter) = &self.counter
        {
            self.pace.left -= 1;
            counter.count();
        } else {
            self.look(generation);
        }
    }
}

impl BreakerWorker {
    /// Books a success under the lock, together with all that was counted without it.
    #[cold]
    fn look(&mut self, generation: u64) {
        let Self {
            breaker,
            counter,
            pace,
            ..
        } = self;
        breaker.shared.change_held(|held, now| {
            *pace = pace.next(now, breaker.shared.part);
            counter.get_or_insert_with(|| held.counters.take());
            held.state.success(now, generation, false)
        });
    }
}

impl Pace {
    /// Longer strides while many of them fit into a part of the window, shorter ones otherwise.
    fn next(self, now: Instant, part: Option<Duration>) -> Self {
        let Some(part) = part else {
            return Self {
                left: u32::MAX,
                ..self
            };
        };
        let passed = self
            .looked
            .map(|looked| now.saturating_duration_since(looked));
        let stride = match passed {
            Some(passed) if passed < part / 8 => (self.stride * 2).min(LONGEST_STRIDE),
            Some(passed) if passed < part => self.stride,
            _ => 1,
        };
        Self {
            left: stride - 1,
            stride,
            looked: Some(now),
        }
    }
}

impl Clone for BreakerWorker {
    /// Another worker of the same breaker.
    fn clone(&self) -> Self {
        self.breaker.worker()
    }
}

impl Drop for BreakerWorker {
    fn drop(&mut self) {
        if let Some(counter) = self.counter.take() {
            self.breaker.shared.lock().counters.give_back(counter);
        }
    }
}

impl fmt::Debug for BreakerWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BreakerWorker").field(&self.breaker).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Breaker, BreakerState},
        *,
    };
    use tokio::time::advance;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_judged_with_the_successes_of_all_workers() {
        for window in [100.into(), super::super::Window::from(SECOND * 10)] {
            let breaker = CircuitBreaker::new(Breaker::default().window(window).min_calls(1));
            let mut workers: Vec<_> = (0..4).map(|_| breaker.worker()).collect();
            for worker in &mut workers {
                for _ in 0..5 {
                    worker.permit().unwrap().success();
                }
            }
            for failures in 1..=20 {
                assert_eq!(breaker.snapshot().state, BreakerState::Closed);
                workers[failures % 4].permit().unwrap().failure();
            }
            let snapshot = breaker.snapshot();
            assert_eq!(snapshot.state, BreakerState::Open, "{window:?}");
            assert_eq!((snapshot.calls, snapshot.failures), (40, 20));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_of_any_worker_begins_the_row_anew() {
        let breaker = CircuitBreaker::new(Breaker::default().consecutive(2));
        let (mut one, mut other) = (breaker.worker(), breaker.worker());
        other.permit().unwrap().success();
        for _ in 0..10 {
            one.permit().unwrap().failure();
            other.permit().unwrap().success();
        }
        one.permit().unwrap().failure();
        assert_eq!(breaker.snapshot().state, BreakerState::Closed);
        other.permit().unwrap().failure();
        assert_eq!(breaker.snapshot().state, BreakerState::Open);
        assert!(one.permit().is_err() && one.would_permit().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn rare_calls_are_dated_exactly() {
        let breaker = CircuitBreaker::new(Breaker::default().window(SECOND * 10));
        let mut worker = breaker.worker();
        for _ in 0..1_000 {
            worker.permit().unwrap().success();
        }
        for second in 1..100 {
            advance(SECOND).await;
            worker.permit().unwrap().success();
            let most = if second < 10 {
                1_000 + second
            } else {
                10 + u64::from(LONGEST_STRIDE)
            };
            assert!(breaker.snapshot().calls <= most, "after {second} s");
        }
        assert_eq!(breaker.snapshot().calls, 10);
    }

    #[tokio::test(start_paused = true)]
    async fn workers_lose_no_success_when_threads_race() {
        let breaker = CircuitBreaker::new(Breaker::default().window(1_000_000));
        let threads: Vec<_> = (0..2)
            .map(|_| {
                let mut worker = breaker.worker();
                std::thread::spawn(move || {
                    for _ in 0..10_000 {
                        worker.permit().unwrap().success();
                    }
                    worker.permit().unwrap().failure();
                })
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let snapshot = breaker.snapshot();
        assert_eq!((snapshot.calls, snapshot.failures), (20_002, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn a_worker_waits_probes_and_closes() {
        let breaker = CircuitBreaker::new(Breaker::default().probes(1).cooldown(SECOND));
        let mut worker = breaker.worker();
        breaker.trip();
        let began = Instant::now();
        let late = worker.clone();
        worker.ready().await.success();
        assert_eq!(began.elapsed(), SECOND);
        assert_eq!(late.breaker().snapshot().state, BreakerState::Closed);
    }
}
