//! A feedback loop that ends by itself: it counts the items that are in it, and knows when no more come in.

use std::fmt;
use std::sync::{Arc, PoisonError, Weak};

use super::shared::Shared;
use super::sync::{AtomicUsize, Mutex, Ordering};

/// The count of what is under way in a feedback loop.
///
/// ```text
/// source -> a -> b -> sink        source -> a is an entry, a -> b is inside,
///           ^----+                b -> a is the feedback
/// ```
///
/// When no entry is open any more and no item is queued in the loop or in the hands of its stages, nothing can
/// come around again: the receivers of the feedback edges then see the end, and the loop's stages end one after
/// the other. A stage says with [`Receiver::settle`](super::Receiver::settle) that what it took is done.
///
/// Build all edges of the loop before any of its stages runs.
#[derive(Clone, Default)]
pub struct Cycle {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    outstanding: AtomicUsize,
    entries: AtomicUsize,
    feedback: Mutex<Vec<Weak<Shared>>>,
}

/// Where an edge lies in a feedback loop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CycleRole {
    /// Leads into the loop from outside.
    Entry,
    /// Leads from a stage of the loop to another one.
    Inside,
    /// Leads back, and ends when the loop is empty and closed.
    Feedback,
}

/// An edge's loop, and its place in it.
#[derive(Debug, Clone)]
pub struct CyclePlace {
    /// The loop.
    pub cycle: Cycle,
    /// What the edge is to it.
    pub role: CycleRole,
}

impl Cycle {
    /// A loop without edges.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many items are queued in the loop or in the hands of its stages.
    pub fn outstanding(&self) -> usize {
        self.inner.outstanding.load(Ordering::SeqCst)
    }

    /// No entry is open, and nothing is under way.
    pub fn is_over(&self) -> bool {
        self.inner.entries.load(Ordering::SeqCst) == 0 && self.outstanding() == 0
    }

    pub(super) fn add(&self, items: usize) {
        self.inner.outstanding.fetch_add(items, Ordering::SeqCst);
    }

    /// Wakes the receivers of the feedback edges if these were the last items; so no edge may be locked.
    pub(super) fn settle(&self, items: usize) {
        let before = self.inner.outstanding.fetch_sub(items, Ordering::SeqCst);
        debug_assert!(before >= items, "a loop settles what it added");
        if before == items {
            self.end_if_over();
        }
    }

    fn end_if_over(&self) {
        if !self.is_over() {
            return;
        }
        let feedback = self
            .inner
            .feedback
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for edge in feedback.iter().filter_map(Weak::upgrade) {
            edge.end_feedback();
        }
    }
}

impl CyclePlace {
    pub(super) fn join(&self, edge: &Arc<Shared>) {
        let inner = &self.cycle.inner;
        match self.role {
            CycleRole::Entry => {
                inner.entries.fetch_add(1, Ordering::SeqCst);
            }
            CycleRole::Inside => {}
            CycleRole::Feedback => inner
                .feedback
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Arc::downgrade(edge)),
        }
    }

    /// Nothing comes through this edge any more; called without any lock.
    pub(super) fn leave(&self) {
        if self.role == CycleRole::Entry
            && self.cycle.inner.entries.fetch_sub(1, Ordering::SeqCst) == 1
        {
            self.cycle.end_if_over();
        }
    }
}

impl fmt::Debug for Cycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cycle")
            .field("outstanding", &self.outstanding())
            .field("entries", &self.inner.entries.load(Ordering::SeqCst))
            .finish()
    }
}
