//! Goal 10: what counting and timing cost, which are always on, beside the loop that does neither.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

use electrician::prelude::*;
use tokio::runtime::Runtime;

use super::parts::{self, Work, add, run};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::Times, Row},
};

/// A quarter of the work of an item.
static SHARE: Work = Work::new();

#[handler]
fn mix(n: u64) -> u64 {
    SHARE.on(n)
}

pipeline! {
    /// Four stages that share the work of an item.
    Counted(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   mix_1   = mix;
        handler   mix_2   = mix;
        handler   mix_3   = mix;
        handler   mix_4   = mix;
        handler   add     = parts::add(total);

        numbers -> mix_1 -> mix_2 -> mix_3 -> mix_4 -> add;
    }
}

fn by_hand(count: u64) -> u64 {
    let total = AtomicU64::new(0);
    for n in parts::source(count) {
        add(mix(mix(mix(mix(n)))), &total);
    }
    total.load(Relaxed)
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    SHARE.calibrate(20.0, 4);
    let work = "four sync stages, 20 ns in all, counters and latency on";
    let counted = |runtime: &Runtime, count| run(runtime, |total| Counted { count, total });
    let by_loop = ("the loop", |_: &Runtime, count| by_hand(count));
    vec![Duel::new(10, work, Times(1.08), counted, by_loop, by_hand).fight(bench)]
}
