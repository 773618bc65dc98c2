//! Pools of calls that wait: many in flight in a task, with nobody held up by another, in order where that is asked for.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::{
    prelude::*,
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty, record, run_to_end,
        run_with, scripted,
    },
};

use super::support::{Broken, LONG, delay, keep, ms, stats};

/// Some calls wait, once or twice, and some are ready at once.
#[handler]
async fn ramble(item: &u32) -> Result<Option<u32>, Broken> {
    if !item.is_multiple_of(3) {
        tokio::time::sleep(delay(*item)).await;
    }
    tokio::task::yield_now().await;
    match item % 11 {
        4 => Err(Broken(*item)),
        5 => Ok(None),
        6 => panic!("item {item} panics, as planned"),
        _ => Ok(Some(*item)),
    }
}

#[handler]
async fn begin_and_finish(item: u32, begun: &AtomicU32, finished: &AtomicU32) -> u32 {
    begun.fetch_add(1, Relaxed);
    tokio::time::sleep(ms(10)).await;
    finished.fetch_add(1, Relaxed);
    item
}

#[handler]
async fn spin(item: u32) -> u32 {
    for _ in 0..item % 4 {
        tokio::task::yield_now().await;
    }
    item
}

pipeline! {
    Wide(input: Script<u32>, faults: Faults, stored: Recorder<u32>, count: usize) {
        generator source = scripted(input);
        handler   work   = faulty(faults) { workers: *count };
        handler   store  = record(stored);
        source -> work -> store;
    }

    InOrder(input: Script<u32>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>, count: usize) {
        generator source  = scripted(input);
        handler   work    = ramble { workers: *count, ordered, on_panic: { restarts: 100_000, within: 1s } };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> work -> store;
        work.error -> rejects;
    }

    Guarded(input: Script<u32>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   work    = ramble {
            workers: 16, retry: { attempts: 2, idempotent }, timeout: 1s, breaker: { consecutive: 1000 },
            on_panic: { restarts: 100_000, within: 1s },
        };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> work -> store;
        work.error -> rejects;
    }

    Spinning(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = spin { workers: 100, ordered };
        handler   more   = spin { workers: 3, ordered };
        handler   store  = record(stored);
        source -> work -> more -> store;
    }

    Clogged(input: Script<u32>, begun: Arc<AtomicU32>, finished: Arc<AtomicU32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = begin_and_finish(begun, finished) { workers: 4 };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 1 };
    }

    Stuck(input: Script<u32>, begun: Arc<AtomicU32>, finished: Arc<AtomicU32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = begin_and_finish(begun, finished) { workers: 70, ordered };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 1 };
    }
}

fn wide(input: Script<u32>, faults: Faults, count: usize) -> (Wide, Recorder<u32>) {
    let stored = Recorder::new();
    let pipeline = Wide {
        input,
        faults,
        stored: stored.clone(),
        count,
    };
    (pipeline, stored)
}

#[tokio::test(start_paused = true)]
async fn a_thousand_calls_are_in_flight_at_once() {
    let faults = Faults::none().slow(ms(10));
    let (pipeline, stored) = wide(Script::items(0..4096), faults.clone(), 1024);
    assert_clean(&run_to_end(pipeline).await);
    assert_eq!((faults.max_concurrent(), stored.len()), (1024, 4096));
    assert_eq!(stored.times().last(), Some(&ms(40)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_workers_on_two_threads_lose_nothing_and_double_nothing() {
    let (pipeline, stored) = wide(Script::items(0..20_000), Faults::none(), 1024);
    assert_clean(&run_to_end(pipeline).await);
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(items, (0..20_000).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn no_item_waits_behind_a_busy_slot_while_another_is_idle() {
    let faults = (1..=7).fold(Faults::none(), |faults, call| {
        faults.slow_on(call, Duration::from_mins(1))
    });
    let (pipeline, stored) = wide(Script::items(0..500), faults, 8);
    assert_clean(&run_to_end(pipeline).await);
    assert_eq!(
        stored.times()[492],
        Duration::ZERO,
        "one slot is free, and does what the others cannot"
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_that_comes_while_calls_wait_is_begun_at_once() {
    let input = Script::items([0]).wait(ms(1)).and([1]).wait(ms(1)).and([2]);
    let (pipeline, stored) = wide(input, Faults::none().slow(ms(10)), 3);
    assert_clean(&run_to_end(pipeline).await);
    assert_eq!(stored.times(), [ms(10), ms(11), ms(12)]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_one_slot_leaves_the_others_alone() {
    let faults = Faults::none().slow(ms(5)).panic_on(3).panic_on(40);
    let (pipeline, stored) = wide(Script::items(0..64), faults, 32);
    let report = run_to_end(pipeline).await;
    assert_balanced(&report);
    let work = stats(&report, "work");
    assert_eq!((work.completed, work.panicked), (62, 2));
    assert_eq!(stored.len(), 62);
}

async fn keeps_the_order(items: u32, count: usize) {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let report = run_to_end(InOrder {
        input: Script::items(0..items),
        stored: stored.clone(),
        rejected: rejected.clone(),
        count,
    })
    .await;
    assert_balanced(&report);
    let good: Vec<_> = (0..items)
        .filter(|item| !matches!(item % 11, 4..=6))
        .collect();
    assert_eq!(stored.items(), good);
    let bad: Vec<_> = (0..items)
        .filter(|item| matches!(item % 11, 4 | 6))
        .collect();
    let failed: Vec<_> = rejected.take().iter().map(|failure| failure.item).collect();
    assert_eq!(failed, bad);
    let work = stats(&report, "work");
    assert_eq!(work.in_flight(), 0);
    assert_eq!(work.completed, good.len() as u64);
}

#[tokio::test(start_paused = true)]
async fn order_is_kept_whatever_the_delays() {
    for count in [2, 7, 64, 1024] {
        keeps_the_order(2500, count).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_is_kept_by_a_thousand_workers_on_two_threads() {
    keeps_the_order(3000, 1024).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn order_is_kept_between_tasks_that_never_rest() {
    let stored = Recorder::new();
    let report = run_to_end(Spinning {
        input: Script::items(0..20_000),
        stored: stored.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(stored.items(), (0..20_000).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn protections_are_around_every_call() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Guarded {
        input: Script::items(0..1100),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_balanced(&report);
    let work = stats(&report, "work");
    assert_eq!(
        (work.completed, work.filtered, work.failed, work.panicked),
        (800, 100, 100, 100)
    );
    assert_eq!(
        (work.retried, stored.len(), rejected.len()),
        (100, 800, 200)
    );
}

#[tokio::test(start_paused = true)]
async fn ordered_calls_go_on_while_what_follows_is_stuck() {
    let (begun, finished) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    let stuck = Stuck {
        input: Script::items(0..100),
        begun: Arc::clone(&begun),
        finished: Arc::clone(&finished),
        stored: Recorder::slow(Duration::from_mins(10)),
    };
    let running = stuck.start().unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(begun.load(Relaxed) >= 70, "{begun:?}");
    assert_eq!(begun.load(Relaxed), finished.load(Relaxed));
    let report = running.stop().await;
    assert_balanced(&report);
    let work = stats(&report, "work");
    assert_eq!(work.in_flight(), 0, "{report}");
}

/// What had come of calls made room for others in the pool, and piled up there while nothing went out.
#[tokio::test(start_paused = true)]
async fn a_pool_holds_little_while_what_follows_is_stuck() {
    let begun = Arc::<AtomicU32>::default();
    let clogged = Clogged {
        input: Script::items(0..10_000),
        begun: Arc::clone(&begun),
        finished: Arc::default(),
        stored: Recorder::slow(Duration::from_mins(10)),
    };
    let running = clogged.start().unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(begun.load(Relaxed) < 200, "{begun:?}");
    assert_balanced(&running.stop().await);
}

#[tokio::test(start_paused = true)]
async fn full_slots_are_drained() {
    let (pipeline, stored) = wide(
        Script::items(0..64).hang(),
        Faults::none().slow(Duration::from_secs(5)),
        64,
    );
    let work = async |_: &Running<Wide>| tokio::time::sleep(ms(1)).await;
    assert_clean(&run_with(pipeline, work, LONG).await);
    assert_eq!(stored.len(), 64);
}

#[tokio::test(start_paused = true)]
async fn full_slots_are_aborted_and_booked_as_dropped() {
    let (pipeline, stored) = wide(
        Script::items(0..300),
        Faults::none().slow(Duration::from_secs(5)),
        64,
    );
    let running = pipeline.start().unwrap();
    tokio::time::sleep(ms(1)).await;
    assert_balanced(&running.report());
    let report = running.stop().await;
    assert_balanced(&report);
    let work = stats(&report, "work");
    assert_eq!((work.received, work.dropped, work.in_flight()), (64, 64, 0));
    assert!(stored.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_parked_in_order_is_aborted_and_booked_as_dropped() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let pipeline = InOrder {
        input: Script::items(1..65),
        stored: stored.clone(),
        rejected,
        count: 64,
    };
    let running = pipeline.start().unwrap();
    tokio::time::sleep(ms(1)).await;
    let report = running.stop().await;
    assert_balanced(&report);
    let work = stats(&report, "work");
    assert!(work.dropped > 0, "{report}");
    assert_eq!((work.received, work.in_flight()), (64, 0), "{report}");
}
