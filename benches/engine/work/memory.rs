//! Goal 13: allocations an item in steady state, and what one more queued stage keeps.

use electrician::{Running, pipeline::Pipeline, prelude::*};
use tokio::{runtime::Runtime, task::yield_now};

use super::{broadcast, edges, ends, workers};
use crate::{
    allocations::counted,
    bench::Bench,
    row::{
        Limit::{Allocations, Bytes},
        Row,
    },
};

const SHORT: u64 = 50_000;
const LONG: u64 = 550_000;

/// A run over so many items.
type Run = fn(&Runtime, u64) -> u64;

const RUNS: [(&str, Run); 6] = [
    ("a line of four edges", edges::sync_line),
    ("a broadcast to three", broadcast::broadcast),
    ("a merge of three", broadcast::merge),
    ("an input, and an output", ends::through),
    ("64 workers that suspend once", workers::of_64),
    ("64 workers that suspend once, ordered", workers::ordered),
];

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let runs = RUNS.iter().map(|(name, run)| Row {
        goal: 13,
        work: format!("allocations an item: {name}"),
        baseline: "–".to_owned(),
        limit: Allocations,
        figures: bench
            .runtimes
            .each_ref()
            .map(|runtime| Some(an_item(runtime, *run))),
        costs: [None, None],
    });
    let stage = Row {
        goal: 13,
        work: "bytes of one more queued stage, idle".to_owned(),
        baseline: "–".to_owned(),
        limit: Bytes(1024.0),
        figures: bench
            .runtimes
            .each_ref()
            .map(|runtime| Some(of_a_stage(runtime))),
        costs: [None, None],
    };
    runs.chain([stage]).collect()
}

/// What a long run allocates beyond a short one, over the items that it has more.
#[allow(clippy::cast_precision_loss, reason = "four digits are printed")]
fn an_item(runtime: &Runtime, run: Run) -> f64 {
    run(runtime, SHORT);
    let [short, long] = [SHORT, LONG].map(|items| counted(|| run(runtime, items)).0);
    long.saturating_sub(short) as f64 / (LONG - SHORT) as f64
}

#[allow(clippy::cast_precision_loss, reason = "four digits are printed")]
fn of_a_stage(runtime: &Runtime) -> f64 {
    (live_bytes(runtime, Forty) - live_bytes(runtime, Twenty)) as f64 / 20.0
}

/// What a pipeline keeps while it has started and has nothing to do.
fn live_bytes<P: Pipeline>(runtime: &Runtime, pipeline: P) -> i64 {
    let start = async {
        let running = Running::start(pipeline).expect("it starts");
        for _ in 0..1000 {
            yield_now().await; // every task has been polled, and waits
        }
        running
    };
    let (_, bytes, running) = counted(|| runtime.block_on(start));
    runtime.block_on(running.stop());
    bytes
}

#[handler]
fn pass(n: u64) -> u64 {
    n
}

#[handler]
fn end(_: u64) {}

pipeline! {
    Twenty {
        input from: u64;
        handler q01 = pass { buffer: 1024 }; handler q02 = pass { buffer: 1024 }; handler q03 = pass { buffer: 1024 }; handler q04 = pass { buffer: 1024 };
        handler q05 = pass { buffer: 1024 }; handler q06 = pass { buffer: 1024 }; handler q07 = pass { buffer: 1024 }; handler q08 = pass { buffer: 1024 };
        handler q09 = pass { buffer: 1024 }; handler q10 = pass { buffer: 1024 }; handler q11 = pass { buffer: 1024 }; handler q12 = pass { buffer: 1024 };
        handler q13 = pass { buffer: 1024 }; handler q14 = pass { buffer: 1024 }; handler q15 = pass { buffer: 1024 }; handler q16 = pass { buffer: 1024 };
        handler q17 = pass { buffer: 1024 }; handler q18 = pass { buffer: 1024 }; handler q19 = pass { buffer: 1024 }; handler q20 = pass { buffer: 1024 };
        handler end { buffer: 1024 };

        from -> q01 -> q02 -> q03 -> q04 -> q05 -> q06 -> q07 -> q08 -> q09 -> q10
                -> q11 -> q12 -> q13 -> q14 -> q15 -> q16 -> q17 -> q18 -> q19 -> q20 -> end;
    }

    Forty {
        input from: u64;
        handler q01 = pass { buffer: 1024 }; handler q02 = pass { buffer: 1024 }; handler q03 = pass { buffer: 1024 }; handler q04 = pass { buffer: 1024 };
        handler q05 = pass { buffer: 1024 }; handler q06 = pass { buffer: 1024 }; handler q07 = pass { buffer: 1024 }; handler q08 = pass { buffer: 1024 };
        handler q09 = pass { buffer: 1024 }; handler q10 = pass { buffer: 1024 }; handler q11 = pass { buffer: 1024 }; handler q12 = pass { buffer: 1024 };
        handler q13 = pass { buffer: 1024 }; handler q14 = pass { buffer: 1024 }; handler q15 = pass { buffer: 1024 }; handler q16 = pass { buffer: 1024 };
        handler q17 = pass { buffer: 1024 }; handler q18 = pass { buffer: 1024 }; handler q19 = pass { buffer: 1024 }; handler q20 = pass { buffer: 1024 };
        handler q21 = pass { buffer: 1024 }; handler q22 = pass { buffer: 1024 }; handler q23 = pass { buffer: 1024 }; handler q24 = pass { buffer: 1024 };
        handler q25 = pass { buffer: 1024 }; handler q26 = pass { buffer: 1024 }; handler q27 = pass { buffer: 1024 }; handler q28 = pass { buffer: 1024 };
        handler q29 = pass { buffer: 1024 }; handler q30 = pass { buffer: 1024 }; handler q31 = pass { buffer: 1024 }; handler q32 = pass { buffer: 1024 };
        handler q33 = pass { buffer: 1024 }; handler q34 = pass { buffer: 1024 }; handler q35 = pass { buffer: 1024 }; handler q36 = pass { buffer: 1024 };
        handler q37 = pass { buffer: 1024 }; handler q38 = pass { buffer: 1024 }; handler q39 = pass { buffer: 1024 }; handler q40 = pass { buffer: 1024 };
        handler end { buffer: 1024 };

        from -> q01 -> q02 -> q03 -> q04 -> q05 -> q06 -> q07 -> q08 -> q09 -> q10
                -> q11 -> q12 -> q13 -> q14 -> q15 -> q16 -> q17 -> q18 -> q19 -> q20
                -> q21 -> q22 -> q23 -> q24 -> q25 -> q26 -> q27 -> q28 -> q29 -> q30
                -> q31 -> q32 -> q33 -> q34 -> q35 -> q36 -> q37 -> q38 -> q39 -> q40 -> end;
    }
}
