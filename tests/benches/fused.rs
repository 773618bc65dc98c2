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
    time::Instant,
};

use electrician::prelude::*;
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
};

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

/// One way of doing the work, and how many items it is given.
struct Contender<'r> {
    name: &'static str,
    items: u64,
    run: Box<dyn Fn(u64) -> u64 + 'r>,
    /// Which contender it is held against.
    against: Option<usize>,
}

/// Runs a pipeline to its end, and says what it summed up.
fn run<P: electrician::pipeline::Pipeline>(
    runtime: &Runtime,
    pipeline: impl FnOnce(Arc<AtomicU64>) -> P,
) -> u64 {
    let total = Arc::new(AtomicU64::new(0));
    let pipeline = pipeline(Arc::clone(&total));
    runtime.block_on(async {
        Running::start(pipeline).expect("it starts").wait().await;
    });
    total.load(Relaxed)
}

fn contenders(runtime: &Runtime) -> Vec<Contender<'_>> {
    let contender = |name, items, run, against| Contender {
        name,
        items,
        run,
        against,
    };
    vec![
        contender("a hand-written loop", ITEMS, Box::new(by_hand), None),
        contender(
            "one island",
            ITEMS,
            Box::new(|count| run(runtime, |total| Fused { count, total })),
            Some(0),
        ),
        contender(
            "a loop with more to do",
            ITEMS / 4,
            Box::new(costly_by_hand),
            None,
        ),
        contender(
            "one island with more to do",
            ITEMS / 4,
            Box::new(|count| run(runtime, |total| Costly { count, total })),
            Some(2),
        ),
        contender(
            "a task a stage, tokio mpsc",
            ITEMS / 8,
            Box::new(|count| runtime.block_on(over_channels(count))),
            None,
        ),
        contender(
            "a queue before each stage",
            ITEMS,
            Box::new(|count| run(runtime, |total| Queued { count, total })),
            Some(4),
        ),
    ]
}

/// Nanoseconds an item.
#[allow(
    clippy::cast_precision_loss,
    reason = "a figure of three digits is printed"
)]
fn timed(contender: &Contender) -> f64 {
    let started = Instant::now();
    black_box((contender.run)(contender.items));
    started.elapsed().as_nanos() as f64 / contender.items as f64
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn compare(name: &str, runtime: &Runtime) {
    let contenders = contenders(runtime);
    for contender in &contenders {
        let expected = contender
            .against
            .map_or((contender.run)(1000), |n| (contenders[n].run)(1000));
        assert_eq!((contender.run)(1000), expected, "{}", contender.name);
    }
    let mut rounds: Vec<Vec<f64>> = contenders.iter().map(|_| Vec::new()).collect();
    for _ in 0..ROUNDS {
        for (contender, figures) in contenders.iter().zip(&mut rounds) {
            figures.push(timed(contender));
        }
    }
    println!("{name}: medians of {ROUNDS} interleaved rounds");
    for (n, contender) in contenders.iter().enumerate() {
        let figure = median(rounds[n].clone());
        print!("  {:28} {figure:8.2} ns an item", contender.name);
        if let Some(base) = contender.against {
            let ratios = rounds[n]
                .iter()
                .zip(&rounds[base])
                .map(|(figure, base)| figure / base);
            print!(
                ", {:.3} of {}",
                median(ratios.collect()),
                contenders[base].name
            );
        }
        println!();
    }
}

fn main() {
    let one = Builder::new_current_thread().enable_all().build();
    compare("current thread", &one.expect("a runtime can be built"));
    let two = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    compare("two workers", &two.expect("a runtime can be built"));
}
