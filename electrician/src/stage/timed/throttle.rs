//! Each item, no more of them than the rate.

use std::time::Duration;

use tokio::time::Instant;

use super::{Emission, Timed, TimedDraft, period::after};
use crate::{resilience::BadValue, stage::Port, value::Rate};

/// Each item, evenly paced, no more of them than the rate: `orders -> throttle(100/s) -> send`.
///
/// Nothing is left out: one item is held, and what feeds the operator waits. A quiet time saves nothing up: after it the
/// pace begins anew. The rate itself is kept even where it is finer than the timer: what a late timer has held up leaves
/// right after it, as far as 20ms back. The pace is kept at the end of the input, too. A rate of zero is refused when the
/// pipeline starts.
pub fn throttle<T>(_: Port<T>, rate: Rate) -> TimedDraft<Throttle<T>, T, T> {
    let refused = (rate.count() == 0 || rate.per().is_zero())
        .then(|| BadValue::new("rate", "must be above zero"));
    TimedDraft::new(Throttle::new(rate), refused)
}

/// How much of a timer's lateness is made up for.
const LATE_MOST: Duration = Duration::from_millis(20);

/// The operator [`throttle`].
#[derive(Debug)]
pub struct Throttle<T> {
    interval: Duration,
    waits: Option<T>,
    /// When the next item may leave.
    next: Option<Instant>,
    /// Until then the pace goes on where it was, since a late timer has held it up.
    late_until: Option<Instant>,
}

impl<T> Throttle<T> {
    /// The pace of this rate.
    pub fn new(rate: Rate) -> Self {
        let nanos = rate
            .per()
            .as_nanos()
            .div_ceil(u128::from(rate.count().max(1)));
        let interval = u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos);
        Self {
            interval,
            waits: None,
            next: None,
            late_until: None,
        }
    }

    /// The moment that an item counts for which leaves now, if it may leave now.
    fn place(&self, now: Instant) -> Option<Instant> {
        let Some(next) = self.next else {
            return Some(now);
        };
        if next > now {
            return None;
        }
        let late = self
            .late_until
            .is_some_and(|until| next < until && now.saturating_duration_since(until) < LATE_MOST);
        Some(if late { next } else { now })
    }
}

impl<T: Send + 'static> Timed<T, T> for Throttle<T> {
    fn accept(&mut self, item: T, now: Instant, out: &mut Emission<T>) {
        match self.place(now) {
            None => self.waits = Some(item),
            Some(place) => {
                self.next = Some(after(place, self.interval));
                out.give(item, 1);
            }
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        self.waits.as_ref().and(self.next)
    }

    fn due(&mut self, now: Instant, out: &mut Emission<T>) {
        let Some(next) = self.wake_at().filter(|next| *next <= now) else {
            return;
        };
        if let Some(item) = self.waits.take() {
            out.give(item, 1);
        }
        let late = now.saturating_duration_since(next).min(LATE_MOST);
        self.late_until = Some(now);
        self.next = Some(after(now - late, self.interval));
    }

    fn has_room(&self) -> bool {
        self.waits.is_none()
    }

    fn held(&self) -> usize {
        usize::from(self.waits.is_some())
    }
}
