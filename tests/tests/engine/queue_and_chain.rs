//! What stands behind the queue of a rate limit: deadline, breaker, retry and fallback, and what a panic costs.

use electrician::{
    prelude::*,
    test::{Faults, Recorder, assert_balanced, assert_clean, faulty_ref, record},
};
use tokio::time::Instant;

use super::support::{Broken, LONG, keep_any, ms, sent, stats};

pipeline! {
    Forgiving(faults: Faults<Broken>, stored: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 10/s, burst: 1, queue: { capacity: 3 } },
            fallback:   |item| item + 500,
        };
        handler store = record(stored);
        items -> call -> store;
    }

    Hurried(faults: Faults<Broken>, stored: Recorder<u32>, rejected: Recorder<AnyFailure>) {
        input   items: u32;
        handler call    = faulty_ref(faults) {
            deadline:   1500ms,
            rate_limit: { rate: 1/s, burst: 1, queue: { capacity: 10 } },
        };
        handler store   = record(stored);
        handler rejects = keep_any(rejected);
        items -> call -> store;
        call.error -> rejects;
    }

    Broke(faults: Faults<Broken>, stored: Recorder<u32>, parked: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 1/s, burst: 1, queue: { capacity: 10 } },
            breaker:    { consecutive: 1, cooldown: 1h },
            retry:      { attempts: 1, idempotent },
            on_error:   skip,
        };
        handler store = record(stored);
        handler park  = record(parked);
        items -> call -> store;
        call.neutral -> park;
    }

    Again(faults: Faults<Broken>, stored: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 1/s, burst: 1, queue: { capacity: 10 } },
            retry:      { attempts: 3, backoff: 1ms, idempotent },
            on_panic:   { restarts: 5, within: 1min },
            on_error:   skip,
        };
        handler store = record(stored);
        items -> call -> store;
    }
}

#[tokio::test(start_paused = true)]
async fn a_fallback_stands_for_what_does_not_fit() {
    let stored = Recorder::new();
    let running = sent!(
        Forgiving {
            faults: Faults::none(),
            stored: stored.clone(),
        },
        0..6
    );
    assert_clean(&running.drain(LONG).await);
    assert_eq!(stored.items(), [0, 504, 505, 1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn the_wait_in_the_queue_is_part_of_the_deadline() {
    let (stored, rejected, began) = (Recorder::new(), Recorder::new(), Instant::now());
    let running = sent!(
        Hurried {
            faults: Faults::none().slow_on(2, ms(10_000)),
            stored: stored.clone(),
            rejected: rejected.clone(),
        },
        0..3
    );
    let report = running.drain(LONG).await;
    assert_eq!(stored.items(), [0]);
    assert_eq!(began.elapsed(), ms(1_500));
    let causes: Vec<_> = rejected.take();
    assert!(
        causes
            .iter()
            .any(|failure| matches!(failure.cause, Cause::Late(_)))
    );
    assert!(
        causes
            .iter()
            .any(|failure| matches!(failure.cause, Cause::Refused(_)))
    );
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn what_the_breaker_refuses_takes_no_token() {
    let (parked, began) = (Recorder::new(), Instant::now());
    let running = sent!(
        Broke {
            faults: Faults::none().fail_on(1, Broken(503)),
            stored: Recorder::new(),
            parked: parked.clone(),
        },
        0..5
    );
    let report = running.drain(LONG).await;
    assert_eq!(parked.items(), [1, 2, 3, 4]);
    assert!(
        began.elapsed() <= ms(1_000),
        "one was about to go when it opened"
    );
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn an_attempt_after_the_first_waits_for_a_token_of_its_own() {
    let (stored, began) = (Recorder::new(), Instant::now());
    let running = sent!(
        Again {
            faults: Faults::none().fail_from_to(1, 2, Broken(503)),
            stored: stored.clone(),
        },
        0..3
    );
    assert_clean(&running.drain(LONG).await);
    assert_eq!(stored.items(), [0, 1, 2]);
    assert_eq!(began.elapsed(), ms(4_000));
}

#[tokio::test(start_paused = true)]
async fn a_panic_costs_one_item_and_no_worker() {
    let stored = Recorder::new();
    let running = sent!(
        Again {
            faults: Faults::none().panic_on(2),
            stored: stored.clone(),
        },
        0..5
    );
    let report = running.drain(LONG).await;
    assert_eq!(stored.items(), [0, 2, 3, 4]);
    assert_eq!(
        (
            stats(&report, "call").panicked,
            stats(&report, "call").restarts
        ),
        (1, 1)
    );
    assert_balanced(&report);
}
