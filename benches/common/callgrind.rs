//! Instructions an item, counted by callgrind: fixed workloads of the current thread, played by this very program.

use std::{
    env,
    hint::black_box,
    process::{Command, ExitCode},
};

/// A name, and what does the work over so many items and gives what came out.
pub(crate) type Workload = (&'static str, fn(u64) -> u64);

const SHORT: u64 = 20_000;
const LONG: u64 = 120_000;

/// What runs under callgrind: one workload, and nothing else.
pub(crate) fn play(workloads: &[Workload], name: &str, items: u64) -> ExitCode {
    let Some((_, run)) = workloads.iter().find(|(known, _)| *known == name) else {
        eprintln!("no workload is called {name}");
        return ExitCode::FAILURE;
    };
    black_box(run(items));
    ExitCode::SUCCESS
}

/// The difference of two runs, so that start-up falls out.
#[allow(clippy::cast_precision_loss, reason = "one digit is printed")]
pub(crate) fn print(workloads: &[Workload]) {
    println!("\ninstructions an item, current thread (callgrind)");
    for (name, _) in workloads {
        match (instructions(name, SHORT), instructions(name, LONG)) {
            (Ok(short), Ok(long)) => {
                let each = long.saturating_sub(short) as f64 / (LONG - SHORT) as f64;
                println!("  {name:32} {each:8.1}");
            }
            (Err(why), _) | (_, Err(why)) => {
                println!("  {name:32} {why}");
                return;
            }
        }
    }
}

fn instructions(workload: &str, items: u64) -> Result<u64, String> {
    let program = env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--workload", workload, &items.to_string()])
        .output()
        .map_err(|error| format!("valgrind cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    collected(&said).ok_or_else(|| format!("callgrind says no count: {said}"))
}

/// The number in `==1== Collected : 4711`.
fn collected(said: &str) -> Option<u64> {
    let (_, rest) = said.split_once("Collected :")?;
    rest.split_whitespace().next()?.parse().ok()
}
