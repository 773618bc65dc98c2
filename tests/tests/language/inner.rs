//! A pipeline as a stage of another one.

use std::sync::Arc;

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};

use super::support::{counts, sorted};

#[derive(Debug, Clone)]
struct Config {
    name: Arc<str>,
    factor: u64,
}

pipeline! {
    /// Multiplies, and leaves out what is odd.
    Multiply(factor: u64) {
        input numbers: u64;
        handler multiply = |n: u64| n * *factor;
        output products: u64;
        numbers -> multiply -> filter(|n| n % 2 == 0) -> products;
    }

    Name(name: Arc<str>) {
        input numbers: u64;
        handler named = |n: u64| format!("{name}{n}");
        output names: String;
        numbers -> named -> names;
    }

    Outer(numbers: Script<u64>, config: Config, out: Recorder<String>) {
        generator numbers = scripted(numbers);
        pipeline multiply = Multiply(config.factor) { buffer: 4 };
        pipeline name = Name(&config.name);
        handler out = record(out);
        numbers -> multiply -> name -> out;
    }
}

fn config() -> Config {
    Config {
        name: "n".into(),
        factor: 3,
    }
}

#[tokio::test(start_paused = true)]
async fn a_pipeline_is_a_stage_with_arguments_of_its_own() {
    let out = Recorder::new();
    let report = run_to_end(Outer {
        numbers: Script::items(0..5),
        config: config(),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.items(), ["n0", "n6", "n12"]);
    assert_eq!(counts(&report, "multiply/multiply")[0], 5);
    assert_eq!(counts(&report, "name/named")[0], 3);
}

pipeline! {
    Nested(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        pipeline twice = Twice(2);
        handler out = record(out);
        numbers -> twice -> out;
    }

    Twice(factor: u64) {
        input numbers: u64;
        pipeline first = Multiply(factor);
        pipeline second = Multiply(*factor + 1);
        output products: u64;
        numbers -> first -> second -> products;
    }
}

#[tokio::test(start_paused = true)]
async fn pipelines_nest() {
    let out = Recorder::new();
    let report = run_to_end(Nested {
        numbers: Script::items(0..4),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.items(), [0, 6, 12, 18]);
    assert_eq!(counts(&report, "twice/second/multiply")[0], 4);
}

pipeline! {
    Divided(numbers: Script<u64>, left: Recorder<u64>, right: Recorder<u64>) {
        generator numbers = scripted(numbers);
        pipeline both = Multiply(1);
        handler left = record(left);
        handler right = record(right);
        numbers -> both -> [left, right];
    }

    Routed(numbers: Script<u64>, small: Recorder<u64>) {
        generator numbers = scripted(numbers);
        pipeline both = Multiply(1);
        handler small = record(small);
        numbers -> both;
        both -> match {
            0..3 => small,
            _ => _,
        };
    }

    Dropped(numbers: Script<u64>) {
        generator numbers = scripted(numbers);
        pipeline both = Multiply(1);
        numbers -> both -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn what_an_inner_pipeline_gives_is_broadcast_routed_or_discarded() {
    let (left, right) = (Recorder::new(), Recorder::new());
    let numbers = || Script::items(0..6);
    assert_clean(
        &run_to_end(Divided {
            numbers: numbers(),
            left: left.clone(),
            right: right.clone(),
        })
        .await,
    );
    assert_eq!(
        (left.items(), right.items()),
        (vec![0, 2, 4], vec![0, 2, 4])
    );
    let small = Recorder::new();
    assert_clean(
        &run_to_end(Routed {
            numbers: numbers(),
            small: small.clone(),
        })
        .await,
    );
    assert_eq!(small.items(), [0, 2]);
    let report = run_to_end(Dropped { numbers: numbers() }).await;
    assert_clean(&report);
    assert_eq!(report.stage("both_out_1").unwrap().stats.discarded, 3);
}

pipeline! {
    Balanced(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        pipeline one = Multiply(2);
        pipeline two = Multiply(4);
        handler out = record(out);
        numbers -> any [one, two] -> map(|n| n % 2) -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn inner_pipelines_share_an_edge() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(Balanced {
            numbers: Script::items(1..50),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(sorted(out.items()), vec![0; 49]);
}

#[tokio::test(start_paused = true)]
async fn an_inner_pipeline_runs_alone_too() {
    use futures_util::StreamExt;
    let running = Multiply { factor: 2 }.start().unwrap();
    let products = running.products.clone();
    running.numbers.send(4).await.unwrap();
    let (report, products): (_, Vec<_>) = tokio::join!(
        running.drain(std::time::Duration::from_secs(1)),
        products.collect()
    );
    electrician::test::assert_balanced(&report);
    assert_eq!(products, [8]);
}

pipeline! {
    Doubled<T>
    where
        T: Clone + std::ops::Add<Output = T> + Send + Sync + 'static,
    {
        input items: T;
        handler doubled = |item: T| item.clone() + item;
        output sums: T;
        items -> doubled -> sums;
    }

    OfGeneric(numbers: Script<u64>, out: Recorder<u64>) {
        generator numbers = scripted(numbers);
        pipeline doubled = Doubled::<u64>;
        handler out = record(out);
        numbers -> doubled -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn an_inner_pipeline_may_be_generic() {
    let out = Recorder::new();
    assert_clean(
        &run_to_end(OfGeneric {
            numbers: Script::items(0..3),
            out: out.clone(),
        })
        .await,
    );
    assert_eq!(out.items(), [0, 2, 4]);
}
