//! A timer instead of the clock: comes in until when a breaker is open, goes out calls that are refused without a look at it.
//!
//! The timer rings a little early, and from then on the clock is read: so a cooldown is as long as it would be without one. It
//! rings, too, when its runtime ends.

use super::{CircuitBreaker, Open, circuit_breaker::Shared, gate::Watched};
use std::{
    pin::Pin,
    sync::{Arc, Weak},
    task::{Context, Wake, Waker},
    time::Duration,
};
use tokio::{
    runtime::Handle,
    task::coop::unconstrained,
    time::{Instant, Sleep, sleep_until},
};

/// The timer of one opening.
pub(super) type Watch = Pin<Box<Sleep>>;

/// How long before the end the clock is to be read again: a timer is up to a millisecond late.
const EARLY: Duration = Duration::from_millis(2);

/// What is over sooner than that is not worth a timer.
const SHORTEST: Duration = Duration::from_millis(100);

/// Is rung by the timer.
struct Bell {
    breaker: Weak<Shared>,
    watched: Watched,
}

impl CircuitBreaker {
    /// Has the runtime watch the cooldown of a breaker that has just refused.
    ///
    /// Outside a runtime, and shortly before the end, it does nothing.
    ///
    /// # Panics
    ///
    /// In a runtime without a clock.
    #[cold]
    pub(super) fn watch(&self, Open { until }: Open) {
        let left = until.saturating_duration_since(Instant::now());
        if left < SHORTEST || Handle::try_current().is_err() {
            return;
        }
        let mut timer = Box::pin(sleep_until(until - EARLY));
        let mut held = self.shared.lock();
        let Some(watched) = self.shared.gate.watch(until) else {
            return;
        };
        let breaker = Arc::downgrade(&self.shared);
        let bell = Waker::from(Arc::new(Bell { breaker, watched }));
        let polled =
            Pin::new(&mut unconstrained(timer.as_mut())).poll(&mut Context::from_waker(&bell));
        if polled.is_ready() {
            bell.wake();
        }
        held.watch = Some(timer);
    }
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        if let Some(breaker) = self.breaker.upgrade() {
            breaker.gate.unwatch(self.watched);
        }
    }
}

#[cfg(test)]
mod tests;
