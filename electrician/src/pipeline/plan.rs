//! What the wiring says of one edge.

use crate::edge::{Cycle, CycleRole, Overflow};

/// What the wiring says of an edge.
#[derive(Debug, Clone)]
#[must_use]
pub struct EdgePlan {
    pub(super) from: &'static str,
    pub(super) port: &'static str,
    pub(super) to: &'static [&'static str],
    pub(super) buffer: usize,
    pub(super) overflow: Overflow,
    pub(super) senders: usize,
    pub(super) receivers: usize,
    pub(super) single: bool,
    pub(super) cycle: Option<(Cycle, CycleRole)>,
}

impl EdgePlan {
    /// From this port of a stage to these stages; several share the edge.
    pub const fn new(from: &'static str, port: &'static str, to: &'static [&'static str]) -> Self {
        let (buffer, overflow) = (BUFFER, Overflow::Block);
        Self {
            from,
            port,
            to,
            buffer,
            overflow,
            senders: 1,
            receivers: 1,
            single: false,
            cycle: None,
        }
    }

    /// How many items may wait.
    pub fn buffer(mut self, items: usize) -> Self {
        self.buffer = items;
        self
    }

    /// What happens to those that do not fit.
    pub fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// How many producers hand over.
    pub fn senders(mut self, count: usize) -> Self {
        self.senders = count;
        self
    }

    /// How many consumers take; `single` says that each takes one item at a time.
    pub fn receivers(mut self, count: usize, single: bool) -> Self {
        self.receivers = count;
        self.single = single;
        self
    }

    /// Its place in a feedback loop.
    pub fn cycle(mut self, cycle: &Cycle, role: CycleRole) -> Self {
        self.cycle = Some((cycle.clone(), role));
        self
    }
}

/// How many items wait on an edge that does not say.
pub const BUFFER: usize = 1024;

/// The same, as a topology says it.
pub const CAPACITY: Option<u64> = Some(BUFFER as u64);
