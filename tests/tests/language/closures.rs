//! Closures in a handler's place.

use std::time::Duration;

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

use super::support::{Order, Refused, counts, order};

fn numbers() -> Script<u64> {
    Script::items(0..4)
}

pipeline! {
    Sync(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler double = |n: u64| n * 2;
        handler add = |n| n + 1;
        handler out = record(out);
        numbers -> double -> add -> out;
    }

    Waiting(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler double = |n: u64| async move { tokio::time::sleep(1s).await; n * 2 };
        handler add = async |n: u64| { tokio::task::yield_now().await; n + 1 };
        handler out = record(out);
        numbers -> double -> add -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_closure_is_a_handler() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Sync {
            numbers: numbers(),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), [1, 3, 5, 7]);
}

#[tokio::test(start_paused = true)]
async fn a_closure_may_wait() {
    let out = Recorder::new();
    let report = run_to_end(Waiting {
        numbers: numbers(),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.items(), [1, 3, 5, 7]);
    assert_eq!(report.elapsed, Duration::from_secs(4));
}

pipeline! {
    Failing(numbers: Script<u64>, out: Recorder<u64>, failures: Recorder<AnyFailure>) {
        generator numbers = scripted(numbers);
        handler odd = |n: u64| -> Result<u64, Refused> { if n % 2 == 1 { Ok(n) } else { Err(Refused) } };
        handler large = async |n: u64| -> Result<u64, Refused> {
            tokio::task::yield_now().await;
            let n = if n > 1 { Ok(n) } else { Err(Refused) }?;
            Ok(n)
        };
        handler out = record(out);
        handler failures = record(failures);
        numbers -> odd -> large -> out;
        [odd.error, large.error] -> failures;
    }
}

#[tokio::test(start_paused = true)]
async fn a_closure_that_names_a_result_can_fail() {
    let (out, failures) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Failing {
        numbers: numbers(),
        out: out.clone(),
        failures: failures.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!((out.items(), failures.len()), (vec![3], 3));
    assert_eq!(
        (counts(&report, "odd")[3], counts(&report, "large")[3]),
        (2, 1)
    );
}

#[derive(Debug, Clone)]
struct Config {
    factor: u64,
    name: String,
}

pipeline! {
    WithParameters(orders: Script<Order>, config: Config, offset: u64, out: Recorder<String>) {
        generator orders = scripted(orders);
        handler sum = (|order: Order| order.lines.iter().sum::<u64>() * config.factor) { workers: 1 };
        handler add = |n: u64| async move { n + *offset };
        handler check = async |n: u64| -> Result<u64, Refused> { if n > *offset { Ok(n) } else { Err(Refused) } };
        handler name = |n: u64| named(n, &config.name);
        handler out = record(out);
        orders -> sum -> add -> check -> name -> out;
        check.error -> _;
    }
}

fn named(n: u64, name: &str) -> String {
    format!("{name} {n}")
}

#[tokio::test(start_paused = true)]
async fn a_closure_speaks_of_parameters_by_reference() {
    let out = Recorder::new();
    let pipeline = WithParameters {
        orders: Script::items((0..4).map(order)),
        config: Config {
            factor: 10,
            name: "total".into(),
        },
        offset: 5,
        out: out.clone(),
    };
    let report = run_to_end(pipeline).await;
    assert_clean(&report);
    assert_eq!(out.items(), ["total 15", "total 35"]);
    assert_eq!(counts(&report, "check")[3], 2);
}

pipeline! {
    Ends(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler drop = |_: u64| ();
        handler keep = |n: u64| { let out = out.clone(); async move { out.put(n).await } };
        handler check = |n: u64| -> Result<(), Refused> { if n == 0 { Err(Refused) } else { Ok(()) } };
        handler check_later = (async |n: u64| -> Result<(), Refused> { check(n).await }) { on_error: skip };
        numbers -> [drop, keep, check, check_later];
        check.error -> _;
    }
}

async fn check(n: u64) -> Result<(), Refused> {
    if n == 0 { Err(Refused) } else { Ok(()) }
}

#[tokio::test(start_paused = true)]
async fn a_closure_may_be_a_sink() {
    let out = Recorder::new();
    let report = run_to_end(Ends {
        numbers: numbers(),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.items(), [0, 1, 2, 3]);
    assert_eq!(counts(&report, "drop"), [4, 4, 0, 0, 0]);
    assert_eq!(counts(&report, "check"), [4, 3, 0, 1, 0]);
    assert_eq!(counts(&report, "check_later"), [4, 3, 0, 1, 0]);
}

pipeline! {
    Shadowed(numbers: Script<u64>, limit: u64, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        handler own = |limit: u64| limit + 1;
        handler both = |n: u64| { let inner = |limit: u64| limit * 2; inner(n) + *limit };
        handler out = record(out);
        numbers -> own -> both -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_closure_takes_hides_a_parameter() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Shadowed {
            numbers: numbers(),
            limit: 100,
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), [102, 104, 106, 108]);
}
