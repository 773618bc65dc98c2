//! Workers: as many calls at once as were asked for, in any order, in the order of the input, or in order by key.

use std::{
    collections::HashMap,
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
        scripted,
    },
};
use futures_util::stream::{self, Stream};

use super::support::{Broken, delay, keep, ms, stats};

#[handler]
async fn dawdle(item: u32) -> u32 {
    tokio::time::sleep(delay(item)).await;
    item
}

#[handler]
async fn stumble(item: &u32) -> Result<Option<u32>, Broken> {
    tokio::time::sleep(delay(*item)).await;
    match item % 5 {
        1 => Err(Broken(*item)),
        2 => Ok(None),
        3 => panic!("item {item} panics, as planned"),
        _ => Ok(Some(*item)),
    }
}

#[handler]
fn spread(item: u32) -> impl Iterator<Item = u32> {
    (0..item % 4).map(move |n| item * 10 + n)
}

#[handler]
async fn pour(item: u32) -> impl Stream<Item = u32> {
    tokio::time::sleep(delay(item)).await;
    stream::iter((0..item % 4).map(move |n| item * 10 + n))
}

#[handler]
fn total(item: &u32, sum: &mut u32) -> u32 {
    *sum += item;
    *sum
}

#[handler]
async fn begin_and_finish(item: u32, begun: &AtomicU32, finished: &AtomicU32) -> u32 {
    begun.fetch_add(1, Relaxed);
    tokio::time::sleep(ms(10)).await;
    finished.fetch_add(1, Relaxed);
    item
}

pipeline! {
    Pool(input: Script<u32>, faults: Faults, stored: Recorder<u32>, count: usize) {
        generator source = scripted(input);
        handler   work   = faulty(faults) { workers: *count };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Ordered(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = dawdle { workers: 8, ordered };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Stumbling(input: Script<u32>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   work    = stumble { workers: 8, ordered, on_panic: { restarts: 1000, within: 1s } };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> work -> store;
        work.error -> rejects;
    }

    Spreading(input: Script<u32>, plain: Recorder<u32>, poured: Recorder<u32>) {
        generator source = scripted(input);
        handler   first  = spread { workers: 4, ordered };
        handler   second = pour { workers: 4, ordered };
        handler   store  = record(plain);
        handler   keep   = record(poured);
        source -> [first, second];
        first -> store;
        second -> keep;
    }

    Bare(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   sum    = total(0);
        handler   store  = record(stored);
        source -> sum -> store;
    }

    Guarded(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   sum    = total(0) {
            buffer:   3,
            retry:    { attempts: 3, idempotent },
            breaker:  { consecutive: 3, when_open: reject },
            on_panic: { restarts: 3, within: 1s },
            on_error: skip,
            keep_item,
        };
        handler   store  = record(stored);
        source -> sum -> store;
    }

    Solo(input: Script<u32>, stored: Recorder<u32>, workers: usize) {
        generator source = scripted(input);
        handler   sum    = total(0) { workers: *workers, ordered };
        handler   store  = record(stored);
        source -> sum -> store;
    }

    Tight(input: Script<u32>, stored: Recorder<u32>) {
        defaults { buffer: 1 };
        generator source = scripted(input);
        handler   first  = dawdle { workers: 3, ordered };
        handler   second = dawdle { workers: 3, key: |item| item % 4 };
        handler   left   = dawdle;
        handler   right  = dawdle { workers: 2 };
        handler   store  = record(stored);
        source -> first -> second -> [left, right];
        [left, right] -> store;
    }

    Stuck(input: Script<u32>, begun: Arc<AtomicU32>, finished: Arc<AtomicU32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = begin_and_finish(begun, finished) { workers: 4 };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 1 };
    }
}

#[tokio::test(start_paused = true)]
async fn sixteen_workers_run_sixteen_calls_at_once_and_not_seventeen() {
    let faults = Faults::none().slow(ms(10));
    let stored = Recorder::new();
    run_to_end(Pool {
        input: Script::items(0..64),
        faults: faults.clone(),
        stored: stored.clone(),
        count: 16,
    })
    .await;
    assert_eq!(
        (faults.max_concurrent(), faults.calls(), stored.len()),
        (16, 64, 64)
    );
    assert_eq!(
        stored.times().last(),
        Some(&ms(40)),
        "64 calls of 10 ms, 16 at once"
    );
}

#[tokio::test(start_paused = true)]
async fn one_worker_runs_one_call_at_once() {
    let faults = Faults::none().slow(ms(10));
    let stored = Recorder::new();
    run_to_end(Pool {
        input: Script::items(0..5),
        faults: faults.clone(),
        stored: stored.clone(),
        count: 1,
    })
    .await;
    assert_eq!(
        (faults.max_concurrent(), stored.items()),
        (1, vec![0, 1, 2, 3, 4])
    );
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_holds_up_nobody_where_order_is_not_asked_for() {
    let faults = Faults::none().slow_on(1, ms(1000));
    let stored = Recorder::new();
    let report = run_to_end(Pool {
        input: Script::items(0..50),
        faults,
        stored: stored.clone(),
        count: 2,
    })
    .await;
    assert_clean(&report);
    assert_eq!(stored.items().last(), Some(&0));
    assert_eq!(stored.times()[48], Duration::ZERO);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_on_two_threads_lose_nothing_and_double_nothing() {
    let stored = Recorder::new();
    let report = run_to_end(Pool {
        input: Script::items(0..5000),
        faults: Faults::none(),
        stored: stored.clone(),
        count: 8,
    })
    .await;
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(items, (0..5000).collect::<Vec<_>>());
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn ordered_workers_keep_the_order_of_the_input() {
    let stored = Recorder::new();
    let report = run_to_end(Ordered {
        input: Script::items(0..300),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), (0..300).collect::<Vec<_>>());
    assert_clean(&report);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ordered_workers_keep_the_order_on_two_threads() {
    let stored = Recorder::new();
    let report = run_to_end(Ordered {
        input: Script::items(0..200),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), (0..200).collect::<Vec<_>>());
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn order_is_kept_around_failures_filtered_items_and_panics() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Stumbling {
        input: Script::items(0..200),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    let good: Vec<_> = (0..200).filter(|item| matches!(item % 5, 0 | 4)).collect();
    assert_eq!(stored.items(), good);
    let bad: Vec<_> = (0..200).filter(|item| matches!(item % 5, 1 | 3)).collect();
    let failed: Vec<_> = rejected
        .take()
        .into_iter()
        .map(|failure| failure.item)
        .collect();
    assert_eq!(failed, bad, "failures are in order, too");
    let work = stats(&report, "work");
    assert_eq!(
        (work.completed, work.filtered, work.failed, work.panicked),
        (80, 40, 40, 40)
    );
}

#[tokio::test(start_paused = true)]
async fn order_is_kept_where_a_call_gives_many() {
    let (plain, poured) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Spreading {
        input: Script::items(0..100),
        plain: plain.clone(),
        poured: poured.clone(),
    })
    .await;
    let all: Vec<_> = (0..100)
        .flat_map(|item| (0..item % 4).map(move |n| item * 10 + n))
        .collect();
    assert_eq!(plain.items(), all);
    assert_eq!(poured.items(), all);
    assert_eq!(stats(&report, "first").emitted, 150);
    assert_eq!(
        stats(&report, "second").filtered,
        25,
        "a call that gives nothing is a filter"
    );
}

/// Wrapping a stage for telemetry gave it a second copy of its worker's state: the sums depended on who was watching.
#[tokio::test(start_paused = true)]
async fn a_workers_state_is_the_same_whatever_is_around_the_stage() {
    let items = || Script::items((1..=100).map(|n| n * n));
    let bare = Recorder::new();
    run_to_end(Bare {
        input: items(),
        stored: bare.clone(),
    })
    .await;
    let guarded = Recorder::new();
    run_to_end(Guarded {
        input: items(),
        stored: guarded.clone(),
    })
    .await;
    let solo = Recorder::new();
    run_to_end(Solo {
        input: items(),
        stored: solo.clone(),
        workers: 1,
    })
    .await;
    assert_eq!(bare.items().last(), Some(&338_350));
    assert_eq!(guarded.items(), bare.items());
    assert_eq!(solo.items(), bare.items());
}

#[tokio::test(start_paused = true)]
async fn each_worker_has_a_state_of_its_own() {
    let stored = Recorder::new();
    let input = Script::items(std::iter::repeat_n(1, 400));
    run_to_end(Solo {
        input,
        stored: stored.clone(),
        workers: 4,
    })
    .await;
    let items = stored.items();
    let ones = items.iter().filter(|sum| **sum == 1).count();
    assert!(
        (1..=4).contains(&ones),
        "each state begins at 0: {ones} of them were used"
    );
    let mut sums = HashMap::<u32, usize>::new();
    for sum in &items {
        *sums.entry(*sum).or_default() += 1;
    }
    assert!(
        sums.values().all(|times| *times <= ones),
        "a state counts each item once"
    );
}

/// Futures in a buffer stopped being polled while the consumer was slow, and timed out although their work was done.
#[tokio::test(start_paused = true)]
async fn calls_in_flight_go_on_while_what_follows_is_stuck() {
    let (begun, finished) = (Arc::<AtomicU32>::default(), Arc::<AtomicU32>::default());
    let stored = Recorder::slow(Duration::from_mins(1));
    let stuck = Stuck {
        input: Script::items(0..20),
        begun: Arc::clone(&begun),
        finished: Arc::clone(&finished),
        stored: stored.clone(),
    };
    let running = stuck.start().unwrap();
    tokio::time::sleep(Duration::from_secs(30)).await;
    assert!(stored.is_empty());
    assert!(begun.load(Relaxed) >= 4, "{begun:?}");
    assert_eq!(
        begun.load(Relaxed),
        finished.load(Relaxed),
        "no call waits for what follows"
    );
    let report = running.wait().await;
    assert_clean(&report);
    assert_balanced(&report);
    assert_eq!(stored.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn the_smallest_buffers_hold_nobody_up_for_ever() {
    let stored = Recorder::new();
    let report = run_to_end(Tight {
        input: Script::items(0..200),
        stored: stored.clone(),
    })
    .await;
    assert_clean(&report);
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(
        items,
        (0..200).flat_map(|item| [item, item]).collect::<Vec<_>>()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_smallest_buffers_hold_nobody_up_on_two_threads() {
    let stored = Recorder::new();
    let report = run_to_end(Tight {
        input: Script::items(0..40),
        stored: stored.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(stored.len(), 80);
}
