//! Goals 7 and 9: handlers that compute, on two cores.

use std::sync::{Arc, atomic::AtomicU64};

use electrician::prelude::*;
use tokio::runtime::Runtime;

use super::parts::{self, Work, run, source};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{
        Limit::{Faster, Times},
        Row,
    },
};

/// The work of one call.
static CALL: Work = Work::new();

#[handler]
fn grind(n: u64) -> u64 {
    CALL.on(n)
}

pipeline! {
    /// Two stages that compute, with a queue between them.
    Halves(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   first   = grind;
        handler   second  = grind { buffer: 1024 };
        handler   add     = parts::add(total);

        numbers -> first -> second -> add;
    }

    OneWorker(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   grind { buffer: 1024 };
        handler   add     = parts::add(total);

        numbers -> grind -> add;
    }

    TwoWorkers(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   grind { workers: 2 };
        handler   add     = parts::add(total);

        numbers -> grind -> add;
    }

    TwoInOrder(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   grind { workers: 2, ordered };
        handler   add     = parts::add(total);

        numbers -> grind -> add;
    }
}

fn halves(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| Halves { count, total })
}

fn one_worker(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| OneWorker { count, total })
}

fn serial(count: u64) -> u64 {
    source(count)
        .map(|n| grind(grind(n)))
        .fold(0, u64::wrapping_add)
}

fn ground(count: u64) -> u64 {
    source(count).map(grind).fold(0, u64::wrapping_add)
}

/// The costs of a call in nanoseconds, and the goals: far better than the loop at 20 µs, and never worse.
const SWEEP: [(f64, f64); 6] = [
    (100.0, 1.02),
    (1e3, 1.02),
    (5e3, 1.02),
    (20e3, 0.58),
    (100e3, 1.02),
    (1e6, 1.02),
];

pub(super) fn two_stages(bench: &Bench) -> Vec<Row> {
    let row = |(nanos, most)| {
        CALL.calibrate(nanos, 1);
        let work = format!("two sync stages of {} µs, a queue between", nanos / 1e3);
        let by_loop = ("the serial loop", |_: &Runtime, count| serial(count));
        Duel::new(7, &work, Times(most), halves, by_loop, serial)
            .on_two_workers()
            .fight(bench)
    };
    SWEEP.into_iter().map(row).collect()
}

pub(super) fn two_workers(bench: &Bench) -> Vec<Row> {
    CALL.calibrate(600.0, 1);
    let workers = |runtime: &Runtime, count| run(runtime, |total| TwoWorkers { count, total });
    let in_order = |runtime: &Runtime, count| run(runtime, |total| TwoInOrder { count, total });
    let alone = ("one worker behind a queue", one_worker);
    vec![
        Duel::new(
            9,
            "0.6 µs sync handler, 2 workers",
            Faster(1.75),
            workers,
            alone,
            ground,
        )
        .on_two_workers()
        .fight(bench),
        Duel::new(
            9,
            "0.6 µs sync handler, 2 workers, ordered",
            Faster(1.6),
            in_order,
            alone,
            ground,
        )
        .on_two_workers()
        .fight(bench),
    ]
}
