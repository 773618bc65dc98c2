//! Health: a stage is fine, paused, stalled, ended or dead, and says so.

use std::time::Duration;

use electrician::{
    ErrorKind,
    pipeline::{Outcome, State},
    prelude::*,
    test::{Faults, Recorder, Script, assert_balanced, assert_clean, faulty, record, scripted},
};

use super::support::{LONG, ms};

fn is_in_order(item: u32) -> bool {
    assert!(item < 5, "the guard panics at {item}");
    true
}

#[handler]
fn total(item: u32, sum: &mut u32) -> u32 {
    *sum += item;
    assert!(item != 3, "the state is half done");
    *sum
}

#[generator]
async fn count_from(first: u32, mut out: Outlet<u32>) {
    for item in first..first + 3 {
        if out.send(item).await.is_err() {
            return;
        }
    }
}

/// An expression that panics the second time it is evaluated, and the first time where there is none left.
fn fuse(left: &std::sync::atomic::AtomicU32) -> u32 {
    let was = left.fetch_sub(1, std::sync::atomic::Ordering::Relaxed);
    assert!(was > 0, "the argument panics");
    0
}

pipeline! {
    Line(input: Script<u32>, faults: Faults, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = faulty(faults);
        handler   store  = record(stored);
        source -> work with { buffer: 100 };
        work -> store;
    }

    Guarded(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   store  = record(stored);
        source -> match { n if is_in_order(n) => store, _ => _ };
    }

    Fused(left: std::sync::Arc<std::sync::atomic::AtomicU32>, input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   sum    = total(fuse(left));
        handler   store  = record(stored);
        source -> sum -> store with { buffer: 8 };
    }

    Argued(left: std::sync::Arc<std::sync::atomic::AtomicU32>, stored: Recorder<u32>) {
        generator source = count_from(fuse(left));
        handler   store  = record(stored);
        source -> store;
    }
}

fn line(input: Script<u32>, faults: Faults) -> (Running<Line>, Recorder<u32>) {
    let stored = Recorder::new();
    (
        Line {
            input,
            faults,
            stored: stored.clone(),
        }
        .start()
        .unwrap(),
        stored,
    )
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_that_waits_for_work_is_fine() {
    let (running, stored) = line(Script::items(0..10).hang(), Faults::none());
    tokio::time::sleep(Duration::from_hours(1)).await;
    let health = running.health();
    assert!(health.is_fine() && health.stages.len() == 3, "{health}");
    assert!(
        health
            .stages
            .iter()
            .all(|stage| matches!(stage.state, State::Fine)),
        "{health}"
    );
    assert_eq!(stored.len(), 10);
    assert_balanced(&running.drain(LONG).await);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_is_a_stalled_stage() {
    let (running, _) = line(Script::items(0..10).hang(), Faults::none().hang_on(4));
    tokio::time::sleep(Duration::from_secs(5)).await;
    assert!(running.health().is_fine(), "it has ten seconds");
    tokio::time::sleep(Duration::from_secs(15)).await;
    let health = running.health();
    assert!(!health.is_fine());
    assert!(
        matches!(health.stage("work"), Some(State::Stalled(idle)) if *idle >= Duration::from_secs(10)),
        "{health}"
    );
    assert!(
        running.health_within(LONG).is_fine(),
        "patience is the caller's"
    );
    assert_balanced(&running.stop().await);
}

#[tokio::test(start_paused = true)]
async fn a_slow_stage_with_a_long_queue_is_not_stalled() {
    let (running, stored) = line(Script::items(0..100).hang(), Faults::none().slow(ms(1000)));
    for _ in 0..60 {
        tokio::time::sleep(ms(1000)).await;
        assert!(
            running.health().is_fine(),
            "{} after {} items",
            running.health(),
            stored.len()
        );
    }
    assert!(stored.len() >= 59);
    assert_balanced(&running.stop().await);
}

#[tokio::test(start_paused = true)]
async fn an_item_after_a_long_silence_does_not_make_a_stage_stalled() {
    let hour = Duration::from_hours(1);
    let (running, stored) = line(
        Script::items([1]).wait(hour).item(2).hang(),
        Faults::none().slow(ms(5000)),
    );
    tokio::time::sleep(hour + ms(6000)).await;
    assert!(running.health().is_fine(), "{}", running.health());
    tokio::time::sleep(ms(6000)).await;
    assert_eq!(stored.items(), [1, 2]);
    assert_balanced(&running.stop().await);
}

#[tokio::test(start_paused = true)]
async fn a_paused_source_says_so_and_is_fine() {
    let (running, _) = line(Script::items(0..10).hang(), Faults::none());
    running.pause();
    let health = running.health();
    assert!(
        health.is_fine() && matches!(health.stage("source"), Some(State::Paused)),
        "{health}"
    );
    assert!(matches!(health.stage("work"), Some(State::Fine)));
    assert!(health.stage("nobody").is_none());
    assert_eq!(health.to_string().lines().next(), Some("source: paused"));
    running.resume();
    assert!(matches!(
        running.health().stage("source"),
        Some(State::Fine)
    ));
    assert_balanced(&running.drain(LONG).await);
}

#[tokio::test(start_paused = true)]
async fn the_stages_of_a_run_that_has_ended_have_ended() {
    let (running, _) = line(Script::items(0..10), Faults::none());
    let report = running.wait().await;
    assert_balanced(&report);
    assert_clean(&report);
    let health = running.health();
    assert!(health.is_fine());
    assert!(
        health
            .stages
            .iter()
            .all(|stage| matches!(stage.state, State::Ended)),
        "{health}"
    );
}

/// The task of a stage had panicked, the stage said that it was fine, and the pipeline waited for it for ever.
#[tokio::test(start_paused = true)]
async fn a_stage_whose_route_panics_is_dead_and_fails_the_pipeline() {
    let stored = Recorder::new();
    let running = Guarded {
        input: Script::items(0..9).hang(),
        stored,
    }
    .start()
    .unwrap();
    let report = tokio::time::timeout(LONG, running.wait())
        .await
        .expect("it ends");
    let Outcome::Failed(error) = &report.outcome else {
        panic!("{report}")
    };
    assert_eq!((error.kind(), error.stage()), (ErrorKind::Died, "source"));
    let health = running.health();
    assert!(!health.is_fine());
    assert!(
        matches!(health.stage("source"), Some(State::Dead(Some(_)))),
        "{health}"
    );
    assert!(
        matches!(health.stage("store"), Some(State::Dead(None))),
        "{health}"
    );
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn a_stage_whose_state_cannot_be_made_again_is_dead_and_fails_the_pipeline() {
    let left = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(1));
    let running = Fused {
        left,
        input: Script::items(0..9).hang(),
        stored: Recorder::new(),
    }
    .start()
    .unwrap();
    let report = tokio::time::timeout(LONG, running.wait())
        .await
        .expect("it ends");
    assert_eq!(
        report.failure().map(electrician::Error::kind),
        Some(ErrorKind::Died),
        "{report}"
    );
    assert!(!running.health().is_fine());
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn a_generator_whose_argument_panics_is_dead_and_fails_the_pipeline() {
    let running = Argued {
        left: std::sync::Arc::default(),
        stored: Recorder::new(),
    }
    .start()
    .unwrap();
    let report = tokio::time::timeout(LONG, running.wait())
        .await
        .expect("it ends");
    assert_eq!(
        report.failure().map(electrician::Error::stage),
        Some("source"),
        "{report}"
    );
    assert!(!running.health().is_fine());
    assert_balanced(&report);
}
