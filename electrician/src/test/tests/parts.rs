//! Scripts, recorders and plans of faults, each by itself.

use std::{convert::Infallible, future::Future, panic::AssertUnwindSafe};

use futures_util::{FutureExt, StreamExt, future::join_all};
use tokio::time::{Instant, timeout};

use super::ms;
use crate::test::{Faults, Recorder, Script};

async fn panics<T>(call: impl Future<Output = T>) -> bool {
    AssertUnwindSafe(call).catch_unwind().await.is_err()
}

#[tokio::test(start_paused = true)]
async fn a_script_is_played_from_the_start_each_time() {
    let script = Script::items(["a"])
        .wait(ms(20))
        .and(["b", "c"])
        .fail("broken")
        .item("d");
    for opened in 1..=2 {
        let began = Instant::now();
        let played: Vec<_> = script.play().collect().await;
        assert_eq!(played, [Ok("a"), Ok("b"), Ok("c"), Err("broken"), Ok("d")]);
        assert_eq!(began.elapsed(), ms(20));
        assert_eq!(
            (script.opened(), script.playing(), script.given()),
            (opened, 0, 5 * opened)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_script_hangs_repeats_or_ends() {
    let empty = Script::<u32>::empty();
    assert!(empty.play().next().await.is_none());
    let mut hanging = empty.hang().play();
    assert!(timeout(ms(1000), hanging.next()).await.is_err());
    let repeated: Vec<_> = Script::<_>::items([1])
        .wait(ms(10))
        .repeat()
        .play()
        .take(3)
        .collect()
        .await;
    assert_eq!(repeated, [Ok(1), Ok(1), Ok(1)]);
    assert_eq!(Script::<_>::items([1]).hang().end().play().count().await, 1);
}

#[test]
#[should_panic(expected = "a script that repeats gives something, or waits")]
fn a_script_that_would_spin_is_refused() {
    let _ = Script::<u32>::empty().wait(ms(0)).repeat();
}

#[test]
fn what_is_built_from_a_clone_leaves_the_first_script_as_it_was() {
    let script = Script::<u32>::items([1]);
    let longer = script.clone().item(2);
    assert_eq!(script.play().count().now_or_never(), Some(1));
    assert_eq!(longer.play().count().now_or_never(), Some(2));
    assert_eq!(script.opened(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_recorder_tells_what_came_and_when() {
    let recorder = Recorder::slow(ms(5));
    assert!(recorder.is_empty());
    for item in 1..=3 {
        recorder.put(item).await;
    }
    assert_eq!(recorder.times(), [ms(0), ms(5), ms(10)]);
    assert_eq!(
        (recorder.items(), recorder.take()),
        (vec![1, 2, 3], vec![1, 2, 3])
    );
    assert!(recorder.is_empty() && recorder.times().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_item_whose_call_is_dropped_is_not_recorded() {
    let recorder = Recorder::slow(ms(5));
    assert!(timeout(ms(4), recorder.put(1)).await.is_err());
    assert!(recorder.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_recorder_can_be_waited_for() {
    let recorder = Recorder::slow(ms(10));
    let filling = tokio::spawn({
        let recorder = recorder.clone();
        async move { join_all((0..5).map(|item| recorder.put(item))).await }
    });
    recorder.wait_for(0).await;
    recorder.wait_for(5).await;
    assert_eq!(recorder.len(), 5);
    filling.await.unwrap();
    assert!(panics(recorder.wait_for(6)).await, "waiting has an end");
}

#[tokio::test(start_paused = true)]
async fn faults_strike_the_calls_that_were_planned() {
    let faults = Faults::none()
        .fail_on(2, 'a')
        .fail_from_to(4, 5, 'b')
        .fail_every(3, 'c')
        .panic_on(7)
        .hang_on(8);
    let mut came = Vec::new();
    for _ in 1..=6 {
        came.push(faults.act().await.err());
    }
    assert_eq!(
        came,
        [None, Some('a'), Some('c'), Some('b'), Some('b'), Some('c')]
    );
    assert!(panics(faults.act()).await);
    assert!(timeout(ms(1000), faults.act()).await.is_err());
    assert_eq!(faults.clone().act().await, Err('c'));
    assert_eq!((faults.calls(), faults.max_concurrent()), (9, 1));
}

#[tokio::test(start_paused = true)]
async fn the_first_rule_that_speaks_of_a_call_holds() {
    let faults = Faults::none()
        .fail_on(1, 'a')
        .panic_on(1)
        .fail_with(|call| (call == 2).then_some('b'))
        .fail_on(2, 'c');
    assert_eq!(faults.act().await, Err('a'));
    assert_eq!(faults.act().await, Err('b'));
}

#[tokio::test(start_paused = true)]
async fn slow_calls_are_counted_while_they_last() {
    let faults = Faults::<Infallible>::none().slow(ms(10)).slow_on(3, ms(30));
    let began = Instant::now();
    join_all((0..4).map(|_| faults.act())).await;
    assert_eq!(began.elapsed(), ms(40));
    let gone = timeout(ms(5), faults.act()).await;
    assert!(gone.is_err());
    faults.act().await.unwrap();
    assert_eq!((faults.calls(), faults.max_concurrent()), (6, 4));
}

#[test]
#[should_panic(expected = "every 0 calls is never")]
fn every_zero_calls_is_refused() {
    let _ = Faults::none().fail_every(0, ());
}

#[test]
fn the_parts_can_be_parameters() {
    fn parameter<T: Clone + Send + Sync + std::fmt::Debug + 'static>() {}
    parameter::<Script<String, std::num::ParseIntError>>();
    // a recorded item need be neither `Sync` nor `Clone`
    parameter::<Recorder<std::sync::mpsc::Receiver<u8>>>();
    // an error need not either
    parameter::<Faults<std::sync::mpsc::Receiver<u8>>>();
}
