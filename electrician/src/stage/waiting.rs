//! Where items wait before a stage with a smoothing queue: comes in an item, goes out the one whose turn it is.

use std::{
    any::Any,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;

use super::{Cell, unwind::caught};
use crate::resilience::{
    Smoothing, SmoothingSnapshot,
    smoothing_queue::{Next, Queue},
};

/// The items that wait for their turn, which all workers of a stage share.
pub(super) struct WaitingRoom<In> {
    queue: Mutex<Queue<In>>,
    priority: Priority<In>,
    capacity: usize,
}

/// How much an item matters.
pub(super) type Priority<In> = Box<dyn Fn(&In) -> i32 + Send + Sync>;

/// A waiting room without the type of its items: a stage that has none costs the compiler nothing for it.
pub(crate) trait Depth: Any + fmt::Debug + Send + Sync {
    /// How many items wait, and since when.
    fn snapshot(&self) -> SmoothingSnapshot;
}

impl<In> WaitingRoom<In> {
    pub(super) fn new(smoothing: Smoothing, priority: Priority<In>) -> Arc<Self> {
        Arc::new(Self {
            capacity: smoothing.capacity(),
            queue: Mutex::new(Queue::new(smoothing, Instant::now())),
            priority,
        })
    }

    /// The room of a stage for such items, if it has one.
    pub(super) fn of(cell: &Cell) -> Option<Arc<Self>>
    where
        In: Send + 'static,
    {
        let room = cell.layers.as_ref()?.queue.clone()?;
        let room: Arc<dyn Any + Send + Sync> = room;
        room.downcast().ok()
    }

    /// How many items may wait.
    pub(super) fn capacity(&self) -> usize {
        self.capacity
    }

    /// How much an item matters.
    ///
    /// # Errors
    /// What the question panicked with.
    pub(super) fn priority(&self, item: &In) -> Result<i32, String> {
        caught(|| (self.priority)(item))
    }

    /// Takes an item in that matters so much, or gives it back, where there is no room.
    pub(super) fn push(&self, priority: i32, item: In) -> Result<(), In> {
        let pushed = self.queue().push(Instant::now(), priority, item);
        pushed.map_err(|refused| refused.item)
    }

    /// The next one: one that is too old, or else the one that matters most.
    pub(super) fn pop(&self) -> Option<Next<In>> {
        let now = Instant::now();
        let mut queue = self.queue();
        queue.pop_expired(now).or_else(|| queue.pop())
    }

    /// When the next item is too old, if that can be.
    pub(super) fn expires(&self) -> Option<Instant> {
        self.queue().expires()
    }

    fn queue(&self) -> MutexGuard<'_, Queue<In>> {
        // Nothing panics while it holds the lock.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<In: Send + 'static> Depth for WaitingRoom<In> {
    fn snapshot(&self) -> SmoothingSnapshot {
        self.queue().snapshot()
    }
}

impl<In> fmt::Debug for WaitingRoom<In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("WaitingRoom")
            .field(&self.queue().snapshot())
            .finish()
    }
}
