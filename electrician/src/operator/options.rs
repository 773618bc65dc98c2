//! What every worker was told: how much time a stop gives it, and how often it is restarted.

use std::time::Duration;

use crate::resilience::Restart;

/// The options of a worker, and of a pipeline.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    pub(super) grace: Duration,
    pub(super) restart: Restart,
}

impl Options {
    pub(super) fn with_grace(grace: Duration) -> Self {
        Self {
            grace,
            restart: Restart::default(),
        }
    }
}
