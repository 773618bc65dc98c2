//! Names: unique, free again when removed, and in every error.

use electrician::{
    operator::{Ended, ErrorKind, Operator, State, answering, polling},
    resilience::Restart,
};
use std::time::Duration;

use super::support::{Broken, LONG, SECOND, settle, state, work};

#[tokio::test(start_paused = true)]
async fn a_name_is_taken_once_and_free_again_when_removed() {
    let operator = Operator::new();
    operator.add("worker", polling(|| work(SECOND))).unwrap();
    let taken = operator
        .add("worker", polling(|| work(SECOND)))
        .unwrap_err();
    assert_eq!((taken.kind(), taken.worker()), (ErrorKind::Taken, "worker"));
    operator.start("worker").unwrap();
    settle().await;
    assert_eq!(operator.remove("worker").await.unwrap(), Ended::CutOff);
    operator.add("worker", polling(|| work(SECOND))).unwrap();
    assert_eq!(state(&operator, "worker"), State::Stopped);
}

#[tokio::test(start_paused = true)]
async fn a_name_that_is_not_there_is_an_error_that_names_it() {
    let operator = Operator::new();
    let errors = [
        operator.start("ghost").unwrap_err(),
        operator.stop("ghost").await.unwrap_err(),
        operator.remove("ghost").await.unwrap_err(),
        operator.status("ghost").unwrap_err(),
        operator.watch("ghost").unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Unknown);
        assert_eq!(
            error.to_string(),
            "there is no worker `ghost`; add it first"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn adding_to_a_running_operator_works() {
    let operator = Operator::new();
    operator.add("first", polling(|| work(LONG))).unwrap();
    assert!(operator.start_all().is_empty());
    settle().await;
    operator.add("second", polling(|| work(LONG))).unwrap();
    assert_eq!(state(&operator, "second"), State::Stopped);
    operator.start("second").unwrap();
    settle().await;
    for status in operator.statuses() {
        assert_eq!(status.state, State::Running, "{status}");
    }
}

#[test]
fn a_start_outside_of_a_runtime_is_an_error() {
    let operator = Operator::new();
    operator.add("worker", polling(|| work(SECOND))).unwrap();
    let errors = operator.start_all();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].kind(), ErrorKind::NoRuntime);
    assert_eq!(
        errors[0].to_string(),
        "worker `worker` starts inside a tokio runtime, and there is none here"
    );
    assert_eq!(state(&operator, "worker"), State::Stopped);
}

#[test]
fn a_value_that_cannot_be_meant_is_refused() {
    let operator = Operator::new();
    let job = || answering(async |()| Ok::<_, Broken>(()));
    let refused = operator.add("worker", job().mailbox(0)).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::BadValue);
    assert_eq!(
        refused.to_string(),
        "worker `worker`: `mailbox` must be at least 1"
    );
    let restart = Restart::up_to(1, Duration::ZERO);
    let refused = operator.add("worker", job().restart(restart)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "worker `worker`: `within` must be above zero"
    );
    assert!(operator.statuses().is_empty());
}

#[test]
fn a_runtime_that_ends_takes_no_worker_for_running() {
    let operator = Operator::new();
    let echo = operator
        .add("echo", answering(async |()| Ok::<_, Broken>(())))
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async { operator.start("echo") }).unwrap();
    drop(runtime);
    let status = operator.status("echo").unwrap();
    assert_eq!(status.state, State::Failed);
    let (error, _) = status.last_error.clone().unwrap();
    assert_eq!(error.to_string(), "its task has ended before its time");
    assert!(echo.try_send(()).is_err());
}
