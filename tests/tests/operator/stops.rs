//! Stopping: at once where a worker waits, at its next await where it works, all at the same time, and from inside.

use std::{
    sync::{Arc, Mutex, mpsc},
    time::Duration,
};

use electrician::operator::{Ended, ErrorKind, NoReply, Operator, Ran, State, answering, polling};
use tokio::time::sleep;

use super::support::{Count, LONG, SECOND, settle, state, took, until_dropped, work};

/// A stop that had to wait for the lock that a worker held while it idled took as long as the idling.
#[tokio::test(start_paused = true)]
async fn a_stop_interrupts_idling_at_once() {
    let operator = Operator::new();
    let idle = || async { Ran::Idle(LONG) };
    operator.add("idler", polling(idle)).unwrap();
    operator.start("idler").unwrap();
    settle().await;
    let (ended, took) = took(operator.stop("idler")).await;
    assert_eq!((ended.unwrap(), took), (Ended::Clean, Duration::ZERO));
    assert_eq!(state(&operator, "idler"), State::Stopped);
}

/// A handler's context was not cancelled while it ran, so that a stop waited for its end.
#[tokio::test(start_paused = true)]
async fn a_stop_cancels_a_run_at_its_next_await() {
    let (operator, dropped) = (Operator::new(), Count::default());
    let guard = dropped.clone();
    let run = move || until_dropped(guard.clone());
    operator.add("worker", polling(run)).unwrap();
    operator.start("worker").unwrap();
    settle().await;
    let (ended, took) = took(operator.stop("worker")).await;
    assert_eq!((ended.unwrap(), took), (Ended::CutOff, Duration::ZERO));
    assert_eq!(dropped.get(), 1, "the run was dropped where it waited");
    let status = operator.status("worker").unwrap();
    assert_eq!((status.runs, status.dropped), (0, 1));
}

/// A stop waited for ever for a run that blocks its thread, which nothing can cancel.
#[tokio::test(start_paused = true)]
async fn a_stop_does_not_wait_for_what_blocks_and_says_so() {
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .unwrap();
    let (began, begins) = mpsc::channel();
    let (let_go, blocks) = mpsc::channel::<()>();
    let blocks = Arc::new(Mutex::new(blocks));
    let run = move || {
        let (began, blocks) = (began.clone(), Arc::clone(&blocks));
        async move {
            began.send(()).unwrap();
            let _ = blocks.lock().unwrap().recv(); // until the test lets it go
            Ran::Idle(LONG)
        }
    };
    let operator = Operator::new();
    operator.add("blocks", polling(run)).unwrap();
    {
        let _elsewhere = threads.enter();
        operator.start("blocks").unwrap();
    }
    begins.recv().unwrap();
    let (ended, took) = took(operator.stop("blocks")).await;
    assert_eq!((ended.unwrap(), took), (Ended::Stuck, 2 * SECOND));
    assert_eq!(state(&operator, "blocks"), State::Stopping);
    drop(let_go);
    threads.shutdown_background();
}

#[tokio::test(start_paused = true)]
async fn a_run_may_end_within_its_grace() {
    let operator = Operator::new();
    let job = polling(|| work(20 * SECOND)).grace(30 * SECOND);
    operator.add("enough", job).unwrap();
    operator.start("enough").unwrap();
    settle().await;
    let (ended, time) = took(operator.stop("enough")).await;
    assert_eq!(ended.unwrap(), Ended::Clean);
    assert!(time > 19 * SECOND && time < 20 * SECOND, "{time:?}");
    assert_eq!(operator.status("enough").unwrap().runs, 1);
}

#[tokio::test(start_paused = true)]
async fn a_grace_that_is_over_cuts_off() {
    let operator = Operator::new();
    let job = polling(|| work(LONG)).grace(10 * SECOND);
    operator.add("worker", job).unwrap();
    operator.start("worker").unwrap();
    settle().await;
    let (ended, time) = took(operator.stop("worker")).await;
    assert_eq!(ended.unwrap(), Ended::CutOff);
    assert!(time >= 10 * SECOND && time < 11 * SECOND, "{time:?}");
}

#[tokio::test(start_paused = true)]
async fn a_second_stop_can_only_shorten_the_grace() {
    let operator = Arc::new(Operator::new());
    operator
        .add("worker", polling(|| work(LONG)).grace(LONG / 2))
        .unwrap();
    operator.start("worker").unwrap();
    settle().await;
    let first = tokio::spawn({
        let operator = Arc::clone(&operator);
        async move { operator.stop("worker").await }
    });
    settle().await;
    assert_eq!(state(&operator, "worker"), State::Stopping);
    let (report, time) = took(operator.stop_all(SECOND)).await;
    assert_eq!(report.worker("worker"), Some(Ended::CutOff));
    assert!(time < 2 * SECOND, "{time:?}");
    assert_eq!(first.await.unwrap().unwrap(), Ended::CutOff);
}

/// Four workers with a fifth of a second of work each were stopped one after the other.
#[tokio::test(start_paused = true)]
async fn all_stop_at_the_same_time_within_one_deadline() {
    let operator = Operator::new();
    for n in 0..20_u32 {
        let job = polling(move || work(n * SECOND)).grace(LONG);
        operator.add(format!("worker {n:02}"), job).unwrap();
    }
    operator
        .add("never started", polling(|| work(SECOND)))
        .unwrap();
    for n in 0..20 {
        operator.start(&format!("worker {n:02}")).unwrap();
    }
    settle().await;
    let (report, time) = took(operator.stop_all(10 * SECOND)).await;
    assert!(time >= 10 * SECOND && time < 11 * SECOND, "{time:?}");
    assert_eq!(report.worker("never started"), Some(Ended::NotRunning));
    for n in 0..20_u32 {
        let expected = if n <= 10 { Ended::Clean } else { Ended::CutOff };
        assert_eq!(report.worker(&format!("worker {n:02}")), Some(expected));
    }
    assert!(!report.is_clean() && report.to_string().contains("worker 11 was cut off"));
}

#[tokio::test(start_paused = true)]
async fn a_stop_that_is_not_waited_for_stops_nevertheless() {
    let operator = Operator::new();
    operator
        .add("worker", polling(|| work(LONG)).grace(10 * SECOND))
        .unwrap();
    operator.start("worker").unwrap();
    settle().await;
    let given_up = tokio::time::timeout(SECOND, operator.stop("worker")).await;
    assert!(given_up.is_err());
    sleep(10 * SECOND).await;
    assert_eq!(state(&operator, "worker"), State::Stopped);
}

/// The lock that a worker held while it ran was the one that a status needed.
#[test]
fn a_status_never_waits_for_a_run() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let operator = Operator::new();
    let (release, hold) = mpsc::channel::<()>();
    let hold = std::sync::Mutex::new(hold);
    let (begun, begins) = mpsc::channel();
    let job = polling(move || {
        begun.send(()).unwrap();
        let _ = hold.lock().unwrap().recv(); // blocks the thread
        async { Ran::Idle(Duration::MAX) }
    });
    operator.add("blocks", job).unwrap();
    runtime
        .block_on(async { operator.start("blocks") })
        .unwrap();
    begins.recv().unwrap();
    let status = operator.status("blocks").unwrap();
    assert_eq!((status.state, status.runs), (State::Running, 0));
    drop(release);
    runtime
        .block_on(async { operator.stop("blocks").await })
        .unwrap();
    runtime.shutdown_background();
}

/// A handler that asked its own operator waited for a lock that it held itself.
#[tokio::test(start_paused = true)]
async fn a_worker_may_ask_and_stop_itself() {
    let operator = Arc::new(Operator::new());
    let weak = Arc::downgrade(&operator);
    let run = move || {
        let operator = weak.upgrade().unwrap();
        async move {
            assert_eq!(state(&operator, "selfish"), State::Running);
            operator.statuses();
            let _ = operator.stop("selfish").await;
            unreachable!("it is dropped where it waits for its own end");
        }
    };
    operator.add("selfish", polling(run)).unwrap();
    operator.start("selfish").unwrap();
    settle().await;
    let status = operator.status("selfish").unwrap();
    assert_eq!((status.state, status.panics), (State::Stopped, 0));
}

#[tokio::test(start_paused = true)]
async fn two_workers_may_stop_each_other() {
    let operator = Arc::new(Operator::new());
    for (me, other) in [("a", "b"), ("b", "a")] {
        let weak = Arc::downgrade(&operator);
        let run = move || {
            let operator = weak.upgrade().unwrap();
            async move {
                sleep(SECOND).await;
                let _ = operator.stop(other).await;
                Ran::Idle(Duration::MAX)
            }
        };
        operator.add(me, polling(run)).unwrap();
    }
    assert!(operator.start_all().is_empty());
    sleep(5 * SECOND).await;
    assert!(
        operator
            .statuses()
            .iter()
            .any(|status| status.state == State::Stopped)
    );
    assert!(operator.stop_all(SECOND).await.workers.len() == 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_stopping_cannot_start() {
    let operator = Arc::new(Operator::new());
    operator
        .add("worker", polling(|| work(LONG)).grace(10 * SECOND))
        .unwrap();
    operator.start("worker").unwrap();
    operator.start("worker").unwrap(); // it runs: nothing to do
    settle().await;
    let stop = tokio::spawn({
        let operator = Arc::clone(&operator);
        async move { operator.stop("worker").await }
    });
    settle().await;
    let refused = operator.start("worker").unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Stopping);
    assert_eq!(
        refused.to_string(),
        "worker `worker` is stopping; start it again when its stop has returned"
    );
    stop.await.unwrap().unwrap();
    operator.start("worker").unwrap();
    settle().await;
    assert_eq!(state(&operator, "worker"), State::Running);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_operator_cancels_everything() {
    let (operator, dropped) = (Operator::new(), Count::default());
    let guard = dropped.clone();
    let run = move || until_dropped(guard.clone());
    operator.add("runs", polling(run).grace(LONG)).unwrap();
    let hang = answering(async |()| std::future::pending::<Result<(), std::io::Error>>().await);
    let hangs = operator.add("hangs", hang).unwrap();
    assert!(operator.start_all().is_empty());
    let asked = tokio::spawn(async move { hangs.request((), LONG).await });
    let mut watch = operator.watch("runs").unwrap();
    settle().await;
    drop(operator);
    watch.wait_for(|status| status.state.is_over()).await;
    assert_eq!(dropped.get(), 1);
    let reply = asked.await.unwrap();
    assert!(matches!(reply, Err(NoReply::Stopped)));
}
