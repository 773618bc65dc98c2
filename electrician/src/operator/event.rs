//! What happened to a worker, as it is told to those who listen.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;

use super::{SharedError, State};

/// Something happened to a worker.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Event {
    /// The worker.
    pub worker: Arc<str>,
    /// When.
    pub at: Instant,
    /// What.
    pub what: What,
}

/// What happened to a worker.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum What {
    /// A run or a message was handled, in this time.
    #[non_exhaustive]
    Handled {
        /// Whether it was a message.
        message: bool,
        /// The error, if it failed.
        error: Option<SharedError>,
        /// How long it took.
        took: Duration,
    },
    /// A run or a message panicked.
    #[non_exhaustive]
    Panicked {
        /// What the panic said.
        error: SharedError,
        /// How long it waits before it is restarted; none where it is not.
        restart: Option<Duration>,
    },
    /// A message was sent to it: accepted, or refused.
    #[non_exhaustive]
    Dispatched {
        /// Whether the message was accepted.
        accepted: bool,
    },
    /// It was started, told to stop, has stopped, or has failed: the state that it entered.
    Entered(State),
}
