//! The ways out of an island: the heads of its edges, and what is handed over while it waits.

use std::{
    future::{Future, poll_fn},
    hash::{DefaultHasher, Hash, Hasher},
    task::{Context, Poll},
};

use super::meanwhile::{Wait, meanwhile};
use crate::edge::Sender;

/// A producer's end of an edge, whatever it carries.
pub trait Head: Send {
    /// Hands over what is buffered; ready when nothing is left.
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()>;
    /// Whether the buffer holds a chunk, or lacks so little of one that it is not worth a pass of its own.
    fn is_full(&self) -> bool;
    /// How many items the buffer has room for.
    fn room(&self) -> usize;
    /// Whether nobody behind this head needs more.
    fn is_sated(&self) -> bool;
    /// Whether a hand-over has woken somebody since this was last asked.
    fn woke(&mut self) -> bool;
}

impl<T: Send> Head for Sender<T> {
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        Self::poll_flush(self, cx)
    }

    fn is_full(&self) -> bool {
        self.is_all_but_full()
    }

    fn room(&self) -> usize {
        Self::room(self)
    }

    fn is_sated(&self) -> bool {
        Self::is_sated(self)
    }

    fn woke(&mut self) -> bool {
        Self::woke(self)
    }
}

/// Waits, and hands over meanwhile what the island has produced.
///
/// A future that is ready at once costs one poll.
pub fn flushing<F: Future + Send>(
    wait: F,
    heads: &mut [&mut dyn Head],
) -> impl Future<Output = F::Output> + Send {
    meanwhile(wait, move |wait| {
        if let Wait::On(cx) = wait {
            let _ = flush_all(heads, cx);
        }
    })
}

/// How many items there is room for in all of these buffers.
pub fn room(heads: &[&dyn Head]) -> usize {
    heads
        .iter()
        .map(|head| head.room())
        .min()
        .unwrap_or(usize::MAX)
}

/// Hands over everything that the island has produced.
pub async fn hand_over(heads: &mut [&mut dyn Head]) {
    poll_fn(|cx| flush_all(heads, cx)).await;
}

pub(super) fn flush_all(heads: &mut [&mut dyn Head], cx: &mut Context<'_>) -> Poll<()> {
    let mut all = Poll::Ready(());
    for head in heads {
        if head.poll_flush(cx).is_pending() {
            all = Poll::Pending;
        }
    }
    all
}

/// The producer's end of the lanes of a keyed stage: the items of a key stay on one lane.
#[derive(Debug)]
pub struct Lanes<T, K> {
    lanes: Vec<Sender<T>>,
    key: K,
}

impl<T, K: Clone> Clone for Lanes<T, K> {
    fn clone(&self) -> Self {
        Self {
            lanes: self.lanes.clone(),
            key: self.key.clone(),
        }
    }
}

impl<T, K: Fn(&T, &mut DefaultHasher)> Lanes<T, K> {
    pub(crate) fn new(lanes: Vec<Sender<T>>, key: K) -> Self {
        Self { lanes, key }
    }

    /// Buffers an item for the lane of its key.
    ///
    /// # Panics
    /// Never: a remainder is below the number of lanes.
    pub fn push(&mut self, item: T) {
        let mut hasher = DefaultHasher::new();
        (self.key)(&item, &mut hasher);
        let count = self.lanes.len() as u64;
        let lane = usize::try_from(hasher.finish() % count)
            .expect("a remainder is below the number of lanes");
        self.lanes[lane].push(item);
    }
}

/// Feeds a key to the hasher of its lane.
pub fn hash_key(key: &(impl Hash + ?Sized), hasher: &mut DefaultHasher) {
    key.hash(hasher);
}

impl<T: Send, K: Fn(&T, &mut DefaultHasher) + Send> Head for Lanes<T, K> {
    fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let mut all = Poll::Ready(());
        for lane in &mut self.lanes {
            if lane.poll_flush(cx).is_pending() {
                all = Poll::Pending;
            }
        }
        all
    }

    fn is_full(&self) -> bool {
        self.lanes.iter().any(Sender::is_all_but_full)
    }

    fn room(&self) -> usize {
        self.lanes.iter().map(Sender::room).min().unwrap_or(0)
    }

    fn is_sated(&self) -> bool {
        self.lanes.iter().all(Sender::is_sated)
    }

    fn woke(&mut self) -> bool {
        self.lanes
            .iter_mut()
            .fold(false, |woke, lane| woke | lane.woke())
    }
}
