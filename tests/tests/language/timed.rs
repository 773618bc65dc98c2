//! Operators with a clock, under the paused one.

use std::time::Duration;

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};
use electrician::value::Rate;

use super::support::counts;

const SECOND: Duration = Duration::from_secs(1);

/// Plays a script through operators, into a recorder: what came, and when.
macro_rules! through {
    ($script:expr, $($operators:tt)*) => {{
        pipeline! {
            Through(items: Script<u64>, out: Recorder<Out>) {
                generator items = scripted(items);
                handler out = record(out);
                items -> $($operators)* -> out;
            }
        }
        let out = Recorder::new();
        let report = run_to_end(Through { items: $script, out: out.clone() }).await;
        assert_clean(&report);
        let millis: Vec<u128> = out.times().iter().map(Duration::as_millis).collect();
        (out.take(), millis, report)
    }};
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_full_or_its_time_is_over() {
    type Out = Vec<u64>;
    let script = Script::items(0..5).wait(SECOND).item(5);
    let (out, millis, report) = through!(script, batch(2, 20ms));
    assert_eq!(out, [vec![0, 1], vec![2, 3], vec![4], vec![5]]);
    assert_eq!(millis, [0, 0, 20, 1000]);
    assert_eq!(counts(&report, "batch_1"), [6, 6, 0, 0, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_window_holds_the_items_of_a_span() {
    type Out = Vec<u64>;
    let script = Script::items([1])
        .wait(Duration::from_millis(400))
        .item(2)
        .wait(SECOND)
        .item(3);
    let (out, _, report) = through!(script, window(1s));
    assert_eq!(out, [vec![1, 2], vec![3]]);
    assert_eq!(counts(&report, "window_1"), [3, 3, 0, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_throttle_paces_and_drops_nothing() {
    type Out = u64;
    let (out, millis, _) = through!(Script::items(0..3), throttle(1 / s));
    assert_eq!((out, millis), (vec![0, 1, 2], vec![0, 1000, 2000]));
}

#[tokio::test(start_paused = true)]
async fn debounce_gives_the_last_item_once_it_is_quiet() {
    type Out = u64;
    let script = Script::items([1, 2])
        .wait(SECOND)
        .item(3)
        .wait(Duration::from_millis(10))
        .item(4);
    let (out, _, report) = through!(script, debounce(50ms));
    assert_eq!(out, [2, 4]);
    assert_eq!(counts(&report, "debounce_1"), [4, 2, 2, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_delay_moves_each_item_by_so_much() {
    type Out = u64;
    let (out, millis, _) = through!(Script::items([1]).wait(SECOND).item(2), delay(5s));
    assert_eq!((out, millis), (vec![1, 2], vec![5000, 6000]));
}

#[tokio::test(start_paused = true)]
async fn a_sample_is_the_latest_item_of_each_span() {
    type Out = u64;
    let script = Script::items([1, 2])
        .wait(Duration::from_millis(1500))
        .item(3);
    let (out, _, report) = through!(script, sample(1s));
    assert_eq!(out, [2, 3]);
    assert_eq!(counts(&report, "sample_1"), [3, 2, 1, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn timed_and_inline_operators_chain() {
    type Out = u64;
    let (out, millis, _) = through!(
        Script::items(0..10),
        filter(|n| n % 2 == 1) -> batch(3, 1s) -> map(|batch| batch.len() as u64) -> delay(1s) -> take(2)
    );
    assert_eq!((out, millis), (vec![3, 2], vec![1000, 1000]));
}

pipeline! {
    Parameters(items: Script<u64>, size: usize, time: Duration, rate: Rate, out: Recorder<Vec<u64>>) {
        generator items = scripted(items);
        handler out = record(out);
        items -> throttle(*rate) -> batch(*size, *time + 1s) -> out;
    }

    Divided(items: Script<u64>, small: Recorder<Vec<u64>>, large: Recorder<u64>) {
        generator items = scripted(items);
        handler small = record(small);
        handler large = record(large);
        items -> batch(3, 1s) -> match {
            batch if batch.len() < 3 => small,
            batch => batch.len() as u64 -> large,
        };
    }
}

#[tokio::test(start_paused = true)]
async fn timed_operators_speak_of_parameters() {
    let out = Recorder::new();
    let pipeline = Parameters {
        items: Script::items(0..3),
        size: 10,
        time: SECOND * 5,
        rate: Rate::per_second(1),
        out: out.clone(),
    };
    assert_clean(&run_to_end(pipeline).await);
    assert_eq!(out.items(), [[0, 1, 2]]);
    let refused = Parameters {
        items: Script::empty(),
        size: 0,
        time: SECOND,
        rate: Rate::per_second(1),
        out: Recorder::new(),
    };
    assert_eq!(
        refused.start().expect_err("no item makes no batch").stage(),
        "batch_1"
    );
}

#[tokio::test(start_paused = true)]
async fn what_a_timed_operator_gives_may_be_routed() {
    let (small, large) = (Recorder::new(), Recorder::new());
    let divided = Divided {
        items: Script::items(0..7),
        small: small.clone(),
        large: large.clone(),
    };
    assert_clean(&run_to_end(divided).await);
    assert_eq!((small.items(), large.items()), (vec![vec![6]], vec![3, 3]));
}
