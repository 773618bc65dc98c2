//! What of an edge is reached without its lock, and what is done when the lock is released.

use super::cycle::{CyclePlace, CycleRole};
use super::ledger::After;
use super::sync::{AtomicBool, Ordering};
use super::{Alarm, EdgeOptions, Overflow};

/// What is reached without the lock.
pub(super) struct Outside {
    sated: AtomicBool,
    pub(super) overflow: Overflow,
    alarm: Option<Alarm>,
    pub(super) cycle: Option<CyclePlace>,
}

impl Outside {
    pub(super) fn new(options: EdgeOptions) -> Self {
        Self {
            sated: AtomicBool::new(false),
            overflow: options.overflow,
            alarm: options.alarm,
            cycle: options.cycle,
        }
    }

    pub(super) fn is_sated(&self) -> bool {
        self.sated.load(Ordering::Acquire)
    }

    pub(super) fn set_sated(&self, sated: bool) {
        self.sated.store(sated, Ordering::Release);
    }

    /// Items enter a feedback loop; called before they can be seen.
    pub(super) fn add(&self, items: usize) {
        if let Some(place) = &self.cycle {
            place.cycle.add(items);
        }
    }

    /// Items of a feedback loop are done; called without any lock.
    pub(super) fn settle(&self, items: usize) {
        if let Some(place) = &self.cycle
            && items > 0
        {
            place.cycle.settle(items);
        }
    }

    /// The loop that this edge closes has come to its end.
    pub(super) fn is_cycle_over(&self) -> bool {
        self.cycle
            .as_ref()
            .is_some_and(|place| place.role == CycleRole::Feedback && place.cycle.is_over())
    }

    /// Does what was to wait for the release of the lock. Says whether somebody was woken.
    pub(super) fn carry_out(&self, after: After) -> bool {
        let woke = after.calls.wake();
        drop(after.stale);
        if after.alarm
            && let Some(alarm) = &self.alarm
        {
            alarm();
        }
        self.settle(after.settle);
        if after.over
            && let Some(place) = &self.cycle
        {
            place.leave();
        }
        woke
    }
}
