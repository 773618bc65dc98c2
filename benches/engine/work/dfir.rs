//! The line of goal 1 in dfir's own syntax.
#![allow(
    clippy::inline_always,
    unreachable_pub,
    reason = "written by the macro"
)]

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

use dfir_rs::dfir_syntax;

use super::{
    parts::{self, add},
    plain::{keep_some, scale, shift},
};

pub(super) fn over_dfir(count: u64) -> u64 {
    let total = Arc::new(AtomicU64::new(0));
    let sum = Arc::clone(&total);
    let mut flow = dfir_syntax! {
        source_iter(parts::source(count))
            -> map(scale)
            -> filter_map(keep_some)
            -> map(shift)
            -> for_each(|n| add(n, &sum));
    };
    flow.run_available_sync();
    total.load(Relaxed)
}
