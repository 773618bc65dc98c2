//! Combinators: what each does with requests, responses, items and errors.

use super::lab::{Broken, lab};
use crate::provider::{Combine, FanOut, RequestResponse, RequestStream, from_fn};
use futures_util::{FutureExt, StreamExt};
use std::{num::NonZeroUsize, sync::Arc};

#[derive(Debug, PartialEq)]
enum Wrong {
    Request,
    Response,
    Backend(Broken),
}

impl From<Broken> for Wrong {
    fn from(broken: Broken) -> Self {
        Self::Backend(broken)
    }
}

#[tokio::test]
async fn each_step_of_an_adapter_can_fail() {
    let inner = lab("inner");
    let adapted = inner.clone().adapt(
        |text: &'static str| text.parse::<u32>().map_err(|_| Wrong::Request),
        |n: u32| {
            if n < 100 {
                Ok(i64::from(n))
            } else {
                Err(Wrong::Response)
            }
        },
    );
    assert_eq!(adapted.call("7").await, Ok(14));
    assert_eq!(
        RequestResponse::call(&adapted, "x").await,
        Err(Wrong::Request)
    );
    assert_eq!(inner.count(|it| &it.calls), 1, "the backend was not called");
    assert_eq!(adapted.call("70").await, Err(Wrong::Response));
    inner.set(|it| &it.fails);
    assert_eq!(
        adapted.call("7").await,
        Err(Wrong::Backend(Broken("out of paper")))
    );
}

#[tokio::test]
async fn all_waits_for_all_and_reports_every_failure() {
    let labs = [lab("a"), lab("b"), lab("c")];
    let all = FanOut::all("all", labs.clone());
    assert_eq!(all.call(3_u32).await.unwrap(), [6, 6, 6]);
    labs[0].set(|it| &it.fails);
    labs[2].set(|it| &it.fails);
    labs[1].shut();
    let mut call = Box::pin(all.call(3_u32));
    assert!(call.as_mut().now_or_never().is_none(), "the others go on");
    labs[1].let_go();
    let error = call.await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "1 of 3 backends have answered: `a`: out of paper, `c`: out of paper"
    );
    assert_eq!(error.outcomes[1], ("b".to_owned(), Ok(6)));
}

#[tokio::test]
async fn the_first_success_is_enough_and_the_others_are_given_up() {
    let labs = [lab("slow"), lab("broken"), lab("quick")];
    labs[0].shut();
    labs[1].set(|it| &it.fails);
    let first = FanOut::first("first", labs.clone());
    assert_eq!(first.call(5_u32).await.unwrap(), [10]);
    labs[2].set(|it| &it.fails);
    labs[0].let_go();
    assert_eq!(
        first.call(5_u32).await.unwrap(),
        [10],
        "the slow one is left"
    );
}

#[tokio::test]
async fn a_quorum_is_as_many_as_were_asked_for() {
    for needed in 1..=5_usize {
        for broken in 0..=5_usize {
            let labs: [_; 5] = std::array::from_fn(|_| lab("one"));
            for lab in &labs[..broken] {
                lab.set(|it| &it.fails);
            }
            let quorum = FanOut::quorum("some", needed, labs).unwrap();
            let given = quorum.call(1_u32).await;
            let expected = (5 - broken >= needed).then_some(needed);
            assert_eq!(
                given.ok().map(|it| it.len()),
                expected,
                "{needed} of 5, {broken} broken"
            );
        }
    }
    assert!(FanOut::quorum("some", 0, [lab("one")]).is_err());
    assert!(FanOut::quorum("some", 2, [lab("one")]).is_err());
}

/// A retry around a group calls all of it again; inside, only the one that failed.
/// A backend that panicked used to take the process with it.
#[tokio::test]
async fn a_backend_that_panics_stops_no_other() {
    let on = |name, panics: bool| {
        from_fn(name, move |n: u32| {
            assert!(!panics || n > 1, "before it has begun");
            async move {
                assert!(!panics, "the floor gave way");
                Ok::<_, Broken>(n)
            }
        })
    };
    let members = || [on("a", true), on("b", false)];
    assert_eq!(
        FanOut::first("first", members()).call(7).await.unwrap(),
        [7]
    );
    for (n, said) in [(1, "before it has begun"), (7, "the floor gave way")] {
        let error = FanOut::all("all", members()).call(n).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("1 of 2 backends have answered: `a`: it panicked: {said}")
        );
    }
}

#[tokio::test]
async fn a_retry_inside_does_not_repeat_what_succeeded() {
    let again = |inner: super::lab::Lab| {
        let name = inner.name;
        let inner = Arc::new(inner);
        from_fn(name, move |n: u32| {
            let inner = Arc::clone(&inner);
            async move {
                match inner.call(n).await {
                    Err(_) => {
                        inner
                            .fails
                            .store(false, std::sync::atomic::Ordering::SeqCst);
                        inner.call(n).await
                    }
                    done => done,
                }
            }
        })
    };
    let labs = [lab("a"), lab("b")];
    labs[1].set(|it| &it.fails);
    let group = FanOut::all("group", labs.clone().map(again));
    assert_eq!(group.call(2).await.unwrap(), [4, 4]);
    assert_eq!(labs.map(|lab| lab.count(|it| &it.calls)), [1, 2]);
}

#[tokio::test]
async fn merged_streams_take_turns_and_an_error_stops_none_of_them() {
    let merged = FanOut::all("merged", [lab("a"), lab("b")])
        .open(11_u32)
        .await
        .unwrap();
    let items: Vec<_> = merged.collect().await;
    assert_eq!(items.len(), 22);
    let pairs = items.iter().filter_map(|item| item.as_ref().ok()).copied();
    assert!(pairs.eq((1..=11).filter(|n| n % 10 != 0).flat_map(|n| [n, n])));
    let errors: Vec<_> = items
        .iter()
        .filter_map(|item| item.as_ref().err())
        .collect();
    assert_eq!(errors.len(), 2);
    assert!(errors[0].outcomes[0].1 == Err(Broken("a knot")));
}

#[tokio::test]
async fn dropping_a_merged_stream_waits_for_nobody() {
    let labs = [lab("a"), lab("b")];
    labs[0].shut();
    let group = FanOut::all("merged", labs.clone());
    assert!(group.open(5_u32).now_or_never().is_none());
    labs[0].let_go();
    drop(group.open(5_u32).await.unwrap());
}

#[tokio::test]
async fn windows_lose_no_item_at_the_end_or_at_an_error() {
    let windows = |size, upto: u32| async move {
        let size = NonZeroUsize::new(size).unwrap();
        let sums = lab("sums").windowed(size, async |window: Vec<u32>| Ok::<_, Broken>(window));
        sums.open(upto).await.unwrap().collect::<Vec<_>>().await
    };
    assert_eq!(
        windows(4, 8).await,
        [Ok(vec![1, 2, 3, 4]), Ok(vec![5, 6, 7, 8])]
    );
    assert_eq!(windows(4, 5).await, [Ok(vec![1, 2, 3, 4]), Ok(vec![5])]);
    let knot = || Err(Broken("a knot"));
    assert_eq!(
        windows(6, 12).await,
        [
            Ok((1..=6).collect()),
            Ok(vec![7, 8, 9]),
            knot(),
            Ok(vec![11, 12])
        ]
    );
    assert_eq!(windows(9, 10).await, [Ok((1..=9).collect()), knot()]);
    assert_eq!(windows(3, 0).await, []);
}

#[tokio::test]
async fn a_window_that_fails_ends_nothing() {
    let one = NonZeroUsize::MIN;
    let odd = lab("odd").windowed(one, async |window: Vec<u32>| match window[0] % 2 {
        0 => Err(Broken("even")),
        _ => Ok(window[0]),
    });
    let items: Vec<_> = odd.open(3).await.unwrap().collect().await;
    assert_eq!(items, [Ok(1), Err(Broken("even")), Ok(3)]);
}
