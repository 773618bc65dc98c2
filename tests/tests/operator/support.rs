//! What the tests of the operator share: durations, an error, a note of who was dropped, and workers of a few kinds.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::operator::{Operator, Ran, State};
use tokio::time::{Instant, sleep};

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// A deadline that is never missed.
pub(super) const LONG: Duration = Duration::from_mins(10);

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken;

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("broken")
    }
}

impl std::error::Error for Broken {}

/// How often something happened. Clones count together.
#[derive(Debug, Clone, Default)]
pub(super) struct Count(Arc<AtomicU64>);

impl Count {
    pub(super) fn add(&self) -> u64 {
        self.0.fetch_add(1, Relaxed) + 1
    }

    pub(super) fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// Counts when it is dropped.
#[derive(Debug)]
pub(super) struct Dropped(pub(super) Count);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.add();
    }
}

/// A run that takes long, and counts when it is dropped.
pub(super) async fn until_dropped(dropped: Count) -> Ran {
    let _dropped = Dropped(dropped);
    work(LONG).await
}

/// A run that takes so long, and then rests for ever.
pub(super) async fn work(takes: Duration) -> Ran {
    sleep(takes).await;
    Ran::Idle(Duration::MAX)
}

/// The state of a worker.
pub(super) fn state(operator: &Operator, name: &str) -> State {
    operator.status(name).unwrap().state
}

/// How long something takes.
pub(super) async fn took<T>(something: impl Future<Output = T>) -> (T, Duration) {
    let began = Instant::now();
    let output = something.await;
    (output, began.elapsed())
}

/// Lets every other task go as far as it can.
pub(super) async fn settle() {
    sleep(ms(1)).await;
}
