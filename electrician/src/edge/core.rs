//! An edge, whatever it carries: all that its heads do which concerns no item. It is not generic, so that an edge of one
//! more item type costs the compiler little.

use super::cycle::{CyclePlace, CycleRole};
use super::ledger::{After, Ledger, count};
use super::probe::EdgeStats;
use super::sync::{AtomicBool, Ordering};
use super::{Alarm, EdgeOptions};

/// What an edge of any item type offers.
pub(super) trait Core {
    /// What is reached without the lock.
    fn outside(&self) -> &Outside;
    /// Does something to the ledger, which is told how many items are queued, and calls those who have to do now.
    fn with(&self, act: &mut dyn FnMut(&mut Ledger, usize));
    /// Drops what is queued, and counts it.
    fn clear(&self);
}

impl dyn Core + '_ {
    pub(super) fn join_sender(&self) -> usize {
        let mut seat = 0;
        self.with(&mut |ledger, _| seat = ledger.join_sender());
        seat
    }

    pub(super) fn rest_sender(&self, seat: usize) {
        self.with(&mut |ledger, _| ledger.rest_sender(seat));
    }

    pub(super) fn leave_sender(&self, seat: usize) {
        self.with(&mut |ledger, _| ledger.leave_sender(seat));
    }

    /// Items of a sender that never reached the queue.
    pub(super) fn refused(&self, items: usize) {
        self.with(&mut |ledger, _| ledger.refused(items));
    }

    pub(super) fn join_receiver(&self, wants: bool) -> usize {
        let mut seat = 0;
        self.with(&mut |ledger, _| seat = ledger.join_receiver(wants));
        seat
    }

    pub(super) fn rest_receiver(&self, seat: usize) {
        self.with(&mut |ledger, _| ledger.rest_receiver(seat));
    }

    /// With the last receiver goes what is queued: nobody will ever take it.
    pub(super) fn leave_receiver(&self, seat: usize, wanted: bool) {
        let mut last = false;
        self.with(&mut |ledger, _| {
            last = ledger.leave_receiver(seat, wanted);
            self.outside().set_sated(ledger.is_sated());
        });
        if last {
            self.clear();
        }
    }

    pub(super) fn enough(&self) {
        self.with(&mut |ledger, _| {
            ledger.enough();
            self.outside().set_sated(ledger.is_sated());
        });
    }

    pub(super) fn close(&self) {
        self.with(&mut |ledger, _| {
            ledger.close();
            self.outside().set_sated(true);
        });
    }

    /// The feedback loop that this edge closes is over: its receivers look again.
    pub(super) fn end_feedback(&self) {
        self.with(&mut |ledger, _| ledger.call_all_receivers());
    }

    pub(super) fn stats(&self) -> EdgeStats {
        let mut stats = EdgeStats::default();
        self.with(&mut |ledger, queued| {
            let (sent, taken, dropped) = ledger.counters();
            stats = EdgeStats {
                sent,
                taken,
                dropped,
                queued: count(queued + ledger.offered()),
                capacity: ledger.limits.capacity,
            };
        });
        stats
    }
}

/// What is reached without the lock.
pub(super) struct Outside {
    sated: AtomicBool,
    alarm: Option<Alarm>,
    pub(super) cycle: Option<CyclePlace>,
}

impl Outside {
    pub(super) fn new(options: EdgeOptions) -> Self {
        Self {
            sated: AtomicBool::new(false),
            alarm: options.alarm,
            cycle: options.cycle,
        }
    }

    pub(super) fn is_sated(&self) -> bool {
        self.sated.load(Ordering::Acquire)
    }

    fn set_sated(&self, sated: bool) {
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
        let woke = after.call.is_some();
        if let Some(waker) = after.call {
            waker.wake();
        }
        for waker in after.calls {
            waker.wake();
        }
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
