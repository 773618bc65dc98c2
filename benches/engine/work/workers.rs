//! Goal 8: many calls at once of a handler that waits, beside `buffer_unordered` and beside a bounded `JoinSet`.

use std::sync::{Arc, atomic::AtomicU64};

use electrician::prelude::*;
use futures_util::{StreamExt, stream};
use tokio::{runtime::Runtime, spawn, task::JoinSet};

use super::parts::{self, Sum, run, source, suspend};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::Times, Row},
};

#[handler]
async fn wait_once(n: u64) -> u64 {
    suspend().await;
    n.wrapping_mul(3)
}

/// Adds up what comes in order; an item out of order is not added, so that the sum is wrong.
#[handler]
fn add_rising(n: u64, sum: &mut Sum, last: &mut u64) {
    if n >= *last {
        sum.add(n);
    }
    *last = n;
}

pipeline! {
    pub(crate) Workers64(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   wait    = wait_once { workers: 64 };
        handler   add     = parts::sum_up(Sum::into(total));

        numbers -> wait -> add;
    }

    Workers1024(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   wait    = wait_once { workers: 1024 };
        handler   add     = parts::sum_up(Sum::into(total));

        numbers -> wait -> add;
    }

    pub(crate) Ordered64(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   wait    = wait_once { workers: 64, ordered };
        handler   add     = add_rising(Sum::into(total), 0);

        numbers -> wait -> add;
    }
}

pub(super) fn of_64(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| Workers64 { count, total })
}

fn of_1024(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| Workers1024 { count, total })
}

pub(super) fn ordered(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| Ordered64 { count, total })
}

fn expected(count: u64) -> u64 {
    source(count)
        .map(|n| n.wrapping_mul(3))
        .fold(0, u64::wrapping_add)
}

fn buffer_unordered<const N: usize>(runtime: &Runtime, count: u64) -> u64 {
    let sum = async move {
        let calls = stream::iter(source(count))
            .map(wait_once)
            .buffer_unordered(N);
        calls.fold(0, async |sum: u64, n| sum.wrapping_add(n)).await
    };
    runtime.block_on(async { spawn(sum).await.expect("it does not panic") })
}

fn join_set<const N: usize>(runtime: &Runtime, count: u64) -> u64 {
    let sum = async move {
        let mut calls = JoinSet::new();
        let mut sum = 0_u64;
        for n in source(count) {
            if calls.len() == N
                && let Some(done) = calls.join_next().await
            {
                sum = sum.wrapping_add(done.expect("it does not panic"));
            }
            calls.spawn(wait_once(n));
        }
        calls
            .join_all()
            .await
            .into_iter()
            .fold(sum, u64::wrapping_add)
    };
    runtime.block_on(async { spawn(sum).await.expect("it does not panic") })
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let (few, many) = (
        "64 workers that suspend once: CPU",
        "1024 workers that suspend once: CPU",
    );
    let sorted = "64 workers that suspend once, ordered: CPU";
    let duels = [
        Duel::new(
            8,
            few,
            Times(0.35),
            of_64,
            ("buffer_unordered(64)", buffer_unordered::<64>),
            expected,
        ),
        Duel::new(
            8,
            few,
            Times(0.12),
            of_64,
            ("JoinSet bounded to 64", join_set::<64>),
            expected,
        ),
        Duel::new(
            8,
            many,
            Times(0.35),
            of_1024,
            ("buffer_unordered(1024)", buffer_unordered::<1024>),
            expected,
        ),
        Duel::new(
            8,
            many,
            Times(0.12),
            of_1024,
            ("JoinSet bounded to 1024", join_set::<1024>),
            expected,
        ),
        Duel::new(
            8,
            sorted,
            Times(1.30),
            ordered,
            ("64 workers, unordered", of_64),
            expected,
        ),
    ];
    duels
        .into_iter()
        .map(|duel| duel.by_cpu().fight(bench))
        .collect()
}
