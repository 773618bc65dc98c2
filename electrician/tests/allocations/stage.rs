//! A stage with protections.

use std::time::Duration;

use electrician::{
    pipeline::{Pipeline, Running},
    prelude::*,
    resilience::Concurrency,
};

use super::counter;

/// By then, every worker has had items, whatever the edges hold.
const WARM: u32 = 10_000;
const ITEMS: u32 = 30_000;

/// Items, of which those after the first few are counted.
#[generator]
fn numbers() -> impl Iterator<Item = u32> {
    (0..ITEMS).inspect(|item| {
        if *item == WARM {
            counter::begin();
        }
    })
}

#[handler]
async fn call_ready(item: &u32) -> Result<u32, std::io::Error> {
    Ok(*item)
}

#[handler]
async fn call_waiting(item: &u32) -> Result<u32, std::io::Error> {
    tokio::task::yield_now().await;
    Ok(*item)
}

#[handler]
fn done(item: u32) {
    if item == ITEMS - 1 {
        counter::end();
    }
}

pipeline! {
    Alone {
        generator numbers;
        handler   call = call_ready {
            deadline:   1min,
            rate_limit: 1_000_000_000/s,
            bulkhead:   Concurrency::from(2),
            breaker:    { consecutive: 5, window: 1s, slow_call: 1s, when_open: wait },
            retry:      { attempts: 3, budget: 0.1, retry_after: |_| Duration::from_secs(1), idempotent },
            timeout:    2s,
            on_error:   skip,
        };
        handler   done;
        numbers -> call -> done;
    }

    AloneAndWaiting {
        generator numbers;
        handler   call = call_waiting {
            deadline:   1min,
            rate_limit: 1_000_000_000/s,
            bulkhead:   Concurrency::from(2),
            breaker:    { consecutive: 5, window: 1s, when_open: wait },
            retry:      { attempts: 3, budget: 0.1, idempotent },
            timeout:    2s,
            on_error:   skip,
        };
        handler   done;
        numbers -> call -> done;
    }

    Together {
        generator numbers;
        handler   call = call_waiting {
            workers:    8,
            deadline:   1min,
            rate_limit: 1_000_000_000/s,
            bulkhead:   Concurrency::from(8),
            breaker:    { consecutive: 5, window: 1s, when_open: wait },
            retry:      { attempts: 3, budget: 0.1, idempotent },
            timeout:    2s,
            on_error:   skip,
        };
        handler   done;
        numbers -> call -> done;
    }
}

/// What the items after the first few allocate.
async fn counted(pipeline: impl Pipeline) -> u64 {
    let running = Running::start(pipeline).unwrap();
    let report = running.wait().await;
    assert!(report.is_clean(), "{report}");
    counter::made()
}

#[tokio::test]
async fn items_through_a_protected_stage_allocate_nothing() {
    let _turn = counter::turn().await;
    assert_eq!(counted(Alone).await, 0, "calls that are ready");
    assert_eq!(counted(AloneAndWaiting).await, 0, "calls that wait");
    assert_eq!(counted(Together).await, 0, "a pool of calls");
}
