//! Backends that are no longer called: each is closed when its last call has ended, by a task that is waited for.

use super::{CloseError, CloseFailure, Order, seat::Keeper};
use crate::provider::{Provider, panics::guarded, together::Together};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;

/// The failures that are kept until they are reported; what is more than that is only traced.
const KEPT: usize = 100;

/// Those that are waited for, and what came of the others.
pub(in super::super) struct Retiring {
    tasks: TaskTracker,
    books: Arc<Mutex<Books>>,
}

#[derive(Default)]
struct Books {
    /// The names of those that are not closed yet.
    waiting: Vec<String>,
    failures: Vec<CloseFailure>,
}

impl Retiring {
    pub(in super::super) fn new() -> Self {
        let tasks = TaskTracker::new();
        // It only has to be empty to have been waited for.
        tasks.close();
        let books = Arc::default();
        Self { tasks, books }
    }

    /// Closes it when nobody holds it any more.
    pub(in super::super) fn retire<T: Provider>(&self, keeper: Keeper<T>) {
        let (books, name) = (Arc::clone(&self.books), keeper.name.clone());
        lock(&books).waiting.push(name.clone());
        self.tasks.spawn(async move {
            let closed = keeper.close().await;
            let mut books = lock(&books);
            let place = books.waiting.iter().position(|waiting| *waiting == name);
            place.map(|at| books.waiting.swap_remove(at));
            books.keep(closed.err());
        });
    }

    /// Waits for this closing, which goes on if nobody waits.
    pub(in super::super) async fn finish(
        &self,
        closing: impl Future<Output = Vec<CloseFailure>> + Send + 'static,
    ) {
        let books = Arc::clone(&self.books);
        let task = self.tasks.spawn(async move {
            let failures = closing.await;
            lock(&books).keep(failures);
        });
        task.await.expect("each close is guarded by itself");
    }

    /// Waits for all, no longer than that, and reports.
    pub(in super::super) async fn settled(&self, until: Instant) -> Result<(), CloseError> {
        let late = timeout_at(until, self.tasks.wait()).await.is_err();
        let mut books = lock(&self.books);
        let mut failures = std::mem::take(&mut books.failures);
        if late {
            failures.extend(books.waiting.iter().cloned().map(CloseFailure::late));
        }
        if failures.is_empty() {
            return Ok(());
        }
        Err(CloseError { failures })
    }
}

impl Books {
    fn keep(&mut self, failures: impl IntoIterator<Item = CloseFailure>) {
        for failure in failures {
            tracing::warn!("{failure}");
            if self.failures.len() < KEPT {
                self.failures.push(failure);
            }
        }
    }
}

/// Closes each, in this order; those that are not closed by then are among the failures.
pub(in super::super) async fn close<T: Provider>(
    keepers: Vec<Keeper<T>>,
    order: Order,
    until: Instant,
) -> Vec<CloseFailure> {
    let closings = keepers.into_iter().map(|keeper| async move {
        let name = keeper.name.clone();
        let closed = timeout_at(until, keeper.close()).await;
        closed.unwrap_or_else(|_| Err(CloseFailure::late(name)))
    });
    let outcomes = match order {
        Order::Parallel => Together::new(closings).all().await,
        Order::Reverse => {
            let mut outcomes = Vec::new();
            for closing in closings {
                outcomes.push(closing.await);
            }
            outcomes
        }
    };
    outcomes.into_iter().filter_map(Result::err).collect()
}

impl<T: Provider> Keeper<T> {
    /// Waits until nobody holds the seat, and closes what sat there. A panic is an error like another.
    async fn close(mut self) -> Result<(), CloseFailure> {
        self.released().await;
        let closed = guarded(self.provider.close()).await;
        let closed = closed.unwrap_or_else(|panic| Err(panic.into()));
        closed.map_err(|error| CloseFailure {
            name: self.name,
            error: Some(error),
        })
    }
}

/// An entry is made whole or not at all, so a panic elsewhere does not spoil them.
fn lock(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}
