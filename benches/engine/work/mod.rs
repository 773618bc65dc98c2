//! What is measured: a goal, or a few that are alike, to a file. Pipelines stand here as a user would write them.

mod async_line;
mod broadcast;
mod channels;
mod cores;
mod counters;
mod dfir;
mod edges;
mod ends;
mod latency;
mod memory;
mod parcels;
mod parts;
mod plain;
mod protected;
mod pushes;
mod workers;

use crate::{
    bench::{Bench, current_thread},
    callgrind::Workload,
    compile,
    row::Row,
    words,
};

/// Measures the rows of one goal.
type Measure = fn(&Bench) -> Vec<Row>;

/// The goals, by number.
pub(crate) fn goals() -> Vec<(u8, Measure)> {
    vec![
        (1, plain::rows),
        (2, async_line::rows),
        (3, edges::rows),
        (4, edges::crossfire_rows),
        (5, broadcast::rows),
        (6, latency::rows),
        (7, cores::two_stages),
        (8, workers::rows),
        (9, cores::two_workers),
        (10, counters::rows),
        (11, protected::rows),
        (12, compile::rows),
        (13, memory::rows),
        (14, words::rows),
        (15, edges::ancestor_rows),
        (16, parcels::rows),
    ]
}

/// The fixed workloads whose instructions are counted.
pub(crate) const WORKLOADS: [Workload; 6] = [
    ("one island of sync handlers", |items| {
        plain::pipeline(&current_thread(), items)
    }),
    ("four queued edges", |items| {
        edges::sync_line(&current_thread(), items)
    }),
    ("a generator that pushes", |items| {
        pushes::pipeline(&current_thread(), items)
    }),
    ("an input, and an output", |items| {
        ends::through(&current_thread(), items)
    }),
    ("64 workers that suspend once", |items| {
        workers::of_64(&current_thread(), items)
    }),
    ("three stages behind the whole chain", |items| {
        protected::pipeline(&current_thread(), items)
    }),
];
