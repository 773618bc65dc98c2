//! Those who wait for their turn: comes in a question that may be answered "not now", goes out its answer, first come first served.

use std::pin::pin;
use tokio::{
    sync::{Notify, Semaphore},
    time::{Instant, timeout_at},
};

/// One stands at the head and asks, the others stand behind it in the order in which they came.
///
/// How many stand in it is counted by the decision that sent them here, because whoever comes must not
/// overtake them.
#[derive(Debug)]
pub(crate) struct Line {
    head: Semaphore,
    /// The one at the head should ask again.
    changed: Notify,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self {
            head: Semaphore::new(1),
            changed: Notify::new(),
        }
    }

    /// Asks until there is an answer, or gives up at `deadline`. A question that is refused says when
    /// to ask again, if that is known.
    ///
    /// Dropping the future leaves the line, and an answer is given in the very poll in which it was got:
    /// nothing that was taken is lost.
    pub(crate) async fn wait<T>(
        &self,
        deadline: Option<Instant>,
        mut ask: impl FnMut() -> Result<T, Option<Instant>>,
    ) -> Option<T> {
        let turn = async {
            let _head = self.head.acquire().await.expect("it is never closed");
            loop {
                // Listen first, so that no change falls between the question and the wait.
                let mut changed = pin!(self.changed.notified());
                changed.as_mut().enable();
                match ask() {
                    Ok(answer) => return answer,
                    Err(Some(until)) => {
                        // Whichever of the two comes first, the answer is to ask again.
                        let _ = timeout_at(until, changed).await;
                    }
                    Err(None) => changed.await,
                }
            }
        };
        match deadline {
            Some(deadline) => timeout_at(deadline, turn).await.ok(),
            None => Some(turn.await),
        }
    }

    /// What the one at the head asks for may be there now.
    pub(crate) fn ask_again(&self) {
        self.changed.notify_waiters();
    }
}
