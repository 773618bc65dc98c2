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
mod chart;
#[allow(dead_code, reason = "each bench uses a part of it")]
#[path = "../common/mod.rs"]
mod common;
mod compile;
mod duel;
mod words;
mod work;

use std::{fs, process::ExitCode};

use bench::{Bench, RUNTIMES};
use common::{allocations, callgrind, options::Options, rounds, row, table};

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    if let Some((workload, items)) = &options.workload {
        return callgrind::play(&work::WORKLOADS, workload, *items);
    }

    let bench = Bench::new(options.rounds, options.build);
    let mut rows = Vec::new();
    table::print_head(RUNTIMES);
    for (number, measure) in work::goals() {
        if options.wants(&number.to_string()) {
            let measured = measure(&bench);
            measured.iter().for_each(table::print_row);
            rows.extend(measured);
        }
    }
    table::print_costs(RUNTIMES, &rows);
    if options.wants("callgrind") {
        callgrind::print(&work::WORKLOADS);
    }
    table::print_verdict(&rows);

    if let Some(file) = &options.chart
        && let Err(error) = fs::write(file, chart::draw(&rows))
    {
        eprintln!("{}: {error}", file.display());
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
