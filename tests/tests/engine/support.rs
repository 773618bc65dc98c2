//! What the tests of the engine share: an error, a few durations, and a look at a report.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::{pipeline::EdgeReport, prelude::*, stage::StageStats, test::Recorder};

/// A deadline that is never missed.
pub(super) const LONG: Duration = Duration::from_mins(10);

pub(super) const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A delay of less than 23 ms that depends on the item alone, and is in no order.
pub(super) fn delay(item: u32) -> Duration {
    ms(u64::from(item.wrapping_mul(2_654_435_761) >> 16) % 23)
}

/// The error of the handlers and generators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken(pub(super) u32);

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "broken by {}", self.0)
    }
}

impl std::error::Error for Broken {}

impl From<Stopped> for Broken {
    fn from(_: Stopped) -> Self {
        Self(0)
    }
}

/// What a stage counted.
#[track_caller]
pub(super) fn stats(report: &Report, stage: &str) -> StageStats {
    report
        .stage(stage)
        .unwrap_or_else(|| panic!("there is no stage `{stage}` in\n{report}"))
        .stats
}

/// The edge between two stages.
#[track_caller]
pub(super) fn edge<'r>(report: &'r Report, from: &str, to: &str) -> &'r EdgeReport {
    let found = report
        .edges
        .iter()
        .find(|edge| edge.from == from && edge.to.iter().any(|name| name == to));
    found.unwrap_or_else(|| panic!("there is no edge `{from} -> {to}` in\n{report}"))
}

/// Counts how many of its clones are alive.
#[derive(Debug)]
pub(super) struct Alive(Arc<AtomicU64>);

impl Alive {
    pub(super) fn new() -> (Self, Arc<AtomicU64>) {
        let count = Arc::new(AtomicU64::new(1));
        (Self(Arc::clone(&count)), count)
    }

    /// One more, for as long as it is kept.
    pub(super) fn one_more(&self) -> Self {
        self.0.fetch_add(1, Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// Records a failure that has its item.
#[handler]
pub(super) async fn keep(failure: Failure<u32, Broken>, kept: &Recorder<Failure<u32, Broken>>) {
    kept.put(failure).await;
}

/// Records a failure that has lost its item.
#[handler]
pub(super) async fn keep_lost(failure: Failure<(), Broken>, kept: &Recorder<Failure<(), Broken>>) {
    kept.put(failure).await;
}

/// Records the failure of any stage.
#[handler]
pub(super) async fn keep_any(failure: AnyFailure, kept: &Recorder<AnyFailure>) {
    kept.put(failure).await;
}

/// Starts a pipeline of `items` and `stored`, and sends these at once.
macro_rules! sent {
    ($pipeline:expr, $items:expr) => {{
        let running = $pipeline.start().unwrap();
        for item in $items {
            running.items.send(item).await.unwrap();
        }
        running
    }};
}

pub(super) use sent;
