//! The first backend of a list.

use super::{Candidate, Selector, first};

/// The first one of a list of names that is healthy. One that is not in the list is never chosen.
#[derive(Clone, Debug)]
pub struct Priority {
    names: Vec<String>,
}

impl Priority {
    /// The names, the best one first.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
        }
    }
}

impl Selector for Priority {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        let place = |name: &String| candidates.iter().position(|one| one.name() == name);
        let listed = self.names.iter().filter_map(place);
        first(listed.map(|at| (at, &candidates[at])))
    }
}
