//! Failures: skipped, stopping, failing, on their way to the error port; each exactly once.

use electrician::{
    ErrorKind,
    pipeline::Outcome,
    prelude::*,
    test::{Faults, Recorder, Script, assert_clean, faulty_ref, record, run_to_end, scripted},
};
use futures_util::stream::{self, Stream};

use super::support::{Broken, LONG, keep, keep_any, keep_lost, ms, stats};

#[handler]
fn refuse(item: &u32) -> Result<u32, Broken> {
    Err(Broken(*item))
}

/// Each third part of an item is broken.
#[handler]
fn split(item: u32) -> Result<impl Stream<Item = Result<u32, Broken>>, Broken> {
    if item == 7 {
        return Err(Broken(7));
    }
    Ok(stream::iter((0..6).map(move |n| {
        if n % 3 == 2 {
            Err(Broken(n))
        } else {
            Ok(item * 10 + n)
        }
    })))
}

pipeline! {
    Refusing(input: Script<u32>, rejected: Recorder<Failure<u32, Broken>>, any: Recorder<AnyFailure>) {
        generator source = scripted(input);
        handler   plain  = refuse;
        handler   pooled = refuse { workers: 4 };
        handler   left   = keep(rejected);
        handler   right  = keep_any(any);
        source -> [plain, pooled];
        plain -> _;
        pooled -> _;
        plain.error -> left;
        pooled.error -> right;
    }

    Skipping(input: Script<u32, Broken>, faults: Faults<Broken>, stored: Recorder<u32>) {
        defaults { on_error: skip };
        generator source = scripted(input);
        handler   call   = faulty_ref(faults);
        handler   store  = record(stored);
        source -> call -> store;
    }

    Stopping(input: Script<u32, Broken>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input) { on_error: stop };
        handler   call   = faulty_ref(faults) { on_error: stop };
        handler   store  = record(stored);
        source -> call -> store with { buffer: 100 };
    }

    Failing(input: Script<u32, Broken>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input) { on_error: fail };
        handler   call   = faulty_ref(faults) { on_error: fail };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Abrupt(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { on_error: fail, buffer: 100 };
        source -> call -> _;
    }

    Reporting(input: Script<u32, Broken>, stored: Recorder<u32>, rejected: Recorder<Failure<(), Broken>>) {
        generator source  = scripted(input);
        handler   store   = record(stored);
        handler   rejects = keep_lost(rejected);
        source -> store;
        source.error -> rejects;
    }

    Splitting(input: Script<u32>, stored: Recorder<u32>, rejected: Recorder<Failure<(), Broken>>) {
        generator source  = scripted(input);
        handler   parts   = split;
        handler   store   = record(stored);
        handler   rejects = keep_lost(rejected);
        source -> parts -> store;
        parts.error -> rejects;
    }
}

/// Failures were sent on a channel of 16 with `try_send`: most of ten thousand were gone without a trace.
#[tokio::test(start_paused = true)]
async fn ten_thousand_failing_items_give_ten_thousand_failures() {
    let (rejected, any) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Refusing {
        input: Script::items(0..10_000),
        rejected: rejected.clone(),
        any: any.clone(),
    })
    .await;
    let failures = rejected.take();
    assert!(failures.iter().map(|failure| failure.item).eq(0..10_000));
    assert!(
        failures
            .iter()
            .all(|failure| failure.error() == Some(&Broken(failure.item))
                && failure.stage == "plain")
    );
    assert_eq!(
        (
            any.len(),
            stats(&report, "plain").failed,
            stats(&report, "pooled").failed
        ),
        (10_000, 10_000, 10_000)
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn skip_counts_and_goes_on() {
    let stored = Recorder::new();
    let input = Script::items(0..5).fail(Broken(1)).and(5..10);
    let faults = Faults::none().fail_every(4, Broken(2));
    let report = run_to_end(Skipping {
        input,
        faults,
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [0, 1, 2, 4, 5, 6, 8, 9]);
    assert_eq!(
        (
            stats(&report, "source").failed,
            stats(&report, "call").failed
        ),
        (1, 2)
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn stop_drains_what_is_on_its_way() {
    let stored = Recorder::slow(ms(10));
    let faults = Faults::none().fail_on(5, Broken(5));
    let report = run_to_end(Stopping {
        input: Script::items(0..50).hang(),
        faults,
        stored: stored.clone(),
    })
    .await;
    let Outcome::StoppedBy(error) = &report.outcome else {
        panic!("{report}")
    };
    assert_eq!(
        (error.kind(), error.to_string()),
        (
            ErrorKind::Failed,
            "stage `call` failed: stage `call` failed: broken by 5".to_owned()
        )
    );
    assert_eq!(
        stored.len() as u64,
        stats(&report, "source").received - 1,
        "all that the source gave, but for the failure"
    );
    assert!(stats(&report, "call").dropped == 0 && !report.is_clean());
}

#[tokio::test(start_paused = true)]
async fn fail_aborts_at_once_and_says_why() {
    let stored = Recorder::slow(ms(10));
    let faults = Faults::none().fail_on(5, Broken(5));
    let report = run_to_end(Failing {
        input: Script::items(0..50).hang(),
        faults,
        stored: stored.clone(),
    })
    .await;
    assert!(
        matches!(&report.outcome, Outcome::Failed(error) if error.stage() == "call"),
        "{report}"
    );
    assert_eq!(
        report.failure().map(electrician::Error::kind),
        Some(ErrorKind::Failed)
    );
    assert!(stored.len() <= 4);
}

/// The rest of a chunk was worked through after the failure that ended the run: forty more orders were charged.
#[tokio::test(start_paused = true)]
async fn no_call_is_made_after_the_failure_that_aborts() {
    let faults = Faults::none().fail_on(5, Broken(5));
    let report = run_to_end(Abrupt {
        input: Script::items(0..50).hang(),
        faults: faults.clone(),
    })
    .await;
    assert_eq!(
        (
            faults.calls(),
            stats(&report, "call").completed,
            stats(&report, "call").failed
        ),
        (5, 4, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_generator_stops_the_pipeline_where_it_says_so() {
    let stored = Recorder::new();
    let input = Script::items(0..5)
        .fail(Broken(1))
        .wait(LONG)
        .item(6)
        .hang();
    let report = run_to_end(Stopping {
        input,
        faults: Faults::none(),
        stored: stored.clone(),
    })
    .await;
    assert!(
        matches!(&report.outcome, Outcome::StoppedBy(error) if error.stage() == "source"),
        "{report}"
    );
    assert_eq!(stored.items(), [0, 1, 2, 3, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_failing_generator_fails_the_pipeline_where_it_says_so() {
    let input = Script::items(0..5).wait(ms(1)).fail(Broken(1)).hang();
    let report = run_to_end(Failing {
        input,
        faults: Faults::none(),
        stored: Recorder::new(),
    })
    .await;
    assert!(
        matches!(&report.outcome, Outcome::Failed(error) if error.stage() == "source"),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_failing_generator_goes_on_where_its_failures_are_taken() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let input = Script::items([1])
        .fail(Broken(1))
        .item(2)
        .fail(Broken(2))
        .item(3);
    let report = run_to_end(Reporting {
        input,
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    let errors: Vec<_> = rejected
        .take()
        .iter()
        .map(|failure| failure.error().copied())
        .collect();
    assert_eq!(
        (stored.items(), errors),
        (vec![1, 2, 3], vec![Some(Broken(1)), Some(Broken(2))])
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn an_output_that_failed_does_not_fail_the_others() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Splitting {
        input: Script::items([1, 7, 2]),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!(stored.items(), [10, 11, 13, 14, 20, 21, 23, 24]);
    let errors: Vec<_> = rejected
        .take()
        .iter()
        .map(|failure| failure.error().copied())
        .collect();
    assert_eq!(errors, [2, 5, 7, 2, 5].map(|n| Some(Broken(n))));
    let parts = stats(&report, "parts");
    assert_eq!(
        (parts.completed, parts.failed, parts.failed_outputs),
        (2, 1, 4)
    );
}
