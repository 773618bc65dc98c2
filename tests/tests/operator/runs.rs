//! Runs: again at once, after an idle time, after a failure, and what the status says of it.

use std::time::Duration;

use electrician::operator::{Operator, Ran, State, polling};
use tokio::time::sleep;

use super::support::{Broken, Count, SECOND, settle, state};

#[tokio::test(start_paused = true)]
async fn a_run_says_when_the_next_one_is() {
    let (operator, count) = (Operator::new(), Count::default());
    let counted = count.clone();
    let run = move || {
        let n = counted.add();
        async move {
            match n {
                1..=3 => Ran::Done,
                4 => Ran::Idle(10 * SECOND),
                5 => Ran::failed(Broken, 20 * SECOND),
                _ => Ran::Idle(Duration::MAX),
            }
        }
    };
    operator.add("poller", polling(run)).unwrap();
    operator.start("poller").unwrap();
    settle().await;
    assert_eq!(count.get(), 4, "at once, while there is something to do");
    let status = operator.status("poller").unwrap();
    let until = status.until.expect("it says until when it idles");
    assert_eq!(until - status.since, 10 * SECOND);
    sleep(10 * SECOND).await;
    let status = operator.status("poller").unwrap();
    assert_eq!(
        (status.runs, status.failures, status.state),
        (5, 1, State::Idle)
    );
    let (error, _) = status.last_error.clone().expect("it says what failed");
    assert!(
        error.downcast_ref::<Broken>().is_some(),
        "typed, as it was returned"
    );
    assert_eq!(
        status.to_string(),
        "poller: idle, 5 runs, 0 messages, 1 failure, 0 panics: broken"
    );
    sleep(20 * SECOND).await;
    let status = operator.status("poller").unwrap();
    assert_eq!((status.runs, status.until), (6, None));
}

#[tokio::test(start_paused = true)]
async fn a_busy_worker_lets_others_run_and_can_be_stopped() {
    let operator = Operator::new();
    operator.add("busy", polling(async || Ran::Done)).unwrap();
    operator.start("busy").unwrap();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert!(operator.status("busy").unwrap().runs > 0);
    operator.stop("busy").await.unwrap();
    assert_eq!(state(&operator, "busy"), State::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_start_begins_anew_and_keeps_the_counts() {
    let operator = Operator::new();
    operator
        .add("poller", polling(async || Ran::Idle(Duration::MAX)))
        .unwrap();
    for start in 1..=3 {
        operator.start("poller").unwrap();
        settle().await;
        assert_eq!(operator.status("poller").unwrap().runs, start);
        operator.stop("poller").await.unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_watch_sees_the_latest_status() {
    let operator = Operator::new();
    operator
        .add("poller", polling(async || Ran::Idle(10 * SECOND)))
        .unwrap();
    let mut watch = operator.watch("poller").unwrap();
    assert_eq!(watch.latest().state, State::Stopped);
    operator.start("poller").unwrap();
    let status = watch.wait_for(|status| status.runs == 3).await;
    assert_eq!((status.runs, &*status.worker), (3, "poller"));
    operator.stop("poller").await.unwrap();
    assert_eq!(watch.changed().await.state, State::Stopped);
}
