//! Chains, branches, merges, pairs, loops, and what one edge says of itself.

use std::time::Duration;

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

use super::support::{counts, sorted};

#[handler]
fn add(item: u64, what: u64) -> u64 {
    item + what
}

#[handler]
async fn slow_add(item: u64, what: u64) -> u64 {
    tokio::time::sleep(Duration::from_millis(10)).await;
    item + what
}

fn numbers(end: u64) -> Script<u64> {
    Script::items(0..end)
}

pipeline! {
    Chain(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler one = add(1);
        handler two = slow_add(10);
        handler three = add(100);
        handler out = record(out);
        numbers -> one -> two;
        two -> three -> out;
    }

    /// Nine stages in a row are more than one island.
    Long(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler a = add(1); handler b = add(1); handler c = add(1); handler d = add(1);
        handler e = add(1); handler f = add(1); handler g = add(1); handler h = add(1);
        handler out = record(out);
        numbers -> a -> b -> c -> d -> e -> f -> g -> h -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_chain_keeps_the_order() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Chain {
            numbers: numbers(100),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), (111..211).collect::<Vec<_>>());
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Long {
            numbers: numbers(100),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), (8..108).collect::<Vec<_>>());
}

pipeline! {
    Broadcast(numbers: Script<u64>, left: Recorder<u64>, right: Recorder<u64>, third: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler left = record(left);
        handler double = add(1000);
        handler right = record(right);
        handler third = record(third);
        numbers -> [left, double, third];
        double -> right;
    }
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_gives_each_branch_its_own_clone() {
    let [left, right, third] = [(); 3].map(|()| Recorder::new());
    let broadcast = Broadcast {
        numbers: numbers(50),
        left: left.clone(),
        right: right.clone(),
        third: third.clone(),
    };
    let report = run_to_end(broadcast).await;
    assert_clean(&report);
    assert_eq!(left.items(), (0..50).collect::<Vec<_>>());
    assert_eq!(right.items(), (1000..1050).collect::<Vec<_>>());
    assert_eq!(third.items(), left.items());
    assert_eq!(report.stage("numbers").unwrap().stats.emitted, 150);
}

pipeline! {
    Balance(numbers: Script<u64>, left: Recorder<u64>, right: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler slow = slow_add(0);
        handler quick = add(0);
        handler left = record(left);
        handler right = record(right);
        numbers -> any [slow, quick] with { buffer: 1 };
        slow -> left;
        quick -> right;
    }
}

#[tokio::test(start_paused = true)]
async fn any_gives_each_item_to_the_branch_that_is_free() {
    let [left, right] = [(); 2].map(|()| Recorder::new());
    let report = run_to_end(Balance {
        numbers: numbers(200),
        left: left.clone(),
        right: right.clone(),
    })
    .await;
    assert_clean(&report);
    let mut all = left.items();
    all.extend(right.items());
    assert_eq!(sorted(all), (0..200).collect::<Vec<_>>());
    assert!(
        !left.is_empty() && left.len() < right.len(),
        "{} and {}",
        left.len(),
        right.len()
    );
}

pipeline! {
    Merge(numbers: Script<u64>, letters: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        generator letters = scripted(letters);
        handler out = record(out);
        [numbers, letters] -> out;
    }

    MergeInTwo(numbers: Script<u64>, letters: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        generator letters = scripted(letters);
        handler one = add(1000);
        handler out = record(out);
        numbers -> one;
        letters -> out;
        one -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_merge_keeps_the_order_of_each_input() {
    let out = Recorder::new();
    let letters = || Script::items(1000..1100);
    assert_clean(
        &run_to_end(Merge {
            numbers: numbers(100),
            letters: letters(),
            out: out.clone(),
        })
        .await,
    );
    let (small, large): (Vec<_>, Vec<_>) = out.items().into_iter().partition(|item| *item < 1000);
    assert_eq!(small, (0..100).collect::<Vec<_>>());
    assert_eq!(large, (1000..1100).collect::<Vec<_>>());
    let out = Recorder::new();
    assert_clean(
        &run_to_end(MergeInTwo {
            numbers: numbers(10),
            letters: numbers(10),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(
        sorted(out.items()),
        (0..10).chain(1000..1010).collect::<Vec<_>>()
    );
}

pipeline! {
    Pairs(numbers: Script<u64>, names: Script<char>, out: Recorder<(u64, char)>) {
        generator numbers = scripted(numbers);
        generator names = scripted(names);
        handler out = record(out);
        zip [numbers, names] -> out;
    }

    Triples(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler a = add(1);
        handler b = add(2);
        handler c = slow_add(3);
        handler out = record(out);
        numbers -> [a, b, c];
        zip [a, b, c] -> map(|(a, b, c)| a * 10_000 + b * 100 + c) -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn zip_pairs_in_order_and_ends_with_the_shorter() {
    let out = Recorder::new();
    let pairs = Pairs {
        numbers: numbers(3),
        names: Script::items(['a', 'b']),
        out: out.clone(),
    };
    let report = run_to_end(pairs).await;
    assert_eq!(out.items(), [(0, 'a'), (1, 'b')]);
    assert_eq!(report.stage("zip_1").unwrap().stats.emitted, 2);
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Triples {
            numbers: numbers(2),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), [1_02_03, 2_03_04]);
}

pipeline! {
    Discard(numbers: Script<u64>) {
        generator numbers = scripted(numbers);
        handler one = add(1);
        numbers -> one -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_discarded_is_counted() {
    let report = run_to_end(Discard {
        numbers: numbers(7),
    })
    .await;
    assert_clean(&report);
    assert_eq!(report.stage("one").unwrap().stats.discarded, 7);
}

#[handler]
fn halve(item: u64) -> u64 {
    item / 2
}

pipeline! {
    Loop(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler halve;
        handler out = record(out);
        numbers -> halve;
        halve -> match {
            0 => out,
            _ => again,
        };
        handler again = |item: u64| item;
        again -> halve with { feedback, buffer: 1000, overflow: fail };
    }
}

#[tokio::test(start_paused = true)]
async fn a_loop_goes_round_until_its_route_lets_out() {
    let out = Recorder::new();
    let report = run_to_end(Loop {
        numbers: Script::items([1, 2, 1024]),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.items(), [0, 0, 0]);
    assert_eq!(counts(&report, "halve")[0], 1 + 2 + 11);
    assert!(
        Loop::TOPOLOGY
            .edges
            .iter()
            .any(|edge| edge.feedback && edge.from == "again")
    );
}

pipeline! {
    Newest(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler out = record(out);
        numbers -> out with { buffer: 4, overflow: drop_oldest };
    }
}

#[tokio::test(start_paused = true)]
async fn an_edge_drops_as_its_options_say() {
    let out = Recorder::slow(Duration::from_secs(1));
    let report = run_to_end(Newest {
        numbers: numbers(64),
        out: out.clone(),
    })
    .await;
    let dropped = report.edges[0].stats.dropped;
    assert!(dropped > 0, "{report}");
    assert_eq!(out.len() as u64, 64 - dropped);
    assert_eq!(out.items().last(), Some(&63));
    assert_eq!(Newest::TOPOLOGY.edges[0].capacity, Some(4));
}

pipeline! {
    Mixed(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler a = add(0);
        handler b = slow_add(0) { workers: 3 };
        handler c = add(0);
        handler out = record(out);
        numbers -> [a, c];
        a -> any [b, out];
        b -> out;
        c -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_shared_edge_and_one_of_its_own_lead_into_one_stage() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Mixed {
            numbers: numbers(40),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(
        sorted(out.items()),
        sorted((0..40).chain(0..40).collect::<Vec<_>>())
    );
}

pipeline! {
    Satisfied(numbers: Script<u64>, out: Recorder<(u64, Vec<u64>)>) {
        generator numbers = scripted(numbers);
        handler left  = |n: u64| n;
        handler right = |n: u64| n;
        handler out   = record(out);
        numbers -> [left, right];
        left  -> throttle(1/s) -> take(5) -> left_end;
        right -> sliding(2) -> right_end;
        handler left_end  = |n: u64| n;
        handler right_end = |n: Vec<u64>| n;
        zip [left_end, right_end] -> out;
    }
}

/// A `take` that had what it wanted went on taking, and ended only when its input did. The other branch of the zip filled up
/// behind it, the broadcast waited for that branch, and nothing ended any more.
#[tokio::test(start_paused = true)]
async fn a_satisfied_branch_lets_its_zip_end() {
    let out = Recorder::new();
    let report = run_to_end(Satisfied {
        numbers: numbers(20_000),
        out: out.clone(),
    })
    .await;
    assert_eq!(out.len(), 5, "{report}");
    assert_eq!(report.stage("take_1").unwrap().stats.emitted, 5);
}
