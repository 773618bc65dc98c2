//! Protected stages of one island whose calls succeed at once: the layers are asked for many of them together, and what was
//! asked for is never more than is used.

use electrician::{
    prelude::*,
    resilience::breaker::BreakerState,
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty_ref, record, run_to_end,
        scripted,
    },
};
use tokio::time::sleep;

use super::support::{Broken, LONG, ms, stats};

/// More than one worker can use, so that it is the seat that is seen.
const PLACES: u32 = 2;

pipeline! {
    Two(input: Script<u32>, first: Faults<Broken>, second: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   one    = faulty_ref(first) {
            rate_limit: { rate: 1_000_000/s, burst: 10_000 },
            bulkhead:   PLACES,
            breaker:    { consecutive: 1, cooldown: 1min, when_open: reject },
            on_error:   skip,
        };
        handler   two    = faulty_ref(second) { bulkhead: PLACES, timeout: 1min, on_error: skip };
        handler   store  = record(stored);
        source -> one -> two -> store;
    }
}

fn two(items: u32, first: &Faults<Broken>, second: &Faults<Broken>) -> Two {
    Two {
        input: Script::items(0..items),
        first: first.clone(),
        second: second.clone(),
        stored: Recorder::new(),
    }
}

#[tokio::test(start_paused = true)]
async fn a_stage_keeps_no_place_while_another_one_of_its_island_waits() {
    let slow = Faults::none().slow_on(50, ms(10_000));
    let running = two(200, &Faults::none(), &slow).start().unwrap();
    sleep(ms(1_000)).await;
    assert_eq!(slow.calls(), 50);
    let stages = running.stages();
    assert_eq!(stages.one.bulkhead().snapshot().running, 0);
    assert_eq!(stages.two.bulkhead().snapshot().running, 1);
    assert_clean(&running.drain(LONG).await);
}

#[tokio::test(start_paused = true)]
async fn each_call_takes_one_token_and_is_counted_once() {
    let (none, slow) = (Faults::none(), Faults::none().slow_on(100, ms(1)));
    let running = two(1_000, &none, &slow).start().unwrap();
    let (one, two) = (running.stages().one.clone(), running.stages().two.clone());
    sleep(ms(1_000)).await;
    assert_eq!(one.breaker().snapshot().failures, 0);
    assert_clean(&running.drain(LONG).await);
    assert_eq!(none.calls(), 1_000);
    let limiter = one.rate_limit().snapshot();
    assert_eq!((limiter.admitted, limiter.leased), (1_000, 0));
    assert_eq!(two.bulkhead().snapshot().running, 0);
}

#[tokio::test(start_paused = true)]
async fn a_failure_opens_the_breaker_before_the_next_item_of_the_chunk() {
    let failing = Faults::none().fail_on(5, Broken(503));
    let report = run_to_end(two(100, &failing, &Faults::none())).await;
    assert_eq!(failing.calls(), 5);
    let one = stats(&report, "one");
    assert_eq!((one.completed, one.failed, one.refused), (4, 1, 95));
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_a_chunk_counts_against_the_breaker() {
    let panicking = Faults::none().panic_on(5);
    let running = two(100, &panicking, &Faults::none()).start().unwrap();
    let one = running.stages().one.clone();
    let report = running.wait().await;
    assert_eq!(one.snapshot().state, BreakerState::Open);
    let one = stats(&report, "one");
    assert_eq!((one.completed, one.panicked, one.refused), (4, 1, 95));
    assert_balanced(&report);
}
