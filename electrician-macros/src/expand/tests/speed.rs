//! What an expansion takes, a stage, and how that grows.
//!
//! `ELECTRICIAN_SPEED=1 cargo test -p electrician-macros --lib speed -- --nocapture` prints it for up to 1,000 stages; with
//! `--release`, for a macro that is optimised, which cargo does not do unless it is told to.

use super::shapes::{SHAPES, Shape};
use super::{expands, tokens};

/// Microseconds of this thread; where the system does not count them, of the clock.
fn now() -> f64 {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = counted.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    let clock = || {
        std::time::UNIX_EPOCH
            .elapsed()
            .map_or(0.0, |time| time.as_secs_f64() * 1e9)
    };
    nanos.unwrap_or_else(clock) / 1e3
}

/// What each of so many stages takes: the least of a few, without the reading of the source.
fn stage(write: fn(usize) -> String, stages: u32) -> f64 {
    let tokens = tokens(&write(stages as usize));
    let once = |_| {
        let started = now();
        let expansion = expands(tokens.clone());
        let taken = now() - started;
        drop(expansion);
        taken
    };
    let taken = (0..3).map(once).fold(f64::INFINITY, f64::min);
    taken / f64::from(stages)
}

#[test]
fn a_stage_of_many_expands_to_what_a_stage_of_few_does() {
    for shape in SHAPES {
        let [few, many] = [20, 160].map(|stages| {
            let expansion = expands(tokens(&(shape.write)(stages)));
            expansion.to_string().len() / stages
        });
        assert!(many < few * 3 / 2, "{}: {few} and {many} bytes", shape.name);
    }
    if std::env::var_os("ELECTRICIAN_SPEED").is_some() {
        SHAPES.iter().for_each(print);
    }
}

fn print(shape: &Shape) {
    let sizes = [10, 50, 200, 1000];
    let stages = sizes.map(|size| stage(shape.write, size));
    let shown = sizes.iter().zip(&stages).map(|(size, each)| {
        let all = each * f64::from(*size) / 1e3;
        format!("{size:5}: {all:8.1} ms, {each:6.0} µs a stage")
    });
    let shown: Vec<String> = shown.collect();
    let growth = stages[stages.len() - 1] / stages[0];
    println!("{:26} | {} | {growth:.2}", shape.name, shown.join(" | "));
}
