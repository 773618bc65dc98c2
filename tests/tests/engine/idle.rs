//! Idleness: a pipeline that has nothing to do costs no time.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};

use electrician::{prelude::*, test::assert_balanced};
use futures_util::stream::Stream;

use super::support::{LONG, ms, stats};

/// Never has an item, and counts how often it is asked.
#[derive(Debug)]
struct Silence<'a>(&'a AtomicU64);

impl Stream for Silence<'_> {
    type Item = u64;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u64>> {
        self.0.fetch_add(1, Relaxed);
        Poll::Pending
    }
}

#[generator]
fn silence(asked: &AtomicU64) -> impl Stream<Item = u64> {
    Silence(asked)
}

#[handler]
async fn note(item: u64, seen: &mut HashMap<u64, u64>) -> u64 {
    tokio::task::yield_now().await;
    *seen.entry(item).or_default() += 1;
    item
}

pipeline! {
    /// Something of everything, with nothing to do.
    Idle(asked: Arc<AtomicU64>, count: Arc<AtomicUsize>) {
        input     items: u64;
        generator quiet = silence(asked);
        handler   pool  = note(HashMap::<u64, u64>::new()) { workers: 2 };
        handler   lanes = note(HashMap::<u64, u64>::new()) { workers: 2, key: |item| item };
        handler   store = |batch: Vec<u64>| { count.fetch_add(batch.len(), Relaxed); };
        [items, quiet] -> [pool, lanes];
        [pool, lanes] -> batch(100, 1ms) -> store;
    }
}

/// The processor time of this thread, in hundredths of a second, where the system says it.
fn busy_time() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").ok()?;
    let (_, numbers) = stat.rsplit_once(')')?;
    let mut numbers = numbers.split_whitespace().skip(11);
    let mut next = || numbers.next()?.parse::<u64>().ok();
    Some(next()? + next()?)
}

/// The runtime is this thread's own. What else runs on the machine makes it slower, and wakes none of its tasks.
#[tokio::test]
async fn a_thousand_idle_pipelines_cost_no_time() {
    let (asked, count) = (Arc::<AtomicU64>::default(), Arc::<AtomicUsize>::default());
    let start = |_| {
        Idle::new(Arc::clone(&asked), Arc::clone(&count))
            .start()
            .unwrap()
    };
    let idle: Vec<_> = (0..1000).map(start).collect();
    for running in &idle {
        running.items.send(1).await.unwrap();
    }
    while count.load(Relaxed) < 2000 {
        tokio::time::sleep(ms(10)).await;
    }
    // the timers of the batches are over, and the tasks that they woke
    tokio::time::sleep(ms(50)).await;

    let metrics = tokio::runtime::Handle::current().metrics();
    let (asked_before, busy_before) = (asked.load(Relaxed), busy_time());
    let parks_before = metrics.worker_park_count(0);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let parks = metrics.worker_park_count(0) - parks_before;
    if let (Some(before), Some(after)) = (busy_before, busy_time()) {
        let busy = after - before;
        assert!(busy <= 10, "{busy} of 100 parts of a second were worked");
    }
    assert_eq!(asked.load(Relaxed), asked_before, "a source was asked");
    assert!(
        parks <= 20,
        "the runtime was woken {parks} times in a second"
    );

    for running in idle {
        let report = running.drain(LONG).await;
        assert_balanced(&report);
        assert_eq!(stats(&report, "batch_1").completed, 2);
    }
}
