//! Goal 2: twenty async stages in default fusing, beside the loop over the same bodies as sync functions.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

use electrician::prelude::*;
use tokio::runtime::Runtime;

use super::parts::{self, Work, add, run};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::Times, Row},
};

/// A twentieth of the work of an item.
static SHARE: Work = Work::new();

fn stir_sync(n: u64) -> u64 {
    (n ^ (n >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd)
}

fn toil_sync(n: u64) -> u64 {
    SHARE.on(n)
}

#[handler]
async fn stir(n: u64) -> u64 {
    stir_sync(n)
}

#[handler]
async fn toil(n: u64) -> u64 {
    toil_sync(n)
}

pipeline! {
    /// Twenty async stages with next to nothing to do.
    Stirred(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler a01 = stir; handler a02 = stir; handler a03 = stir; handler a04 = stir; handler a05 = stir;
        handler a06 = stir; handler a07 = stir; handler a08 = stir; handler a09 = stir; handler a10 = stir;
        handler a11 = stir; handler a12 = stir; handler a13 = stir; handler a14 = stir; handler a15 = stir;
        handler a16 = stir; handler a17 = stir; handler a18 = stir; handler a19 = stir; handler a20 = stir;
        handler add = parts::add(total);

        numbers -> a01 -> a02 -> a03 -> a04 -> a05 -> a06 -> a07 -> a08 -> a09 -> a10
                -> a11 -> a12 -> a13 -> a14 -> a15 -> a16 -> a17 -> a18 -> a19 -> a20 -> add;
    }

    /// Twenty async stages that share the work of an item.
    Toiled(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler a01 = toil; handler a02 = toil; handler a03 = toil; handler a04 = toil; handler a05 = toil;
        handler a06 = toil; handler a07 = toil; handler a08 = toil; handler a09 = toil; handler a10 = toil;
        handler a11 = toil; handler a12 = toil; handler a13 = toil; handler a14 = toil; handler a15 = toil;
        handler a16 = toil; handler a17 = toil; handler a18 = toil; handler a19 = toil; handler a20 = toil;
        handler add = parts::add(total);

        numbers -> a01 -> a02 -> a03 -> a04 -> a05 -> a06 -> a07 -> a08 -> a09 -> a10
                -> a11 -> a12 -> a13 -> a14 -> a15 -> a16 -> a17 -> a18 -> a19 -> a20 -> add;
    }
}

fn by_hand(count: u64, stage: impl Fn(u64) -> u64) -> u64 {
    let total = AtomicU64::new(0);
    for n in parts::source(count) {
        let [a01, a02, a03, a04, a05, a06, a07, a08, a09, a10] = [&stage; 10];
        let half = a10(a09(a08(a07(a06(a05(a04(a03(a02(a01(n))))))))));
        add(
            a10(a09(a08(a07(a06(a05(a04(a03(a02(a01(half)))))))))),
            &total,
        );
    }
    total.load(Relaxed)
}

fn stirred_by_hand(count: u64) -> u64 {
    by_hand(count, stir_sync)
}

fn toiled_by_hand(count: u64) -> u64 {
    by_hand(count, toil_sync)
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    SHARE.calibrate(100.0, 20);
    let stirred = |runtime: &Runtime, count| run(runtime, |total| Stirred { count, total });
    let toiled = |runtime: &Runtime, count| run(runtime, |total| Toiled { count, total });
    let stirred_loop = ("the loop, sync", |_: &Runtime, count| {
        stirred_by_hand(count)
    });
    let toiled_loop = ("the loop, sync", |_: &Runtime, count| toiled_by_hand(count));
    vec![
        Duel::new(
            2,
            "20 async stages",
            Times(1.30),
            stirred,
            stirred_loop,
            stirred_by_hand,
        )
        .fight(bench),
        Duel::new(
            2,
            "20 async stages, 100 ns an item in all",
            Times(1.05),
            toiled,
            toiled_loop,
            toiled_by_hand,
        )
        .fight(bench),
    ]
}
