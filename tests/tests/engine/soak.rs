//! Soaks: a great many items over every kind of edge, on two threads, and the balance at the end.
//!
//! A few thousand a kind by default; `ELECTRICIAN_SOAK=100000000` says how many in all.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use electrician::{
    pipeline::Pipeline,
    prelude::*,
    test::{assert_clean, run_to_end},
};

use super::support::Broken;

/// How many kinds share the items.
const KINDS: u64 = 16;

/// How many items a kind has.
fn share() -> u64 {
    let all = std::env::var("ELECTRICIAN_SOAK").ok();
    all.map_or(10_000, |all| {
        all.parse::<u64>().expect("a number of items") / KINDS
    })
}

/// How many items came to their end, and what they add up to.
#[derive(Debug, Default)]
struct Sum {
    count: AtomicU64,
    total: AtomicU64,
}

#[generator]
fn numbers(count: u64) -> impl Iterator<Item = u64> {
    0..count
}

#[handler]
fn same(item: u64) -> u64 {
    item
}

#[handler]
async fn same_async(item: u64) -> u64 {
    if item.is_multiple_of(61) {
        tokio::task::yield_now().await;
    }
    item
}

#[handler]
fn add_up(item: u64, sum: &Sum) {
    sum.count.fetch_add(1, Relaxed);
    sum.total.fetch_add(item, Relaxed);
}

/// Adds up what comes in order.
#[handler]
fn add_in_order(item: u64, next: &mut u64, sum: &Sum) {
    assert_eq!(item, *next, "in order");
    *next += 1;
    add_up(item, sum);
}

/// Adds up what comes in order by its key.
#[handler]
fn add_by_key(item: u64, last: &mut [Option<u64>; 16], sum: &Sum) {
    let last = &mut last[key(item)];
    assert!(*last < Some(item), "in order by key");
    *last = Some(item);
    add_up(item, sum);
}

fn key(item: u64) -> usize {
    usize::try_from(item % 16).expect("less than 16")
}

#[handler]
fn add_pair(pair: (u64, u64), sum: &Sum) {
    assert_eq!(pair.0, pair.1, "a pair is made of the same item");
    add_up(pair.0, sum);
}

#[handler]
fn add_batch(batch: Vec<u64>, sum: &Sum) {
    for item in batch {
        add_up(item, sum);
    }
}

#[handler]
fn add_failed(failure: &Failure<u64, Broken>, sum: &Sum) {
    add_up(failure.item, sum);
}

#[handler]
fn refuse_some(item: &u64) -> Result<u64, Broken> {
    if item.is_multiple_of(3) {
        Err(Broken(3))
    } else {
        Ok(*item)
    }
}

/// An item of a loop, and how many rounds it has left.
type Lap = (u64, u8);

#[handler]
fn run_lap((item, left): Lap) -> Lap {
    (item, left - 1)
}

pipeline! {
    Line(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   work   = same;
        handler   store  = add_in_order(0, sum) { buffer: 1024 };
        source -> work -> store;
    }

    Narrow(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   work   = same_async { buffer: 3 };
        handler   store  = add_in_order(0, sum) { buffer: 2 };
        source -> work -> store;
    }

    Broadcast(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   left   = add_in_order(0, sum);
        handler   right  = add_in_order(0, sum) { buffer: 64 };
        source -> [left, right];
    }

    Routed(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   left   = add_up(sum);
        handler   right  = same_async;
        handler   store  = add_up(sum);
        source -> match {
            n if n % 3 == 0 => left,
            _ => right,
        };
        right -> store;
    }

    Merged(count: u64, sum: Arc<Sum>) {
        generator first  = numbers(count / 2);
        generator second = numbers(count / 2);
        handler   store  = add_up(sum);
        [first, second] -> store;
    }

    Balanced(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   left   = same;
        handler   right  = same_async;
        handler   store  = add_up(sum);
        source -> any [left, right] -> store;
    }

    Keyed(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   work   = same_async { workers: 4, key: |item| item % 16 };
        handler   store  = add_by_key([None; 16], sum);
        source -> work -> store;
    }

    Pool(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   plain  = same { workers: 3 };
        handler   work   = same_async { workers: 8 };
        handler   store  = add_up(sum);
        source -> plain -> work -> store;
    }

    Ordered(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   plain  = same { workers: 3, ordered };
        handler   work   = same_async { workers: 8, ordered };
        handler   store  = add_in_order(0, sum);
        source -> plain -> work -> store;
    }

    Zipped(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   left   = same;
        handler   right  = same_async;
        handler   store  = add_pair(sum);
        source -> [left, right];
        zip [left, right] -> store;
    }

    Looped(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   round  = run_lap;
        handler   back   = |lap: Lap| lap;
        handler   store  = add_up(sum);
        source -> map(|item| (item, 3)) -> round -> match {
            (item, 0) => item -> store,
            _ => back,
        };
        back -> round with { feedback, buffer: 256, overflow: drop_newest };
    }

    Newest(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   store  = add_up(sum);
        source -> store with { buffer: 64, overflow: drop_newest };
    }

    Oldest(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   store  = add_up(sum);
        source -> store with { buffer: 64, overflow: drop_oldest };
    }

    Batched(count: u64, sum: Arc<Sum>) {
        generator source = numbers(count);
        handler   store  = add_batch(sum);
        source -> batch(100, 10ms) -> store;
    }

    Failing(count: u64, sum: Arc<Sum>) {
        generator source  = numbers(count);
        handler   work    = refuse_some;
        handler   store   = add_up(sum) { buffer: 64 };
        handler   rejects = add_failed(sum) { buffer: 16 };
        source -> work -> store;
        work.error -> rejects;
    }

    Sent(sum: Arc<Sum>) {
        input   items: u64;
        handler store = add_in_order(0, sum);
        items -> store;
    }
}

/// Runs a pipeline with its share. Each of these numbers is stored, so many times.
async fn soaks<P: Pipeline>(
    numbers: impl Iterator<Item = u64>,
    times: u64,
    make: impl FnOnce(u64, Arc<Sum>) -> P,
) {
    let sum = Arc::<Sum>::default();
    let report = run_to_end(make(share(), Arc::clone(&sum))).await;
    assert_clean(&report);
    let (count, total) = numbers.fold((0, 0), |(count, total), item| (count + 1, total + item));
    let stored = (sum.count.load(Relaxed), sum.total.load(Relaxed));
    assert_eq!(stored, (count * times, total * times), "{report}");
}

/// Runs a pipeline that may lose items, and says so.
async fn soaks_with_loss<P: Pipeline>(make: impl FnOnce(u64, Arc<Sum>) -> P) {
    let sum = Arc::<Sum>::default();
    let report = run_to_end(make(share(), Arc::clone(&sum))).await;
    let dropped: u64 = report.edges.iter().map(|edge| edge.stats.dropped).sum();
    assert_eq!(sum.count.load(Relaxed) + dropped, share(), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_balances() {
    soaks(0..share(), 1, Line::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_narrow_line_balances() {
    soaks(0..share(), 1, Narrow::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_broadcast_balances() {
    soaks(0..share(), 2, Broadcast::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_route_balances() {
    soaks(0..share(), 1, Routed::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_merge_balances() {
    soaks(0..share() / 2, 2, Merged::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_to_any_balances() {
    soaks(0..share(), 1, Balanced::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lanes_by_key_balance() {
    soaks(0..share(), 1, Keyed::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pools_balance() {
    soaks(0..share(), 1, Pool::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ordered_pools_balance() {
    soaks(0..share(), 1, Ordered::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_zip_balances() {
    soaks(0..share(), 1, Zipped::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_balances() {
    soaks_with_loss(Looped::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_that_drops_the_newest_balances() {
    soaks_with_loss(Newest::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_edge_that_drops_the_oldest_balances() {
    soaks_with_loss(Oldest::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn batches_balance() {
    soaks(0..share(), 1, Batched::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_port_balances() {
    soaks(0..share(), 1, Failing::new).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_input_balances() {
    let sum = Arc::<Sum>::default();
    let running = Sent::new(Arc::clone(&sum)).start().unwrap();
    for item in 0..share() {
        running.items.send(item).await.unwrap();
    }
    let report = running.drain(super::support::LONG).await;
    electrician::test::assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(sum.count.load(Relaxed), share());
}
