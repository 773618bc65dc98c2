//! The breaker that calls share: comes in a call that asks, goes out a permit, a refusal, or a wait for one.

use super::{
    super::cells::Counters,
    Breaker, BreakerEvents, BreakerSnapshot, BreakerWorker, Permit, Window,
    events::KEPT,
    gate::{Gate, GateCell},
    state::State,
    watch::Watch,
    window::part_of,
};
use std::{
    error::Error,
    fmt,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Notify, broadcast},
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
///   the next calls that ask, and a success of theirs still counts when it comes. When no further call
///   comes for a cooldown, the successes so far close it; without one, it is open again.
/// - Nothing runs in the background: the first call after the cooldown is the first probe.
///
/// A caller with many calls, one after the other, asks through a [`worker`](Self::worker): that locks
/// nothing while the breaker is closed. Refusing takes one load and one look at the clock either way. In a
/// [chain](super::super::Chain) with a timeout or a deadline, a timer watches over a cooldown of 100 ms or more, and
/// only one refusal in 64 looks at the clock.
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
    pub(super) shared: Arc<Shared>,
}

/// What all clones, workers and permits of a breaker share.
pub struct Shared {
    pub(super) gate: GateCell,
    /// A call that takes this long is slow. Where there is none, calls are not timed.
    pub(super) slow_call: Option<Duration>,
    /// How long a part of the window is, where it is one of time.
    pub(super) part: Option<Duration>,
    held: Mutex<Held>,
    /// Those who wait should ask again.
    changed: Notify,
    listeners: OnceLock<broadcast::Sender<super::BreakerEvent>>,
}

/// What the lock is for.
pub(super) struct Held {
    pub(super) state: State,
    pub(super) counters: Counters,
    /// While the gate is watched.
    pub(super) watch: Option<Watch>,
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
        let now = Instant::now();
        let state = State::new(breaker, now);
        Self {
            shared: Arc::new(Shared {
                gate: GateCell::new(state.gate(), now),
                slow_call: breaker.slow_call,
                part: match breaker.window {
                    Window::Time(span) => Some(part_of(span)),
                    Window::Calls(_) => None,
                },
                held: Mutex::new(Held {
                    state,
                    counters: Counters::default(),
                    watch: None,
                }),
                changed: Notify::new(),
                listeners: OnceLock::new(),
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
        let generation = self.shared.admit()?;
        Ok(Permit::new(self.clone(), generation))
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
        let generation = self.shared.ready().await;
        Permit::new(self.clone(), generation)
    }

    /// A caller's own way to the breaker, for calls that follow one another.
    pub fn worker(&self) -> BreakerWorker {
        BreakerWorker::new(self.clone())
    }

    /// Says what becomes of the breaker from here on.
    ///
    /// Nobody who listens can slow it down or stop it: events are sent without waiting.
    pub fn events(&self) -> BreakerEvents {
        let sender = self
            .shared
            .listeners
            .get_or_init(|| broadcast::channel(KEPT).0);
        BreakerEvents::new(sender.subscribe())
    }

    /// Opens it for a cooldown, as too many failures do. Does nothing while it is held by hand.
    pub fn trip(&self) {
        self.shared.change(State::trip);
    }

    /// Closes it at once, counts anew and ends what was held.
    pub fn reset(&self) {
        self.shared.change(State::reset);
    }

    /// Refuses every call from here on, until [`auto`](Self::auto) or [`reset`](Self::reset).
    #[doc(alias = "isolate")]
    pub fn force_open(&self) {
        self.shared.change(State::force_open);
    }

    /// Lets every call through from here on, and counts, until [`auto`](Self::auto) or
    /// [`reset`](Self::reset).
    pub fn force_closed(&self) {
        self.shared.change(State::force_closed);
    }

    /// Lets every call through from here on, counts, and tells those who listen when it would have
    /// opened, until [`auto`](Self::auto) or [`reset`](Self::reset): for finding the right limits.
    #[doc(alias = "metrics only")]
    pub fn disable(&self) {
        self.shared.change(State::disable);
    }

    /// Ends what was held, and decides by itself again: forced open, the next calls are probes; forced
    /// closed or disabled, the next failure is judged with those in the window.
    pub fn auto(&self) {
        self.shared.change(State::auto);
    }

    /// How it stands now. Nothing is changed that time has not changed.
    pub fn snapshot(&self) -> BreakerSnapshot {
        self.shared.with(|held, now| held.state.snapshot(now))
    }
}

impl Shared {
    /// The generation of one call that may go.
    #[inline]
    pub(super) fn admit(&self) -> Result<u64, Open> {
        match self.gate.get() {
            Gate::Wide(generation) => Ok(generation),
            Gate::Shut(until) if Instant::now() < until => Err(Open { until }),
            Gate::Shut(_) | Gate::Ask => self.ask(State::permit),
        }
    }

    /// The generation of a call, while every one goes.
    #[inline]
    pub(super) fn wide(&self) -> Option<u64> {
        self.gate.wide()
    }

    /// Whether a call would be let through now. Takes nothing.
    #[inline]
    pub(super) fn would_admit(&self) -> Result<(), Open> {
        match self.gate.get() {
            Gate::Wide(_) => Ok(()),
            Gate::Shut(until) if Instant::now() < until => Err(Open { until }),
            Gate::Shut(_) | Gate::Ask => self.ask(|state, now| state.ask(now)),
        }
    }

    pub(super) async fn ready(&self) -> u64 {
        loop {
            // Listen first, so that no change falls between the question and the wait.
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            match self.admit() {
                Ok(generation) => return generation,
                Err(Open { until }) => {
                    // Whichever of the two comes first, the answer is to ask again.
                    let _ = timeout_at(until, changed).await;
                }
            }
        }
    }

    /// Whether every call goes, and belongs to `generation`.
    #[inline]
    pub(super) fn is_wide(&self, generation: u64) -> bool {
        self.gate.is_wide(generation)
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State, Instant) -> bool) {
        self.change_held(|held, now| change(&mut held.state, now));
    }

    pub(super) fn change_held(&self, change: impl FnOnce(&mut Held, Instant) -> bool) {
        if self.with(change) {
            self.changed.notify_waiters();
        }
    }

    /// Does something under the lock, with all successes booked and the time accounted for.
    #[cold]
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Held, Instant) -> R) -> R {
        let now = Instant::now();
        let mut held = self.lock();
        let total = held.counters.total();
        held.state.gather(now, total);
        held.state.tick(now);
        let result = act(&mut held, now);
        if !self.gate.set(held.state.gate()) {
            held.watch = None;
        }
        let events = held.state.take_events();
        if let Some(listeners) = self.listeners.get() {
            // Under the lock, so that they are told in order. Without listeners it is an error.
            for event in events {
                let _ = listeners.send(event);
            }
        }
        result
    }

    fn ask<T>(
        &self,
        question: impl FnOnce(&mut State, Instant) -> Result<T, Instant>,
    ) -> Result<T, Open> {
        self.with(|held, now| question(&mut held.state, now))
            .map_err(|until| Open { until })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Held> {
        // Nothing panics while it holds the lock, and every value of the state is a good one.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
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
mod tests;
