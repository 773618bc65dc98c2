//! How a worker is: its state, since when, what it has counted, and what last went wrong.

use std::{error::Error, fmt, sync::Arc};

use tokio::time::Instant;

/// An error that a status and a reply may both carry.
pub type SharedError = Arc<dyn Error + Send + Sync>;

/// Where a worker stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It was not started, or has stopped.
    Stopped,
    /// It waits: for its next run, for a message, or for its restart.
    Idle,
    /// It runs, or handles a message. A pipeline that was started runs.
    Running,
    /// It was told to stop, and has not ended yet.
    Stopping,
    /// It broke more often than its `restart` allows. [`Status::last_error`] says why; it can be started again.
    Failed,
}

/// How one worker is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Status {
    /// Its name.
    pub worker: Arc<str>,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Instant,
    /// When it runs or is restarted, if it waits for that.
    pub until: Option<Instant>,
    /// Runs that have ended, whatever they came to. One of a pipeline is from its start to its end.
    pub runs: u64,
    /// Messages that were handled, whatever came of them.
    pub messages: u64,
    /// Runs and messages that failed.
    pub failures: u64,
    /// Runs and messages that panicked.
    pub panics: u64,
    /// How often it was started again by itself.
    pub restarts: u64,
    /// Runs that were cancelled, and messages that were accepted and not handled.
    pub dropped: u64,
    /// What last went wrong, and when.
    pub last_error: Option<(SharedError, Instant)>,
}

impl Status {
    pub(super) fn new(worker: Arc<str>, now: Instant) -> Self {
        Self {
            worker,
            state: State::Stopped,
            since: now,
            until: None,
            runs: 0,
            messages: 0,
            failures: 0,
            panics: 0,
            restarts: 0,
            dropped: 0,
            last_error: None,
        }
    }
}

impl State {
    /// Whether its task has ended.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Stopped | Self::Failed)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stopped => "stopped",
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Failed => "failed",
        })
    }
}

/// `watcher: idle, 12 runs, 3 messages, 1 failure, 0 panics: the last error`.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counted = |n: u64, what: &str| format!("{n} {what}{}", if n == 1 { "" } else { "s" });
        let counts = [
            counted(self.runs, "run"),
            counted(self.messages, "message"),
            counted(self.failures, "failure"),
            counted(self.panics, "panic"),
        ];
        write!(f, "{}: {}, {}", self.worker, self.state, counts.join(", "))?;
        match &self.last_error {
            Some((error, _)) => write!(f, ": {error}"),
            None => Ok(()),
        }
    }
}
