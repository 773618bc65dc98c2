//! Surveys a source tree: what it is written in, which files are large, what occurs twice.
//!
//! It shows a pipeline that works: a walk on a thread of its own, reads in parallel with a timeout and retries, a route,
//! workers, the failures of two stages in one place, and an end in good order. The block is in `src/survey/pipeline.rs`.
//!
//! ```sh
//! cargo run --release -p examples --bin survey -- [DIR]
//! ```
//!
//! It exits with 0 when it came to the end of the tree. On Ctrl-C it drains: what was found by then is still read and
//! counted, the table is printed, and it exits with 130. Should the pipeline fail, it prints what it has and exits with 1.

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use electrician::Report;
use examples::survey::pipeline::{SharedTally, SurveyTree};
use examples::survey::{Survey, progress::show_progress, read, table};
use tokio::{select, signal::ctrl_c};

/// How long a drain may take before what is left is given up.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a shell says of a program that Ctrl-C has ended.
const INTERRUPTED: u8 = 130;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let code = runtime.block_on(survey());
    runtime.shutdown_background(); // a read that hangs does not keep the program
    code
}

async fn survey() -> Result<ExitCode, Box<dyn Error>> {
    let root = std::env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from("."), PathBuf::from);
    let tally = SharedTally::default();
    let running = SurveyTree::new(root, read::LIMIT, tally.clone()).start()?;

    let stages = running.stages();
    let ends = [stages.add.clone(), stages.note.clone()];
    let progress = tokio::spawn(show_progress(stages.walk.clone(), ends));
    let (report, interrupted) = select! {
        report = running.wait() => (report, false),
        Ok(()) = ctrl_c() => (running.drain(PATIENCE).await, true),
    };
    progress.abort();
    let _ = progress.await; // it was aborted, and its bar is gone now

    let survey = tally.finish();
    print(&survey, &report)?;
    assert_accounted(&survey, &report);
    Ok(match report.failure() {
        Some(_) => ExitCode::FAILURE,
        None if interrupted => ExitCode::from(INTERRUPTED),
        None => ExitCode::SUCCESS,
    })
}

/// Whoever reads it may go away before the end, as `head` does.
fn print(survey: &Survey, report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let written = write!(
        out,
        "{}\n{report}\n\n{}\n",
        table::render(survey),
        SurveyTree::TOPOLOGY
    );
    match written.and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Whatever the walk came upon is in the table, among the errors, or was lost, and the report says where.
fn assert_accounted(survey: &Survey, report: &Report) {
    if report.stuck {
        return; // a thread hangs in a read, and its counters may still move
    }
    report.balance().expect("every item is accounted for");
    let found = report.stage("walk").expect("it is declared").stats.received;
    let lost_in_stages: u64 = report
        .stages
        .iter()
        .map(|stage| stage.stats.dropped + stage.stats.panicked)
        .sum();
    let lost_on_edges: u64 = report.edges.iter().map(|edge| edge.stats.dropped).sum();
    let noted = survey.facts.troubles.len() as u64;
    assert_eq!(
        found,
        survey.facts.total().files + noted + lost_in_stages + lost_on_edges,
        "{report}"
    );
}
