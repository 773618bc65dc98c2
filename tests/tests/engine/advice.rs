//! The closures of options that panic: the item is a panic of its stage, whatever was asked and wherever it was.

use std::time::Duration;

use electrician::{
    ErrorKind,
    prelude::*,
    resilience::{Backoff, Jitter},
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty_ref, record, run_to_end,
        scripted,
    },
};
use tokio::time::sleep;

use super::support::{Broken, keep, ms, stats};

type Rejects = Recorder<Failure<u32, Broken>>;

/// What the options are asked, each with an item of its own that it cannot stand.
const KEY: u32 = 1;
const OUTPUT: u32 = 2;
const COUNTS: u32 = 3;
const RETRY: u32 = 4;
const AFTER: u32 = 5;

/// From 3 to 5 it fails.
fn outcome(item: u32) -> Result<u32, Broken> {
    if (COUNTS..=AFTER).contains(&item) {
        return Err(Broken(item));
    }
    Ok(item)
}

#[handler]
fn plainly(item: &u32) -> Result<u32, Broken> {
    outcome(*item)
}

#[handler]
async fn at_once(item: &u32) -> Result<u32, Broken> {
    std::future::ready(outcome(*item)).await
}

#[handler]
async fn slowly(item: &u32) -> Result<u32, Broken> {
    sleep(ms(5)).await;
    outcome(*item)
}

/// What is asked about one number it cannot answer.
#[track_caller]
fn answer<T>(about: u32, bad: u32, answer: T) -> T {
    assert!(about != bad, "no answer about {bad}");
    answer
}

fn steady(wait: Duration) -> Backoff {
    Backoff::constant(wait).jitter(Jitter::None)
}

/// A stage with all the questions, in each form that a stage can have.
macro_rules! asked {
    ($name:ident, $handler:ident, { $($workers:tt)* }, { $($key:tt)* }) => {
        pipeline! {
            $name(input: Script<u32>, stored: Recorder<u32>, rejected: Rejects) {
                generator source  = scripted(input);
                handler   call    = $handler {
                    $($workers)*
                    breaker: {
                        consecutive: 1_000,
                        when_open: reject,
                        when: |error| answer(error.0, COUNTS, true),
                        when_output: |output| answer(*output, OUTPUT, false),
                        $($key)*
                    },
                    retry: {
                        attempts: 3,
                        backoff: steady(1ms),
                        when: |error| answer(error.0, RETRY, true),
                        retry_after: |error| answer(error.0, AFTER, None::<Duration>),
                        idempotent,
                    },
                };
                handler   store   = record(stored);
                handler   rejects = keep(rejected);
                source -> call -> store;
                call.error -> rejects;
            }
        }
    };
}

asked!(Plain, plainly, {}, {});
asked!(Quick, at_once, {}, {});
asked!(Slow, slowly, {}, {});
asked!(Pooled, slowly, { workers: 3, }, {});
asked!(Keyed, at_once, {}, { key: |item| answer(*item, KEY, *item % 2), keys: 9, });
asked!(KeyedPool, slowly, { workers: 3, }, { key: |item| answer(*item, KEY, *item % 2), keys: 9, });

/// Runs `$name` with the items up to 9, of which the stage cannot stand `$bad`.
macro_rules! loses {
    ($name:ident, $bad:expr) => {{
        let (stored, rejected) = (Recorder::new(), Recorder::new());
        let report = run_to_end($name {
            input: Script::items(0..10),
            stored: stored.clone(),
            rejected: rejected.clone(),
        })
        .await;
        assert_balanced(&report);
        let mut lost = Vec::new();
        for failure in rejected.take() {
            let said = matches!(&failure.cause, Cause::Panicked(why) if *why == format!("no answer about {}", failure.item));
            assert!(said, "{failure}");
            assert_eq!(failure.last, outcome(failure.item).err(), "it is kept");
            lost.push(failure.item);
        }
        lost.sort_unstable();
        let (mut kept, bad): (_, Vec<u32>) = (stored.take(), $bad);
        kept.sort_unstable();
        let good: Vec<u32> = (0..10).filter(|item| !bad.contains(item)).collect();
        assert_eq!((kept, &lost), (good, &bad));
        let stats = stats(&report, "call");
        assert_eq!((stats.panicked, stats.failed, stats.dropped), (bad.len() as u64, 0, 0));
    }};
}

#[tokio::test(start_paused = true)]
async fn an_option_that_panics_loses_one_item_of_a_stage_in_a_pass() {
    loses!(Plain, vec![OUTPUT, COUNTS, RETRY, AFTER]);
    loses!(Quick, vec![OUTPUT, COUNTS, RETRY, AFTER]);
    loses!(Slow, vec![OUTPUT, COUNTS, RETRY, AFTER]);
    loses!(Keyed, vec![KEY, OUTPUT, COUNTS, RETRY, AFTER]);
}

#[tokio::test(start_paused = true)]
async fn an_option_that_panics_loses_one_item_of_a_pool() {
    loses!(Pooled, vec![OUTPUT, COUNTS, RETRY, AFTER]);
    loses!(KeyedPool, vec![KEY, OUTPUT, COUNTS, RETRY, AFTER]);
}

pipeline! {
    Hopeless(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = at_once {
            breaker:  { when_output: |_| panic!("it never knows"), when_open: reject },
            on_panic: { restarts: 2, within: 10s },
            on_error: skip,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Patient(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = at_once {
            breaker:  { when_output: |output| answer(*output, OUTPUT, false), when_open: reject },
            on_panic: { restarts: 9, within: 1min, backoff: steady(5s) },
            on_error: skip,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Ranked(input: Script<u32>, stored: Recorder<u32>, rejected: Rejects) {
        generator source  = scripted(input);
        handler   call    = slowly {
            rate_limit: {
                rate:     1_000/s,
                key:      |item| answer(*item, KEY, 0),
                keys:     9,
            },
            workers:    2,
        };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    Queued(input: Script<u32>, stored: Recorder<u32>, rejected: Rejects) {
        generator source  = scripted(input);
        handler   call    = at_once {
            workers:    2,
            rate_limit: {
                rate:  100/s,
                queue: { capacity: 20, priority: |item| answer(*item, KEY, *item as i32) },
            },
            breaker:    { when_output: |output| answer(*output, OUTPUT, false), when_open: wait },
        };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    Shaken(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            rate_limit: { rate: 1_000/s, burst: 1, queue: { capacity: 20 } },
            on_panic:   { restarts: 9, within: 1min, backoff: steady(5s) },
            on_error:   skip,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }
}

#[tokio::test(start_paused = true)]
async fn an_option_that_panics_too_often_fails_the_pipeline_visibly() {
    let report = run_to_end(Hopeless {
        input: Script::items(6..20).hang(),
        stored: Recorder::new(),
    })
    .await;
    let error = report.failure().expect("it failed");
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            ErrorKind::Panicked,
            "stage `call` panicked too often: it never knows".to_owned()
        )
    );
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn a_worker_waits_after_an_option_has_panicked() {
    let stored = Recorder::new();
    let report = run_to_end(Patient {
        input: Script::items([0, OUTPUT, 6]),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(
        (stored.items(), stored.times()),
        (vec![0, 6], vec![ms(0), ms(5_000)])
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_a_rate_limit_that_panics_takes_no_token() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Ranked {
        input: Script::items([6, KEY, 7, 8]),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_balanced(&report);
    let lost: Vec<_> = rejected.take().iter().map(|lost| lost.item).collect();
    assert_eq!((lost, stored.len()), (vec![KEY], 3));
}

#[tokio::test(start_paused = true)]
async fn a_queue_strands_nothing_when_an_option_panics() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Queued {
        input: Script::items([6, KEY, 7, OUTPUT, 8, KEY, 9]),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_balanced(&report);
    let mut lost: Vec<_> = rejected.take().iter().map(|lost| lost.item).collect();
    lost.sort_unstable();
    let mut kept = stored.take();
    kept.sort_unstable();
    assert_eq!((lost, kept), (vec![KEY, KEY, OUTPUT], vec![6, 7, 8, 9]));
    assert_eq!(stats(&report, "call").panicked, 3);
}

#[tokio::test(start_paused = true)]
async fn a_queue_strands_nothing_while_its_worker_waits_after_a_panic() {
    let stored = Recorder::new();
    let report = run_to_end(Shaken {
        input: Script::items(0..10),
        faults: Faults::none().panic_on(3).panic_on(6),
        stored: stored.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(stored.items(), [0, 1, 3, 4, 6, 7, 8, 9]);
    let times = stored.times();
    assert!(times[2] >= ms(5_000) && times[4] >= ms(10_000), "{times:?}");
    let stats = stats(&report, "call");
    assert_eq!(
        (stats.received, stats.completed, stats.panicked),
        (10, 8, 2)
    );
}
