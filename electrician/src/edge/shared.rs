//! What the heads of an edge share: the queue and the ledger under one mutex, and what lies outside of it.

use std::collections::VecDeque;
use std::sync::{Arc, PoisonError};

use super::core::{Core, Outside};
use super::ledger::Ledger;
use super::limits::Limits;
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
    let limits = Limits::of(&options, size_of::<T>());
    let overflow = options.overflow;
    let shared = Arc::new(Shared {
        outside: Outside::new(options),
        state: Mutex::new(State {
            queue: VecDeque::new(),
            ledger: Ledger::new(limits),
        }),
    });
    let probe = Probe::new(shared.clone());
    let sender = Sender::new(Arc::clone(&shared), overflow, limits.chunk);
    let receiver = Receiver::new(shared, false);
    (sender, receiver, probe)
}

pub(super) struct Shared<T> {
    pub(super) outside: Outside,
    state: Mutex<State<T>>,
}

pub(super) struct State<T> {
    pub(super) queue: VecDeque<T>,
    pub(super) ledger: Ledger,
}

impl<T> Shared<T> {
    pub(super) fn lock(&self) -> MutexGuard<'_, State<T>> {
        // nothing foreign runs under the lock but the clone of a waker, before which nothing is half done
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends an operation: decides who is called, releases the lock, and calls them. Says whether somebody was.
    pub(super) fn finish(&self, mut state: MutexGuard<'_, State<T>>) -> bool {
        let queued = state.queue.len();
        let after = state.ledger.move_on(queued);
        drop(state);
        after.is_some_and(|after| self.outside.carry_out(after))
    }
}

impl<T> Core for Shared<T> {
    fn outside(&self) -> &Outside {
        &self.outside
    }

    fn with(&self, act: &mut dyn FnMut(&mut Ledger, usize)) {
        let mut state = self.lock();
        let queued = state.queue.len();
        act(&mut state.ledger, queued);
        self.finish(state);
    }

    fn clear(&self) {
        let mut state = self.lock();
        let orphans = std::mem::take(&mut state.queue);
        state.ledger.displaced(orphans.len());
        self.finish(state);
        drop(orphans);
    }
}
