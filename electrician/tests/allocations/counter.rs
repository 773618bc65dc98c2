//! Counts the allocations of a thread, for one test at a time.

use std::{
    alloc::System,
    cell::Cell,
    sync::{
        Once,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};
use tokio::sync::{Mutex, MutexGuard};
use tracking_allocator::{AllocationGroupId, AllocationRegistry, AllocationTracker, Allocator};

#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

static MADE: AtomicU64 = AtomicU64::new(0);
static TURN: Mutex<()> = Mutex::const_new(());
static TRACKED: Once = Once::new();

thread_local! {
    /// Whether this is the thread of the calls: the test harness has others.
    static CALLS: Cell<bool> = const { Cell::new(false) };
}

struct Counter;

impl AllocationTracker for Counter {
    fn allocated(&self, _: usize, _: usize, _: usize, _: AllocationGroupId) {
        if CALLS.get() {
            MADE.fetch_add(1, Relaxed);
        }
    }

    fn deallocated(
        &self,
        _: usize,
        _: usize,
        _: usize,
        _: AllocationGroupId,
        _: AllocationGroupId,
    ) {
    }
}

/// The turn of a test, whose thread is the one of the calls.
pub(crate) struct Turn {
    _alone: MutexGuard<'static, ()>,
}

/// Lets this test count what its own thread allocates, and no other test meanwhile.
pub(crate) async fn turn() -> Turn {
    let alone = TURN.lock().await;
    TRACKED.call_once(|| {
        AllocationRegistry::set_global_tracker(Counter).expect("nobody else counts");
    });
    CALLS.set(true);
    Turn { _alone: alone }
}

impl Drop for Turn {
    fn drop(&mut self) {
        CALLS.set(false);
    }
}

/// Counts from here on.
pub(crate) fn begin() {
    MADE.store(0, Relaxed);
    AllocationRegistry::enable_tracking();
}

/// Counts no more.
pub(crate) fn end() {
    AllocationRegistry::disable_tracking();
}

/// How many allocations were counted.
pub(crate) fn made() -> u64 {
    MADE.load(Relaxed)
}
