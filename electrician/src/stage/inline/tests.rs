//! Each operator in a worker of its own: what it gives, and that every item is accounted for.

use std::{convert::Infallible, pin::pin};

use super::{choice::Seen, *};
use crate::{
    pipeline::Assembly,
    stage::{ByValue, Cause, Draft, Handler, Nothing, Port, Settled, StageStats, try_next},
};

const NUMBERS: Port<u32> = Port::new();

/// What a handler gives for these items, or how it fails; and that it lost none.
async fn answers<H, T, U, E>(
    draft: Draft<H, T, U, E, ()>,
    items: impl IntoIterator<Item = T>,
) -> (Vec<Result<U, E>>, StageStats)
where
    H: Handler<T, U, E, (), Mode = ByValue>,
    T: Send + 'static,
    U: Send,
    E: Send,
{
    let definition = draft.install("handler", &mut Assembly::new());
    let mut stage = definition.stage();
    let mut answers = Vec::new();
    for item in items {
        stage.begin(item);
        let miss = match stage.call().await {
            Ok(given) => {
                let mut given = pin!(given);
                while let Some(Ok(output)) = try_next(&mut given).await {
                    answers.push(Ok(output));
                }
                continue;
            }
            Err(miss) => miss,
        };
        if let Settled::Failed(failure) = stage.settle(miss).await
            && let Cause::Error(error) = failure.cause
        {
            answers.push(Err(error));
        }
    }
    drop(stage);
    let stats = definition.cell().stats();
    assert_eq!(stats.in_flight(), 0);
    assert_eq!(stats.dropped, 0);
    (answers, stats)
}

/// What a handler that cannot fail gives for these items.
async fn gives<H, T, U>(
    draft: Draft<H, T, U, Infallible, ()>,
    items: impl IntoIterator<Item = T>,
) -> Vec<U>
where
    H: Handler<T, U, Infallible, (), Mode = ByValue>,
    T: Send + 'static,
    U: Send,
{
    let (answers, _) = answers(draft, items).await;
    let never = |error: Infallible| match error {};
    answers
        .into_iter()
        .map(|answer| answer.unwrap_or_else(never))
        .collect()
}

#[tokio::test]
async fn operators_of_one_item_give_what_they_promise() {
    assert_eq!(gives(map(NUMBERS, |n| n * 2), 1..4).await, [2, 4, 6]);
    assert_eq!(
        gives(filter(NUMBERS, |n| n % 2 == 0), 0..5).await,
        [0, 2, 4]
    );
    assert_eq!(
        gives(filter_map(NUMBERS, |n| n.checked_sub(2)), 0..5).await,
        [0, 1, 2]
    );
    assert_eq!(
        gives(inspect(NUMBERS, |n| assert!(*n < 3)), 0..3).await,
        [0, 1, 2]
    );
    assert_eq!(gives(pass::<u32>(), 0..3).await, [0, 1, 2]);
}

#[tokio::test]
async fn operators_that_remember_give_what_they_promise() {
    let letters = Port::<char>::new();
    assert_eq!(
        gives(enumerate(letters), "ab".chars()).await,
        [(0, 'a'), (1, 'b')]
    );
    let running_sum = |sum: &mut u32, n| {
        *sum += n;
        *sum
    };
    assert_eq!(
        gives(scan(NUMBERS, 10, running_sum), 1..4).await,
        [11, 13, 16]
    );
    assert_eq!(gives(dedupe(NUMBERS), [1, 1, 2, 2, 1]).await, [1, 2, 1]);
    assert_eq!(
        gives(distinct(NUMBERS), [1, 1, 2, 1, 3, 2]).await,
        [1, 2, 3]
    );
    assert_eq!(
        gives(distinct_by(NUMBERS, |n| n % 3), 0..9).await,
        [0, 1, 2]
    );
    for (n, taken, skipped) in [
        (0, vec![], vec![0, 1, 2]),
        (2, vec![0, 1], vec![2]),
        (9, vec![0, 1, 2], vec![]),
    ] {
        assert_eq!(gives(take(NUMBERS, n), 0..3).await, taken, "take({n})");
        assert_eq!(gives(skip(NUMBERS, n), 0..3).await, skipped, "skip({n})");
    }
}

#[tokio::test]
async fn sliding_gives_the_last_items_once_there_are_enough() {
    for (count, groups) in [
        (1, vec![vec![0], vec![1], vec![2]]),
        (2, vec![vec![0, 1], vec![1, 2]]),
        (3, vec![vec![0, 1, 2]]),
        (4, vec![]),
    ] {
        assert_eq!(gives(sliding(NUMBERS, count), 0..3).await, groups);
    }
}

#[test]
fn sliding_refuses_groups_of_none() {
    let mut run = Assembly::new();
    drop(sliding(NUMBERS, 0).install("last", &mut run));
    let refused = run.launch().expect_err("zero is refused");
    assert_eq!(refused.stage(), "last");
    assert!(
        refused.to_string().contains("`count` must be at least 1"),
        "{refused}"
    );
}

#[tokio::test]
async fn an_item_that_is_left_out_is_counted_as_filtered() {
    let (_, stats) = answers(filter(NUMBERS, |n| *n < 2), 0..5).await;
    assert_eq!(
        (
            stats.received,
            stats.completed,
            stats.filtered,
            stats.emitted
        ),
        (5, 2, 3, 2)
    );
}

#[test]
fn take_is_sated_with_its_last_item() {
    let handed = |n, items: usize| {
        let mut left = Step::<u32, u32>::state(&Take { n });
        for _ in 0..items {
            let _: Option<u32> = Take::step(&mut left, 7);
        }
        <Take as Step<u32, u32>>::sated(&left)
    };
    for (n, items, sated) in [(2, 1, false), (2, 2, true), (2, 3, true), (0, 0, true)] {
        assert_eq!(handed(n, items), sated, "take({n}) after {items}");
    }
}

#[test]
fn distinct_forgets_the_oldest_key_for_a_new_one() {
    let distinct = Distinct { capacity: 2 };
    let mut seen: Seen<u32> = Step::<u32, u32>::state(&distinct);
    let came = [1, 2, 1, 3, 2, 1, 3];
    let passed = came.map(|n| Distinct::step(&mut seen, n).is_some());
    assert_eq!(passed, [true, true, false, true, false, true, false]);
}

#[tokio::test]
async fn a_panic_loses_the_item_and_makes_the_state_anew() {
    let sum = scan(NUMBERS, 0, |sum: &mut u32, n| {
        assert!(n != 13, "unlucky");
        *sum += n;
        *sum
    });
    let (sums, stats) = answers(sum, [1, 2, 13, 4]).await;
    assert_eq!(sums, [Ok(1), Ok(3), Ok(4)]);
    assert_eq!((stats.completed, stats.panicked, stats.restarts), (3, 1, 1));
}

#[tokio::test]
async fn many_items_leave_for_one() {
    assert_eq!(
        gives(flat_map(NUMBERS, |n| 0..n), 0..4).await,
        [0, 0, 1, 0, 1, 2]
    );
    assert_eq!(
        gives(flatten(Port::new()), [vec![1, 2], vec![], vec![3]]).await,
        [1, 2, 3]
    );
    let (_, stats) = answers(flatten(Port::new()), [Some(1), None]).await;
    assert_eq!((stats.completed, stats.filtered), (1, 1));
}

#[tokio::test]
async fn closures_stand_for_handlers() {
    assert_eq!(gives(closure(NUMBERS, |n| n * 2), 1..3).await, [2, 4]);
    assert_eq!(
        gives(closure_async(NUMBERS, |n| async move { n * 3 }), 1..3).await,
        [3, 6]
    );
    let odd = |n: u32| if n % 2 == 1 { Ok(n) } else { Err("even") };
    let expected = vec![Ok(1), Err("even"), Ok(3)];
    let (sync, stats) = answers(try_closure(NUMBERS, odd), 1..4).await;
    assert_eq!(sync, expected);
    assert_eq!((stats.completed, stats.failed), (2, 1));
    let (later, stats) = answers(
        try_closure_async(NUMBERS, move |n| async move { odd(n) }),
        1..4,
    )
    .await;
    assert_eq!(later, expected);
    assert_eq!((stats.completed, stats.failed), (2, 1));
}

#[tokio::test]
async fn closures_that_give_nothing_are_sinks() {
    fn judge(n: u32) -> Result<(), u32> {
        if n == 2 { Err(n) } else { Ok(()) }
    }
    fn counts((_, stats): (Vec<Result<Nothing, impl Sized>>, StageStats)) -> (u64, u64, u64) {
        (stats.completed, stats.failed, stats.emitted)
    }
    assert_eq!(counts(answers(sink(NUMBERS, drop), 1..4).await), (3, 0, 0));
    assert_eq!(
        counts(answers(sink_async(NUMBERS, |_| async {}), 1..4).await),
        (3, 0, 0)
    );
    assert_eq!(
        counts(answers(try_sink(NUMBERS, judge), 1..4).await),
        (2, 1, 0)
    );
    let later = try_sink_async(NUMBERS, |n| async move { judge(n) });
    assert_eq!(counts(answers(later, 1..4).await), (2, 1, 0));
    sink(NUMBERS, drop)
        .install("sink", &mut Assembly::new())
        .ends();
}
