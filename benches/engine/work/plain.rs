//! Goal 1: one island of sync handlers, beside the loop over the same functions, and beside dfir.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

use electrician::prelude::*;
use tokio::runtime::Runtime;

use super::{
    dfir::over_dfir,
    parts::{self, add, run},
};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::Times, Row},
};

#[handler]
pub(super) fn scale(n: u64) -> u64 {
    n.wrapping_mul(3)
}

#[handler]
pub(super) fn keep_some(n: u64) -> Option<u64> {
    (n & 7 != 0).then_some(n)
}

#[handler]
pub(super) fn shift(n: u64) -> u64 {
    n ^ (n >> 3)
}

pipeline! {
    /// One island of plain handlers.
    Plain(count: u64, total: Arc<AtomicU64>) {
        generator numbers   = parts::numbers(count);
        handler   scale;
        handler   keep_some;
        handler   shift;
        handler   add       = parts::add(total);

        numbers -> scale -> keep_some -> shift -> add;
    }
}

pub(super) fn pipeline(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| Plain { count, total })
}

pub(super) fn by_hand(count: u64) -> u64 {
    let total = Arc::new(AtomicU64::new(0));
    for n in parts::source(count) {
        if let Some(n) = keep_some(scale(n)) {
            add(shift(n), &total);
        }
    }
    total.load(Relaxed)
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let work = "source, map, filter, map, sink: sync, one island";
    let by_loop = ("the loop", |_: &Runtime, count| by_hand(count));
    let by_dfir = ("dfir_syntax!", |_: &Runtime, count| over_dfir(count));
    vec![
        Duel::new(1, work, Times(1.10), pipeline, by_loop, by_hand).fight(bench),
        Duel::new(1, work, Times(0.75), pipeline, by_dfir, by_hand).fight(bench),
    ]
}
