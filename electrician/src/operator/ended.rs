//! How workers ended that were told to stop.

use std::{fmt, sync::Arc};

/// How a worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ended {
    /// Nothing was lost: what was under way has ended, and the mailbox was empty.
    Clean,
    /// A run was cancelled, messages were not handled, or a pipeline was aborted.
    CutOff,
    /// It did not run.
    NotRunning,
    /// It was cut off two seconds ago, and has not given way: something in it blocks. It ends when that does.
    Stuck,
}

/// How every worker ended, in the order of their names.
///
/// Its `Display` is a line for each.
#[derive(Debug, Clone)]
#[must_use]
pub struct StopReport {
    /// The workers.
    pub workers: Vec<(Arc<str>, Ended)>,
}

impl StopReport {
    /// Whether nothing was lost.
    pub fn is_clean(&self) -> bool {
        let clean = |ended: &Ended| matches!(ended, Ended::Clean | Ended::NotRunning);
        self.workers.iter().all(|(_, ended)| clean(ended))
    }

    /// How one worker ended.
    pub fn worker(&self, name: &str) -> Option<Ended> {
        let mut workers = self.workers.iter();
        workers
            .find(|(worker, _)| &**worker == name)
            .map(|(_, ended)| *ended)
    }
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clean => "ended clean",
            Self::CutOff => "was cut off",
            Self::NotRunning => "did not run",
            Self::Stuck => "is stuck",
        })
    }
}

impl fmt::Display for StopReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, (worker, ended)) in self.workers.iter().enumerate() {
            let line = if n == 0 { "" } else { "\n" };
            write!(f, "{line}{worker} {ended}")?;
        }
        Ok(())
    }
}
