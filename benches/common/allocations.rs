//! The allocator of the bench, which counts while it is asked to: allocations, and bytes that stay.

use std::{
    alloc::System,
    sync::{
        Once,
        atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    },
};

use tracking_allocator::{AllocationGroupId, AllocationRegistry, AllocationTracker, Allocator};

#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

static MADE: AtomicU64 = AtomicU64::new(0);
static LIVE: AtomicI64 = AtomicI64::new(0);

/// How many allocations were made while `run` ran, on all threads, and how many more bytes are in use after it.
pub(crate) fn counted<T>(run: impl FnOnce() -> T) -> (u64, i64, T) {
    static SET: Once = Once::new();
    SET.call_once(|| {
        AllocationRegistry::set_global_tracker(Counter).expect("nobody else counts");
    });
    MADE.store(0, Relaxed);
    LIVE.store(0, Relaxed);
    AllocationRegistry::enable_tracking();
    let result = run();
    AllocationRegistry::disable_tracking();
    (MADE.load(Relaxed), LIVE.load(Relaxed), result)
}

struct Counter;

impl AllocationTracker for Counter {
    fn allocated(&self, _: usize, size: usize, _: usize, _: AllocationGroupId) {
        MADE.fetch_add(1, Relaxed);
        LIVE.fetch_add(size.cast_signed() as i64, Relaxed);
    }

    fn deallocated(
        &self,
        _: usize,
        size: usize,
        _: usize,
        _: AllocationGroupId,
        _: AllocationGroupId,
    ) {
        LIVE.fetch_sub(size.cast_signed() as i64, Relaxed);
    }
}
