//! An edge seen from outside: its counters, and a way to close it.

use std::fmt;
use std::sync::Arc;

use super::shared::Shared;

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
    edge: Arc<Shared>,
}

impl Probe {
    /// A probe of this edge, which is a part of its feedback loop from now on.
    pub(super) fn new(edge: Arc<Shared>) -> Self {
        if let Some(place) = &edge.outside.cycle {
            place.join(&edge);
        }
        Self { edge }
    }

    /// The counters, all of the same moment.
    pub fn stats(&self) -> EdgeStats {
        self.edge.stats()
    }

    /// Lets nothing more in.
    ///
    /// - What is queued, and what waiting producers had offered, is still delivered; then receivers see the end.
    /// - What is flushed from now on is dropped, and counted.
    /// - [`Sender::is_sated`](super::Sender::is_sated) is true.
    pub fn close(&self) {
        self.edge.close();
    }
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Probe").field(&self.stats()).finish()
    }
}
