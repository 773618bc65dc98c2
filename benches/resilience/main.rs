//! The parts of a chain, and a whole one whose breaker is closed, beside what one would use otherwise: one table, each row a
//! ratio of one process.
//!
//! `cargo bench -p benches --bench resilience`, and after `--`
//!
//! | flag | does |
//! |---|---|
//! | `--only 3,6` | the rows of these goals; `callgrind` stands for the instructions |
//! | `--rounds N` | so many interleaved rounds, 7 by default |
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

use common::{allocations, callgrind, options::Options, rounds, row, table};

const COLUMNS: [&str; 2] = ["one thread", "two threads"];

fn main() -> ExitCode {
    let options = match Options::read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    if let Some((workload, calls)) = &options.workload {
        return callgrind::play(&goals::WORKLOADS, workload, *calls);
    }

    let mut rows = Vec::new();
    table::print_head(COLUMNS);
    for (number, measure) in goals::all() {
        if options.wants(&number.to_string()) {
            let measured = measure(options.rounds.max(1));
            measured.iter().for_each(table::print_row);
            rows.extend(measured);
        }
    }
    table::print_costs(COLUMNS, &rows);
    if options.wants("callgrind") {
        callgrind::print(&goals::WORKLOADS);
    }
    table::print_verdict(&rows);
    ExitCode::SUCCESS
}
