//! What the heads of an edge share: the queue and the ledger under one mutex, and what lies outside of it.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use super::cycle::{CyclePlace, CycleRole};
use super::ledger::{After, Ledger, count};
use super::limits::Limits;
use super::probe::{EdgeStats, Watched};
use super::sync::{AtomicBool, Mutex, MutexGuard, Ordering};
use super::{Alarm, EdgeOptions, Probe, Receiver, Sender};

/// Makes an edge, with its first producer head, its first consumer head, and a probe.
///
/// Nothing is allocated for items before the first hand-over.
///
/// # Examples
///
/// ```
/// use electrician::edge::{EdgeOptions, edge};
///
/// let (mut sender, mut receiver, _probe) = edge(EdgeOptions { capacity: 8, ..EdgeOptions::default() });
/// sender.push("a");
/// sender.flush_now();
/// assert_eq!(receiver.take_now().map(|chunk| chunk.len), Some(1));
/// assert_eq!(receiver.pop(), Some("a"));
/// ```
pub fn edge<T: Send + 'static>(options: EdgeOptions) -> (Sender<T>, Receiver<T>, Probe) {
    let limits = Limits::of(&options);
    let shared = Arc::new(Shared {
        outside: Outside {
            sated: AtomicBool::new(false),
            alarm: options.alarm,
            cycle: options.cycle,
        },
        state: Mutex::new(State {
            queue: VecDeque::new(),
            ledger: Ledger::new(limits),
        }),
    });
    let watched: Arc<dyn Watched> = shared.clone();
    if let Some(place) = &shared.outside.cycle {
        place.join(&watched);
    }
    let sender = Sender::new(Arc::clone(&shared), options.overflow, limits.chunk);
    let receiver = Receiver::new(shared);
    (sender, receiver, Probe::new(watched))
}

pub(super) struct Shared<T> {
    pub(super) outside: Outside,
    state: Mutex<State<T>>,
}

pub(super) struct State<T> {
    pub(super) queue: VecDeque<T>,
    pub(super) ledger: Ledger,
}

/// What is reached without the lock.
pub(super) struct Outside {
    sated: AtomicBool,
    alarm: Option<Alarm>,
    cycle: Option<CyclePlace>,
}

impl<T> Shared<T> {
    pub(super) fn lock(&self) -> MutexGuard<'_, State<T>> {
        // nothing foreign runs under the lock but the clone of a waker, before which nothing is half done
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends an operation: decides who is called, releases the lock, and calls them. Says whether somebody was.
    pub(super) fn finish(&self, mut state: MutexGuard<'_, State<T>>) -> bool {
        let queued = state.queue.len();
        state.ledger.move_on(queued);
        let after = state.ledger.take_after();
        drop(state);
        self.outside.carry_out(after)
    }
}

impl Outside {
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

    fn carry_out(&self, after: After) -> bool {
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

impl<T: Send> Watched for Shared<T> {
    fn stats(&self) -> EdgeStats {
        let state = self.lock();
        let queued = state.queue.len() + state.ledger.offered();
        let (sent, taken, dropped) = state.ledger.counters();
        EdgeStats {
            sent,
            taken,
            dropped,
            queued: count(queued),
            capacity: state.ledger.limits.capacity,
        }
    }

    fn close(&self) {
        let mut state = self.lock();
        state.ledger.close();
        self.outside.set_sated(true);
        self.finish(state);
    }

    fn end_feedback(&self) {
        let mut state = self.lock();
        state.ledger.call_all_receivers();
        self.finish(state);
    }
}
