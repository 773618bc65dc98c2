//! Whole runs of a pipeline that is made of the kit: they end in many ways, and each balances.

use std::{panic::AssertUnwindSafe, time::Duration};

use futures_util::FutureExt;

use super::{
    lab::{Broken, Lab},
    ms,
};
use crate::{
    Cause, Report, Running,
    pipeline::Outcome,
    stage::StageStats,
    test::{Faults, Recorder, Script, assert_balanced, assert_clean, run_to_end, run_with},
};

fn stats(report: &Report, stage: &str) -> StageStats {
    report.stage(stage).expect("a stage of the lab").stats
}

async fn panic_of(run: impl Future<Output = Report>) -> String {
    let payload = AssertUnwindSafe(run)
        .catch_unwind()
        .await
        .expect_err("the run does not go well");
    *payload
        .downcast::<String>()
        .expect("a panic with a formatted message")
}

#[tokio::test(start_paused = true)]
async fn a_run_to_the_end_is_clean_and_balances() {
    let lab = Lab::new(Script::items(1..=100).wait(ms(50)).item(101));
    let report = run_to_end(lab.clone()).await;
    assert_clean(&report);
    assert!(matches!(report.outcome, Outcome::Completed));
    assert_eq!(lab.store.items(), (1..=101).collect::<Vec<_>>());
    assert_eq!(lab.store.times()[100], ms(50));
    assert_eq!((lab.script.opened(), lab.script.playing()), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn planned_faults_take_their_ways() {
    let mut lab = Lab::new(Script::items(1..=20));
    lab.risks = Faults::none()
        .fail_on(2, Broken)
        .panic_on(5)
        .hang_on(7)
        .fail_every(10, Broken);
    lab.flaws = Faults::none().panic_on(1);
    lab.timeout = ms(100);
    let report = run_to_end(lab.clone()).await;
    assert_clean(&report);
    let (risky, fragile) = (stats(&report, "risky"), stats(&report, "fragile"));
    assert_eq!(
        (
            risky.received,
            risky.completed,
            risky.failed,
            risky.panicked
        ),
        (20, 15, 4, 1)
    );
    assert_eq!(
        (fragile.received, fragile.completed, fragile.panicked),
        (15, 14, 1)
    );
    assert_eq!(
        lab.store.items(),
        [3, 4, 6, 8, 9, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    );
    let causes: Vec<_> = lab
        .rejects
        .take()
        .into_iter()
        .map(|failure| failure.cause)
        .collect();
    assert!(matches!(
        causes[..],
        [
            Cause::Error(_),
            Cause::Panicked(_),
            Cause::TimedOut(_),
            Cause::Error(_),
            Cause::Error(_)
        ]
    ));
}

#[tokio::test(start_paused = true)]
async fn workers_are_seen_to_work_at_once() {
    let mut lab = Lab::new(Script::items(1..=64));
    (lab.workers, lab.risks) = (8, Faults::none().slow(ms(10)));
    let report = run_to_end(lab.clone()).await;
    assert_clean(&report);
    assert_eq!((lab.risks.calls(), lab.risks.max_concurrent()), (64, 8));
    assert_eq!(report.elapsed, ms(80));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_never_ends_is_drained() {
    for script in [
        Script::items(1..=3).hang(),
        Script::items(1..=3).wait(ms(10)).repeat(),
    ] {
        let lab = Lab::new(script);
        let report = run_with(lab.clone(), async |_| lab.store.wait_for(3).await, ms(1000)).await;
        assert_clean(&report);
        assert!(matches!(report.outcome, Outcome::Drained));
        assert_eq!(
            (lab.store.items(), lab.script.playing()),
            (vec![1, 2, 3], 0)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_missed_deadline_leaves_is_named_and_balances() {
    let mut lab = Lab::new(Script::items(1..=200));
    (lab.workers, lab.store) = (4, Recorder::slow(ms(100)));
    let report = run_with(lab.clone(), async |_| lab.store.wait_for(2).await, ms(250)).await;
    assert!(!report.is_clean());
    assert!(matches!(report.outcome, Outcome::Aborted), "{report}");
    assert_eq!(
        report.left,
        ["orders", "risky", "fragile", "store"],
        "{report}"
    );
    assert_eq!(lab.store.items(), [1, 2, 3, 4]);
    assert_eq!(
        (stats(&report, "store").dropped, lab.script.playing()),
        (1, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_hanging_call_is_dropped_at_the_deadline() {
    let mut lab = Lab::new(Script::items(1..=3).hang());
    lab.risks = Faults::none().hang_on(2);
    let report = run_with(lab.clone(), async |_| lab.store.wait_for(1).await, ms(10)).await;
    assert_eq!(report.left, ["risky"], "{report}");
    assert_eq!(
        report.stage("risky").map(|risky| risky.in_flight),
        Some(1),
        "{report}"
    );
    assert_eq!(
        (
            stats(&report, "risky").dropped,
            stats(&report, "store").completed
        ),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_balances_whenever_it_is_stopped() {
    for wait in 0..40 {
        let mut lab = Lab::new(Script::items(1..=10).wait(ms(1)).repeat());
        (lab.workers, lab.store) = (3, Recorder::slow(ms(1)));
        lab.risks = Faults::none().slow(ms(2)).fail_every(3, Broken);
        lab.rejects = Recorder::slow(ms(3));
        let running = Running::start(lab.clone()).unwrap();
        tokio::time::sleep(ms(wait)).await;
        let report = running.stop().await;
        assert!(matches!(report.outcome, Outcome::Aborted));
        assert_balanced(&report);
        assert_eq!(lab.script.playing(), 0);
        assert_eq!(lab.script.given(), stats(&report, "orders").received);
        assert_eq!(
            u64::try_from(lab.store.len()),
            Ok(stats(&report, "store").completed)
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn runs_on_many_threads_balance_however_they_end() {
    for count in [0, 1, 100, 1000] {
        let mut lab = Lab::new(Script::items(1..=10).repeat());
        (lab.workers, lab.risks) = (4, Faults::none().fail_every(7, Broken));
        let drained = run_with(
            lab.clone(),
            async |_| lab.store.wait_for(count).await,
            Duration::from_mins(1),
        )
        .await;
        assert_clean(&drained);
        let running = Running::start(lab.clone()).unwrap();
        lab.store.wait_for(lab.store.len() + count).await;
        assert_balanced(&running.stop().await);
        lab.script = Script::items(1..=1000);
        assert_clean(&run_to_end(lab).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_restart_plays_the_script_again() {
    let lab = Lab::new(Script::items([1, 2]).hang());
    let mut running = Running::start(lab.clone()).unwrap();
    lab.store.wait_for(2).await;
    let first = running.restart(ms(100)).await.unwrap();
    assert_clean(&first);
    assert_balanced(&first);
    lab.store.wait_for(4).await;
    let second = running.drain(ms(100)).await;
    assert_balanced(&second);
    assert_eq!(
        (lab.script.opened(), lab.store.items()),
        (2, vec![1, 2, 1, 2])
    );
}

#[tokio::test(start_paused = true)]
async fn pausing_stops_the_script_and_not_what_follows() {
    let lab = Lab::new(Script::items([1]).wait(ms(10)).repeat());
    let work = async |running: &Running<Lab>| {
        lab.store.wait_for(5).await;
        running.pause();
        tokio::time::sleep(Duration::from_mins(1)).await;
        assert!(lab.store.len() <= 6);
        assert_balanced(&running.report());
        running.resume();
        lab.store.wait_for(10).await;
    };
    assert_clean(&run_with(lab.clone(), work, ms(100)).await);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_hangs_says_which_stage_is_stalled() {
    let mut lab = Lab::new(Script::items(1..=3));
    lab.risks = Faults::none().hang_on(1);
    let message = panic_of(run_to_end(lab.clone())).await;
    assert!(
        message.starts_with(
            "Lab has not ended after an hour; stage `risky` is stalled for 3600s\nLab: running"
        ),
        "{message}"
    );
    lab.risks = Faults::none().hang_on(1);
    let message = panic_of(run_with(
        lab.clone(),
        async |_| std::future::pending().await,
        ms(1),
    ))
    .await;
    assert!(
        message.starts_with("Lab: the test is not done after an hour; stage `risky` is stalled"),
        "{message}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_does_not_start_says_why() {
    let mut lab = Lab::new(Script::empty());
    lab.workers = 0;
    let message = panic_of(run_to_end(lab)).await;
    assert_eq!(
        message,
        "Lab did not start: stage `risky`: `workers` must be at least 1"
    );
}

#[tokio::test(start_paused = true)]
async fn a_report_that_does_not_balance_is_shown_whole() {
    let mut report = run_to_end(Lab::new(Script::items([1]))).await;
    report.stages[1].stats.completed += 1;
    let message = panic_of(async { panic!("{}", shown(&report)) }).await;
    assert!(
        message.contains("`risky` received 1 and settled 2") && message.contains("stage "),
        "{message}"
    );
}

fn shown(report: &Report) -> String {
    let unwound = std::panic::catch_unwind(AssertUnwindSafe(|| assert_balanced(report)));
    *unwound
        .expect_err("it does not balance")
        .downcast()
        .expect("a formatted message")
}
