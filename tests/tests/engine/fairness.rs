//! Fairness: a busy island lets others run.
//!
//! Handlers work until so much time is over, and what is counted are items: a machine that has other things to do makes
//! fewer of them in that time, never more, and so fails no test.

use std::{
    future::{poll_fn, ready},
    sync::{Arc, Mutex},
    task::Poll,
    time::{Duration, Instant},
};

use electrician::{
    pipeline::Pipeline,
    prelude::*,
    test::{run_to_end, run_with},
};
use futures_util::stream::{self, Stream};
use tokio::task::yield_now;

use super::support::{Broken, LONG, ms};

/// What an item costs.
const COST: Duration = Duration::from_micros(20);
/// The most items that are worked on without a turn of the others: five milliseconds of them.
const PATIENCE: u64 = 250;
/// Enough items to see that nobody has a turn.
const MANY: u64 = 2_000;

/// Works for so long, or longer.
pub(super) fn work_for(time: Duration) {
    let began = Instant::now();
    while began.elapsed() < time {
        std::hint::spin_loop();
    }
}

/// Whose turn it was, how often, and how often in a row at most.
#[derive(Debug, Default)]
struct Turns(Mutex<[Turn; 2]>);

#[derive(Debug, Default, Clone, Copy)]
struct Turn {
    count: u64,
    row: u64,
    longest: u64,
}

impl Turns {
    fn take(&self, who: usize) {
        let mut turns = self.0.lock().unwrap();
        let turn = &mut turns[who];
        turn.count += 1;
        turn.row += 1;
        turn.longest = turn.longest.max(turn.row);
        turns[1 - who].row = 0;
    }

    fn of(&self, who: usize) -> Turn {
        self.0.lock().unwrap()[who]
    }
}

const WORK: usize = 0;
const OTHERS: usize = 1;

/// Takes its time, and its turn.
#[handler]
fn toil(item: u64, turns: &Turns, who: usize) -> u64 {
    work_for(COST);
    turns.take(who);
    item
}

/// Never waits, though it could.
#[handler]
async fn toil_async(item: u64, turns: &Turns) -> u64 {
    ready(toil(item, turns, WORK)).await
}

#[handler]
fn toil_last(item: u64, turns: &Turns) {
    toil(item, turns, WORK);
}

#[handler]
fn try_toil(item: &u64, turns: &Turns) -> Result<u64, Broken> {
    if *item == u64::MAX {
        return Err(Broken(2));
    }
    Ok(toil(*item, turns, WORK))
}

#[handler]
async fn toil_and_fail(item: &u64, turns: &Turns) -> Result<u64, Broken> {
    toil(*item, turns, WORK);
    ready(Err(Broken(0))).await
}

/// Many for one, none of them for nothing.
#[handler]
fn toil_for_many(item: u64, turns: &Turns) -> impl Iterator<Item = u64> {
    (0..item).map(|n| toil(n, turns, WORK))
}

/// Gives nothing, after all that work.
#[handler]
fn toil_for_none(item: u64, turns: &Turns) -> impl Iterator<Item = u64> {
    toil(item, turns, WORK);
    std::iter::empty()
}

#[generator]
pub(super) fn numbers(count: u64) -> impl Iterator<Item = u64> {
    0..count
}

#[generator]
fn toiled(turns: &Turns) -> impl Iterator<Item = u64> {
    (0..MANY).map(|n| toil(n, turns, WORK))
}

#[generator]
fn toiled_stream(turns: &Turns) -> impl Stream<Item = u64> {
    stream::iter((0..MANY).map(|n| toil(n, turns, WORK)))
}

#[generator]
async fn toiled_push(turns: &Turns, mut out: Outlet<u64>) -> Result<(), Stopped> {
    for n in 0..MANY {
        out.send(toil(n, turns, WORK)).await?;
    }
    Ok(())
}

#[generator]
fn toiled_in_vain(turns: &Turns) -> impl Iterator<Item = Result<u64, Broken>> {
    (0..MANY).map(|n| {
        toil(n, turns, WORK);
        Err(Broken(1))
    })
}

#[handler]
pub(super) async fn pass_on(item: u64) -> u64 {
    item
}

pipeline! {
    Plain(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = toil(turns, WORK);
        handler   end    = |_: u64| {};
        source -> work -> end;
    }

    Async(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = toil_async(turns);
        handler   end    = |_: u64| {};
        source -> work -> end;
    }

    SinkOnly(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   end    = toil_last(turns);
        source -> end with { buffer: 4096 };
    }

    Iterating(turns: Arc<Turns>) {
        generator source = toiled(turns);
        source -> _;
    }

    IteratingAsync(turns: Arc<Turns>) {
        generator source = toiled(turns);
        handler   end    = pass_on;
        source -> end -> _;
    }

    Streaming(turns: Arc<Turns>) {
        generator source = toiled_stream(turns);
        handler   end    = pass_on;
        source -> end -> _;
    }

    Pushing(turns: Arc<Turns>) {
        generator source = toiled_push(turns) { on_error: skip };
        handler   end    = |_: u64| {};
        source -> end;
    }

    InVain(turns: Arc<Turns>) {
        generator source = toiled_in_vain(turns) { on_error: skip };
        handler   end    = |_: u64| {};
        source -> end;
    }

    Retrying(turns: Arc<Turns>) {
        generator source = numbers(MANY / 2);
        handler   work   = toil_and_fail(turns) { retry: { attempts: 2, backoff: electrician::resilience::Backoff::none(), idempotent }, on_error: skip };
        source -> work -> _;
    }

    Failing(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = toil_and_fail(turns) { timeout: 1h, on_error: skip };
        source -> work -> _;
    }

    ForMany(turns: Arc<Turns>) {
        generator source = numbers(64);
        handler   work   = toil_for_many(turns);
        handler   end    = |_: u64| {};
        source -> work -> end;
    }

    ForNone(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = toil_for_none(turns);
        handler   end    = |_: u64| {};
        source -> work -> end;
    }

    Pooled(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = toil(turns, WORK) { workers: 2 };
        source -> work -> _;
    }

    PooledAsync(turns: Arc<Turns>) {
        #![allow(W1002)]
        generator source = numbers(MANY);
        handler   work   = toil_async(turns) { workers: 4, ordered };
        source -> work -> _;
    }

    /// Plain calls that may be made again.
    PooledRetrying(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = try_toil(turns) { workers: 2, retry: { attempts: 2, idempotent }, on_error: skip };
        handler   end    = |_: u64| {};
        source -> work -> end with { buffer: 8192 };
    }

    OrderedRetrying(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = try_toil(turns) { workers: 2, ordered, retry: { attempts: 2, idempotent }, on_error: skip };
        handler   end    = |_: u64| {};
        source -> work -> end with { buffer: 8192 };
    }

    Paired(turns: Arc<Turns>) {
        generator left  = numbers(MANY);
        generator right = numbers(MANY);
        handler   work  = toil(turns, WORK);
        zip [left, right] -> map(|(left, _)| left) -> work -> _;
    }

    Batched(turns: Arc<Turns>) {
        generator source = numbers(MANY);
        handler   work   = toil(turns, WORK);
        source -> batch(1, 1s) -> map(|batch| batch[0]) -> work -> _;
    }

    Endless(turns: Arc<Turns>, who: usize) {
        generator source = numbers(u64::MAX);
        handler   work   = toil(turns, who);
        source -> work -> _;
    }
}

/// Goes to the end of the queue of tasks. (tokio's `yield_now` waits for the turn of its timers as well.)
async fn come_again() {
    let mut came = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut came, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Runs a pipeline that never waits beside a task of another, on one thread.
async fn lets_run<P: Pipeline, F>(
    other: impl Fn() -> F + Send + 'static,
    make: impl FnOnce(Arc<Turns>) -> P,
) where
    F: Future + Send + 'static,
{
    let turns = Arc::<Turns>::default();
    let others = Arc::clone(&turns);
    let others = tokio::spawn(async move {
        loop {
            others.take(OTHERS);
            other().await;
        }
    });
    let report = run_to_end(make(Arc::clone(&turns))).await;
    others.abort();
    let work = turns.of(WORK);
    assert!(work.count >= MANY, "{}: {work:?}", P::NAME);
    assert!(
        work.longest <= PATIENCE,
        "{} worked on {} items and let nobody run\n{report}",
        P::NAME,
        work.longest
    );
}

async fn lets_others_run<P: Pipeline>(make: impl FnOnce(Arc<Turns>) -> P) {
    lets_run(come_again, make).await;
}

/// A task that sleeps is woken where the runtime looks after its timers, as one that reads from a socket is.
#[tokio::test]
async fn a_busy_island_lets_timers_run() {
    lets_run(|| tokio::time::sleep(ms(1)), Plain::new).await;
}

#[tokio::test]
async fn a_busy_island_lets_tasks_run_that_yield() {
    lets_run(yield_now, Plain::new).await;
}

#[tokio::test]
async fn a_busy_handler_lets_others_run() {
    lets_others_run(Plain::new).await;
    lets_others_run(SinkOnly::new).await;
    lets_others_run(Async::new).await;
}

#[tokio::test]
async fn a_busy_source_lets_others_run() {
    lets_others_run(Iterating::new).await;
}

#[tokio::test]
async fn a_busy_source_before_a_handler_that_may_wait_lets_others_run() {
    lets_others_run(IteratingAsync::new).await;
    lets_others_run(Streaming::new).await;
}

#[tokio::test]
async fn a_busy_source_that_pushes_lets_others_run() {
    lets_others_run(Pushing::new).await;
}

#[tokio::test]
async fn a_busy_handler_of_many_lets_others_run() {
    lets_others_run(ForMany::new).await;
}

#[tokio::test]
async fn a_busy_handler_that_gives_nothing_lets_others_run() {
    lets_others_run(ForNone::new).await;
}

#[tokio::test]
async fn a_busy_handler_that_only_fails_lets_others_run() {
    lets_others_run(Failing::new).await;
    lets_others_run(Retrying::new).await;
}

#[tokio::test]
async fn a_busy_source_that_only_fails_lets_others_run() {
    lets_others_run(InVain::new).await;
}

#[tokio::test]
async fn busy_workers_let_others_run() {
    lets_others_run(Pooled::new).await;
    lets_others_run(PooledAsync::new).await;
}

#[tokio::test]
async fn busy_workers_that_may_retry_let_others_run() {
    lets_others_run(PooledRetrying::new).await;
}

#[tokio::test]
async fn busy_workers_in_order_that_may_retry_let_others_run() {
    lets_others_run(OrderedRetrying::new).await;
}

#[tokio::test]
async fn a_busy_island_behind_an_operator_lets_others_run() {
    lets_others_run(Paired::new).await;
    lets_others_run(Batched::new).await;
}

#[tokio::test]
async fn two_busy_pipelines_on_one_thread_take_turns() {
    let turns = Arc::<Turns>::default();
    let second = Endless::new(Arc::clone(&turns), 1);
    let work = async |_: &Running<Endless>| {
        let work = async |_: &Running<Endless>| {
            while turns.of(0).count.min(turns.of(1).count) < MANY {
                yield_now().await;
            }
            for turn in [turns.of(0), turns.of(1)] {
                assert!(turn.longest <= PATIENCE, "{turn:?}");
            }
        };
        run_with(second, work, LONG).await;
    };
    run_with(Endless::new(Arc::clone(&turns), 0), work, LONG).await;
}
