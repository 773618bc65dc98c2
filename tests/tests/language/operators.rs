//! Operators that are written between two arrows.

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

use super::support::{Order, counts, order};

/// Runs these items through operators, into a recorder.
macro_rules! through {
    ($items:expr, $($operators:tt)*) => {{
        pipeline! {
            Through(items: Script<In>, out: Recorder<Out>) {
                generator items = scripted(items);
                handler out = record(out);
                items -> $($operators)* -> out;
            }
        }
        let out = Recorder::new();
        let report = run_to_end(Through { items: Script::items($items), out: out.clone() }).await;
        assert_clean(&report);
        (out.take(), report)
    }};
}

#[tokio::test(start_paused = true)]
async fn each_item_becomes_one_none_or_many() {
    type In = u64;
    type Out = u64;
    assert_eq!(through!(0..4, map(|n| n * 10)).0, [0, 10, 20, 30]);
    let (out, report) = through!(0..4, filter(|n| n % 2 == 0));
    assert_eq!(
        (out, counts(&report, "filter_1")),
        (vec![0, 2], [4, 2, 2, 0, 2])
    );
    assert_eq!(through!(0..4, filter_map(|n| n.checked_sub(2))).0, [0, 1]);
    let (out, report) = through!(0..4, flat_map(|n| 0..n));
    assert_eq!(
        (out, counts(&report, "flat_map_1")),
        (vec![0, 0, 1, 0, 1, 2], [4, 3, 1, 0, 6])
    );
}

#[tokio::test(start_paused = true)]
async fn flatten_gives_the_items_of_each_item() {
    type In = Vec<u64>;
    type Out = u64;
    assert_eq!(
        through!([vec![1, 2], vec![], vec![3]], flatten()).0,
        [1, 2, 3]
    );
}

#[tokio::test(start_paused = true)]
async fn inspect_looks_and_passes_on() {
    type In = u64;
    type Out = u64;
    let (out, _) = through!(0..3, inspect(|n| assert!(*n < 3)));
    assert_eq!(out, [0, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn what_came_before_decides() {
    type In = u64;
    type Out = u64;
    assert_eq!(
        through!(
            [1, 2, 3],
            scan(0, |sum, n| {
                *sum += n;
                *sum
            })
        )
        .0,
        [1, 3, 6]
    );
    assert_eq!(through!([1, 1, 2, 1], dedupe()).0, [1, 2, 1]);
    assert_eq!(through!([1, 1, 2, 1], distinct()).0, [1, 2]);
    assert_eq!(through!([1, 11, 2, 21], distinct(|n| n % 10)).0, [1, 2]);
    assert_eq!(through!(0..5, take(2)).0, [0, 1]);
    assert_eq!(through!(0..5, skip(3)).0, [3, 4]);
}

#[tokio::test(start_paused = true)]
async fn items_come_in_groups_and_with_numbers() {
    {
        type In = u64;
        type Out = Vec<u64>;
        assert_eq!(through!(0..4, sliding(3)).0, [vec![0, 1, 2], vec![1, 2, 3]]);
    }
    {
        type In = char;
        type Out = (u64, char);
        assert_eq!(through!(['a', 'b'], enumerate()).0, [(0, 'a'), (1, 'b')]);
    }
}

#[tokio::test(start_paused = true)]
async fn operators_chain_and_carry_their_types_on() {
    type In = Order;
    type Out = String;
    let (out, report) = through!(
        (0..6).map(order),
        filter(|order| order.id > 1)
            -> map(|order| order.lines)
            -> flatten()
            -> filter(|line| line % 2 == 1)
            -> enumerate()
            -> map(|(at, line)| format!("{at}:{line}"))
            -> take(3)
    );
    assert_eq!(out, ["0:1", "1:1", "2:1"]);
    assert!(report.stage("filter_2").is_some() && report.stage("map_2").is_some());
}

#[handler]
async fn fetched(item: u64) -> u64 {
    tokio::task::yield_now().await;
    item
}

fn even(n: &u64) -> bool {
    n.is_multiple_of(2)
}

pipeline! {
    Parameters(items: Script<u64>, most: u64, size: usize, out: Recorder<Vec<u64>>) {
        generator items = scripted(items);
        handler fetched { workers: 3, ordered };
        handler out = record(out);
        items -> filter(even) -> fetched -> filter(|n| n < most) -> map(|n| n + *most) -> sliding(*size) -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn operators_speak_of_parameters_and_of_functions() {
    let out = Recorder::new();
    let pipeline = Parameters {
        items: Script::items(0..20),
        most: 7,
        size: 2,
        out: out.clone(),
    };
    assert_clean(&run_to_end(pipeline).await);
    assert_eq!(out.items(), [[7, 9], [9, 11], [11, 13]]);
}

pipeline! {
    Branched(items: Script<u64>, out: Recorder<u64>) {
        generator items = scripted(items);
        handler a = |n: u64| n;
        handler b = |n: u64| n + 100;
        handler out = record(out);
        items -> [a, b];
        [a, b] -> filter(|n| n % 2 == 0) -> map(|n| n) -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_may_stand_behind_a_merge() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Branched {
            items: Script::items(0..4),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(super::support::sorted(out.items()), [0, 2, 100, 102]);
}

pipeline! {
    Refusing(items: Script<u64>, size: usize, out: Recorder<Vec<u64>>) {
        generator items = scripted(items);
        handler out = record(out);
        items -> sliding(*size) -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_value_that_cannot_be_meant_is_refused_at_the_start() {
    let refusing = Refusing {
        items: Script::empty(),
        size: 0,
        out: Recorder::new(),
    };
    let error = refusing.start().expect_err("a size of zero is refused");
    assert_eq!(error.stage(), "sliding_1");
    let report = run_to_end(Refusing {
        items: Script::empty(),
        size: 1,
        out: Recorder::new(),
    })
    .await;
    assert_clean(&report);
}
