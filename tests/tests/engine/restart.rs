//! Restart: a drain, and then a run like the first one.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use electrician::{
    SendError,
    pipeline::Outcome,
    prelude::*,
    test::{Faults, Recorder, Script, assert_balanced, assert_clean, faulty, record, scripted},
};
use futures_util::StreamExt;

use super::support::{LONG, ms, stats};

#[generator(every = "10ms")]
async fn tick(count: &AtomicU32) -> Option<u32> {
    Some(count.fetch_add(1, Relaxed))
}

#[handler]
fn total(item: u32, sum: &mut u32) -> u32 {
    *sum += item;
    *sum
}

pipeline! {
    Mixed(script: Script<u32>, count: Arc<AtomicU32>, stored: Recorder<u32>) {
        generator source = scripted(script);
        generator clock  = tick(count);
        input     items: u32;
        handler   store  = record(stored);
        [source, clock, items] -> store;
    }

    Summing(faults: Faults, stored: Recorder<u32>) {
        input   items: u32;
        handler sum   = total(0);
        handler work  = faulty(faults) { workers: 2 };
        handler store = record(stored);
        items -> sum -> work -> store;
    }

    Through() {
        input   items: u32;
        output  results: u32;
        handler work = total(0);
        items -> work -> results;
    }
}

/// After a restart the sources were closed handles onto the old run: nothing came in any more.
#[tokio::test(start_paused = true)]
async fn every_restart_gives_sources_that_work_and_fresh_edges() {
    let script = Script::items([1000, 1001]).hang();
    let (count, stored) = (Arc::<AtomicU32>::default(), Recorder::new());
    let mixed = Mixed {
        script: script.clone(),
        count: Arc::clone(&count),
        stored: stored.clone(),
    };
    let mut running = mixed.start().unwrap();
    let items = running.items.clone();
    for round in 1..=10 {
        tokio::time::sleep(ms(35)).await;
        items.send(2000).await.unwrap();
        running.items.send(2001).await.unwrap();
        let report = running.restart(LONG).await.unwrap();
        assert_balanced(&report);
        assert_clean(&report);
        let got = stored.take();
        assert_eq!(
            got.iter().filter(|item| **item < 1000).count(),
            4,
            "the clock began anew in round {round}: {got:?}"
        );
        assert_eq!(
            got.iter()
                .filter(|item| **item >= 1000)
                .copied()
                .collect::<Vec<_>>(),
            [1000, 1001, 2000, 2001]
        );
        assert_eq!(
            stats(&report, "store").received,
            8,
            "the counters begin anew"
        );
        assert_eq!(
            (script.opened(), script.playing()),
            (round, 0),
            "the old source is gone before the new one is opened"
        );
    }
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_eq!((script.opened(), script.playing()), (11, 0));
}

#[tokio::test(start_paused = true)]
async fn a_restart_makes_states_anew() {
    let stored = Recorder::new();
    let mut running = Summing {
        faults: Faults::none(),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    let sum = running.stages().sum.clone();
    for _ in 0..2 {
        for item in 1..=3 {
            running.items.send(item).await.unwrap();
        }
        tokio::time::sleep(ms(1)).await;
        assert_eq!(
            sum.stats().received,
            3,
            "a handle outlives the run, its counters begin anew"
        );
        assert_balanced(&running.restart(LONG).await.unwrap());
    }
    assert_eq!(stored.items(), [1, 3, 6, 1, 3, 6]);
    assert_balanced(&running.stop().await);
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_misses_its_deadline_starts_anew_all_the_same() {
    let stored = Recorder::new();
    let faults = Faults::none().hang_on(1);
    let mut running = Summing {
        faults,
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    running.items.send(1).await.unwrap();
    tokio::time::sleep(ms(1)).await;
    let report = running.restart(ms(100)).await.unwrap();
    assert_balanced(&report);
    assert!(matches!(report.outcome, Outcome::Aborted), "{report}");
    assert_eq!(report.left, ["work"]);
    running.items.send(5).await.unwrap();
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(stored.items(), [5]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_failed_or_ended_can_be_restarted() {
    let script = Script::items([1, 2]);
    let (count, stored) = (Arc::<AtomicU32>::default(), Recorder::new());
    let mut running = Mixed {
        script,
        count,
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    let items = running.items.clone();
    running.restart(LONG).await.unwrap();
    running.restart(LONG).await.unwrap();
    tokio::time::sleep(ms(1)).await;
    let report = running.stop().await;
    assert_balanced(&report);
    assert_eq!(items.send(1).await, Err(SendError(1)));
}

#[tokio::test(start_paused = true)]
async fn an_output_goes_on_after_a_restart_and_has_lost_nothing() {
    let mut running = Through::new().start().unwrap();
    let mut results = running.results.clone();
    for item in [1, 2, 3] {
        running.items.send(item).await.unwrap();
    }
    running.restart(LONG).await.unwrap().balance().unwrap();
    running.items.send(10).await.unwrap();
    let mut got = Vec::new();
    for _ in 0..4 {
        got.push(
            tokio::time::timeout(LONG, results.next())
                .await
                .expect("nothing is lost")
                .unwrap(),
        );
    }
    assert_eq!(got, [1, 3, 6, 10]);
    assert_balanced(&running.drain(LONG).await);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_reader_outlives_a_restart() {
    let mut running = Through::new().start().unwrap();
    let mut results = running.results.clone();
    let reader = tokio::spawn(async move {
        let mut got = Vec::new();
        while got.len() < 2 {
            if let Some(item) = results.next().await {
                got.push(item);
            }
            tokio::task::yield_now().await;
        }
        got
    });
    running.items.send(1).await.unwrap();
    running.restart(LONG).await.unwrap().balance().unwrap();
    running.items.send(2).await.unwrap();
    assert_eq!(reader.await.unwrap(), [1, 2]);
    running.drain(LONG).await.balance().unwrap();
}
