//! Rate limits, bulkheads, deadlines and budgets as options of a stage: what waits, what is refused, and where it goes.

use std::time::Duration;

use electrician::{
    prelude::*,
    resilience::{Layer, breaker::BreakerState},
    test::{Faults, Recorder, Script, assert_clean, faulty_ref, record, run_to_end, scripted},
    value::Rate,
};
use futures_util::stream::{self, Stream, StreamExt};
use tokio::time::Instant;

use super::support::{Broken, LONG, keep, keep_any, ms, stats};

type Rejects = Recorder<Failure<u32, Broken>>;

/// Three parts of an item, one every 10 ms.
#[handler]
async fn parts(item: u32) -> impl Stream<Item = u32> {
    stream::iter(0..3).then(move |part| async move {
        tokio::time::sleep(ms(10)).await;
        item * 10 + part
    })
}

pipeline! {
    Streaming(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   parts  = parts { workers: 5, bulkhead: 2 };
        handler   store  = record(stored);
        source -> parts -> store;
    }

    Paced(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { rate_limit: { rate: 10/s, burst: 2 }, on_error: skip };
        handler   store  = record(stored);
        source -> call -> store;
    }

    PacedPool(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { workers: 8, rate_limit: { rate: 10/s, burst: 2 }, on_error: skip };
        handler   store  = record(stored);
        source -> call -> store;
    }

    PacedRetries(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            rate_limit: { rate: 1/s, burst: 1 },
            retry:      { attempts: 3, backoff: 1ms, idempotent },
            on_error:   skip,
        };
        source -> call -> _;
    }

    Rejecting(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rejected: Rejects) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) { rate_limit: { rate: 10/s, burst: 2, when_limited: reject } };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    Overflowing(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, spilt: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { rate_limit: { rate: 10/s, burst: 2 }, on_error: skip };
        handler   store  = record(stored);
        handler   spill  = record(spilt);
        source -> call -> store;
        call.overflow -> spill;
    }

    OverflowingPool(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, spilt: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { workers: 4, rate_limit: { rate: 10/s, burst: 2 }, on_error: skip };
        handler   store  = record(stored);
        handler   spill  = record(spilt);
        source -> call -> store;
        call.overflow -> spill;
    }

    WaitingThenRejecting(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            workers:    4,
            rate_limit: { rate: 1/h, burst: 2, when_limited: reject },
            breaker:    { consecutive: 1, cooldown: 1s, probes: 1, when_open: wait },
            on_error:   skip,
        };
        source -> call -> _;
    }

    Keyed(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, spilt: Recorder<u32>, digits: u32) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            rate_limit: { rate: 1/s, key: |item| item % *digits, keys: 100 },
            on_error:   skip,
        };
        handler   store  = record(stored);
        handler   spill  = record(spilt);
        source -> call -> store;
        call.overflow -> spill;
    }

    FewKeys(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { rate_limit: { rate: 1/s, key: |item| *item, keys: 1 }, on_error: skip };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Crowded(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { workers: 8, bulkhead: 3, on_error: skip };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Hurried(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rejected: Rejects) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) {
            deadline: 1s,
            retry:    { attempts: 100, backoff: 300ms, idempotent },
            timeout:  400ms,
        };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    HurriedAndPaced(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rejected: Recorder<AnyFailure>) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) { workers: 4, deadline: 1s, rate_limit: { rate: 1/s, burst: 1 } };
        handler   store   = record(stored);
        handler   rejects = keep_any(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    Sparing(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            retry:    { attempts: 10, backoff: 1ms, budget: 1/h, idempotent },
            on_error: skip,
        };
        source -> call -> _;
    }

    Everything(faults: Faults<Broken>, stored: Recorder<u32>, parked: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            workers:    4,
            deadline:   10s,
            rate_limit: 1_000/s,
            bulkhead:   2,
            breaker:    { consecutive: 3, cooldown: 1s..4s, probes: 1, slow_call: 500ms, slow_rate: 1, ramp: 1s },
            retry:      { attempts: 2, backoff: 1ms, budget: 0.5, idempotent },
            timeout:    2s,
            on_error:   skip,
        };
        handler store = record(stored);
        handler park  = record(parked);
        items -> call -> store;
        call.neutral -> park;
    }
}

fn none() -> Faults<Broken> {
    Faults::none()
}

#[tokio::test(start_paused = true)]
async fn a_rate_limit_holds_items_back_until_they_may_pass() {
    for workers in [1, 8] {
        let (stored, began) = (Recorder::new(), Instant::now());
        let input = Script::items(0..12);
        let report = if workers == 1 {
            run_to_end(Paced {
                input,
                faults: none(),
                stored: stored.clone(),
            })
            .await
        } else {
            run_to_end(PacedPool {
                input,
                faults: none(),
                stored: stored.clone(),
            })
            .await
        };
        assert_eq!(began.elapsed(), Duration::from_secs(1), "{workers} workers");
        assert_eq!(stored.items().len(), 12);
        assert_eq!(stats(&report, "call").refused, 0);
        assert_clean(&report);
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_of_a_retry_asks_the_limiter_again() {
    let began = Instant::now();
    let faults = none().fail_from_to(1, 2, Broken(503));
    run_to_end(PacedRetries {
        input: Script::items(0..1),
        faults,
    })
    .await;
    assert_eq!(began.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_rejects_fails_the_item_with_who_refused_it() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let faults = none();
    let report = run_to_end(Rejecting {
        input: Script::items(0..5),
        faults: faults.clone(),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!((stored.items(), faults.calls()), (vec![0, 1], 2));
    let failures = rejected.take();
    assert_eq!(failures.len(), 3);
    for failure in failures {
        let Cause::Refused(refusal) = failure.cause else {
            panic!("{failure} is no refusal");
        };
        assert_eq!((refusal.layer, failure.attempts), (Layer::RateLimit, 0));
        assert!(refusal.until.is_some());
    }
    assert_eq!(stats(&report, "call").refused, 3);
}

/// A stage that waited for its breaker waited for its limiter, too.
#[tokio::test(start_paused = true)]
async fn a_limit_rejects_what_has_waited_for_the_breaker() {
    let (faults, began) = (none().fail_on(1, Broken(503)), Instant::now());
    let report = run_to_end(WaitingThenRejecting {
        input: Script::items(0..4),
        faults: faults.clone(),
    })
    .await;
    assert_eq!(began.elapsed(), Duration::from_secs(1));
    assert_eq!((faults.calls(), stats(&report, "call").refused), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn the_overflow_port_gets_what_the_limit_refuses() {
    for workers in [1, 4] {
        let (stored, spilt) = (Recorder::new(), Recorder::new());
        let input = Script::items(0..5).wait(ms(100)).and(5..7);
        let (faults, kept) = (none(), (stored.clone(), spilt.clone()));
        let report = if workers == 1 {
            run_to_end(Overflowing {
                input,
                faults,
                stored,
                spilt,
            })
            .await
        } else {
            run_to_end(OverflowingPool {
                input,
                faults,
                stored,
                spilt,
            })
            .await
        };
        let (stored, spilt) = kept;
        assert_eq!(
            (stored.items(), spilt.items()),
            (vec![0, 1, 5], vec![2, 3, 4, 6])
        );
        assert_eq!(stats(&report, "call").refused, 4);
        assert_clean(&report);
    }
}

#[tokio::test(start_paused = true)]
async fn each_key_has_a_limit_of_its_own() {
    let (stored, spilt) = (Recorder::new(), Recorder::new());
    run_to_end(Keyed {
        input: Script::items([1, 11, 2, 21, 12, 3]),
        faults: none(),
        stored: stored.clone(),
        spilt: spilt.clone(),
        digits: 10,
    })
    .await;
    assert_eq!(
        (stored.items(), spilt.items()),
        (vec![1, 2, 3], vec![11, 21, 12])
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_too_many_waits_until_another_one_is_idle() {
    let (stored, began) = (Recorder::new(), Instant::now());
    run_to_end(FewKeys {
        input: Script::items([1, 2, 3]),
        faults: none(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [1, 2, 3]);
    assert!(began.elapsed() >= Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_bounds_the_calls_of_all_workers() {
    let (stored, faults) = (Recorder::new(), none().slow(ms(10)));
    let report = run_to_end(Crowded {
        input: Script::items(0..20),
        faults: faults.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!((stored.items().len(), faults.max_concurrent()), (20, 3));
    assert_clean(&report);
}

/// The place used to be free again as soon as the stream was there.
#[tokio::test(start_paused = true)]
async fn a_stream_keeps_its_place_in_the_bulkhead_until_it_has_ended() {
    let stored = Recorder::new();
    let running = Streaming {
        input: Script::items(0..8),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    tokio::time::sleep(ms(45)).await;
    assert_eq!(running.stages().parts.bulkhead().snapshot().running, 2);
    let report = running.wait().await;
    assert_clean(&report);
    // eight streams of 30 ms, two at once
    let times = stored.times();
    assert_eq!((times.len(), times[23]), (24, ms(4 * 30)));
    assert_eq!(running.stages().parts.bulkhead().snapshot().running, 0);
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_attempt_that_is_under_way() {
    let (stored, rejected, began) = (Recorder::new(), Recorder::new(), Instant::now());
    let report = run_to_end(HurriedAndPaced {
        input: Script::items(0..1),
        faults: none().slow(ms(10_000)),
        stored,
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!(began.elapsed(), Duration::from_secs(1));
    let [failure] = &rejected.take()[..] else {
        panic!("one item fails");
    };
    assert_eq!(failure.attempts, 1);
    assert!(matches!(failure.cause, Cause::Late(limit) if limit == ms(1_000)));
    assert_eq!(stats(&report, "call").failed, 1);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_deadline() {
    let (rejected, began) = (Recorder::new(), Instant::now());
    run_to_end(Hurried {
        input: Script::items(0..1),
        faults: none().fail_from_to(1, u64::MAX, Broken(503)),
        stored: Recorder::new(),
        rejected: rejected.clone(),
    })
    .await;
    assert!(began.elapsed() < Duration::from_secs(1));
    assert!(matches!(
        rejected.take()[0].cause,
        Cause::Error(Broken(503))
    ));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_cannot_end_before_the_deadline_is_refused_at_once() {
    let (stored, rejected, began) = (Recorder::new(), Recorder::new(), Instant::now());
    run_to_end(HurriedAndPaced {
        input: Script::items(0..4),
        faults: none(),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!(
        (stored.items().len(), began.elapsed()),
        (2, Duration::from_secs(1))
    );
    let layers: Vec<_> = rejected
        .take()
        .into_iter()
        .map(|failure| failure.to_string())
        .collect();
    assert_eq!(
        layers,
        ["stage `call` failed: refused: the rate limit is reached"; 2]
    );
}

#[tokio::test(start_paused = true)]
async fn a_budget_bounds_the_retries_of_all_items() {
    let faults = none().fail_from_to(1, u64::MAX, Broken(503));
    let report = run_to_end(Sparing {
        input: Script::items(0..20),
        faults: faults.clone(),
    })
    .await;
    assert_eq!(
        faults.calls(),
        20 + 10,
        "ten retries are saved up to begin with"
    );
    assert_eq!(stats(&report, "call").retried, 10);
}

#[tokio::test(start_paused = true)]
async fn the_knobs_of_all_options_are_at_hand() {
    let (stored, parked) = (Recorder::new(), Recorder::new());
    let running = Everything {
        faults: none(),
        stored: stored.clone(),
        parked: parked.clone(),
    }
    .start()
    .unwrap();
    let call = &running.stages().call;
    call.rate_limit().set(Rate::per_second(2)).unwrap();
    call.bulkhead().set(1).unwrap();
    assert_eq!(call.snapshot().state, BreakerState::Closed);
    running.items.send(1).await.unwrap();
    call.breaker().trip();
    running.items.send(2).await.unwrap();
    let report = running.drain(LONG).await;
    assert_clean(&report);
    assert_eq!(stored.items().len() + parked.items().len(), 2);
    assert!(parked.items().contains(&2));
}
