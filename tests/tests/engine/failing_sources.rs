//! Generators that fail among their items: what came before a failure is done before it, in each way of going over the items.

use electrician::{
    Report,
    pipeline::{Outcome, Pipeline},
    prelude::*,
    test::{Recorder, assert_balanced, assert_clean, record, run_to_end},
};
use futures_util::stream::{self, Stream};

use super::support::{Broken, keep_lost, ms, stats};

const ITEMS: u32 = 100;

fn item(n: u32, fails: fn(u32) -> bool) -> Result<u32, Broken> {
    if fails(n) { Err(Broken(n)) } else { Ok(n) }
}

#[generator]
fn listed(fails: &fn(u32) -> bool) -> impl Iterator<Item = Result<u32, Broken>> {
    let fails = *fails;
    (0..ITEMS).map(move |n| item(n, fails))
}

#[generator]
fn streamed(fails: &fn(u32) -> bool) -> impl Stream<Item = Result<u32, Broken>> {
    let fails = *fails;
    stream::iter((0..ITEMS).map(move |n| item(n, fails)))
}

/// Ends with its first failure.
#[generator]
async fn pushed(fails: &fn(u32) -> bool, mut out: Outlet<u32>) -> Result<(), Broken> {
    for n in 0..ITEMS {
        out.send(item(n, *fails)?).await?;
    }
    Ok(())
}

#[handler]
fn plain(n: u32) -> u32 {
    n
}

#[handler]
async fn waits(n: u32) -> u32 {
    tokio::time::sleep(ms(u64::from(n % 3))).await;
    n
}

#[handler]
fn many(n: u32) -> impl Iterator<Item = u32> {
    std::iter::once(n)
}

/// What a run recorded and reports, and how it went over its items.
type Run = (&'static str, Vec<u32>, Report);

async fn run<P: Pipeline>(name: &'static str, pipeline: impl FnOnce(Recorder<u32>) -> P) -> Run {
    let out = Recorder::new();
    let report = run_to_end(pipeline(out.clone())).await;
    (name, out.items(), report)
}

/// Runs a source with a policy for its failures in each way of going over its items.
macro_rules! ways {
    ($name:ident: $source:ident, $policy:ident) => {
        async fn $name(fails: fn(u32) -> bool) -> [Run; 4] {
            pipeline! {
                Alone(fails: fn(u32) -> bool, out: Recorder<u32>) {
                    generator source = $source(fails) { on_error: $policy };
                    handler out = record(out) { buffer: 4 };
                    source -> out;
                }
                Plain(fails: fn(u32) -> bool, out: Recorder<u32>) {
                    generator source = $source(fails) { on_error: $policy };
                    handler call = plain;
                    handler out = record(out);
                    source -> call -> out;
                }
                Waiting(fails: fn(u32) -> bool, out: Recorder<u32>) {
                    generator source = $source(fails) { on_error: $policy };
                    handler call = waits;
                    handler out = record(out);
                    source -> call -> out;
                }
                OfMany(fails: fn(u32) -> bool, out: Recorder<u32>) {
                    generator source = $source(fails) { on_error: $policy };
                    handler call = many;
                    handler out = record(out);
                    source -> call -> out;
                }
            }
            [
                run("alone", |out| Alone { fails, out }).await,
                run("plain", |out| Plain { fails, out }).await,
                run("waiting", |out| Waiting { fails, out }).await,
                run("of many", |out| OfMany { fails, out }).await,
            ]
        }
    };
}

ways!(listed_and_skipped: listed, skip);
ways!(streamed_and_skipped: streamed, skip);
ways!(listed_and_stopped: listed, stop);
ways!(pushed_and_stopped: pushed, stop);
ways!(listed_and_failed: listed, fail);

pipeline! {
    Rejecting(fails: fn(u32) -> bool, out: Recorder<u32>, rejected: Recorder<Failure<(), Broken>>) {
        generator listed   = listed(fails);
        generator streamed = streamed(fails);
        handler   plain;
        handler   waits;
        handler   out      = record(out) { buffer: 4 };
        handler   rejects  = keep_lost(rejected) { buffer: 2 };

        listed -> plain -> out;
        streamed -> waits -> out;
        [listed.error, streamed.error] -> rejects;
    }
}

/// One in ten.
fn some(n: u32) -> bool {
    n % 10 == 4
}

fn one(n: u32) -> bool {
    n == 44
}

#[tokio::test(start_paused = true)]
async fn failures_that_are_skipped_are_counted_and_hold_nothing_up() {
    let runs = [
        listed_and_skipped(some).await,
        streamed_and_skipped(some).await,
    ];
    for (name, items, report) in runs.iter().flatten() {
        let sound = (0..ITEMS).filter(|n| !some(*n));
        assert!(items.iter().copied().eq(sound), "{name}: {items:?}");
        let source = stats(report, "source");
        let counts = (source.received, source.emitted, source.failed);
        assert_eq!(counts, (100, 90, 10), "{name}");
        assert_clean(report);
    }
}

#[tokio::test(start_paused = true)]
async fn what_stands_before_a_failure_that_stops_goes_through() {
    let runs = [listed_and_stopped(one).await, pushed_and_stopped(one).await];
    for (name, items, report) in runs.iter().flatten() {
        assert!(items.iter().copied().eq(0..44), "{name}: {items:?}");
        assert!(
            matches!(&report.outcome, Outcome::StoppedBy(error) if error.stage() == "source"),
            "{name}: {report}"
        );
        assert_eq!(stats(report, "source").failed, 1, "{name}");
        assert_balanced(report);
    }
}

#[tokio::test(start_paused = true)]
async fn each_item_before_a_failure_that_aborts_is_handled_and_none_behind_it() {
    for (name, items, report) in listed_and_failed(one).await {
        assert!(
            matches!(&report.outcome, Outcome::Failed(error) if error.stage() == "source"),
            "{name}: {report}"
        );
        assert_eq!(stats(&report, "source").failed, 1, "{name}");
        assert_balanced(&report);
        if name == "alone" {
            // what is in the queue is dropped with it
            assert!(items.iter().all(|item| *item < 44), "{name}: {items:?}");
        } else {
            assert!(items.iter().copied().eq(0..44), "{name}: {items:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn failures_leave_by_the_port_and_hold_nothing_up() {
    let (out, rejected) = (Recorder::new(), Recorder::new());
    let pipeline = Rejecting {
        fails: some,
        out: out.clone(),
        rejected: rejected.clone(),
    };
    let report = run_to_end(pipeline).await;
    assert_clean(&report);
    let mut items = out.items();
    items.sort_unstable();
    let sound = (0..ITEMS).filter(|n| !some(*n));
    assert!(items.iter().copied().eq(sound.flat_map(|n| [n, n])));
    let failed = rejected.take().into_iter();
    let mut errors: Vec<u32> = failed
        .filter_map(|failure| failure.error().map(|Broken(n)| *n))
        .collect();
    errors.sort_unstable();
    let broken = (0..ITEMS).filter(|n| some(*n));
    assert!(errors.iter().copied().eq(broken.flat_map(|n| [n, n])));
}
