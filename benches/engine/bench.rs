//! What every goal is measured with: the two runtimes, and the flags that matter.

use tokio::runtime::{Builder, Runtime};

/// The runtimes, in the order of the columns.
pub(crate) const RUNTIMES: [&str; 2] = ["current thread", "two workers"];

/// The column of the runtime with two workers.
pub(crate) const TWO_WORKERS: usize = 1;

/// The bench: two runtimes, so many rounds.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) rounds: usize,
    /// Whether rows may compile crates.
    pub(crate) build: bool,
    pub(crate) runtimes: [Runtime; 2],
}

impl Bench {
    pub(crate) fn new(rounds: usize, build: bool) -> Self {
        Self {
            rounds: rounds.max(1),
            build,
            runtimes: [current_thread(), two_workers()],
        }
    }
}

/// A runtime that is driven by the thread that blocks on it.
pub(crate) fn current_thread() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be built")
}

fn two_workers() -> Runtime {
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    runtime.expect("a runtime can be built")
}
