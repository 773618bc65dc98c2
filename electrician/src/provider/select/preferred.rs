//! One backend that is preferred for now.

use super::{Candidate, FirstHealthy, Selector};
use crate::provider::Standing;
use std::sync::{PoisonError, RwLock};

/// The one that was [set](Self::set), while it is healthy; otherwise as [`FirstHealthy`].
///
/// A default that is unavailable is passed over, and can be unset.
#[derive(Debug, Default)]
#[doc(alias = "default")]
pub struct Preferred {
    name: RwLock<Option<String>>,
}

impl Preferred {
    /// Prefers this one. It need not exist yet.
    pub fn new(name: impl Into<String>) -> Self {
        let preferred = Self::default();
        preferred.set(name);
        preferred
    }

    /// Prefers this one from here on.
    pub fn set(&self, name: impl Into<String>) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = Some(name.into());
    }

    /// Prefers none.
    pub fn unset(&self) {
        *self.name.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Selector for Preferred {
    fn select<C: Candidate>(&self, candidates: &[C]) -> Option<usize> {
        let name = self.name.read().unwrap_or_else(PoisonError::into_inner);
        let preferred = (candidates.iter())
            .position(|one| Some(one.name()) == name.as_deref())
            .filter(|&at| candidates[at].standing() == Standing::Ready);
        preferred.or_else(|| FirstHealthy.select(candidates))
    }
}
