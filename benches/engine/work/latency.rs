//! Goal 6: how long an item is under way through four edges, beside tokio's channels, at a low rate and in bursts.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use electrician::{Running, prelude::*};
use tokio::{
    runtime::Runtime,
    spawn,
    sync::mpsc,
    time::{MissedTickBehavior, interval},
};

use super::channels::{self, CAPACITY};
use crate::{
    bench::Bench,
    rounds::{Compared, Cost, interleave, timed},
    row::{Limit::Times, Row},
};

/// So many ticks of a millisecond, and so many items at each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    ticks: u32,
    burst: u32,
}

impl Pace {
    fn items(self) -> u32 {
        self.ticks * self.burst
    }
}

const STEADY: Pace = Pace {
    ticks: 400,
    burst: 1,
};
const BURSTS: Pace = Pace {
    ticks: 200,
    burst: 64,
};

fn ticking() -> tokio::time::Interval {
    let mut ticks = interval(Duration::from_millis(1));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// The latencies, in the order of arrival.
type Log = Mutex<Vec<Duration>>;

fn empty_log(pace: Pace) -> Arc<Log> {
    Arc::new(Mutex::new(Vec::with_capacity(pace.items() as usize)))
}

#[generator]
async fn paced(pace: &Pace, mut out: Outlet<Instant>) -> Result<(), Stopped> {
    let mut ticks = ticking();
    for _ in 0..pace.ticks {
        ticks.tick().await;
        for _ in 0..pace.burst {
            out.send(Instant::now()).await?;
        }
    }
    Ok(())
}

#[handler]
async fn hand_on(sent: Instant) -> Instant {
    sent
}

#[handler]
async fn note(sent: Instant, log: &Log) {
    log.lock().expect("nobody panics").push(sent.elapsed());
}

pipeline! {
    /// Five tasks, four edges, and a stamp on every item.
    Stamped(pace: Pace, log: Arc<Log>) {
        generator paced  = paced(pace) { on_error: stop };
        handler   hand_1 = hand_on   { buffer: 1024 };
        handler   hand_2 = hand_on   { buffer: 1024 };
        handler   hand_3 = hand_on   { buffer: 1024 };
        handler   note   = note(log) { buffer: 1024 };

        paced -> hand_1 -> hand_2 -> hand_3 -> note;
    }
}

fn through_pipeline(runtime: &Runtime, pace: Pace) -> Arc<Log> {
    let log = empty_log(pace);
    let stamped = Stamped {
        pace,
        log: Arc::clone(&log),
    };
    runtime.block_on(async {
        Running::start(stamped).expect("it starts").wait().await;
    });
    log
}

fn through_channels(runtime: &Runtime, pace: Pace) -> Arc<Log> {
    let log = empty_log(pace);
    let (output, input) = mpsc::channel(CAPACITY);
    let notes = Arc::clone(&log);
    runtime.block_on(async move {
        spawn(async move {
            let mut ticks = ticking();
            for _ in 0..pace.ticks {
                ticks.tick().await;
                for _ in 0..pace.burst {
                    output.send(Instant::now()).await.expect("it is received");
                }
            }
        });
        let handed = channels::then(channels::then(input, hand_on), hand_on);
        let mut handed = channels::then(handed, hand_on);
        let sink = spawn(async move {
            while let Some(sent) = handed.recv().await {
                note(sent, &notes).await;
            }
        });
        sink.await.expect("it does not panic");
    });
    log
}

/// The median, the 99th of a hundred, and the CPU time of an item, in nanoseconds.
#[allow(clippy::cast_precision_loss, reason = "three digits are printed")]
fn measured(pace: Pace, run: impl FnOnce() -> Arc<Log>) -> [f64; 3] {
    let mut log = Arc::default();
    let cost = timed(u64::from(pace.items()), || log = run());
    let mut log = log.lock().expect("nobody panics");
    assert_eq!(log.len(), pace.items() as usize);
    log.sort();
    let at = |percent: usize| log[log.len() * percent / 100].as_nanos() as f64;
    [at(50), at(99), cost.cpu]
}

fn compare(runtime: &Runtime, rounds: usize, pace: Pace) -> Compared<3> {
    interleave(
        rounds,
        || measured(pace, || through_pipeline(runtime, pace)),
        || measured(pace, || through_channels(runtime, pace)),
    )
}

/// Two rows, of the median and of the 99th.
fn paced_rows(bench: &Bench, name: &str, pace: Pace, most: f64) -> [Row; 2] {
    let compared = bench
        .runtimes
        .each_ref()
        .map(|runtime| compare(runtime, bench.rounds, pace));
    [("p50", 0), ("p99", 1)].map(|(rank, n)| Row {
        goal: 6,
        work: format!("latency through four edges, {name}: {rank}"),
        baseline: "tokio mpsc, a task a stage".to_owned(),
        limit: Times(most),
        figures: compared.each_ref().map(|compared| Some(compared.ratio[n])),
        costs: compared.each_ref().map(|compared| {
            let cost = |side: [f64; 3]| Cost {
                wall: side[n],
                cpu: side[2],
            };
            Some([cost(compared.contender), cost(compared.baseline)])
        }),
    })
}

pub(super) fn rows(bench: &Bench) -> Vec<Row> {
    let steady = paced_rows(bench, "1000 items/s", STEADY, 1.0);
    let bursts = paced_rows(bench, "bursts of 64 each ms", BURSTS, 0.6);
    steady.into_iter().chain(bursts).collect()
}
