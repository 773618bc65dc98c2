//! The two things that a test asks of a report: every item is accounted for, and nothing went wrong.

use crate::pipeline::{Outcome, Report};

/// Checks that every item is accounted for, and that nothing holds an item once the run has ended.
///
/// Use it after every run, whatever became of it: a run that failed, was stopped, or missed its deadline balances too.
/// The report of a pipeline that still runs balances at a quiet moment.
///
/// # Panics
/// When it does not, with the account that does not balance and the whole table.
///
/// # Examples
/// ```
/// use electrician::{Report, test::assert_balanced};
///
/// fn looks_right(report: &Report) {
///     assert_balanced(report);
///     assert_eq!(report.stage("store").map(|store| store.stats.completed), Some(3));
/// }
/// ```
#[track_caller]
pub fn assert_balanced(report: &Report) {
    if let Err(imbalance) = report.balance() {
        panic!("the report does not balance: {imbalance}\n{report}");
    }
    if matches!(report.outcome, Outcome::Running) {
        return;
    }
    for stage in &report.stages {
        let held = stage.stats.in_flight();
        assert!(
            held == 0,
            "the run has ended, and stage `{}` still holds {held}\n{report}",
            stage.name
        );
    }
    for edge in &report.edges {
        let (held, from, to) = (edge.stats.queued, &edge.from, edge.to.join(", "));
        assert!(
            held == 0,
            "the run has ended, and edge `{from} -> {to}` still holds {held}\n{report}"
        );
    }
}

/// Checks that the run ended by itself or by a drain, without a failure, and that nothing was dropped on the way.
///
/// Use it where nothing may be lost. Failures that the pipeline handles are no matter: they are clean.
///
/// # Panics
/// When it is not so, with the whole table.
#[track_caller]
pub fn assert_clean(report: &Report) {
    assert!(report.is_clean(), "the run is not clean\n{report}");
}
