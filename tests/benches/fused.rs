//! What a pipeline costs beside the loop that one would have written, as ratios of one process.
//!
//! `cargo bench -p tests --bench fused`
#![allow(missing_docs)]

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use electrician::prelude::*;
use tokio::{runtime, sync::mpsc};

const ITEMS: u64 = 4_000_000;
const ROUNDS: usize = 9;

#[generator]
fn numbers(count: &u64) -> impl Iterator<Item = u64> {
    (0..*count).map(black_box)
}

#[handler]
fn scale(n: u64) -> u64 {
    n.wrapping_mul(3)
}

#[handler]
fn keep_some(n: u64) -> Option<u64> {
    (n & 7 != 0).then_some(n)
}

#[handler]
fn shift(n: u64) -> u64 {
    n ^ (n >> 3)
}

#[handler]
fn add(n: u64, total: &AtomicU64) {
    total.store(total.load(Relaxed).wrapping_add(n), Relaxed);
}

pipeline! {
    /// One island of plain handlers.
    Fused(count: u64, total: Arc<AtomicU64>) {
        generator numbers = numbers(count);
        handler   scale;
        handler   keep_some;
        handler   shift;
        handler   add     = add(total);

        numbers -> scale -> keep_some -> shift -> add;
    }

    /// The same, with a queue before every stage.
    Queued(count: u64, total: Arc<AtomicU64>) {
        generator numbers = numbers(count);
        handler   scale     = scale { buffer: 1024 };
        handler   keep_some = keep_some { buffer: 1024 };
        handler   shift     = shift { buffer: 1024 };
        handler   add       = add(total) { buffer: 1024 };

        numbers -> scale -> keep_some -> shift -> add;
    }
}

/// About twenty nanoseconds of work.
#[handler]
fn mix(n: u64) -> u64 {
    (0..12).fold(n, |n, _| {
        n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(7)
    })
}

pipeline! {
    /// One island again, with handlers that do something.
    Costly(count: u64, total: Arc<AtomicU64>) {
        generator numbers = numbers(count);
        handler   mix_1   = mix;
        handler   mix_2   = mix;
        handler   add     = add(total);

        numbers -> mix_1 -> mix_2 -> add;
    }
}

fn costly_by_hand(count: u64) -> u64 {
    let total = Arc::new(AtomicU64::new(0));
    for n in numbers(&count) {
        add(mix(mix(n)), &total);
    }
    total.load(Relaxed)
}

fn by_hand(count: u64) -> u64 {
    let total = Arc::new(AtomicU64::new(0));
    for n in numbers(&count) {
        if let Some(n) = keep_some(scale(n)) {
            add(shift(n), &total);
        }
    }
    total.load(Relaxed)
}

async fn over_channels(count: u64) -> u64 {
    let (to_scale, mut scale_in) = mpsc::channel(1024);
    let (to_keep, mut keep_in) = mpsc::channel(1024);
    let (to_shift, mut shift_in) = mpsc::channel(1024);
    let (to_add, mut add_in) = mpsc::channel(1024);
    tokio::spawn(async move {
        for n in (0..count).map(black_box) {
            to_scale.send(n).await.unwrap();
        }
    });
    tokio::spawn(async move {
        while let Some(n) = scale_in.recv().await {
            to_keep.send(scale(n)).await.unwrap();
        }
    });
    tokio::spawn(async move {
        while let Some(n) = keep_in.recv().await {
            if let Some(n) = keep_some(n) {
                to_shift.send(n).await.unwrap();
            }
        }
    });
    tokio::spawn(async move {
        while let Some(n) = shift_in.recv().await {
            to_add.send(shift(n)).await.unwrap();
        }
    });
    let mut sum = 0_u64;
    while let Some(n) = add_in.recv().await {
        sum = sum.wrapping_add(n);
    }
    sum
}

type Started = std::pin::Pin<Box<dyn Future<Output = ()>>>;

fn timed(count: u64, run: impl FnOnce(u64) -> u64) -> f64 {
    let started = Instant::now();
    black_box(run(count));
    nanos(started.elapsed(), count)
}

#[allow(clippy::cast_precision_loss)]
fn nanos(elapsed: Duration, count: u64) -> f64 {
    elapsed.as_nanos() as f64 / count as f64
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn main() {
    for (name, runtime) in [
        (
            "current thread",
            runtime::Builder::new_current_thread().enable_all().build(),
        ),
        (
            "two workers",
            runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build(),
        ),
    ] {
        let runtime = runtime.expect("a runtime can be built");
        let run = |pipeline: fn(u64, Arc<AtomicU64>) -> Started, count| {
            runtime.block_on(async {
                let total = Arc::new(AtomicU64::new(0));
                pipeline(count, Arc::clone(&total)).await;
                total.load(Relaxed)
            })
        };
        let fused = |count| {
            run(
                |count, total| {
                    Box::pin(async move {
                        drop(
                            Fused { count, total }
                                .start()
                                .expect("it starts")
                                .wait()
                                .await,
                        )
                    })
                },
                count,
            )
        };
        let queued = |count| {
            run(
                |count, total| {
                    Box::pin(async move {
                        drop(
                            Queued { count, total }
                                .start()
                                .expect("it starts")
                                .wait()
                                .await,
                        )
                    })
                },
                count,
            )
        };
        let costly = |count| {
            run(
                |count, total| {
                    Box::pin(async move {
                        drop(
                            Costly { count, total }
                                .start()
                                .expect("it starts")
                                .wait()
                                .await,
                        )
                    })
                },
                count,
            )
        };
        assert_eq!(by_hand(1000), fused(1000));
        assert_eq!(by_hand(1000), queued(1000));
        assert_eq!(costly_by_hand(1000), costly(1000));
        let mut rounds = [const { Vec::new() }; 6];
        for _ in 0..ROUNDS {
            rounds[0].push(timed(ITEMS, by_hand));
            rounds[1].push(timed(ITEMS, fused));
            rounds[2].push(timed(ITEMS, queued));
            rounds[3].push(timed(ITEMS / 8, |count| {
                runtime.block_on(over_channels(count))
            }));
            rounds[4].push(timed(ITEMS / 4, costly_by_hand));
            rounds[5].push(timed(ITEMS / 4, costly));
        }
        let ratios = |n: usize, base: usize| {
            median(
                rounds[n]
                    .iter()
                    .zip(&rounds[base])
                    .map(|(a, b)| a / b)
                    .collect(),
            )
        };
        let (fused_ratio, queued_ratio, costly_ratio) = (ratios(1, 0), ratios(2, 3), ratios(5, 4));
        let [hand, fused, queued, channels, costly_hand, costly] = rounds.clone().map(median);
        println!("{name}:");
        println!("  hand-written loop            {hand:8.2} ns an item");
        println!(
            "  one island                   {fused:8.2} ns an item, {fused_ratio:.2} x the loop"
        );
        println!("  a loop with more to do       {costly_hand:8.2} ns an item");
        println!(
            "  one island with more to do   {costly:8.2} ns an item, {costly_ratio:.2} x the loop"
        );
        println!(
            "  four queues                  {queued:8.2} ns an item, 1/{:.0} of tokio mpsc",
            1.0 / queued_ratio
        );
        println!("  a task a stage, tokio mpsc   {channels:8.2} ns an item");
    }
}
