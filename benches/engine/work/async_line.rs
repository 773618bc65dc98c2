//! Goal 2: twenty async stages in default fusing, beside the loop over the same bodies as sync functions.

use std::{
    future::ready,
    sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed},
};

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

/// What awaits something that is ready, unlike [`stir`], which awaits nothing.
#[handler]
async fn steep(n: u64) -> u64 {
    ready(stir_sync(n)).await
}

macro_rules! twenty {
    ($(#[$doc:meta])* $name:ident of $stage:ident) => {
        pipeline! {
            $(#[$doc])*
            $name(count: u64, total: Arc<AtomicU64>) {
                generator numbers = parts::numbers(count);
                handler a01 = $stage; handler a02 = $stage; handler a03 = $stage; handler a04 = $stage;
                handler a05 = $stage; handler a06 = $stage; handler a07 = $stage; handler a08 = $stage;
                handler a09 = $stage; handler a10 = $stage; handler a11 = $stage; handler a12 = $stage;
                handler a13 = $stage; handler a14 = $stage; handler a15 = $stage; handler a16 = $stage;
                handler a17 = $stage; handler a18 = $stage; handler a19 = $stage; handler a20 = $stage;
                handler add = parts::add(total);

                numbers -> a01 -> a02 -> a03 -> a04 -> a05 -> a06 -> a07 -> a08 -> a09 -> a10
                        -> a11 -> a12 -> a13 -> a14 -> a15 -> a16 -> a17 -> a18 -> a19 -> a20 -> add;
            }
        }
    };
}

twenty!(
    /// Twenty async stages with next to nothing to do.
    Stirred of stir
);
twenty!(
    /// The same, but that each awaits something.
    Steeped of steep
);
twenty!(
    /// Twenty async stages that share the work of an item.
    Toiled of toil
);

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
    let steeped = |runtime: &Runtime, count| run(runtime, |total| Steeped { count, total });
    let toiled = |runtime: &Runtime, count| run(runtime, |total| Toiled { count, total });
    let stirring = ("the loop, sync", |_: &Runtime, count| {
        stirred_by_hand(count)
    });
    let toiling = ("the loop, sync", |_: &Runtime, count| toiled_by_hand(count));
    let (idle, ready, busy) = (
        "20 async stages",
        "20 async stages that await what is ready",
        "20 async stages, 100 ns an item in all",
    );
    vec![
        Duel::new(2, idle, Times(1.30), stirred, stirring, stirred_by_hand).fight(bench),
        Duel::new(2, ready, Times(1.30), steeped, stirring, stirred_by_hand).fight(bench),
        Duel::new(2, busy, Times(1.05), toiled, toiling, toiled_by_hand).fight(bench),
    ]
}
