//! The first backend that is healthy.

use super::{Candidate, Selector, first};

/// The first one, in the order of creation, that is healthy. All others are spares.
#[derive(Clone, Copy, Debug, Default)]
pub struct FirstHealthy;

impl Selector for FirstHealthy {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        first(candidates.iter().enumerate())
    }
}
