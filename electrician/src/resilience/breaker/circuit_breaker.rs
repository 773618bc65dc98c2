//! The breaker that calls share: comes in a call that asks, goes out a permit, a refusal, or a wait for one.

use super::{Breaker, BreakerSnapshot, state::State};
use std::{
    error::Error,
    fmt,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

/// Lets calls through while they succeed, and refuses them for a while when too many fail.
///
/// A clone is the same breaker. It asks for a [`Permit`] before each call and is told by the permit how
/// the call ended; [`Breaker`] says what is too many and for how long. Values that are out of their
/// range are taken to the nearest one inside; [`Breaker::check`] refuses them.
///
/// - A permit that is dropped, because its call was cancelled or panicked, is no failure, and gives a
///   probe's place back.
/// - What a call says after the breaker has changed its state is not booked.
/// - A half-open breaker is never stuck. Probes that say nothing for a cooldown lose their places to
///   the next calls that ask, and a success of theirs still counts when it comes.
/// - Nothing runs in the background: the first call after the cooldown is the first probe.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Breaker, BreakerState, CircuitBreaker};
///
/// let breaker = CircuitBreaker::new(Breaker::default().consecutive(2));
/// for _ in 0..2 {
///     let permit = breaker.permit().expect("it is closed");
///     permit.failure();
/// }
/// let refused = breaker.permit().unwrap_err();
/// assert_eq!(Some(refused.until), breaker.snapshot().until);
///
/// breaker.reset();
/// breaker.permit().expect("it is closed again").success();
/// assert_eq!(breaker.snapshot().state, BreakerState::Closed);
/// ```
#[derive(Clone)]
pub struct CircuitBreaker {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    /// Those who wait should ask again.
    changed: Notify,
}

/// Permission for one call, to be told how the call ended. Dropping it says nothing about the call.
#[derive(Debug)]
#[must_use = "a permit that is dropped books nothing"]
pub struct Permit {
    breaker: CircuitBreaker,
    generation: u64,
    told: bool,
}

/// The breaker refuses calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "neutral wire")]
pub struct Open {
    /// There is no use in asking before this moment, unless the breaker is changed by hand or a probe
    /// ends. One that is forced open gives a cooldown from now.
    pub until: Instant,
}

impl CircuitBreaker {
    /// A closed breaker.
    pub fn new(breaker: Breaker) -> Self {
        let state = Mutex::new(State::new(breaker, Instant::now()));
        Self {
            shared: Arc::new(Shared {
                state,
                changed: Notify::new(),
            }),
        }
    }

    /// Asks for one call.
    ///
    /// # Errors
    ///
    /// [`Open`], while the breaker is open or all probes are under way.
    #[doc(alias = "Allow")]
    pub fn permit(&self) -> Result<Permit, Open> {
        let now = Instant::now();
        match self.state().permit(now) {
            Ok(generation) => Ok(Permit {
                breaker: self.clone(),
                generation,
                told: false,
            }),
            Err(until) => Err(Open { until }),
        }
    }

    /// Waits until a call is let through. Those who wait are let through in no order.
    ///
    /// # Panics
    ///
    /// When it has to wait outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    pub async fn ready(&self) -> Permit {
        loop {
            // Listen first, so that no change falls between the question and the wait.
            let mut changed = pin!(self.shared.changed.notified());
            changed.as_mut().enable();
            match self.permit() {
                Ok(permit) => return permit,
                Err(Open { until }) => {
                    // Whichever of the two comes first, the answer is to ask again.
                    let _ = timeout_at(until, changed).await;
                }
            }
        }
    }

    /// Opens it for a cooldown, as too many failures do. Does nothing while it is forced.
    pub fn trip(&self) {
        self.change(State::trip);
    }

    /// Closes it, counts anew and ends what was forced.
    pub fn reset(&self) {
        self.change(State::reset);
    }

    /// Refuses every call from here on, until [`auto`](Self::auto) or [`reset`](Self::reset).
    #[doc(alias = "isolate")]
    pub fn force_open(&self) {
        self.change(State::force_open);
    }

    /// Lets every call through from here on, and counts, until [`auto`](Self::auto) or
    /// [`reset`](Self::reset).
    #[doc(alias = "disable")]
    pub fn force_closed(&self) {
        self.change(State::force_closed);
    }

    /// Ends what was forced, and decides by itself again: forced open, the next calls are probes;
    /// forced closed, the next result is judged with those in the window.
    pub fn auto(&self) {
        self.change(State::auto);
    }

    /// How it stands now. Looking changes nothing.
    pub fn snapshot(&self) -> BreakerSnapshot {
        let now = Instant::now();
        self.state().snapshot(now)
    }

    fn change(&self, change: impl FnOnce(&mut State, Instant) -> bool) {
        let now = Instant::now();
        let ask_again = change(&mut self.state(), now);
        if ask_again {
            self.shared.changed.notify_waiters();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and every value of the state is a good one.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Permit {
    /// The call has ended well.
    pub fn success(mut self) {
        self.told = true;
        self.breaker
            .change(|state, now| state.success(now, self.generation));
    }

    /// The call has failed.
    #[doc(alias = "RecordError")]
    pub fn failure(mut self) {
        self.told = true;
        self.breaker
            .change(|state, now| state.failure(now, self.generation));
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.told {
            self.breaker
                .change(|state, _| state.cancelled(self.generation));
        }
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CircuitBreaker")
            .field(&self.snapshot())
            .finish()
    }
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the circuit breaker is open")
    }
}

impl Error for Open {}

#[cfg(test)]
mod tests {
    use super::{super::BreakerState, *};
    use std::{future::Future, panic, task::Context, task::Waker, time::Duration};
    use tokio::time::{advance, sleep};

    const COOLDOWN: Duration = Duration::from_secs(30);

    fn fragile() -> CircuitBreaker {
        CircuitBreaker::new(
            Breaker::default()
                .consecutive(1)
                .cooldown(COOLDOWN)
                .probes(1),
        )
    }

    fn is(breaker: &CircuitBreaker, state: BreakerState) -> bool {
        breaker.snapshot().state == state
    }

    #[tokio::test(start_paused = true)]
    async fn ready_waits_out_the_cooldown_and_probes() {
        let breaker = fragile();
        breaker.permit().unwrap().failure();
        let began = Instant::now();
        let probe = breaker.ready().await;
        assert_eq!(began.elapsed(), COOLDOWN);
        assert!(is(&breaker, BreakerState::HalfOpen));
        probe.success();
        assert!(is(&breaker, BreakerState::Closed));
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_go_as_soon_as_a_probe_succeeds() {
        let breaker = fragile();
        breaker.trip();
        advance(COOLDOWN).await;
        let probe = breaker.permit().unwrap();
        let waiting: Vec<_> = (0..10)
            .map(|_| {
                let breaker = breaker.clone();
                tokio::spawn(async move { breaker.ready().await.success() })
            })
            .collect();
        sleep(COOLDOWN / 2).await;
        let began = Instant::now();
        probe.success();
        for task in waiting {
            task.await.unwrap();
        }
        assert_eq!(began.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_dropped_probe_makes_way_for_one_that_waits() {
        let breaker = fragile();
        breaker.trip();
        advance(COOLDOWN).await;
        let probe = breaker.permit().unwrap();
        let mut waiting = Box::pin(breaker.ready());
        let mut context = Context::from_waker(Waker::noop());
        assert!(waiting.as_mut().poll(&mut context).is_pending());
        drop(probe);
        assert!(waiting.as_mut().poll(&mut context).is_ready());
    }

    #[tokio::test(start_paused = true)]
    async fn a_probe_that_panics_gives_its_place_back() {
        let breaker = fragile();
        breaker.trip();
        advance(COOLDOWN).await;
        let probe = breaker.permit().unwrap();
        let call = panic::AssertUnwindSafe(|| {
            let _probe = probe;
            panic::resume_unwind(Box::new("the call panicked"));
        });
        assert!(panic::catch_unwind(call).is_err());
        breaker.permit().expect("the place is free").success();
        assert!(is(&breaker, BreakerState::Closed));
    }

    #[tokio::test(start_paused = true)]
    async fn cancelled_calls_do_not_open_it() {
        let breaker = fragile();
        for _ in 0..100 {
            drop(breaker.permit().unwrap());
        }
        assert_eq!(breaker.snapshot().calls, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn letting_go_by_hand_wakes_those_who_wait() {
        for let_go in [
            CircuitBreaker::auto,
            CircuitBreaker::reset,
            CircuitBreaker::force_closed,
        ] {
            let breaker = fragile();
            breaker.force_open();
            let waiting = tokio::spawn({
                let breaker = breaker.clone();
                async move { breaker.ready().await.success() }
            });
            sleep(COOLDOWN * 10).await;
            assert!(!waiting.is_finished());
            let began = Instant::now();
            let_go(&breaker);
            waiting.await.unwrap();
            assert_eq!(began.elapsed(), Duration::ZERO);
        }
    }

    #[test]
    fn a_closed_breaker_needs_no_runtime_and_crosses_threads() {
        fn crosses<T: Send + Sync>(_: &T) {}
        let breaker = fragile();
        crosses(&breaker);
        let permit = breaker.permit().unwrap();
        crosses(&permit);
        std::thread::spawn(move || permit.failure()).join().unwrap();
        assert!(is(&breaker, BreakerState::Open));
    }
}
