//! What many of the tests share: a plain error, an item, and what a report says in short.

use electrician::pipeline::Report;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Refused;

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("refused")
    }
}

impl std::error::Error for Refused {}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    pub id: u64,
    pub customer: String,
    pub lines: Vec<u64>,
}

pub fn order(id: u64) -> Order {
    Order {
        id,
        customer: format!("customer {}", id % 3),
        lines: (0..id).collect(),
    }
}

/// `received completed filtered failed emitted` of a stage.
pub fn counts(report: &Report, stage: &str) -> [u64; 5] {
    let stage = report
        .stage(stage)
        .unwrap_or_else(|| panic!("there is no stage `{stage}`\n{report}"));
    let stats = &stage.stats;
    [
        stats.received,
        stats.completed,
        stats.filtered,
        stats.failed,
        stats.emitted,
    ]
}

pub fn sorted<T: Ord>(mut items: Vec<T>) -> Vec<T> {
    items.sort();
    items
}

/// Runs items of the type `In` through one handler, with these arguments, into a recorder of `Out`; `with` are its
/// options.
macro_rules! through {
    ($items:expr, $handler:path $(, ($($arg:expr),*))? $(, with { $($options:tt)* })?) => {{
        electrician::pipeline! {
            Through(items: electrician::test::Script<In>, out: electrician::test::Recorder<Out>) {
                generator items = electrician::test::scripted(items);
                handler stage = $handler $(($($arg),*))? { $($($options)*)? };
                handler out = electrician::test::record(out);
                items -> stage -> out;
            }
        }
        let out = electrician::test::Recorder::new();
        let report = electrician::test::run_to_end(Through { items: electrician::test::Script::items($items), out: out.clone() }).await;
        electrician::test::assert_clean(&report);
        (out.take(), report)
    }};
}

pub(super) use through;
