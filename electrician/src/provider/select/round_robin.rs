//! Each backend in turn.

use super::{Candidate, Selector, first};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Each one in turn, over those that are healthy at the time: while nothing changes, no two of them differ by more than one
/// call.
///
/// A turn begins behind the one that was chosen last, so what a backend that is out would have got goes round among the others.
/// A choice looks at one backend, and at those in a row that are out.
#[derive(Debug, Default)]
pub struct RoundRobin {
    next: AtomicUsize,
}

impl RoundRobin {
    /// Begins with the first one.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Selector for RoundRobin {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        let mut next = self.next.load(Relaxed);
        loop {
            let begin = next.min(candidates.len());
            let places = (begin..candidates.len()).chain(0..begin);
            let chosen = first(places.map(|at| (at, &candidates[at])))?;
            let taken = (self.next).compare_exchange_weak(next, chosen + 1, Relaxed, Relaxed);
            match taken {
                Ok(_) => return Some(chosen),
                Err(other) => next = other,
            }
        }
    }
}
