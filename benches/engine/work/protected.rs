//! Goal 11: three async stages with the whole chain, counters and a histogram, beside tasks over channels that wear the crates
//! one would use for it, and beside such tasks that wear nothing.

use std::{
    error::Error,
    fmt,
    sync::{Arc, atomic::AtomicU64},
    time::Instant,
};

use backon::{ExponentialBuilder, Retryable};
use electrician::prelude::*;
use governor::{DefaultDirectRateLimiter, Quota};
use prometheus_client::metrics::{counter::Counter, histogram::Histogram};
use recloser::{AsyncRecloser, Recloser};
use tokio::{
    runtime::Runtime,
    spawn,
    sync::{
        Semaphore,
        mpsc::{self, Receiver},
    },
};

use super::{
    channels::{self, CAPACITY},
    parts::{self, Sum, run, source},
};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::OneIn, Row},
};

/// Why a call fails, which none does.
#[derive(Clone, Copy, Debug)]
struct Down;

impl fmt::Display for Down {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("down")
    }
}

impl Error for Down {}

/// How many calls may run at once.
const PLACES: u32 = 64;

#[handler]
async fn stir(n: u64) -> Result<u64, Down> {
    Ok(n.wrapping_mul(3))
}

pipeline! {
    /// Three stages behind everything, of which nothing has anything to do.
    Protected(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   stir_1  = stir {
            rate_limit: { rate: 1_000_000_000/s, burst: 1_000_000 }, bulkhead: PLACES, breaker: { when_open: reject },
            retry: { attempts: 3, idempotent }, timeout: 2s, on_error: skip,
        };
        handler   stir_2  = stir {
            rate_limit: { rate: 1_000_000_000/s, burst: 1_000_000 }, bulkhead: PLACES, breaker: { when_open: reject },
            retry: { attempts: 3, idempotent }, timeout: 2s, on_error: skip,
        };
        handler   stir_3  = stir {
            rate_limit: { rate: 1_000_000_000/s, burst: 1_000_000 }, bulkhead: PLACES, breaker: { when_open: reject },
            retry: { attempts: 3, idempotent }, timeout: 2s, on_error: skip,
        };
        handler   add     = parts::sum_up(Sum::into(total));

        numbers -> stir_1 -> stir_2 -> stir_3 -> add;
    }
}

pub(super) fn pipeline(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| Protected { count, total })
}

fn expected(count: u64) -> u64 {
    source(count)
        .map(|n| n.wrapping_mul(27))
        .fold(0, u64::wrapping_add)
}

/// What a task asks and counts, with what one would use otherwise.
struct Crates {
    limiter: DefaultDirectRateLimiter,
    places: Semaphore,
    breaker: AsyncRecloser,
    completed: Counter,
    failed: Counter,
    latency: Histogram,
}

impl Crates {
    fn new() -> Self {
        let buckets = (0..20).map(|power| 1e-6 * f64::from(1 << power));
        Self {
            limiter: DefaultDirectRateLimiter::direct(Quota::per_second(std::num::NonZeroU32::MAX)),
            places: Semaphore::new(PLACES as usize),
            breaker: AsyncRecloser::from(Recloser::default()),
            completed: Counter::default(),
            failed: Counter::default(),
            latency: Histogram::new(buckets),
        }
    }

    async fn call(&self, n: u64) -> Option<u64> {
        self.limiter.until_ready().await;
        let _place = self.places.acquire().await;
        let began = Instant::now();
        let retried = (|| stir(n)).retry(ExponentialBuilder::default());
        let called = self.breaker.call(retried).await;
        self.latency.observe(began.elapsed().as_secs_f64());
        let counter = if called.is_ok() {
            &self.completed
        } else {
            &self.failed
        };
        counter.inc();
        called.ok()
    }
}

fn stage(mut input: Receiver<u64>) -> Receiver<u64> {
    let (output, next) = mpsc::channel(CAPACITY);
    spawn(async move {
        let crates = Crates::new();
        while let Some(item) = input.recv().await {
            if let Some(item) = crates.call(item).await
                && output.send(item).await.is_err()
            {
                return;
            }
        }
    });
    next
}

fn over_channels(
    runtime: &Runtime,
    count: u64,
    stage: impl Fn(Receiver<u64>) -> Receiver<u64>,
) -> u64 {
    runtime.block_on(async {
        let numbers = channels::feed(source(count));
        channels::sum(stage(stage(stage(numbers))), |n| n).await
    })
}

fn with_crates(runtime: &Runtime, count: u64) -> u64 {
    over_channels(runtime, count, stage)
}

fn bare(runtime: &Runtime, count: u64) -> u64 {
    let keep = |input| channels::filter_then(input, |n| async move { stir(n).await.ok() });
    over_channels(runtime, count, keep)
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let row = |parts, name, theirs: fn(&Runtime, u64) -> u64| {
        let work = "three async stages behind the whole chain, counted and timed";
        Duel::new(11, work, OneIn(parts), pipeline, (name, theirs), expected).fight(bench)
    };
    let crates = "mpsc, and crates for all of it";
    vec![
        row(25.0, crates, with_crates),
        row(10.0, "mpsc, and nothing", bare),
    ]
}
