//! Panics: caught, restarted after a wait that grows, and up to a limit in a window.

use std::time::Duration;

use electrician::{
    operator::{Ended, NoReply, Operator, Ran, Refused, State, answering, polling, worker},
    resilience::{Backoff, Jitter, Restart},
};
use tokio::time::{Instant, sleep};

use super::support::{Broken, Count, LONG, SECOND, settle, state};

fn steady(restarts: u32, within: Duration) -> Restart {
    let backoff = Backoff::exponential(SECOND..8 * SECOND).jitter(Jitter::None);
    Restart::up_to(restarts, within).backoff(backoff)
}

#[tokio::test(start_paused = true)]
async fn past_its_limit_a_worker_has_failed_and_says_of_what() {
    let operator = Operator::new();
    let job = polling(async || panic!("no disk")).restart(steady(2, LONG));
    operator.add("doomed", job).unwrap();
    operator.start("doomed").unwrap();
    settle().await;
    let status = operator.status("doomed").unwrap();
    assert_eq!((status.state, status.panics), (State::Idle, 1));
    let wait = status.until.expect("until it is restarted") - Instant::now();
    assert!(wait > SECOND / 2 && wait <= SECOND, "{wait:?}");

    let mut watch = operator.watch("doomed").unwrap();
    let status = watch.wait_for(|status| status.state == State::Failed).await;
    assert_eq!((status.panics, status.restarts), (3, 2));
    let (error, at) = status.last_error.clone().expect("it says why");
    assert_eq!(error.to_string(), "no disk");
    assert_eq!(status.since, at);
    assert_eq!(operator.stop("doomed").await.unwrap(), Ended::NotRunning);
}

#[tokio::test(start_paused = true)]
async fn what_has_failed_can_be_started_again() {
    let (operator, count) = (Operator::new(), Count::default());
    let counted = count.clone();
    let run = move || {
        assert!(counted.add() > 1, "the first time");
        async { Ran::Idle(Duration::MAX) }
    };
    operator
        .add("worker", polling(run).restart(Restart::never()))
        .unwrap();
    operator.start("worker").unwrap();
    settle().await;
    assert_eq!(state(&operator, "worker"), State::Failed);
    operator.start("worker").unwrap();
    settle().await;
    assert_eq!(state(&operator, "worker"), State::Idle);
}

/// The limit counted every panic there ever was, so that one in a hundred messages stopped a worker in the end.
#[tokio::test(start_paused = true)]
async fn a_rare_panic_never_ends_a_worker() {
    let operator = Operator::new();
    let job = answering(async |n: u32| {
        assert!(!n.is_multiple_of(100), "one in a hundred");
        Ok::<_, Broken>(())
    });
    let job = job.restart(steady(3, 10 * SECOND));
    let rare = operator.add("rare", job).unwrap();
    operator.start("rare").unwrap();
    for n in 1..=2_050 {
        let _ = rare.request(n, LONG).await;
        sleep(SECOND / 10).await;
    }
    let status = operator.status("rare").unwrap();
    assert_eq!(
        (status.panics, status.restarts, status.messages),
        (20, 20, 2_050)
    );
}

#[tokio::test(start_paused = true)]
async fn a_stop_interrupts_the_wait_for_a_restart() {
    let operator = Operator::new();
    let restart = Restart::up_to(5, LONG).backoff(Backoff::constant(LONG).jitter(Jitter::None));
    operator
        .add("doomed", polling(async || panic!("again")).restart(restart))
        .unwrap();
    operator.start("doomed").unwrap();
    settle().await;
    let began = Instant::now();
    assert_eq!(operator.stop("doomed").await.unwrap(), Ended::Clean);
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(state(&operator, "doomed"), State::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_failed_worker_answers_everybody() {
    let operator = Operator::new();
    let job = answering(async |()| -> Result<(), Broken> { panic!("at the first") });
    let doomed = operator
        .add("doomed", job.restart(Restart::never()))
        .unwrap();
    operator.start("doomed").unwrap();
    let asked: Vec<_> = (0..3)
        .map(|_| {
            let doomed = doomed.clone();
            tokio::spawn(async move { doomed.request((), LONG).await })
        })
        .collect();
    let (mut panicked, mut stopped) = (0, 0);
    for reply in asked {
        match reply.await.unwrap() {
            Err(NoReply::Panicked(_)) => panicked += 1,
            Err(NoReply::Stopped) => stopped += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((panicked, stopped), (1, 2));
    assert_eq!(doomed.try_send(()), Err(Refused::Stopped(())));
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_cannot_be_made_fails_like_one_that_panics() {
    let operator = Operator::new();
    let make = || -> Never { panic!("no connection") };
    operator
        .add("unborn", worker(make).restart(steady(1, LONG)))
        .unwrap();
    operator.start("unborn").unwrap();
    let mut watch = operator.watch("unborn").unwrap();
    let status = watch.wait_for(|status| status.state == State::Failed).await;
    assert_eq!(status.panics, 2);
}

struct Never;

impl electrician::operator::Worker for Never {
    type Message = ();
    type Reply = ();

    async fn receive(&mut self, (): ()) -> Result<(), electrician::stage::BoxError> {
        Ok(())
    }
}
