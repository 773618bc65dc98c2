//! Goals 3, 4 and 15: a queue before every stage, beside a task a stage over channels, and beside the ancestor's wire.

use std::{
    future::ready,
    sync::{Arc, atomic::AtomicU64},
};

use crossfire::spsc;
use electrician::prelude::*;
use tokio::{runtime::Runtime, spawn};

use super::{
    channels::{self, CAPACITY},
    parts::{self, Sum, run},
    plain::{self, by_hand, keep_some, scale, shift},
};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::OneIn, Row},
};

pipeline! {
    /// Five tasks, four edges.
    SyncLine(count: u64, total: Arc<AtomicU64>) {
        generator numbers   = parts::numbers(count);
        handler   scale     = plain::scale     { buffer: 1024 };
        handler   keep_some = plain::keep_some { buffer: 1024 };
        handler   shift     = plain::shift     { buffer: 1024 };
        handler   add       = parts::sum_up(Sum::into(total)) { buffer: 1024 };

        numbers -> scale -> keep_some -> shift -> add;
    }

    /// The same, with async handlers.
    AsyncLine(count: u64, total: Arc<AtomicU64>) {
        generator numbers   = parts::numbers(count);
        handler   scale     = scale_async     { buffer: 1024 };
        handler   keep_some = keep_some_async { buffer: 1024 };
        handler   shift     = shift_async     { buffer: 1024 };
        handler   add       = add_async(Sum::into(total)) { buffer: 1024 };

        numbers -> scale -> keep_some -> shift -> add;
    }

    /// The same, with handlers that await something, which is ready.
    ReadyLine(count: u64, total: Arc<AtomicU64>) {
        generator numbers   = parts::numbers(count);
        handler   scale     = scale_ready     { buffer: 1024 };
        handler   keep_some = keep_some_ready { buffer: 1024 };
        handler   shift     = shift_ready     { buffer: 1024 };
        handler   add       = add_async(Sum::into(total)) { buffer: 1024 };

        numbers -> scale -> keep_some -> shift -> add;
    }

    /// One stage between a source and a sink.
    Wire(count: u64, total: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   add_one { buffer: 1024 };
        handler   add     = parts::sum_up(Sum::into(total));

        numbers -> add_one -> add;
    }
}

#[handler]
async fn scale_async(n: u64) -> u64 {
    scale(n)
}

#[handler]
async fn keep_some_async(n: u64) -> Option<u64> {
    keep_some(n)
}

#[handler]
async fn shift_async(n: u64) -> u64 {
    shift(n)
}

#[handler]
async fn scale_ready(n: u64) -> u64 {
    ready(scale(n)).await
}

#[handler]
async fn keep_some_ready(n: u64) -> Option<u64> {
    ready(keep_some(n)).await
}

#[handler]
async fn shift_ready(n: u64) -> u64 {
    ready(shift(n)).await
}

#[handler]
async fn add_async(n: u64, sum: &mut Sum) {
    sum.add(n);
}

#[handler]
fn add_one(n: u64) -> u64 {
    n + 1
}

pub(super) fn sync_line(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| SyncLine { count, total })
}

fn async_line(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| AsyncLine { count, total })
}

fn ready_line(runtime: &Runtime, count: u64) -> u64 {
    run(runtime, |total| ReadyLine { count, total })
}

fn over_tokio(runtime: &Runtime, count: u64) -> u64 {
    runtime.block_on(async {
        let scaled = channels::map(channels::feed(parts::source(count)), scale);
        let kept = channels::filter_map(scaled, keep_some);
        channels::sum(channels::map(kept, shift), |n| n).await
    })
}

fn over_tokio_async(runtime: &Runtime, count: u64) -> u64 {
    runtime.block_on(async {
        let scaled = channels::then(channels::feed(parts::source(count)), scale_async);
        let kept = channels::filter_then(scaled, keep_some_async);
        channels::sum(channels::then(kept, shift_async), |n| n).await
    })
}

fn over_crossfire(runtime: &Runtime, count: u64) -> u64 {
    let (to_scale, scale_in) = spsc::bounded_async(CAPACITY);
    let (to_keep, keep_in) = spsc::bounded_async(CAPACITY);
    let (to_shift, shift_in) = spsc::bounded_async(CAPACITY);
    let (to_add, add_in) = spsc::bounded_async(CAPACITY);
    runtime.block_on(async {
        spawn(async move {
            for n in parts::source(count) {
                to_scale.send(n).await.expect("it is received");
            }
        });
        spawn(async move {
            while let Ok(n) = scale_in.recv().await {
                to_keep.send(scale(n)).await.expect("it is received");
            }
        });
        spawn(async move {
            while let Ok(n) = keep_in.recv().await {
                if let Some(n) = keep_some(n) {
                    to_shift.send(n).await.expect("it is received");
                }
            }
        });
        spawn(async move {
            while let Ok(n) = shift_in.recv().await {
                to_add.send(shift(n)).await.expect("it is received");
            }
        });
        let sum = spawn(async move {
            let mut sum = 0_u64;
            while let Ok(n) = add_in.recv().await {
                sum = sum.wrapping_add(n);
            }
            sum
        });
        sum.await.expect("it does not panic")
    })
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let (sync, idle, ready) = (
        "five tasks, four edges: sync handlers",
        "five tasks, four edges: async handlers",
        "five tasks, four edges: handlers that await what is ready",
    );
    let tokio = ("tokio mpsc, a task a stage", over_tokio);
    let tokio_async = ("tokio mpsc, a task a stage", over_tokio_async);
    vec![
        Duel::new(3, sync, OneIn(30.0), sync_line, tokio, by_hand).fight(bench),
        Duel::new(3, idle, OneIn(18.0), async_line, tokio_async, by_hand).fight(bench),
        Duel::new(3, ready, OneIn(18.0), ready_line, tokio_async, by_hand).fight(bench),
    ]
}

pub(super) fn crossfire_rows(bench: &Bench) -> Vec<Row> {
    let work = "five tasks, four edges: sync handlers";
    let crossfire = ("crossfire spsc, a task a stage", over_crossfire);
    vec![Duel::new(4, work, OneIn(6.0), sync_line, crossfire, by_hand).fight(bench)]
}

/// What an item costs on a wire of the ancestor in Go at its best: measured elsewhere, in a process of its own.
const ANCESTOR: f64 = 285.0;

pub(super) fn ancestor_rows(bench: &Bench) -> Vec<Row> {
    let wire = |runtime: &Runtime, count| run(runtime, |total| Wire { count, total });
    let expected = |count| (1..=count).sum();
    let work = "source, `n + 1` behind a queue of 1024, sink";
    let name = "285 ns, of another process in Go";
    vec![Duel::known(15, work, OneIn(40.0), wire, (name, ANCESTOR), expected).fight(bench)]
}
