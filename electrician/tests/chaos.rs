//! Chaos on a stage: what goes wrong at a rate, where it stands in the chain, and that a seed makes it exact.

#![allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "how a handler takes its item, and that it can fail, is what chaos needs"
)]

use electrician::{
    pipeline::Report,
    prelude::*,
    resilience::chaos::Chaos,
    test::{Recorder, Script, assert_balanced, assert_clean, record, run_to_end, scripted},
};
use std::time::Duration;
use tokio::time::Instant;

/// What the handlers fail with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Down;

type Trouble = Chaos<u32, Down>;

#[handler]
async fn call(item: u32, calls: &Recorder<u32>) -> Result<u32, Down> {
    calls.put(item).await;
    Ok(item)
}

#[handler]
fn count(item: &u32) -> Result<u32, Down> {
    Ok(*item)
}

#[handler]
fn parts(item: &u32) -> Result<impl Iterator<Item = u32>, Down> {
    Ok([*item, *item].into_iter())
}

pipeline! {
    Bare(input: Script<u32>, chaos: Option<Trouble>, calls: Recorder<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   risky  = call(calls) { chaos: chaos.clone(), on_error: skip };
        handler   store  = record(stored);
        source -> risky -> store;
    }

    Pool(input: Script<u32>, chaos: Trouble, calls: Recorder<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   risky  = call(calls) { workers: 4, chaos: chaos.clone(), on_error: skip };
        handler   store  = record(stored);
        source -> risky -> store;
    }

    Sync(input: Script<u32>, chaos: Trouble, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   risky  = count { chaos: chaos.clone(), on_error: skip };
        handler   store  = record(stored);
        source -> risky -> store;
    }

    Many(input: Script<u32>, chaos: Trouble, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   risky  = parts { chaos: chaos.clone(), on_error: skip };
        handler   store  = record(stored);
        source -> risky -> store;
    }

    Guarded(input: Script<u32>, chaos: Trouble, calls: Recorder<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   risky  = call(calls) {
            retry:    { attempts: 50, backoff: 1ms, idempotent },
            hedge:    50ms,
            timeout:  100ms,
            fallback: 9,
            chaos:    chaos.clone(),
        };
        handler   store  = record(stored);
        source -> risky -> store;
    }

    Unmeant(input: Script<u32>) {
        generator source = scripted(input);
        handler   risky  = count { chaos: Chaos::seeded(1).faults(1.5, || Down), on_error: skip };
        source -> risky -> _;
    }
}

fn faults(share: f64) -> Trouble {
    Chaos::seeded(7).faults(share, || Down)
}

async fn bare(chaos: Option<Trouble>) -> (Vec<u32>, Vec<u32>, Report) {
    let (calls, stored) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Bare {
        input: Script::items(0..1_000),
        chaos,
        calls: calls.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_balanced(&report);
    (calls.items(), stored.items(), report)
}

#[tokio::test(start_paused = true)]
async fn a_fault_takes_the_place_of_a_call_at_its_rate() {
    let (calls, stored, report) = bare(Some(faults(0.2))).await;
    assert_eq!(calls, stored);
    assert!((750..850).contains(&stored.len()), "{}", stored.len());
    let risky = report.stage("risky").unwrap().stats;
    assert_eq!(risky.failed, 1_000 - stored.len() as u64);
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_fails_the_same_items() {
    let (_, one, _) = bare(Some(faults(0.5))).await;
    let (_, other, _) = bare(Some(faults(0.5))).await;
    let (_, different, _) = bare(Some(Chaos::seeded(8).faults(0.5, || Down))).await;
    assert_eq!(one, other);
    assert_ne!(one, different);
}

#[tokio::test(start_paused = true)]
async fn no_chaos_changes_nothing() {
    let paused = faults(1.0);
    paused.pause(true);
    for chaos in [None, Some(paused)] {
        let (calls, stored, report) = bare(chaos).await;
        assert_eq!(calls, (0..1_000).collect::<Vec<_>>());
        assert_eq!(stored, calls);
        assert_clean(&report);
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_stands_for_a_call_of_every_form() {
    let chaos = || Chaos::seeded(3).outcomes(0.5, || 7_000);
    let input = || Script::items(0..100);
    let (calls, pool, sync, many) = (
        Recorder::new(),
        Recorder::new(),
        Recorder::new(),
        Recorder::new(),
    );
    let reports = [
        run_to_end(Pool {
            input: input(),
            chaos: chaos(),
            calls: calls.clone(),
            stored: pool.clone(),
        })
        .await,
        run_to_end(Sync {
            input: input(),
            chaos: chaos(),
            stored: sync.clone(),
        })
        .await,
        run_to_end(Many {
            input: input(),
            chaos: chaos(),
            stored: many.clone(),
        })
        .await,
    ];
    reports.iter().for_each(assert_clean);
    let made = |stored: Vec<u32>| stored.iter().filter(|item| **item == 7_000).count();
    let instead = 100 - calls.items().len();
    assert!((30..70).contains(&instead), "{instead}");
    assert_eq!((made(pool.items()), pool.items().len()), (instead, 100));
    assert_eq!((made(sync.items()), sync.items().len()), (instead, 100));
    assert_eq!(
        (made(many.items()), many.items().len()),
        (instead, instead + 2 * (100 - instead))
    );
}

#[tokio::test(start_paused = true)]
async fn latency_comes_before_the_call() {
    let (calls, stored, began) = (Recorder::new(), Recorder::new(), Instant::now());
    let late = Duration::from_millis(20);
    let report = run_to_end(Pool {
        input: Script::items(0..4),
        chaos: Chaos::seeded(1).latency(1.0, late..late),
        calls,
        stored,
    })
    .await;
    assert_eq!(began.elapsed(), late);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn retry_timeout_and_fallback_see_what_chaos_does() {
    let (calls, stored) = (Recorder::new(), Recorder::new());
    let late = Duration::from_millis(200);
    let report = run_to_end(Guarded {
        input: Script::items(0..100),
        chaos: faults(0.3).latency(0.3, late..late),
        calls: calls.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), (0..100).collect::<Vec<_>>());
    assert!(report.stage("risky").unwrap().stats.retried > 0);
    assert_clean(&report);

    let report = run_to_end(Guarded {
        input: Script::items(0..3),
        chaos: faults(1.0),
        calls: calls.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items()[100..], [9, 9, 9]);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn start_refuses_a_share_above_one() {
    let input = Script::items(0..1);
    let refused = Unmeant { input }.start().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "stage `risky`: `faults` must be a share from 0 to 1"
    );
}
