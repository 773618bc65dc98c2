//! A stage with protections.

use std::time::Duration;

use electrician::{
    pipeline::{Pipeline, Running},
    prelude::*,
    resilience::Concurrency,
};

use super::counter;

/// By then, every worker has had an item, whatever the edges hold.
const WARM: u32 = 4_000;
/// What runtime and edges may make once, however many items there are.
const FEW: u64 = 32;
const ITEMS: u32 = 24_000;

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
    std::future::ready(()).await;
    Ok(*item)
}

#[handler]
async fn call_waiting(item: &u32) -> Result<u32, std::io::Error> {
    if *item < WARM {
        // so long that every worker has one
        tokio::time::sleep(Duration::from_millis(1)).await;
    } else {
        tokio::task::yield_now().await;
    }
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

#[tokio::test(start_paused = true)]
async fn items_through_a_protected_stage_allocate_nothing() {
    let _turn = counter::turn().await;
    let made = [
        counted(Alone).await,
        counted(AloneAndWaiting).await,
        counted(Together).await,
    ];
    let few = |made: &u64| *made <= FEW;
    assert!(made.iter().all(few), "{made:?} for {} items", ITEMS - WARM);
}
