//! Full edges: calls in flight go on, and a full side edge loses nothing and blocks nobody for ever.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::{
    pipeline::Pipeline,
    prelude::*,
    test::{Recorder, Script, assert_balanced, assert_clean, record, run_to_end, scripted},
};

use super::support::{Broken, keep, ms};

const MINUTE: Duration = Duration::from_mins(1);

/// How many calls are made of what a pool makes them.
#[derive(Debug, Default)]
struct Calls {
    begun: AtomicU32,
    most: AtomicU32,
    finished: AtomicU32,
}

impl Calls {
    /// A call that waits three times, and so has to be looked at four times.
    async fn make(&self) {
        let at_once = self.begun.fetch_add(1, Relaxed) + 1 - self.finished.load(Relaxed);
        self.most.fetch_max(at_once, Relaxed);
        for _ in 0..3 {
            tokio::time::sleep(ms(10)).await;
        }
        self.finished.fetch_add(1, Relaxed);
    }
}

#[handler]
async fn call(item: u32, calls: &Calls) -> u32 {
    calls.make().await;
    item
}

#[handler]
async fn try_call(item: &u32, calls: &Calls) -> Result<u32, Broken> {
    calls.make().await;
    Ok(*item)
}

pipeline! {
    Pool(input: Script<u32>, calls: Arc<Calls>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = call(calls) { workers: 8 };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 1 };
    }

    OrderedPool(input: Script<u32>, calls: Arc<Calls>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = call(calls) { workers: 8, ordered };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 1 };
    }

    KeyedPool(input: Script<u32>, calls: Arc<Calls>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = call(calls) { workers: 8, key: |item| item };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 1 };
    }

    /// A call that is not looked at for a minute is too late.
    TimedPool(input: Script<u32>, calls: Arc<Calls>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = try_call(calls) { workers: 8, timeout: 31ms, on_error: fail };
        handler   store  = record(stored);
        source -> work -> store with { buffer: 1 };
    }
}

/// All calls that a stuck sink leaves in flight complete, eight of them at once.
async fn completes_its_calls<P: Pipeline>(
    make: impl FnOnce(Script<u32>, Arc<Calls>, Recorder<u32>) -> P,
) {
    let (calls, stored) = (Arc::<Calls>::default(), Recorder::slow(30 * MINUTE));
    let pool = make(Script::items(0..40), Arc::clone(&calls), stored.clone());
    let running = Running::start(pool).unwrap();
    tokio::time::sleep(MINUTE).await;
    assert!(stored.is_empty());
    assert_eq!(calls.most.load(Relaxed), 8, "{}: {calls:?}", P::NAME);
    assert_eq!(
        calls.begun.load(Relaxed),
        calls.finished.load(Relaxed),
        "{}: no call waits for what follows",
        P::NAME
    );
    let report = running.wait().await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(stored.len(), 40);
}

#[tokio::test(start_paused = true)]
async fn eight_calls_complete_while_what_follows_is_stuck() {
    completes_its_calls(Pool::new).await;
    completes_its_calls(OrderedPool::new).await;
    completes_its_calls(KeyedPool::new).await;
    completes_its_calls(TimedPool::new).await;
}

/// The items that a stage refuses.
fn is_odd(item: u32) -> bool {
    item % 2 == 1
}

#[handler]
fn refuse_odd(item: &u32) -> Result<u32, Broken> {
    if is_odd(*item) {
        Err(Broken(*item))
    } else {
        Ok(*item)
    }
}

#[handler]
async fn refuse_odd_late(item: &u32) -> Result<u32, Broken> {
    tokio::task::yield_now().await;
    refuse_odd(item)
}

#[handler]
fn mend(failure: &Failure<u32, Broken>) -> u32 {
    failure.item
}

pipeline! {
    /// Three ways to a full error port: from a plain handler, an awaited one, and a pool.
    Rejecting(input: Script<u32>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   plain   = refuse_odd;
        handler   waiting = refuse_odd_late;
        handler   pooled  = refuse_odd_late { workers: 3 };
        handler   store   = record(stored) { buffer: 1 };
        handler   rejects = keep(rejected) { buffer: 1 };
        source -> [plain, waiting, pooled];
        [plain, waiting, pooled] -> store;
        plain.error   -> rejects;
        waiting.error -> rejects;
        pooled.error  -> rejects;
    }

    /// Both ways meet again.
    Mending(input: Script<u32>, stored: Recorder<u32>) {
        defaults { buffer: 1 };
        generator source = scripted(input);
        handler   work   = refuse_odd;
        handler   mended = mend;
        handler   store  = record(stored);
        source -> work -> store;
        work.error -> mended -> store;
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_error_port_loses_nothing_and_blocks_nobody_for_ever() {
    let slow = [ms(0), ms(100), ms(3000)];
    for (store, reject) in slow.iter().flat_map(|a| slow.iter().map(move |b| (*a, *b))) {
        let (stored, rejected) = (Recorder::slow(store), Recorder::slow(reject));
        let report = run_to_end(Rejecting {
            input: Script::items(0..100),
            stored: stored.clone(),
            rejected: rejected.clone(),
        })
        .await;
        assert_clean(&report);
        let (mut good, mut bad) = (stored.items(), Vec::new());
        bad.extend(rejected.take().iter().map(|failure| failure.item));
        good.sort_unstable();
        bad.sort_unstable();
        let each = |odd| (0..100).filter(move |item| is_odd(*item) == odd);
        let thrice = |odd| each(odd).flat_map(|item| [item; 3]).collect::<Vec<_>>();
        assert_eq!((good, bad), (thrice(false), thrice(true)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_that_comes_back_to_the_line_blocks_nobody_for_ever() {
    let stored = Recorder::slow(ms(100));
    let report = run_to_end(Mending {
        input: Script::items(0..200),
        stored: stored.clone(),
    })
    .await;
    assert_clean(&report);
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(items, (0..200).collect::<Vec<_>>());
}
