//! Latencies: what the calls of a stage took, as the report and the handle say.

use electrician::{
    prelude::*,
    test::{Recorder, Script, assert_clean, record, run_to_end, scripted},
};

use super::support::{Broken, ms};

/// The first items are ready at once, so that a pass has several when the last of them wait.
#[handler]
async fn nap(item: u32) -> u32 {
    if item >= READY {
        tokio::time::sleep(ms(10)).await;
    }
    item
}

#[handler]
async fn try_nap(item: &u32) -> Result<u32, Broken> {
    Ok(nap(*item).await)
}

const READY: u32 = 100;

pipeline! {
    Quick(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = nap;
        handler   store  = record(stored);
        source -> work -> store;
    }

    Queued(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = nap { buffer: 64 };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Guarded(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = try_nap { timeout: 1s, on_error: skip };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Pooled(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = nap { workers: 4 };
        handler   store  = record(stored);
        source -> work -> store;
    }
}

/// The time of a call was taken from the first wait of its pass: each call seemed to take longer than the one before.
#[tokio::test(start_paused = true)]
async fn a_call_that_waits_takes_as_long_as_it_waits() {
    async fn all_take_10_ms<P: electrician::pipeline::Pipeline>(
        pipeline: impl FnOnce(Script<u32>, Recorder<u32>) -> P,
    ) {
        let report = run_to_end(pipeline(Script::items(0..READY + 40), Recorder::new())).await;
        let latency = &report.stage("work").expect("a stage").latency;
        assert_eq!(latency.max(), Some(ms(10)), "{}: {report}", P::NAME);
        assert_clean(&report);
    }
    all_take_10_ms(Quick::new).await;
    all_take_10_ms(Queued::new).await;
    all_take_10_ms(Guarded::new).await;
    all_take_10_ms(Pooled::new).await;
}
