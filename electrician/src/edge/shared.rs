//! What the heads of an edge share: the queue and the ledger under one mutex, and what lies outside of it. It is not
//! generic, and neither is all that heads do here, so that an edge of one more item type costs the compiler little.

use std::sync::{Arc, PoisonError};

use super::consumer::Consumer;
use super::items::{Items, Queue, view, view_chunk};
use super::ledger::{Ledger, count};
use super::limits::Limits;
use super::outside::Outside;
use super::probe::EdgeStats;
use super::producer::Producer;
use super::sync::{Mutex, MutexGuard};
use super::{EdgeOptions, Probe, Receiver, Sender};

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
    let (heads, probe) = Heads::of(&Vec::<T>::new(), options);
    let (sender, receiver) = heads.carrying();
    (sender, receiver, probe)
}

/// The first heads of an edge, before it is said what they carry.
pub(crate) struct Heads {
    producer: Producer,
    consumer: Consumer,
}

impl Heads {
    /// An edge for items as this buffer holds them.
    pub(crate) fn of(items: &dyn Items, options: EdgeOptions) -> (Self, Probe) {
        let shared = Shared::new(options, Queue::of(items));
        let heads = Self {
            producer: Producer::new(&shared),
            consumer: Consumer::new(Arc::clone(&shared), false),
        };
        (heads, Probe::new(shared))
    }

    /// The heads, which carry items of the type that the edge was made for.
    pub(crate) fn carrying<T: Send + 'static>(self) -> (Sender<T>, Receiver<T>) {
        let sender = Sender::new(self.producer, view);
        (sender, Receiver::new(self.consumer, view_chunk))
    }
}

pub(super) struct Shared {
    pub(super) outside: Outside,
    state: Mutex<State>,
}

pub(super) struct State {
    pub(super) queue: Queue,
    pub(super) ledger: Ledger,
}

impl Shared {
    fn new(options: EdgeOptions, queue: Queue) -> Arc<Self> {
        let ledger = Ledger::new(Limits::of(&options, queue.item_bytes()));
        Arc::new(Self {
            outside: Outside::new(options),
            state: Mutex::new(State { queue, ledger }),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // nothing foreign runs under the lock but the clone of a waker, before which nothing is half done
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends an operation: decides who is called, releases the lock, and calls them. Says whether somebody was.
    pub(super) fn finish(&self, mut state: MutexGuard<'_, State>) -> bool {
        let queued = state.queue.len();
        let after = state.ledger.move_on(queued);
        drop(state);
        after.is_some_and(|after| self.outside.carry_out(after))
    }

    /// Does something to the ledger, which is told how many items are queued, and calls those who have to do now.
    pub(super) fn with<R>(&self, act: impl FnOnce(&mut Ledger, usize) -> R) -> R {
        let mut state = self.lock();
        let queued = state.queue.len();
        let done = act(&mut state.ledger, queued);
        self.finish(state);
        done
    }

    /// With the last receiver goes what is queued: nobody will ever take it.
    pub(super) fn leave_receiver(&self, seat: usize, wanted: bool) {
        let last = self.with(|ledger, _| {
            let last = ledger.leave_receiver(seat, wanted);
            self.outside.set_sated(ledger.is_sated());
            last
        });
        if last {
            self.clear();
        }
    }

    /// Drops what is queued, and counts it.
    fn clear(&self) {
        let mut state = self.lock();
        let orphans = state.queue.take();
        state.ledger.displaced(orphans.len());
        self.finish(state);
        drop(orphans);
    }

    pub(super) fn enough(&self) {
        self.with(|ledger, _| {
            ledger.enough();
            self.outside.set_sated(ledger.is_sated());
        });
    }

    pub(super) fn close(&self) {
        self.with(|ledger, _| {
            ledger.close();
            self.outside.set_sated(true);
        });
    }

    /// The feedback loop that this edge closes is over: its receivers look again.
    pub(super) fn end_feedback(&self) {
        self.with(|ledger, _| ledger.call_all_receivers());
    }

    pub(super) fn stats(&self) -> EdgeStats {
        self.with(|ledger, queued| {
            let (sent, taken, dropped) = ledger.counters();
            EdgeStats {
                sent,
                taken,
                dropped,
                queued: count(queued + ledger.offered()),
                capacity: ledger.limits.capacity,
            }
        })
    }
}
