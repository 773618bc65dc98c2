//! Goal 12: what a stage costs to compile, beside hand-written tokio channels. Crates are generated, built and measured.

mod crates;
mod sources;

pub(crate) use crates::expansion;

use crate::{
    bench::Bench,
    row::{Limit::Times, Row},
};
use crates::Workshop;
use sources::{channels, fused, queued};

const MOST: usize = 200;
const MANY: usize = 50;
const FEW: usize = 10;

/// Writes a crate of so many stages.
type Write = fn(usize) -> String;

/// The cost of a way of writing stages.
struct Price {
    /// Lines of LLVM IR that one more stage adds.
    lines: f64,
    /// CPU seconds of a release build of the many.
    seconds: f64,
    /// The same, over those of the few.
    growth: f64,
    /// CPU seconds of a check of the few, the many and the most.
    checks: [f64; 3],
}

/// Rows of lines, of seconds and of growth; none without leave to build.
pub(crate) fn rows(bench: &Bench) -> Vec<Row> {
    if !bench.build {
        return Vec::new();
    }
    let workshop = Workshop::open().expect("crates can be built");
    let by_hand = price(&workshop, channels);
    let ways: [(&str, Write); 2] = [("a buffer each", queued), ("default fusing", fused)];
    let mut rows = Vec::new();
    for (way, write) in ways {
        let ours = price(&workshop, write);
        let row = |work: String, baseline: String, most, figure| {
            Row::single(12, &work, &baseline, Times(most), figure)
        };
        rows.push(row(
            format!("LLVM IR of an async stage, {way}: {:.0} lines", ours.lines),
            format!("tokio mpsc: {:.0} lines", by_hand.lines),
            0.40,
            ours.lines / by_hand.lines,
        ));
        rows.push(row(
            format!(
                "release build of {MANY} stages, {way}: {:.1} CPU s",
                ours.seconds
            ),
            format!("tokio mpsc: {:.1} CPU s", by_hand.seconds),
            0.55,
            ours.seconds / by_hand.seconds,
        ));
        rows.push(row(
            format!("release build of {MANY} stages, {way}"),
            format!("{FEW} of them"),
            6.0,
            ours.growth,
        ));
        let [few, many, most] = ours.checks;
        rows.push(row(
            format!("check of {MOST} stages, {way}: {most:.1} CPU s"),
            format!("{MANY} of them: {many:.1}; {FEW}: {few:.1}"),
            6.0,
            most / many,
        ));
    }
    rows
}

#[allow(clippy::cast_precision_loss, reason = "three digits are printed")]
fn price(workshop: &Workshop, write: Write) -> Price {
    let lines = |stages| workshop.ir_lines(&write(stages)).expect("it compiles") as f64;
    let seconds = |stages| workshop.build_seconds(&write(stages)).expect("it compiles");
    let check = |stages| workshop.check_seconds(&write(stages)).expect("it compiles");
    let (many, few) = (seconds(MANY), seconds(FEW));
    Price {
        lines: (lines(MANY) - lines(FEW)) / (MANY - FEW) as f64,
        seconds: many,
        growth: many / few,
        checks: [FEW, MANY, MOST].map(check),
    }
}
