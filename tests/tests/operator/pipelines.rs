//! Pipelines as workers: drained when they are stopped, started again when they fail, and watched like the others.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use electrician::{
    operator::{Ended, ErrorKind, Operator, State, pipeline},
    pipeline::Outcome,
    prelude::*,
    resilience::{Backoff, Jitter, Restart},
    test::{Recorder, Script, record, scripted},
};
use tokio::time::sleep;

use super::support::{Broken, Count, LONG, SECOND, settle, state, took};

#[handler]
async fn slowly(n: u64, sum: &AtomicU64) {
    sleep(SECOND).await;
    sum.fetch_add(n, Relaxed);
}

electrician::pipeline! {
    Sum(sum: Arc<AtomicU64>) {
        input   numbers: u64;
        handler add = slowly(sum);
        numbers -> add;
    }
}

#[handler]
fn fail_often(n: u64, count: &Count) -> Result<u64, Broken> {
    if count.add() <= 2 { Err(Broken) } else { Ok(n) }
}

electrician::pipeline! {
    Fragile(count: Count, kept: Recorder<u64>) {
        input   numbers: u64;
        handler fails = fail_often(count) { on_error: fail };
        handler keep  = record(kept);
        numbers -> fails -> keep;
    }
}

electrician::pipeline! {
    Finite(script: Script<u64>, kept: Recorder<u64>) {
        generator numbers = scripted(script) { on_error: fail };
        handler   keep    = record(kept);
        numbers -> keep;
    }
}

#[handler]
fn look_up(_: u64, _: &mut u64) {}

fn table() -> u64 {
    panic!("no table")
}

electrician::pipeline! {
    Panics(script: Script<u64>) {
        generator numbers = scripted(script) { on_error: fail };
        handler   look_up = look_up(table());
        numbers -> look_up;
    }
}

electrician::pipeline! {
    Impossible(slots: usize) {
        input   numbers: u64;
        handler ignore = (|_: u64| ()) { workers: *slots };
        numbers -> ignore -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn a_stop_drains_a_pipeline() {
    let (operator, sum) = (Operator::new(), Arc::new(AtomicU64::new(0)));
    let numbers = operator
        .add("sum", pipeline(Sum::new(Arc::clone(&sum))))
        .unwrap();
    assert!(
        numbers.numbers.send(1).await.is_err(),
        "it does not run yet"
    );
    for _ in 0..2 {
        operator.start("sum").unwrap();
        for n in 1..=10 {
            numbers.numbers.send(n).await.unwrap();
        }
        assert_eq!(state(&operator, "sum"), State::Running);
        assert_eq!(operator.stop("sum").await.unwrap(), Ended::Clean);
    }
    assert_eq!(sum.load(Relaxed), 2 * 55, "the handles outlive a restart");
    assert!(matches!(
        numbers.report().unwrap().outcome,
        Outcome::Drained
    ));
    assert_eq!(operator.status("sum").unwrap().runs, 2);
}

#[tokio::test(start_paused = true)]
async fn a_grace_that_is_over_aborts_a_pipeline() {
    let (operator, sum) = (Operator::new(), Arc::new(AtomicU64::new(0)));
    let line = pipeline(Sum::new(Arc::clone(&sum))).grace(3 * SECOND);
    let numbers = operator.add("sum", line).unwrap();
    operator.start("sum").unwrap();
    for _ in 0..10 {
        numbers.numbers.send(1).await.unwrap();
    }
    let (ended, time) = took(operator.stop("sum")).await;
    assert_eq!(ended.unwrap(), Ended::CutOff);
    assert!(time < 4 * SECOND, "{time:?}");
    let report = numbers.report().unwrap();
    report.balance().unwrap();
    assert!(sum.load(Relaxed) < 10);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_fails_is_started_again() {
    let (operator, count, kept) = (Operator::new(), Count::default(), Recorder::new());
    let restart = Restart::up_to(5, LONG).backoff(Backoff::constant(SECOND).jitter(Jitter::None));
    let line = pipeline(Fragile::new(count, kept.clone())).restart(restart);
    let fragile = operator.add("fragile", line).unwrap();
    operator.start("fragile").unwrap();
    let mut watch = operator.watch("fragile").unwrap();
    for failures in 1..=2 {
        fragile.numbers.send(7).await.unwrap();
        let status = watch.wait_for(|status| status.failures == failures).await;
        assert_eq!(status.state, State::Idle, "it waits for its restart");
        assert!(
            status
                .last_error
                .clone()
                .unwrap()
                .0
                .to_string()
                .contains("broken")
        );
        watch
            .wait_for(|status| status.state == State::Running)
            .await;
    }
    fragile.numbers.send(8).await.unwrap();
    assert_eq!(operator.stop("fragile").await.unwrap(), Ended::Clean);
    assert_eq!(kept.items(), [8]);
    assert_eq!(operator.status("fragile").unwrap().restarts, 2);
}

#[tokio::test(start_paused = true)]
async fn past_its_limit_a_pipeline_has_failed_and_says_of_what() {
    let (operator, kept) = (Operator::new(), Recorder::new());
    let line = pipeline(Fragile::new(Count::default(), kept)).restart(Restart::never());
    let fragile = operator.add("fragile", line).unwrap();
    operator.start("fragile").unwrap();
    fragile.numbers.send(7).await.unwrap();
    let mut watch = operator.watch("fragile").unwrap();
    let status = watch.wait_for(|status| status.state == State::Failed).await;
    let (error, _) = status.last_error.clone().unwrap();
    assert!(error.to_string().contains("`fails`"), "{error}");
    assert!(!fragile.health().unwrap().is_fine());
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_comes_to_its_end_has_stopped() {
    let (operator, kept) = (Operator::new(), Recorder::new());
    let line = pipeline(Finite::new(Script::items([1, 2, 3]), kept.clone()));
    operator.add("finite", line).unwrap();
    operator.start("finite").unwrap();
    settle().await;
    assert_eq!(state(&operator, "finite"), State::Stopped);
    assert_eq!(kept.items(), [1, 2, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_does_not_start_keeps_nobody_else_from_it() {
    let operator = Operator::new();
    operator
        .add("impossible", pipeline(Impossible::new(0)))
        .unwrap();
    let sum = Arc::new(AtomicU64::new(0));
    operator.add("sum", pipeline(Sum::new(sum))).unwrap();
    let errors = operator.start_all();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].kind(), ErrorKind::NotStarted);
    let said = errors[0].to_string();
    assert!(
        said.starts_with("worker `impossible` did not start: stage `ignore`: `workers`"),
        "{said}"
    );
    assert_eq!(state(&operator, "impossible"), State::Failed);
    settle().await;
    assert_eq!(state(&operator, "sum"), State::Running);
}

#[tokio::test(start_paused = true)]
async fn an_argument_that_panics_is_why_a_pipeline_does_not_start() {
    let operator = Operator::new();
    let script = Script::items([1]);
    operator
        .add("panics", pipeline(Panics::new(script)))
        .unwrap();
    let error = operator.start("panics").unwrap_err();
    assert_eq!(error.to_string(), "worker `panics` did not start: no table");
    assert_eq!(state(&operator, "panics"), State::Failed);
}

#[tokio::test(start_paused = true)]
async fn dropping_the_operator_aborts_a_pipeline() {
    let (operator, sum) = (Operator::new(), Arc::new(AtomicU64::new(0)));
    let numbers = operator.add("sum", pipeline(Sum::new(sum))).unwrap();
    operator.start("sum").unwrap();
    numbers.numbers.send(1).await.unwrap();
    let mut watch = operator.watch("sum").unwrap();
    drop(operator);
    watch.wait_for(|status| status.state.is_over()).await;
    assert!(matches!(
        numbers.report().unwrap().outcome,
        Outcome::Aborted
    ));
    assert!(numbers.numbers.send(1).await.is_err());
}
