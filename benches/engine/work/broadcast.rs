//! Goal 5: larger items, a broadcast and a merge, beside tokio's channels.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering::Relaxed};

use electrician::{Running, prelude::*};
use tokio::{runtime::Runtime, spawn, sync::mpsc};

use super::{
    channels::{self, CAPACITY},
    parts::{self, Sum, run, source},
};
use crate::{
    bench::Bench,
    duel::Duel,
    row::{Limit::OneIn, Row},
};

/// An item of 128 bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block([u64; 16]);

fn blocks_of(count: u64) -> impl Iterator<Item = Block> + use<> {
    source(count).map(|n| Block([n; 16]))
}

fn turn_block(mut block: Block) -> Block {
    block.0[1] = block.0[0].rotate_left(7);
    block.0[9] ^= block.0[1];
    block
}

fn weigh(block: Block) -> u64 {
    block.0[1].wrapping_add(block.0[9])
}

#[generator]
fn blocks(count: &u64) -> impl Iterator<Item = Block> {
    blocks_of(*count)
}

#[handler]
fn turn(block: Block) -> Block {
    turn_block(block)
}

#[handler]
fn sum_up(block: Block, sum: &mut Sum) {
    sum.add(weigh(block));
}

pipeline! {
    /// Three hops of 128 bytes.
    Blocks(count: u64, total: Arc<AtomicU64>) {
        generator blocks = blocks(count);
        handler   turn_1 = turn { buffer: 1024 };
        handler   turn_2 = turn { buffer: 1024 };
        handler   sum_up = sum_up(Sum::into(total)) { buffer: 1024 };

        blocks -> turn_1 -> turn_2 -> sum_up;
    }

    /// Every number to three sinks.
    Broadcast(count: u64, one: Arc<AtomicU64>, two: Arc<AtomicU64>, three: Arc<AtomicU64>) {
        generator numbers = parts::numbers(count);
        handler   one     = parts::sum_up(Sum::into(one))   { buffer: 1024 };
        handler   two     = parts::sum_up(Sum::into(two))   { buffer: 1024 };
        handler   three   = parts::sum_up(Sum::into(three)) { buffer: 1024 };

        numbers -> [one, two, three];
    }

    /// The numbers of three sources to one sink.
    Merge(counts: [u64; 3], total: Arc<AtomicU64>) {
        generator one   = parts::numbers(counts[0]);
        generator two   = parts::numbers(counts[1]);
        generator three = parts::numbers(counts[2]);
        handler   add   = parts::sum_up(Sum::into(total)) { buffer: 1024 };

        [one, two, three] -> add;
    }
}

pub(super) fn broadcast(runtime: &Runtime, count: u64) -> u64 {
    let totals: [Arc<AtomicU64>; 3] = Default::default();
    let [one, two, three] = totals.clone();
    let pipeline = Broadcast {
        count,
        one,
        two,
        three,
    };
    runtime.block_on(async {
        Running::start(pipeline).expect("it starts").wait().await;
    });
    totals
        .iter()
        .fold(0, |sum, total| sum.wrapping_add(total.load(Relaxed)))
}

pub(super) fn merge(runtime: &Runtime, count: u64) -> u64 {
    let counts = thirds(count);
    run(runtime, |total| Merge { counts, total })
}

/// A count, shared by three sources.
fn thirds(count: u64) -> [u64; 3] {
    [count / 3, count / 3, count - count / 3 * 2]
}

fn blocks_over_tokio(runtime: &Runtime, count: u64) -> u64 {
    runtime.block_on(async {
        let turned = channels::map(channels::feed(blocks_of(count)), turn_block);
        channels::sum(channels::map(turned, turn_block), weigh).await
    })
}

fn broadcast_over_tokio(runtime: &Runtime, count: u64) -> u64 {
    runtime.block_on(async {
        let (to_one, one) = mpsc::channel(CAPACITY);
        let (to_two, two) = mpsc::channel(CAPACITY);
        let (to_three, three) = mpsc::channel(CAPACITY);
        spawn(async move {
            for n in source(count) {
                to_one.send(n).await.expect("it is received");
                to_two.send(n).await.expect("it is received");
                to_three.send(n).await.expect("it is received");
            }
        });
        let [one, two, three] = [one, two, three].map(|branch| spawn(channels::sum(branch, |n| n)));
        let sums = tokio::try_join!(one, two, three).expect("they do not panic");
        sums.0.wrapping_add(sums.1).wrapping_add(sums.2)
    })
}

fn merge_over_tokio(runtime: &Runtime, count: u64) -> u64 {
    runtime.block_on(async {
        let (output, input) = mpsc::channel(CAPACITY);
        for share in thirds(count) {
            let output = output.clone();
            spawn(async move {
                for n in source(share) {
                    output.send(n).await.expect("it is received");
                }
            });
        }
        drop(output);
        channels::sum(input, |n| n).await
    })
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let blocks = |runtime: &Runtime, count| run(runtime, |total| Blocks { count, total });
    let blocks_loop = |count| {
        blocks_of(count)
            .map(|block| weigh(turn_block(turn_block(block))))
            .fold(0, u64::wrapping_add)
    };
    let merge_loop = |count| thirds(count).into_iter().flat_map(source).sum();
    vec![
        Duel::new(
            5,
            "items of 128 bytes over three hops",
            OneIn(9.0),
            blocks,
            ("tokio mpsc, a task a stage", blocks_over_tokio),
            blocks_loop,
        )
        .fight(bench),
        Duel::new(
            5,
            "broadcast to three",
            OneIn(25.0),
            broadcast,
            ("three tokio mpsc", broadcast_over_tokio),
            |count| source(count).sum::<u64>() * 3,
        )
        .fight(bench),
        Duel::new(
            5,
            "merge of three",
            OneIn(25.0),
            merge,
            ("one tokio mpsc, three producers", merge_over_tokio),
            merge_loop,
        )
        .fight(bench),
    ]
}
