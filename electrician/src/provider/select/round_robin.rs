//! Each backend in turn.

use super::{Candidate, Field, Selector};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Each one in turn, over those that are healthy at the time: while nothing changes, no two of them differ by more than one
/// call.
#[derive(Debug, Default)]
pub struct RoundRobin {
    turn: AtomicUsize,
}

impl RoundRobin {
    /// Begins with the first one.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Selector for RoundRobin {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        let field = Field::of(candidates)?;
        let turn = self.turn.fetch_add(1, Relaxed);
        field.nth(candidates, turn % field.count)
    }
}
