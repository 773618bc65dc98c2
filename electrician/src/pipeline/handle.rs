//! The handle of a stage: what it says while it runs.

use std::sync::{Arc, Mutex};

use super::control::lock;
use crate::stage::{Cell, Latency, StageStats};

/// What a stage says while it runs.
///
/// Handles are cheap to clone and outlive a restart; the counters begin anew with each run.
#[derive(Debug, Clone)]
pub struct StageHandle(Arc<Mutex<Option<Arc<Cell>>>>);

impl StageHandle {
    /// The handle of a stage that has not run yet.
    pub fn idle() -> Self {
        Self(Arc::default())
    }

    /// What the stage has counted in this run.
    pub fn stats(&self) -> StageStats {
        self.cell().map(|cell| cell.stats()).unwrap_or_default()
    }

    /// How long the calls of the handler took in this run.
    pub fn latency(&self) -> Latency {
        self.cell().map(|cell| cell.latency()).unwrap_or_default()
    }

    /// Binds the handle to a run.
    pub fn bind(&self, cell: &Arc<Cell>) {
        *lock(&self.0) = Some(Arc::clone(cell));
    }

    pub(super) fn cell(&self) -> Option<Arc<Cell>> {
        lock(&self.0).clone()
    }
}
