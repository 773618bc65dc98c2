//! Drain, stop, wait, drop: what is delivered, what is named, and that nothing is left behind.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::{
    ErrorKind,
    pipeline::{Outcome, State},
    prelude::*,
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty, record, run_to_end,
        run_with, scripted,
    },
};
use tokio::{runtime::Handle, time::Instant};

use super::support::{Alive, Broken, LONG, ms, stats};

/// Waits for a message that never comes, in the middle of its life.
#[generator]
async fn listen(first: &u32, mut out: Outlet<u32>) -> Result<(), Broken> {
    for item in 0..*first {
        out.send(item).await?;
    }
    std::future::pending::<()>().await;
    Ok(())
}

/// Reads something, and sends it: an item that it has read must not be lost.
#[generator]
async fn read(given: &AtomicU64, mut out: Outlet<u64>) -> Result<(), Broken> {
    loop {
        tokio::time::sleep(ms(10)).await;
        let item = given.fetch_add(1, Relaxed);
        out.send(item).await?;
    }
}

#[handler]
async fn hold(item: u32, alive: &Alive) -> u32 {
    let _one = alive.one_more();
    tokio::time::sleep(Duration::from_secs(5)).await;
    item
}

pipeline! {
    Ingest(faults: Faults, stored: Recorder<u32>) {
        input   items: u32;
        handler work  = faulty(faults) { workers: 4 };
        handler store = record(stored);
        items -> work -> store;
    }

    Listening(first: u32, stored: Recorder<u32>) {
        generator source = listen(first) { on_error: fail };
        handler   store  = record(stored);
        source -> store;
    }

    Reading(given: Arc<AtomicU64>, stored: Recorder<u64>) {
        generator source = read(given) { on_error: fail };
        handler   store  = record(stored);
        source -> store with { buffer: 4 };
    }

    Slow(input: Script<u32>, faults: Faults, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = faulty(faults);
        handler   store  = record(stored);
        source -> work with { buffer: 32 };
        work -> store with { buffer: 32 };
    }

    Batching(stored: Recorder<Vec<u32>>) {
        input   items: u32;
        handler store = record(stored);
        items -> batch(100, 1h) -> store;
    }

    Holding(input: Script<u32>, alive: Alive) {
        generator source = scripted(input);
        handler   work   = hold(alive) { workers: 3 };
        source -> work -> _;
    }
}

fn ingest(faults: Faults) -> (Ingest, Recorder<u32>) {
    let stored = Recorder::new();
    (
        Ingest {
            faults,
            stored: stored.clone(),
        },
        stored,
    )
}

/// Drain closed the edges at once, and what was queued on them was gone: of 500 items, some 40 arrived.
#[tokio::test(start_paused = true)]
async fn drain_delivers_everything_that_was_accepted() {
    let (pipeline, stored) = ingest(Faults::none().slow(ms(10)));
    let work = async |running: &Running<Ingest>| {
        for item in 0..500 {
            running.items.send(item).await.unwrap();
        }
        assert!(stored.len() < 500, "most of it is still on its way");
    };
    assert_clean(&run_with(pipeline, work, LONG).await);
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(items, (0..500).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn drain_delivers_everything_that_was_accepted_on_two_threads() {
    let (pipeline, stored) = ingest(Faults::none());
    let running = pipeline.start().unwrap();
    let senders: Vec<_> = (0..4)
        .map(|from| {
            let items = running.items.clone();
            tokio::spawn(async move {
                for n in 0..500 {
                    items.send(from * 500 + n).await.unwrap();
                }
            })
        })
        .collect();
    for sender in senders {
        sender.await.unwrap();
    }
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(items, (0..2000).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn drain_takes_no_longer_than_the_work_that_is_left() {
    let (pipeline, _) = ingest(Faults::none().slow(ms(10)));
    let running = pipeline.start().unwrap();
    for item in 0..40 {
        running.items.send(item).await.unwrap();
    }
    let before = Instant::now();
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_eq!(
        (before.elapsed(), report.outcome.to_string()),
        (ms(100), "drained".to_owned())
    );
}

#[tokio::test(start_paused = true)]
async fn what_is_left_at_the_deadline_is_aborted_and_named() {
    let stored = Recorder::new();
    let faults = Faults::none().slow(ms(1000));
    let slow = Slow {
        input: Script::items(0..20).hang(),
        faults,
        stored: stored.clone(),
    };
    let running = slow.start().unwrap();
    tokio::time::sleep(ms(1500)).await;
    let report = running.drain(ms(3000)).await;
    assert_balanced(&report);
    assert!(matches!(report.outcome, Outcome::Aborted), "{report}");
    assert_eq!(
        (report.left.clone(), stored.items()),
        (vec!["work".to_owned()], vec![0, 1, 2, 3])
    );
    let work = stats(&report, "work");
    let lost = work.dropped
        + report
            .edges
            .iter()
            .map(|edge| edge.stats.dropped)
            .sum::<u64>();
    assert_eq!((work.completed, lost), (4, 16));
    assert!(
        report
            .to_string()
            .contains("not empty at the deadline: work"),
        "{report}"
    );
}

#[tokio::test(start_paused = true)]
async fn drain_flushes_a_batch_that_is_not_full() {
    let stored = Recorder::new();
    let work = async |running: &Running<Batching>| {
        for item in 0..205 {
            running.items.send(item).await.unwrap();
        }
        tokio::time::sleep(ms(1)).await;
        assert_eq!(stored.len(), 2);
    };
    assert_clean(
        &run_with(
            Batching {
                stored: stored.clone(),
            },
            work,
            ms(1),
        )
        .await,
    );
    assert_eq!(stored.items()[2], [200, 201, 202, 203, 204]);
}

#[tokio::test(start_paused = true)]
async fn drain_does_not_wait_for_a_generator_that_waits_elsewhere() {
    let stored = Recorder::new();
    let running = Listening {
        first: 3,
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    stored.wait_for(3).await;
    let before = Instant::now();
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(
        (before.elapsed(), stored.items()),
        (Duration::ZERO, vec![0, 1, 2])
    );
}

/// A generator was cancelled between reading an item and sending it: the item was nowhere.
#[tokio::test(start_paused = true)]
async fn drain_does_not_cancel_a_generator_that_has_an_item_in_hand() {
    let given = Arc::<AtomicU64>::default();
    let stored = Recorder::slow(Duration::from_secs(1));
    let running = Reading {
        given: Arc::clone(&given),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    let report = running.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(
        stored.items(),
        (0..given.load(Relaxed)).collect::<Vec<_>>(),
        "all that it read is stored"
    );
}

#[tokio::test(start_paused = true)]
async fn stop_ends_at_once_and_counts_what_it_dropped() {
    let stored = Recorder::new();
    let faults = Faults::none().slow(ms(1000));
    let running = Slow {
        input: Script::items(0..20).hang(),
        faults,
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    tokio::time::sleep(ms(2500)).await;
    let before = Instant::now();
    let report = running.stop().await;
    assert_balanced(&report);
    assert_eq!(
        (before.elapsed(), report.outcome.to_string(), stored.items()),
        (Duration::ZERO, "aborted".to_owned(), vec![0, 1])
    );
    let lost = stats(&report, "work").dropped
        + report
            .edges
            .iter()
            .map(|edge| edge.stats.dropped)
            .sum::<u64>();
    assert_eq!(lost, 18);
}

#[tokio::test(start_paused = true)]
async fn wait_ends_with_the_run_and_changes_nothing() {
    let stored = Recorder::new();
    let faults = Faults::none().slow(ms(100));
    let running = Slow {
        input: Script::items(0..10),
        faults,
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    assert!(tokio::time::timeout(ms(350), running.wait()).await.is_err());
    assert!(matches!(running.report().outcome, Outcome::Running));
    assert_eq!(stored.items(), [0, 1, 2]);
    let (first, second) = tokio::join!(running.wait(), running.wait());
    for report in [first, second] {
        assert_balanced(&report);
        assert!(matches!(report.outcome, Outcome::Completed), "{report}");
    }
    assert_eq!(stored.len(), 10);
}

#[tokio::test(start_paused = true)]
async fn dropping_a_running_pipeline_stops_everything() {
    let (alive, count) = Alive::new();
    let input = Script::items(0..10).hang();
    let before = Handle::current().metrics().num_alive_tasks();
    let running = Holding {
        input: input.clone(),
        alive,
    }
    .start()
    .unwrap();
    tokio::time::sleep(ms(10)).await;
    assert_eq!((count.load(Relaxed), input.playing()), (4, 1));
    assert_balanced(&running.report());
    drop(running);
    tokio::time::sleep(ms(1)).await;
    assert_eq!((count.load(Relaxed), input.playing()), (0, 0));
    assert_eq!(Handle::current().metrics().num_alive_tasks(), before);
}

/// A caller gave up on a drain, and every task of the pipeline stayed behind for ever.
#[tokio::test(start_paused = true)]
async fn giving_up_on_a_drain_leaves_no_task_behind() {
    let (alive, count) = Alive::new();
    let input = Script::items(0..10).hang();
    let before = Handle::current().metrics().num_alive_tasks();
    let running = Holding {
        input: input.clone(),
        alive,
    }
    .start()
    .unwrap();
    tokio::time::sleep(ms(10)).await;
    assert_balanced(&running.report());
    assert!(
        tokio::time::timeout(ms(100), running.drain(LONG))
            .await
            .is_err()
    );
    tokio::time::sleep(ms(1)).await;
    assert_eq!((count.load(Relaxed), input.playing()), (0, 0));
    assert_eq!(Handle::current().metrics().num_alive_tasks(), before);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_has_ended_keeps_nothing_but_its_report() {
    let (alive, count) = Alive::new();
    let before = Handle::current().metrics().num_alive_tasks();
    let report = run_to_end(Holding {
        input: Script::items(0..10),
        alive,
    })
    .await;
    assert_clean(&report);
    assert_eq!(count.load(Relaxed), 0);
    tokio::time::sleep(ms(1)).await;
    assert_eq!(Handle::current().metrics().num_alive_tasks(), before);
}

#[test]
fn start_outside_a_runtime_is_an_error() {
    let (pipeline, stored) = ingest(Faults::none());
    let error = pipeline.start().unwrap_err();
    assert_eq!((error.kind(), error.stage()), (ErrorKind::NoRuntime, ""));
    assert_eq!(
        error.to_string(),
        "a pipeline starts inside a tokio runtime, and there is none here"
    );
    assert!(stored.is_empty());
}

#[tokio::test(start_paused = true)]
async fn two_runs_side_by_side_share_nothing() {
    let (one, first) = ingest(Faults::none());
    let (two, second) = ingest(Faults::none().slow(ms(1)));
    let (one, two) = (one.start().unwrap(), two.start().unwrap());
    for item in 0..10 {
        one.items.send(item).await.unwrap();
        two.items.send(item + 100).await.unwrap();
    }
    let report = one.stop().await;
    assert_balanced(&report);
    two.items.send(110).await.unwrap();
    assert!(matches!(two.health().stage("work"), Some(State::Fine)));
    let report = two.drain(LONG).await;
    assert_balanced(&report);
    assert_clean(&report);
    assert!(first.items().iter().all(|item| *item < 100));
    assert_eq!((second.len(), stats(&report, "items").received), (11, 11));
}

#[tokio::test(start_paused = true)]
async fn a_report_is_a_table() {
    let (pipeline, _) = ingest(Faults::none());
    let work = async |running: &Running<Ingest>| {
        running.items.send(1).await.unwrap();
        tokio::time::sleep(ms(1500)).await;
    };
    let report = run_with(pipeline, work, LONG).await;
    let table = report.to_string();
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines[0], "Ingest: drained after 1.500s");
    assert!(
        lines[1].starts_with("stage  received completed  filtered"),
        "{table}"
    );
    let row = |name: &str| {
        lines
            .iter()
            .find(|line| line.starts_with(name))
            .unwrap()
            .split_whitespace()
            .skip(1)
            .take(9)
            .collect::<Vec<_>>()
    };
    assert_eq!(row("work"), ["1", "1", "0", "0", "0", "0", "0", "0", "0"]);
    assert_eq!(lines.len(), 5);
}
