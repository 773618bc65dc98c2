//! Two ways of doing one thing in, medians out: rounds that alternate, and clocks of the wall and of the process.

use std::time::{Duration, Instant};

use nix::time::{ClockId, clock_gettime};

/// What an item costs, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    /// From start to end, or how long an item is under way where latency is measured.
    pub(crate) wall: f64,
    /// User and system time.
    pub(crate) cpu: f64,
}

/// What the rounds came to: medians, and the medians of each round's ratio.
#[derive(Debug)]
pub(crate) struct Compared<const N: usize> {
    pub(crate) contender: [f64; N],
    pub(crate) baseline: [f64; N],
    pub(crate) ratio: [f64; N],
}

/// Runs contender, baseline, contender, … and compares each of the `N` figures that a run gives.
pub(crate) fn interleave<const N: usize>(
    rounds: usize,
    mut contender: impl FnMut() -> [f64; N],
    mut baseline: impl FnMut() -> [f64; N],
) -> Compared<N> {
    let mut pairs = Vec::new();
    for _ in 0..rounds {
        pairs.push((contender(), baseline()));
    }
    let each = |figure: fn(f64, f64) -> f64| {
        let of = |n: usize| {
            pairs
                .iter()
                .map(move |(ours, theirs)| figure(ours[n], theirs[n]))
        };
        std::array::from_fn(|n| median(of(n).collect()))
    };
    Compared {
        contender: each(|ours, _| ours),
        baseline: each(|_, theirs| theirs),
        ratio: each(|ours, theirs| ours / theirs),
    }
}

/// Runs something over so many items, and says what one of them cost the process.
pub(crate) fn timed(items: u64, run: impl FnOnce()) -> Cost {
    timed_by(ClockId::CLOCK_PROCESS_CPUTIME_ID, items, run)
}

/// Runs something over so many items, and says what one of them cost this thread.
pub(crate) fn timed_here(items: u64, run: impl FnOnce()) -> Cost {
    timed_by(ClockId::CLOCK_THREAD_CPUTIME_ID, items, run)
}

#[allow(clippy::cast_precision_loss, reason = "three digits are printed")]
fn timed_by(clock: ClockId, items: u64, run: impl FnOnce()) -> Cost {
    let (wall, cpu) = (Instant::now(), time(clock));
    run();
    let each = |whole: Duration| whole.as_nanos() as f64 / items as f64;
    Cost {
        wall: each(wall.elapsed()),
        cpu: each(time(clock).saturating_sub(cpu)),
    }
}

/// How many items are handled in so much time of a core, in which others have no part.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rough number of items"
)]
pub(crate) fn items_within(time: Duration, run: impl Fn(u64) -> Cost) -> u64 {
    let nanos = time.as_secs_f64() * 1e9;
    let mut items = 16;
    loop {
        let enough = nanos / run(items).cpu;
        if enough < 6.0 * items as f64 {
            return (enough as u64).max(8);
        }
        items *= 4;
    }
}

/// How much of a core a thread gets that only computes: less than all where others are at work.
pub(crate) fn share_of_a_core() -> f64 {
    let cost = timed(1, || {
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(100) {}
    });
    cost.cpu / cost.wall
}

fn time(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    time.expect("processes and threads have clocks").into()
}

/// The middle one.
///
/// # Panics
/// Without figures.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
