//! The parts of a chain, and a whole one whose breaker is closed, beside what one would use otherwise: one table, each row a
//! ratio of one process.
//!
//! `cargo bench -p benches --bench resilience`, and after `--`
//!
//! | flag | does |
//! |---|---|
//! | `--only 3,6` | the rows of these goals; `callgrind` stands for the instructions |
//! | `--rounds N` | so many interleaved rounds, 7 by default |
//! | `--chart [FILE]` | draws the ratios as an SVG, too: `benches/resilience.svg`, or a file seen from `benches` |
//!
//! Everything stands around the same call, which is ready at once. A figure of two threads is what a call costs each of them,
//! both going through the same limiter, bulkhead and breaker.

mod call;
#[allow(dead_code, reason = "each bench uses a part of it")]
#[path = "../common/mod.rs"]
mod common;
mod goals;
mod ways;

use std::process::ExitCode;

use common::{
    allocations, callgrind,
    chart::{self, Words},
    options::Options,
    rounds, row, table,
};

const COLUMNS: [&str; 2] = ["one thread", "two threads"];

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/resilience.svg");

fn main() -> ExitCode {
    let options = match Options::or_play(&goals::WORKLOADS, CHART) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let rounds = options.rounds.max(1);
    let goals = goals::all().map(|(number, measure)| (number, move || measure(rounds)));
    let rows = table::print(COLUMNS, &options, goals, &goals::WORKLOADS);
    let words = Words {
        each: "a call",
        columns: COLUMNS,
    };
    chart::save(options.chart.as_deref(), words, &rows)
}
