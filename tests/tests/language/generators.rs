//! Every form of generator, as a source of a pipeline.

use std::{convert::Infallible, time::Duration};

use electrician::prelude::*;
use electrician::test::{Recorder, assert_clean, record, run_to_end, run_with};
use futures_util::{Stream, StreamExt, stream};

use super::support::{Refused, counts};

/// Runs a generator into a recorder.
macro_rules! from {
    ($generator:path $(, ($($arg:expr),*))? $(, with { $($options:tt)* })?) => {{
        pipeline! {
            From(out: Recorder<u64>) {
                generator items = $generator $(($($arg),*))? { $($($options)*)? };
                handler out = record(out);
                items -> out;
            }
        }
        let out = Recorder::new();
        let report = run_to_end(From { out: out.clone() }).await;
        (out.take(), report)
    }};
}

#[generator]
fn up_to(end: u64) -> impl Iterator<Item = u64> {
    0..end
}

#[generator]
fn lent(list: &[u64], opened: &mut u64) -> impl Iterator<Item = u64> {
    *opened += 1;
    list.iter().copied()
}

#[generator(many)]
fn listed(list: Vec<u64>) -> Vec<u64> {
    list
}

#[tokio::test(start_paused = true)]
async fn iterates() {
    assert_eq!(from!(up_to, (3)).0, [0, 1, 2]);
    assert_eq!(from!(lent, (vec![4, 5], 0)).0, [4, 5]);
    assert_eq!(from!(listed, (vec![6])).0, [6]);
}

#[generator]
fn ticking(end: u64) -> impl Stream<Item = u64> {
    stream::iter(0..end).then(|n| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        n
    })
}

#[tokio::test(start_paused = true)]
async fn streams() {
    let (out, report) = from!(ticking, (3));
    assert_eq!(out, [0, 1, 2]);
    assert_eq!(report.elapsed.as_secs(), 3);
    assert_clean(&report);
}

#[generator]
async fn pushed(end: &u64, mut out: Outlet<u64>) {
    for n in 0..*end {
        if out.send(n).await.is_err() {
            return;
        }
    }
}

#[derive(Debug)]
struct Broken;

impl From<Stopped> for Broken {
    fn from(_: Stopped) -> Self {
        Self
    }
}

#[generator]
async fn pushed_until_broken(mut out: Outlet<u64>, end: u64) -> Result<(), Broken> {
    for n in 0..end {
        out.send(n).await?;
    }
    Err(Broken)
}

#[tokio::test(start_paused = true)]
async fn pushes_through_an_outlet() {
    let (out, report) = from!(pushed, (1000));
    assert_eq!(out, (0..1000).collect::<Vec<_>>());
    assert_clean(&report);
    let (out, report) = from!(pushed_until_broken, (2), with { on_error: skip });
    assert_eq!(out, [0, 1]);
    assert_eq!(counts(&report, "items"), [3, 2, 0, 1, 2]);
}

#[generator]
fn may_fail() -> impl Iterator<Item = Result<u64, Refused>> {
    [Ok(1), Err(Refused), Ok(2)].into_iter()
}

#[generator]
fn stream_may_fail() -> impl Stream<Item = Result<u64, Refused>> {
    stream::iter([Ok(1), Err(Refused), Ok(2)])
}

#[tokio::test(start_paused = true)]
async fn fails_item_by_item() {
    for (out, report) in [
        from!(may_fail, with { on_error: skip }),
        from!(stream_may_fail, with { on_error: skip }),
    ] {
        assert_eq!(out, [1, 2]);
        assert_eq!(counts(&report, "items"), [3, 2, 0, 1, 2]);
    }
}

#[generator(every = "1s")]
async fn polled(calls: &mut u64) -> Option<u64> {
    *calls += 1;
    (!calls.is_multiple_of(2)).then_some(*calls)
}

#[generator(every = "10s")]
fn found(calls: &mut u64) -> Work<u64, Refused> {
    *calls += 1;
    match *calls {
        1 | 2 => Work::Item(*calls),
        3 => Work::Idle(Duration::from_secs(1)),
        4 => Work::Failed(Refused, Duration::from_secs(1)),
        5 => Work::Item(5),
        _ => Work::Done,
    }
}

#[generator(every = "1min")]
async fn polled_with_failures(calls: &mut u64) -> Result<Option<u64>, Refused> {
    *calls += 1;
    match *calls {
        1 => Err(Refused),
        2 => Ok(None),
        more => Ok(Some(more)),
    }
}

pipeline! {
    Polling(out: Recorder<u64>) {
        generator items = polled(0);
        handler out = record(out);
        items -> out;
    }

    PollingFailures(out: Recorder<u64>) {
        generator items = polled_with_failures(0) { on_error: skip };
        handler out = record(out);
        items -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn is_asked_once_a_period() {
    let out = Recorder::new();
    let report = run_with(
        Polling { out: out.clone() },
        async |_| out.wait_for(3).await,
        Duration::from_secs(1),
    )
    .await;
    assert_clean(&report);
    assert_eq!(out.times(), [0, 2, 4].map(Duration::from_secs));
    assert_eq!(out.items(), [1, 3, 5]);
    let out = Recorder::new();
    let polling = PollingFailures { out: out.clone() };
    let report = run_with(
        polling,
        async |_| out.wait_for(1).await,
        Duration::from_secs(1),
    )
    .await;
    assert_eq!(out.times(), [Duration::from_mins(2)]);
    assert_eq!(counts(&report, "items"), [2, 1, 0, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn says_when_it_is_asked_again_and_when_it_is_done() {
    let (out, report) = from!(found, (0), with { on_error: skip });
    assert_eq!(out, [1, 2, 5]);
    assert_eq!(report.elapsed, Duration::from_secs(2));
    assert_eq!(counts(&report, "items"), [4, 3, 0, 1, 3]);
}

#[generator(blocking)]
fn read_slowly(end: u64) -> impl Iterator<Item = u64> {
    0..end
}

#[tokio::test]
async fn blocking_generators_run_on_threads_of_their_own() {
    assert_eq!(from!(read_slowly, (3)).0, [0, 1, 2]);
    assert_eq!(from!(up_to, (3), with { blocking }).0, [0, 1, 2]);
}

#[generator]
fn generic<T: Clone>(list: Vec<T>) -> impl Iterator<Item = T> {
    list.into_iter()
}

#[generator]
fn from_anywhere<I: IntoIterator<Item = u64, IntoIter: Send> + Send>(
    items: I,
) -> impl Iterator<Item = u64> {
    items.into_iter()
}

#[tokio::test(start_paused = true)]
async fn generic_generators_take_their_types_from_the_wiring() {
    assert_eq!(from!(generic, (vec![1, 2])).0, [1, 2]);
    assert_eq!(from!(from_anywhere, ([3, 4])).0, [3, 4]);
}

#[generator(fallible)]
fn never_fails() -> impl Iterator<Item = Result<u64, Infallible>> {
    [Ok(1)].into_iter()
}

#[tokio::test(start_paused = true)]
async fn an_error_that_cannot_be_needs_no_handling() {
    assert_eq!(from!(never_fails).0, [1]);
}
