//! A chain whose calls succeed allocates nothing, around a provider as around a function: every allocation of this program is counted.

use electrician::{
    provider::{Combine, RequestResponse, from_fn},
    resilience::{
        Backoff, Breaker, Budget, Bulkhead, Chain, CircuitBreaker, Hedge, RateLimiter, Retry,
        RetryBudget,
    },
    value::Rate,
};
use std::{
    alloc::System,
    cell::Cell,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};
use tracking_allocator::{AllocationGroupId, AllocationRegistry, AllocationTracker, Allocator};

#[global_allocator]
static ALLOCATOR: Allocator<System> = Allocator::system();

static MADE: AtomicU64 = AtomicU64::new(0);

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

/// What a thousand calls allocate, after a few that warm the chain up.
macro_rules! counted {
    ($chain:ident, $call:expr) => {{
        for _ in 0..100 {
            $chain.call($call).await.unwrap();
        }
        MADE.store(0, Relaxed);
        AllocationRegistry::enable_tracking();
        for _ in 0..1_000 {
            $chain.call($call).await.unwrap();
        }
        AllocationRegistry::disable_tracking();
        MADE.load(Relaxed)
    }};
}

#[tokio::test]
async fn calls_that_succeed_allocate_nothing() {
    AllocationRegistry::set_global_tracker(Counter).expect("nobody else counts");
    CALLS.set(true);
    let ready = || async { Ok::<_, ()>(7) };
    let waits = || async {
        tokio::task::yield_now().await;
        Ok::<_, ()>(7)
    };
    let breaker = CircuitBreaker::new(Breaker::default().slow_call(Duration::from_secs(1)));
    let limiter = RateLimiter::new(Rate::per_second(1_000_000_000));
    let bulkhead = Bulkhead::new(2);
    let budget = RetryBudget::new(Budget::default());

    let mut bare = Chain::new();
    assert_eq!(counted!(bare, ready), 0, "nothing written");

    let mut whole = Chain::new()
        .deadline(Duration::from_mins(1))
        .rate_limit(limiter.lease())
        .bulkhead(bulkhead.seat())
        .breaker(&breaker)
        .idempotent()
        .retry(Retry::up_to(3).backoff(Backoff::none()))
        .retry_budget(&budget)
        .hedge(Hedge::percentile(0.95))
        .timeout(Duration::from_secs(30))
        .fallback_value(0);
    assert_eq!(counted!(whole, ready), 0, "calls that are ready");
    assert_eq!(
        counted!(whole, waits),
        0,
        "calls that wait, once there is a timer"
    );

    let quote = from_fn("quote", |n: i32| async move { Ok::<_, ()>(n) }).protected(whole);
    assert_eq!(counted!(quote, 7), 0, "calls of a provider");
}
