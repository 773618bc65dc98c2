//! What an edge promises, case by case, at random, and under two real threads.

mod cycle;
mod merge;
mod model;
mod semantics;
mod soak;
mod tasks;
mod waking;

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use super::*;

/// A task that counts how often it was woken.
#[derive(Default)]
struct Woken(AtomicUsize);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// The head of a task: polls with a waker of its own, and knows whether it was woken since.
#[derive(Clone, Default)]
struct Task(Arc<Woken>);

impl Task {
    fn waker(&self) -> Waker {
        Waker::from(Arc::clone(&self.0))
    }

    /// How often the task was woken since this was last asked.
    fn wakes(&self) -> usize {
        self.0.0.swap(0, Ordering::SeqCst)
    }

    /// Whether the task was woken since it was last asked how often.
    fn is_woken(&self) -> bool {
        self.0.0.load(Ordering::SeqCst) > 0
    }

    fn flush<T>(&self, sender: &mut Sender<T>) -> bool {
        sender
            .poll_flush(&mut Context::from_waker(&self.waker()))
            .is_ready()
    }

    fn fill<T>(&self, receiver: &mut Receiver<T>) -> Poll<Option<Filled>> {
        receiver.poll_fill(&mut Context::from_waker(&self.waker()))
    }
}

/// Polls a future once, and gives it up.
fn try_once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

fn holding<T: Send + 'static>(capacity: usize) -> (Sender<T>, Receiver<T>, Probe) {
    edge(EdgeOptions {
        capacity,
        ..EdgeOptions::default()
    })
}

fn overflowing(capacity: usize, overflow: Overflow) -> (Sender<u32>, Receiver<u32>, Probe) {
    edge(EdgeOptions {
        capacity,
        overflow,
        ..EdgeOptions::default()
    })
}

fn push<T>(sender: &mut Sender<T>, items: impl IntoIterator<Item = T>) {
    items.into_iter().for_each(|item| sender.push(item));
}

fn merged<T>(inputs: Vec<Receiver<T>>) -> Merge<T> {
    let mut inputs = inputs.into_iter();
    let first = inputs.next().expect("there is an input");
    inputs.fold(Merge::of(first), Merge::and)
}

/// Takes whatever can be had without waiting.
fn take_all<T>(receiver: &mut Receiver<T>) -> Vec<T> {
    let mut taken = Vec::new();
    while receiver.take_now().is_some() {
        taken.extend(receiver.drain());
    }
    taken
}

/// `(sent, taken, dropped, queued)`, after a look at the balance.
fn counters(probe: &Probe) -> (u64, u64, u64, u64) {
    let stats = probe.stats();
    assert!(stats.is_balanced(), "{stats:?}");
    (stats.sent, stats.taken, stats.dropped, stats.queued)
}
