//! An edge seen from outside: its counters, and a way to close it.

use std::fmt;
use std::sync::Arc;

/// What an edge has seen so far: `sent = taken + dropped + queued`, at any moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EdgeStats {
    /// Items that producers handed over, or offer and wait with.
    pub sent: u64,
    /// Items that consumers took.
    pub taken: u64,
    /// Items that did not fit, or had nobody left to take them, or were with a producer that went.
    pub dropped: u64,
    /// Items in the queue and those that waiting producers offer. This is measured, not computed.
    pub queued: u64,
    /// How many items may wait.
    pub capacity: usize,
}

impl EdgeStats {
    /// Whether every item that was sent is accounted for.
    pub fn is_balanced(&self) -> bool {
        self.sent == self.taken + self.dropped + self.queued
    }
}

/// Looks at an edge, whatever its items are, and closes it. A clone looks at the same edge.
#[derive(Clone)]
pub struct Probe {
    watched: Arc<dyn Watched>,
}

/// What a probe asks of an edge.
pub(super) trait Watched: Send + Sync {
    fn stats(&self) -> EdgeStats;
    fn close(&self);
    /// The feedback loop that this edge closes is over: its receivers look again.
    fn end_feedback(&self);
}

impl Probe {
    pub(super) fn new(watched: Arc<dyn Watched>) -> Self {
        Self { watched }
    }

    /// The counters, all of the same moment.
    pub fn stats(&self) -> EdgeStats {
        self.watched.stats()
    }

    /// Lets nothing more in.
    ///
    /// - What is queued, and what waiting producers had offered, is still delivered; then receivers see the end.
    /// - What is flushed from now on is dropped, and counted.
    /// - [`Sender::is_sated`](super::Sender::is_sated) is true.
    pub fn close(&self) {
        self.watched.close();
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Probe").field(&self.stats()).finish()
    }
}
