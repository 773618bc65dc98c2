//! Where a worker's status hangs: its task and its supervisor change it, anybody reads it, and some wait for the next change.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::Status;

/// The status of one worker. It is locked for a few instructions at a time, and never while anything else runs.
#[derive(Debug)]
pub(super) struct Board {
    record: Mutex<Record>,
    changed: watch::Sender<()>,
}

/// What hangs there.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) status: Status,
    /// It was removed: it is not to start again.
    pub(super) retired: bool,
    /// Something was lost since it was started.
    pub(super) cut_off: bool,
}

impl Board {
    pub(super) fn new(status: Status) -> Self {
        let record = Record {
            status,
            retired: false,
            cut_off: false,
        };
        Self {
            record: Mutex::new(record),
            changed: watch::Sender::new(()),
        }
    }

    pub(super) fn status(&self) -> Status {
        self.read(|record| record.status.clone())
    }

    pub(super) fn read<T>(&self, read: impl FnOnce(&Record) -> T) -> T {
        read(&self.lock())
    }

    /// Changes what hangs there. Those who wait are told; where there are none, that costs nothing.
    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        let changed = change(&mut self.lock());
        if self.changed.receiver_count() > 0 {
            self.changed.send_replace(());
        }
        changed
    }

    /// Waits until the task has ended.
    pub(super) async fn over(&self) {
        let mut changed = self.changed.subscribe();
        while !self.read(|record| record.status.state.is_over()) {
            if changed.changed().await.is_err() {
                return;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The latest status of one worker, and the next one when it changes.
///
/// Nothing queues up: who looks rarely sees the latest, not all that was. For that there are [`Events`](super::Events).
///
/// # Examples
/// ```
/// use electrician::operator::{Operator, Ran, State, polling};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// operator.add("sweep", polling(async || Ran::Idle(Duration::from_secs(60))))?;
/// let mut sweep = operator.watch("sweep")?;
/// operator.start("sweep")?;
///
/// let status = sweep.wait_for(|status| status.runs == 1).await;
/// assert_eq!((status.state, status.failures), (State::Idle, 0));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[doc(alias = "LastMetric")]
pub struct Watch {
    board: Arc<Board>,
    changed: watch::Receiver<()>,
}

impl Watch {
    pub(super) fn new(board: &Arc<Board>) -> Self {
        Self {
            changed: board.changed.subscribe(),
            board: Arc::clone(board),
        }
    }

    /// The status as it is now.
    pub fn latest(&self) -> Status {
        self.board.status()
    }

    /// Waits until the status is another than when this was last called, and gives the latest.
    ///
    /// # Cancel safety
    /// Dropping the future misses nothing: the next call sees the change.
    pub async fn changed(&mut self) -> Status {
        // it cannot fail: the board, which sends, is held here
        let _ = self.changed.changed().await;
        self.latest()
    }

    /// Waits until the status is so, and gives it.
    ///
    /// # Cancel safety
    /// Dropping the future loses nothing.
    pub async fn wait_for(&mut self, mut is_so: impl FnMut(&Status) -> bool) -> Status {
        loop {
            self.changed.mark_unchanged();
            let status = self.latest();
            if is_so(&status) {
                return status;
            }
            self.changed().await;
        }
    }
}
