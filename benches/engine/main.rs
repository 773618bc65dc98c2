//! The engine held against its goals: one table, each row a ratio of one process.
//!
//! `cargo bench -p benches --bench engine`, and after `--`
//!
//! | flag | does |
//! |---|---|
//! | `--only 3,5` | the rows of these goals; `callgrind` stands for the instructions |
//! | `--rounds N` | so many interleaved rounds, 7 by default |
//! | `--no-build` | without the rows that compile crates |
//! | `--chart [FILE]` | draws the ratios as an SVG, too: `benches/engine.svg`, or a file seen from `benches` |
//!
//! A row is met when both runtimes meet it. What one item costs in wall and CPU time stands under the table, so that nothing
//! wins by spinning.
#![allow(
    clippy::unused_async,
    reason = "async handlers that do not wait are part of what is measured"
)]

mod bench;
#[allow(dead_code, reason = "each bench uses a part of it")]
#[path = "../common/mod.rs"]
mod common;
mod compile;
mod duel;
mod words;
mod work;

use std::process::ExitCode;

use bench::{Bench, RUNTIMES};
use common::{
    allocations, callgrind,
    chart::{self, Words},
    options::Options,
    rounds, row, table,
};

const CHART: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/engine.svg");

fn main() -> ExitCode {
    let options = match Options::or_play(&work::WORKLOADS, CHART) {
        Ok(options) => options,
        Err(code) => return code,
    };
    let bench = &Bench::new(options.rounds, options.build);
    let goals = work::goals().into_iter();
    let goals = goals.map(|(number, measure)| (number, move || measure(bench)));
    let rows = table::print(RUNTIMES, &options, goals, &work::WORKLOADS);
    let words = Words {
        each: "an item",
        columns: RUNTIMES,
    };
    chart::save(options.chart.as_deref(), words, &rows)
}
