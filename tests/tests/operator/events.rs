//! Events: each listener has its own, loses the oldest when it is slow, and is told how many.

use std::time::Duration;

use electrician::operator::{Event, Events, Operator, Ran, State, What, answering, polling};
use futures_util::{FutureExt, StreamExt};

use super::support::{Broken, SECOND, settle};

/// A short word for each event that is there.
fn there(events: &mut Events) -> Vec<String> {
    std::iter::from_fn(|| events.next().now_or_never().flatten())
        .map(|event| word(&event))
        .collect()
}

fn word(event: &Event) -> String {
    match &event.what {
        What::Handled { message, error, .. } => {
            let what = if *message { "message" } else { "run" };
            let how = if error.is_some() { "failed" } else { "handled" };
            format!("{what} {how}")
        }
        What::Panicked { error, restart, .. } => {
            format!("panicked: {error}, restarts: {}", restart.is_some())
        }
        What::Dispatched { accepted, .. } => format!("accepted: {accepted}"),
        What::Entered(state) => state.to_string(),
        other => format!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn everything_that_happens_is_told_in_order() {
    let operator = Operator::new();
    let mut events = operator.events(100);
    let job = answering(async |n: u32| match n {
        0 => Ok(()),
        1 => Err(Broken),
        _ => panic!("too much"),
    });
    let picky = operator.add("picky", job).unwrap();
    let _ = picky.try_send(0);
    operator.start("picky").unwrap();
    for n in 0..3 {
        let _ = picky.request(n, SECOND).await;
    }
    operator.stop("picky").await.unwrap();
    assert_eq!(
        there(&mut events),
        [
            "accepted: false",
            "idle",
            "accepted: true",
            "message handled",
            "accepted: true",
            "message failed",
            "accepted: true",
            "panicked: too much, restarts: true",
            "stopping",
            "stopped",
        ]
    );
    assert_eq!(events.lost(), 0);
}

/// A second subscriber was given the first one's channel, and took its events.
#[tokio::test(start_paused = true)]
async fn listeners_take_nothing_from_each_other() {
    let operator = Operator::new();
    let (mut one, mut other) = (operator.events(10), operator.events(10));
    operator
        .add("poller", polling(async || Ran::Idle(Duration::MAX)))
        .unwrap();
    operator.start("poller").unwrap();
    settle().await;
    assert_eq!(there(&mut one), ["idle", "run handled"]);
    assert_eq!(there(&mut other), ["idle", "run handled"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_listener_loses_the_oldest_and_is_told_how_many() {
    let operator = Operator::new();
    let (mut slow, mut none) = (operator.events(3), operator.events(0));
    let job = answering(async |()| Ok::<_, Broken>(()));
    let echo = operator.add("echo", job).unwrap();
    operator.start("echo").unwrap();
    for _ in 0..10 {
        echo.request((), SECOND).await.unwrap();
    }
    assert_eq!(slow.lost(), 21 - 3);
    assert_eq!(
        there(&mut slow),
        ["message handled", "accepted: true", "message handled"]
    );
    assert_eq!(there(&mut none), ["message handled"], "it keeps one");
    assert_eq!((slow.lost(), none.lost()), (18, 20));
}

/// Channels had to be asked for again after each restart.
#[tokio::test(start_paused = true)]
async fn a_listener_outlives_restarts_and_ends_with_the_operator() {
    let operator = Operator::new();
    let mut events = operator.events(100);
    operator
        .add("poller", polling(async || Ran::Idle(Duration::MAX)))
        .unwrap();
    for _ in 0..2 {
        operator.start("poller").unwrap();
        settle().await;
        operator.stop("poller").await.unwrap();
    }
    let once = ["idle", "run handled", "stopping", "stopped"];
    assert_eq!(there(&mut events), [once, once].concat());
    drop(operator);
    assert!(events.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn events_are_waited_for() {
    let operator = Operator::new();
    let mut events = operator.events(8);
    operator
        .add("poller", polling(async || Ran::Idle(SECOND)))
        .unwrap();
    let listening = tokio::spawn(async move {
        loop {
            let event = events.next().await.expect("the operator is there");
            if matches!(event.what, What::Entered(State::Stopped)) {
                return event.worker;
            }
        }
    });
    operator.start("poller").unwrap();
    settle().await;
    operator.stop("poller").await.unwrap();
    assert_eq!(&*listening.await.unwrap(), "poller");
}
