//! Panics: caught at the single call, visible in the accounts, and limited.

use std::{
    borrow::Borrow,
    future::ready,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use electrician::{
    ErrorKind,
    pipeline::{Outcome, State},
    prelude::*,
    resilience::retry::{Backoff, Jitter},
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty, faulty_ref, record,
        run_to_end, scripted,
    },
};
use futures_util::stream::{self, Stream, StreamExt};

use super::support::{keep_any, ms, stats};

/// Synchronous, by reference.
#[handler]
fn check(item: &u32) -> u32 {
    assert!(item % 3 != 1, "no luck with {item}");
    *item
}

/// Synchronous, by value.
#[handler]
fn swallow(item: u32) -> u32 {
    assert!(item % 3 != 1, "no luck with {item}");
    item
}

#[handler]
fn part(item: &u32) -> impl Stream<Item = u32> {
    let item = *item;
    stream::iter(0..5).map(move |n| {
        assert!(item != 1 || n < 2, "the stream of {item} breaks");
        item * 10 + n
    })
}

#[handler]
fn steps(item: &u32) -> impl Iterator<Item = u32> {
    let item = *item;
    (0..5).map(move |n| {
        assert!(item != 1 || n < 2, "the iterator of {item} breaks");
        item * 10 + n
    })
}

/// The sum so far, which is only half done when it panics.
#[handler]
async fn add_up(item: &u32, sum: &mut u32) -> u32 {
    *sum += ready(item).await;
    assert!(*item != 3, "the state is half done");
    *sum
}

/// Cannot be borrowed as what a handler takes.
#[derive(Clone, Debug)]
struct Closed;

impl Borrow<u64> for Closed {
    fn borrow(&self) -> &u64 {
        panic!("it is closed")
    }
}

#[handler]
fn scale(item: &u32, by: &u64) {
    assert!(u64::from(*item) < *by);
}

/// Counts up, and panics at the third item.
struct Breaking(u32);

impl Stream for Breaking {
    type Item = u32;
    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        self.0 += 1;
        assert!(self.0 < 3, "the source breaks");
        Poll::Ready(Some(self.0))
    }
}

#[generator]
fn breaking() -> impl Stream<Item = u32> {
    Breaking(0)
}

pipeline! {
    Plain(input: Script<u32>, stored: Recorder<u32>, rejected: Recorder<AnyFailure>) {
        generator source  = scripted(input);
        handler   first   = check;
        handler   store   = record(stored);
        handler   rejects = keep_any(rejected);
        source -> first -> store;
        first.error -> rejects;
    }

    Async(input: Script<u32>, faults: Faults, stored: Recorder<u32>, rejected: Recorder<u32>, workers: usize) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) { workers: *workers };
        handler   store   = record(stored);
        handler   rejects = back(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    ByValue(input: Script<u32>, faults: Faults, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   first  = swallow;
        handler   second = faulty(faults);
        handler   store  = record(stored);
        source -> first -> second -> store;
    }

    Midway(input: Script<u32>, streamed: Recorder<u32>, iterated: Recorder<u32>) {
        generator source = scripted(input);
        handler   first  = part;
        handler   second = steps;
        handler   left   = record(streamed);
        handler   right  = record(iterated);
        source -> [first, second];
        first -> left;
        second -> right;
    }

    Stateful(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   sum    = add_up(0);
        handler   store  = record(stored);
        source -> sum -> store;
    }

    Limited(input: Script<u32>, faults: Faults, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { on_panic: { restarts: 2, within: 10s } };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Delayed(input: Script<u32>, faults: Faults, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            on_panic: { restarts: 9, within: 1min, backoff: Backoff::constant(5s).jitter(Jitter::None) },
        };
        handler   store  = record(stored);
        source -> call -> store with { buffer: 100 };
    }

    Strict(input: Script<u32>, faults: Faults, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { on_panic: fail };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Scaled(input: Script<u32>, by: Closed) {
        generator source = scripted(input);
        handler   scale  = scale(by);
        source -> scale;
    }

    Source(stored: Recorder<u32>) {
        generator source = breaking;
        handler   store  = record(stored);
        source -> store;
    }
}

/// Keeps the item of a failure.
#[handler]
async fn back(failure: Failure<u32, std::convert::Infallible>, kept: &Recorder<u32>) {
    kept.put(failure.item).await;
}

/// A panic in a handler unwound through the worker and took the process with it.
#[tokio::test(start_paused = true)]
async fn a_panicking_handler_does_not_end_the_process() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().panic_on(1).panic_on(3);
    let report = run_to_end(Async {
        input: Script::items(0..5),
        faults,
        stored: stored.clone(),
        rejected: rejected.clone(),
        workers: 1,
    })
    .await;
    assert_eq!(
        (stored.items(), rejected.items()),
        (vec![1, 3, 4], vec![0, 2])
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_one_worker_leaves_the_others_at_work() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().slow(ms(10)).panic_on(2).panic_on(7);
    let report = run_to_end(Async {
        input: Script::items(0..20),
        faults,
        stored: stored.clone(),
        rejected: rejected.clone(),
        workers: 4,
    })
    .await;
    assert_eq!((stored.len(), rejected.len()), (18, 2));
    assert_eq!(
        (
            stats(&report, "call").panicked,
            stats(&report, "call").completed
        ),
        (2, 18)
    );
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_a_plain_handler_leaves_by_the_error_port() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Plain {
        input: Script::items(0..6),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!(stored.items(), [0, 2, 3, 5]);
    let failures = rejected.take();
    assert!(matches!(&failures[0].cause, Cause::Panicked(message) if message == "no luck with 1"));
    assert_eq!(
        failures[1].to_string(),
        "stage `first` failed: panicked: no luck with 4"
    );
    assert_eq!(
        (
            stats(&report, "first").panicked,
            stats(&report, "first").failed
        ),
        (2, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_taken_by_value_is_counted_when_its_call_panics() {
    let stored = Recorder::new();
    let report = run_to_end(ByValue {
        input: Script::items(0..9),
        faults: Faults::none().panic_on(2),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [0, 3, 5, 6, 8]);
    assert_eq!(
        (
            stats(&report, "first").panicked,
            stats(&report, "second").panicked
        ),
        (3, 1)
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn what_a_call_gave_before_it_panicked_goes_on() {
    let (streamed, iterated) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Midway {
        input: Script::items(0..3),
        streamed: streamed.clone(),
        iterated: iterated.clone(),
    })
    .await;
    let given = [0, 1, 2, 3, 4, 10, 11, 20, 21, 22, 23, 24];
    assert_eq!(
        (streamed.items(), iterated.items()),
        (given.to_vec(), given.to_vec())
    );
    for stage in ["first", "second"] {
        let stage = stats(&report, stage);
        assert_eq!((stage.panicked, stage.completed, stage.emitted), (1, 2, 12));
    }
}

#[tokio::test(start_paused = true)]
async fn the_state_is_made_anew_after_a_panic() {
    let stored = Recorder::new();
    let report = run_to_end(Stateful {
        input: Script::items(1..=5),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [1, 3, 4, 9]);
    assert_eq!(stats(&report, "sum").restarts, 1);
}

#[tokio::test(start_paused = true)]
async fn too_many_panics_fail_the_pipeline_visibly() {
    let faults = Faults::none().panic_on(2).panic_on(3).panic_on(4);
    let running = Limited {
        input: Script::items(0..9),
        faults,
        stored: Recorder::new(),
    }
    .start()
    .unwrap();
    let report = running.wait().await;
    let Outcome::Failed(error) = &report.outcome else {
        panic!("{report}")
    };
    assert_eq!(error.kind(), ErrorKind::Panicked);
    assert_eq!(
        error.to_string(),
        "stage `call` panicked too often: call 4 panics, as planned"
    );
    assert!(!running.health().is_fine());
    assert!(matches!(
        running.health().stage("call"),
        Some(State::Dead(Some(_)))
    ));
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn panics_that_are_far_apart_do_not_add_up() {
    let faults = Faults::none()
        .panic_on(1)
        .panic_on(2)
        .panic_on(3)
        .panic_on(4);
    let pause = Duration::from_secs(6);
    let input = Script::items([1])
        .wait(pause)
        .item(2)
        .wait(pause)
        .item(3)
        .wait(pause)
        .item(4)
        .item(5);
    let stored = Recorder::new();
    let report = run_to_end(Limited {
        input,
        faults,
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [5]);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_worker_waits_after_a_panic_as_it_was_told() {
    let stored = Recorder::new();
    let faults = Faults::none().panic_on(2);
    run_to_end(Delayed {
        input: Script::items([1, 2, 3]),
        faults,
        stored: stored.clone(),
    })
    .await;
    assert_eq!((stored.items(), stored.times()[1]), (vec![1, 3], ms(5000)));
}

#[tokio::test(start_paused = true)]
async fn what_was_made_before_does_not_wait_for_the_worker_that_panicked() {
    let stored = Recorder::new();
    let faults = Faults::none().panic_on(2);
    run_to_end(Delayed {
        input: Script::items([1, 2, 3]),
        faults,
        stored: stored.clone(),
    })
    .await;
    assert_eq!(
        (stored.items(), stored.times()),
        (vec![1, 3], vec![ms(0), ms(5000)])
    );
}

#[tokio::test(start_paused = true)]
async fn a_strict_stage_fails_the_pipeline_at_its_first_panic() {
    let stored = Recorder::new();
    let faults = Faults::none().panic_on(2);
    let report = run_to_end(Strict {
        input: Script::items(0..9).hang(),
        faults: faults.clone(),
        stored,
    })
    .await;
    assert_eq!(
        (
            report.failure().map(electrician::Error::kind),
            faults.calls()
        ),
        (Some(ErrorKind::Panicked), 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_panicking_generator_fails_the_pipeline() {
    let report = run_to_end(Source {
        stored: Recorder::new(),
    })
    .await;
    let error = report.failure().expect("it failed");
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::Panicked, "source")
    );
    assert_eq!(
        error.to_string(),
        "stage `source` panicked too often: the source breaks"
    );
}

/// It is lent once for all items of a pass, so that the panic is none of theirs.
#[tokio::test(start_paused = true)]
async fn an_argument_that_cannot_be_lent_fails_the_pipeline() {
    let report = run_to_end(Scaled {
        input: Script::items([1, 2]),
        by: Closed,
    })
    .await;
    let error = report.failure().expect("it failed");
    assert_eq!(error.kind(), ErrorKind::Died);
    assert_eq!(
        error.to_string(),
        "the task of stage `source` has ended before its time: it is closed"
    );
}
