//! A whole run in one call: start, wait with a limit, check the balance.

use std::time::Duration;

use tokio::time::timeout;

use super::assert_balanced;
use crate::pipeline::{Pipeline, Report, Running, State};

/// How long anything in a test may take. Under the paused clock an hour takes no time.
pub(super) const LIMIT: Duration = Duration::from_hours(1);

/// Runs a pipeline until it has ended by itself, checks its balance, and reports.
///
/// Use it where the generators come to an end; where they do not, use [`run_with`].
///
/// # Panics
/// - When the pipeline does not start.
/// - When it has not ended after an hour, with the stages that are not well.
/// - When its report does not [balance](assert_balanced).
pub async fn run_to_end<P: Pipeline>(pipeline: P) -> Report {
    let running = start(pipeline);
    let Ok(report) = timeout(LIMIT, running.wait()).await else {
        panic!(
            "{} has not ended after an hour{}",
            P::NAME,
            plight(&running)
        );
    };
    assert_balanced(&report);
    report
}

/// Starts a pipeline, does something with it while it runs, drains it, checks its balance, and reports.
///
/// Use it where the generators do not end by themselves, or where the test plays a part: it sends, pauses, turns a knob,
/// waits for a record. What is left at the deadline of the drain is aborted; the report names it.
///
/// # Panics
/// - When the pipeline does not start.
/// - When what is done with it takes longer than an hour, with the stages that are not well.
/// - When the report does not [balance](assert_balanced).
///
/// # Examples
/// ```
/// use electrician::{Running, pipeline::Pipeline, test::{Recorder, assert_clean, run_with}};
/// use std::time::Duration;
///
/// async fn stores_three<P: Pipeline>(pipeline: P, stored: Recorder<u64>) {
///     let work = async |_: &Running<P>| stored.wait_for(3).await;
///     let report = run_with(pipeline, work, Duration::from_secs(5)).await;
///     assert_clean(&report);
/// }
/// ```
pub async fn run_with<P: Pipeline>(
    pipeline: P,
    work: impl AsyncFnOnce(&Running<P>),
    deadline: Duration,
) -> Report {
    let running = start(pipeline);
    let done = timeout(LIMIT, work(&running)).await;
    assert!(
        done.is_ok(),
        "{}: the test is not done after an hour{}",
        P::NAME,
        plight(&running)
    );
    let report = running.drain(deadline).await;
    assert_balanced(&report);
    report
}

fn start<P: Pipeline>(pipeline: P) -> Running<P> {
    Running::start(pipeline).unwrap_or_else(|error| panic!("{} did not start: {error}", P::NAME))
}

/// Who keeps a pipeline from going on, and the whole table.
fn plight<P: Pipeline>(running: &Running<P>) -> String {
    let health = running.health();
    let unwell = health
        .stages
        .iter()
        .filter(|stage| !matches!(stage.state, State::Fine | State::Ended));
    let plight: Vec<_> = unwell
        .map(|stage| format!("; stage `{}` is {}", stage.name, stage.state))
        .collect();
    format!("{}\n{}", plight.concat(), running.report())
}
