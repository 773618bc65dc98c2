//! The ways out beside the output: `error` and `neutral`, and what becomes of failures without a way.

use std::time::Duration;

use electrician::prelude::*;
use electrician::test::{
    Faults, Recorder, Script, assert_clean, faulty_ref, record, run_to_end, scripted,
};

use super::support::{Order, Refused, counts, order};

#[handler]
fn parsed(line: &str) -> Result<u64, std::num::ParseIntError> {
    line.parse()
}

#[handler]
async fn charged(item: u64) -> Result<u64, Refused> {
    if item == 0 { Err(Refused) } else { Ok(item) }
}

pipeline! {
    AnyOf(lines: Script<String>, failures: Recorder<AnyFailure>, out: Recorder<u64>) {
        generator lines = scripted(lines);
        handler parsed;
        handler charged;
        handler out = record(out);
        handler failures = record(failures);
        lines -> parsed -> charged -> out;
        [parsed.error, charged.error] -> failures;
    }
}

fn lines() -> Script<String> {
    Script::items(["1", "x", "0", "2"].map(str::to_owned))
}

#[tokio::test(start_paused = true)]
async fn one_handler_takes_the_failures_of_many_stages() {
    let (failures, out) = (Recorder::new(), Recorder::new());
    let report = run_to_end(AnyOf {
        lines: lines(),
        failures: failures.clone(),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.items(), [1, 2]);
    let said: Vec<_> = failures.take().iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "stage `parsed` failed: invalid digit found in string",
            "stage `charged` failed: refused"
        ]
    );
}

#[derive(Debug, Clone, PartialEq)]
struct Complaint(String);

impl<T: std::fmt::Debug> From<Failure<T, std::num::ParseIntError>> for Complaint {
    fn from(failure: Failure<T, std::num::ParseIntError>) -> Self {
        Self(format!("{:?} at {}", failure.item, failure.stage))
    }
}

#[handler]
fn complain(complaint: Complaint, seen: &mut u64) -> String {
    *seen += 1;
    format!("{seen}: {}", complaint.0)
}

pipeline! {
    OwnType(lines: Script<String>, complaints: Recorder<String>) {
        generator lines = scripted(lines);
        handler parsed;
        handler complain(0);
        handler complaints = record(complaints);
        lines -> parsed -> _;
        parsed.error -> complain -> complaints;
    }
}

#[tokio::test(start_paused = true)]
async fn a_failure_becomes_what_its_handler_takes() {
    let complaints = Recorder::new();
    assert_clean(
        &run_to_end(OwnType {
            lines: lines(),
            complaints: complaints.clone(),
        })
        .await,
    );
    assert_eq!(complaints.items(), ["1: \"x\" at parsed"]);
}

pipeline! {
    Whole(orders: Script<Order>, faults: Faults<Refused>, items: Recorder<u64>) {
        generator orders = scripted(orders);
        handler judge = faulty_ref(faults);
        handler items = record(items);
        orders -> judge -> _;
        judge.error -> filter(|failure| failure.attempts == 1) -> map(|failure| failure.item.id) -> items;
    }
}

#[tokio::test(start_paused = true)]
async fn an_operator_takes_the_failure_as_it_is() {
    let items = Recorder::new();
    let orders = Script::items((0..4).map(order));
    let whole = Whole {
        orders,
        faults: Faults::none().fail_with(|_| Some(Refused)),
        items: items.clone(),
    };
    assert_clean(&run_to_end(whole).await);
    assert_eq!(items.items(), [0, 1, 2, 3]);
}

#[handler]
fn taken(item: u64) -> Result<u64, Refused> {
    if item == 0 { Err(Refused) } else { Ok(item) }
}

pipeline! {
    Kept(numbers: Script<u64>, spent: Recorder<Failure<(), Refused>>, kept: Recorder<Failure<u64, Refused>>) {
        generator numbers = scripted(numbers);
        handler plain = taken;
        handler keeping = taken { keep_item };
        handler spent = record(spent);
        handler kept = record(kept);
        numbers -> [plain, keeping];
        plain -> _;
        keeping -> _;
        plain.error -> spent;
        keeping.error -> kept;
    }
}

#[tokio::test(start_paused = true)]
async fn an_item_comes_back_where_it_is_kept() {
    let (spent, kept) = (Recorder::new(), Recorder::new());
    let pipeline = Kept {
        numbers: Script::items([0, 1]),
        spent: spent.clone(),
        kept: kept.clone(),
    };
    assert_clean(&run_to_end(pipeline).await);
    assert_eq!((spent.len(), kept.take()[0].item), (1, 0));
}

pipeline! {
    Discarded(lines: Script<String>) {
        generator lines = scripted(lines);
        handler parsed;
        lines -> parsed;
        parsed -> _;
        parsed.error -> _;
    }

    Defaults(lines: Script<String>, out: Recorder<u64>, refused: Recorder<AnyFailure>) {
        defaults { on_error: skip, buffer: 8 }
        generator lines = scripted(lines);
        handler parsed { workers: 2, ordered };
        handler charged;
        handler out = record(out);
        handler refused = record(refused);
        lines -> parsed -> charged -> out;
        charged.error -> refused;
    }
}

#[tokio::test(start_paused = true)]
async fn failures_may_be_discarded_on_purpose() {
    let report = run_to_end(Discarded { lines: lines() }).await;
    assert_clean(&report);
    assert_eq!(counts(&report, "parsed"), [4, 3, 0, 1, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_port_goes_before_the_default() {
    let (out, refused) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Defaults {
        lines: lines(),
        out: out.clone(),
        refused: refused.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!((out.items(), refused.len()), (vec![1, 2], 1));
    assert_eq!(Defaults::TOPOLOGY.edges[0].capacity, Some(8));
}

#[handler]
async fn called(item: u64) -> Result<u64, Refused> {
    Err(if item == u64::MAX {
        unreachable!()
    } else {
        Refused
    })
}

pipeline! {
    Broken(numbers: Script<u64>, spared: Recorder<u64>, failed: Recorder<AnyFailure>) {
        generator numbers = scripted(numbers);
        handler called { breaker: { consecutive: 2, cooldown: 1h } };
        handler spared = record(spared);
        handler failed = record(failed);
        numbers -> called -> _;
        called.neutral -> spared;
        called.error -> failed;
    }
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_sends_items_out_by_the_neutral_port() {
    let (spared, failed) = (Recorder::new(), Recorder::new());
    let broken = Broken {
        numbers: Script::items(0..5),
        spared: spared.clone(),
        failed: failed.clone(),
    };
    let report = run_to_end(broken).await;
    assert_clean(&report);
    assert_eq!((spared.items(), failed.len()), (vec![2, 3, 4], 2));
    assert_eq!(report.stage("called").unwrap().stats.refused, 3);
}

pipeline! {
    Stopping(lines: Script<String>, out: Recorder<u64>) {
        generator lines = scripted(lines);
        handler parsed { on_error: stop };
        handler out = record(out);
        lines -> parsed -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn stop_drains_and_reports_the_failure() {
    let out = Recorder::new();
    let lines = Script::items(["1", "x"].map(str::to_owned))
        .wait(Duration::from_hours(9))
        .hang();
    let report = run_to_end(Stopping {
        lines,
        out: out.clone(),
    })
    .await;
    assert_eq!(out.items(), [1]);
    assert_eq!(
        report.failure().map(electrician::Error::stage),
        Some("parsed")
    );
}

pipeline! {
    Outward(lines: Script<String>) {
        generator lines = scripted(lines);
        handler parsed;
        output numbers: u64;
        output failures: AnyFailure;
        lines -> parsed -> numbers;
        parsed.error -> failures;
    }
}

#[tokio::test(start_paused = true)]
async fn failures_leave_by_an_output_as_its_type() {
    use futures_util::StreamExt;
    let running = Outward { lines: lines() }.start().unwrap();
    let (numbers, failures) = (running.numbers.clone(), running.failures.clone());
    let (numbers, failures): (Vec<_>, Vec<_>) = tokio::join!(numbers.collect(), failures.collect());
    assert_eq!((numbers, failures.len()), (vec![1, 0, 2], 1));
    let report = running.wait().await;
    electrician::test::assert_balanced(&report);
    assert_clean(&report);
}
