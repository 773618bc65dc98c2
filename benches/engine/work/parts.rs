//! What several goals share: the source, the sink, work of a known length, and a run from start to end.

use std::{
    future::poll_fn,
    hint::black_box,
    sync::{
        Arc,
        atomic::{
            AtomicU32, AtomicU64,
            Ordering::{self, Relaxed},
        },
    },
    task::Poll,
};

use electrician::{pipeline::Pipeline, prelude::*};
use tokio::runtime::Runtime;

use crate::rounds::timed;

/// Numbers that the optimiser cannot see: the source of the pipelines, and of what they are held against.
pub(crate) fn source(count: u64) -> impl Iterator<Item = u64> + use<> {
    (0..count).map(black_box)
}

#[generator]
pub(crate) fn numbers(count: &u64) -> impl Iterator<Item = u64> {
    source(*count)
}

/// Adds to the total, as a loop over the same functions does.
#[handler]
pub(crate) fn add(n: u64, total: &AtomicU64) {
    total.store(total.load(Relaxed).wrapping_add(n), Relaxed);
}

/// What one sink has summed up. It says so when it is gone.
#[derive(Debug)]
pub(crate) struct Sum {
    sum: u64,
    total: Arc<AtomicU64>,
}

impl Sum {
    pub(crate) fn into(total: &Arc<AtomicU64>) -> Self {
        let (sum, total) = (0, Arc::clone(total));
        Self { sum, total }
    }

    pub(crate) fn add(&mut self, n: u64) {
        self.sum = self.sum.wrapping_add(n);
    }
}

impl Drop for Sum {
    fn drop(&mut self) {
        self.total.fetch_add(self.sum, Relaxed);
    }
}

/// Sums up in a state of the stage, as a task over a channel does in a variable.
#[handler]
pub(crate) fn sum_up(n: u64, sum: &mut Sum) {
    sum.add(n);
}

/// Runs a pipeline to its end, and says what it summed up.
pub(crate) fn run<P: Pipeline>(
    runtime: &Runtime,
    pipeline: impl FnOnce(Arc<AtomicU64>) -> P,
) -> u64 {
    let total = Arc::new(AtomicU64::new(0));
    let pipeline = pipeline(Arc::clone(&total));
    runtime.block_on(async {
        Running::start(pipeline).expect("it starts").wait().await;
    });
    total.load(Ordering::Relaxed)
}

/// Waits once: wakes itself, and is pending.
pub(crate) async fn suspend() {
    let mut is_ready = false;
    poll_fn(|context| {
        if is_ready {
            return Poll::Ready(());
        }
        is_ready = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Work of a known length: dependent multiply-rotates, as many as calibrating has found.
#[derive(Debug)]
pub(crate) struct Work(AtomicU32);

impl Work {
    pub(crate) const fn new() -> Self {
        Self(AtomicU32::new(1))
    }

    #[inline]
    pub(crate) fn on(&self, n: u64) -> u64 {
        (0..self.0.load(Relaxed)).fold(n, |n, _| turn(n))
    }

    /// Makes `calls` of these, in a plain loop over items, as near as possible to `nanos` an item.
    pub(crate) fn calibrate(&self, nanos: f64, calls: u32) {
        let mut best = (f64::INFINITY, 1);
        let mut turns = 1;
        loop {
            self.0.store(turns, Relaxed);
            let figure = self.measure(calls);
            let off = (figure - nanos).abs();
            if off < best.0 {
                best = (off, turns);
            }
            if figure >= nanos {
                break;
            }
            turns = next_guess(turns, figure, nanos);
        }
        self.0.store(best.1, Relaxed);
    }

    /// CPU nanoseconds an item of a plain loop with so many calls.
    fn measure(&self, calls: u32) -> f64 {
        let items = (4_000_000 / u64::from(calls * self.0.load(Relaxed))).max(4);
        let run = || {
            black_box(source(items).fold(0, |sum: u64, n| {
                sum.wrapping_add((0..calls).fold(n, |n, _| self.on(n)))
            }));
        };
        let figures = (0..5).map(|_| timed(items, run).cpu);
        figures.fold(f64::INFINITY, f64::min)
    }
}

fn turn(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7)
}

/// Straight towards the aim, but for the last step.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number of turns is small and positive"
)]
fn next_guess(turns: u32, figure: f64, aim: f64) -> u32 {
    let aimed = f64::from(turns) * (aim / figure) * 0.97;
    (aimed as u32).max(turns + 1)
}
