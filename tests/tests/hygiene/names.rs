//! Stages, ends and parameters with the names of other things.

use electrician::prelude::*;
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};
use futures_util::StreamExt;

#[handler]
fn add(item: u64, what: u64) -> u64 {
    item + what
}

#[handler]
async fn checked(item: u64) -> Result<u64, std::num::TryFromIntError> {
    u8::try_from(item).map(u64::from)
}

/// A chain of stages with these names, each of which adds one.
macro_rules! chain {
    ($($name:ident),* $(,)?) => {{
        pipeline! {
            Named(items: Script<u64>, out: Recorder<u64>) {
                generator source = scripted(items);
                $(handler $name = add(1);)*
                handler sink = record(out);
                source -> $($name ->)* sink;
            }
        }
        let out = Recorder::new();
        let report = run_to_end(Named { items: Script::items(0..3), out: out.clone() }).await;
        assert_clean(&report);
        let stages = [$(stringify!($name)),*];
        assert_eq!(report.stages.len(), stages.len() + 2);
        let added = stages.len() as u64;
        assert_eq!(out.items(), [added, added + 1, added + 2]);
    }};
}

#[tokio::test(start_paused = true)]
async fn stages_are_called_like_words_of_the_language() {
    chain!(filter, with, any, zip, batch, map);
    chain!(take, feedback, merge, error, neutral, overflow);
    chain!(buffer, workers, ordered, key, retry, timeout, breaker);
    chain!(inspect, defaults, crate_path, skip, stop, block);
    chain!(generator, handler, pipeline, input, output);
}

#[tokio::test(start_paused = true)]
async fn stages_are_called_like_words_of_rust() {
    chain!(r#type, r#match, r#async, r#move, r#fn, r#loop);
    chain!(union, auto, raw, dyn_, safe, macro_rules);
}

#[tokio::test(start_paused = true)]
async fn stages_are_called_like_what_the_expansion_uses() {
    chain!(this, run, item, failure, pool, worker, turn);
    chain!(handles, next, hand_over, miss, given, called, hasher);
    chain!(work, most, panic, lap, blocking, came, settled);
    chain!(std, core, alloc, __rt, electrician, tokio, pin);
    chain!(Some, None, Ok, Err, Self_, String, Vec);
    chain!(Stage, Port, Intake, Running, Handler, start, new);
}

#[tokio::test(start_paused = true)]
async fn stages_are_called_like_names_made_from_others() {
    chain!(a, a_in, a_out, a_queue, to_a, a_2, a_cell);
    chain!(to_b_queue, b_queue, to_b, b, b_items, b_workers, b_tally);
    chain!(map_1, filter_1, zip_1, cycle_1, item_2, run_2, this_2);
}

pipeline! {
    Guarded(items: Script<u64>, out: Recorder<u64>) {
        generator source = scripted(items);
        handler others = checked { timeout: 1s, on_error: stop };
        handler called = checked { timeout: 1s, on_error: stop };
        handler miss = checked { timeout: 1s, on_error: stop };
        handler pass = checked { timeout: 1s, on_error: stop };
        handler item = checked { timeout: 1s, on_error: stop };
        handler next = record(out);
        source -> others -> called -> miss -> pass -> item -> next;
    }
}

#[tokio::test(start_paused = true)]
async fn stages_with_something_before_them_are_called_like_what_is_written_for_them() {
    let out = Recorder::new();
    let report = run_to_end(Guarded {
        items: Script::items(0..3),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.items(), [0, 1, 2]);
}

pipeline! {
    Workers(items: Script<u64>, out: Recorder<u64>) {
        generator this = scripted(items);
        handler run = add(1) { workers: 2, ordered };
        handler run_workers = add(1) { workers: 3, key: |item| item };
        handler item = checked { workers: 2, ordered };
        handler failure = (|failure| failure.attempts) { workers: 2 };
        handler worker = |n: u32| u64::from(n);
        handler turn = record(out);
        this -> run -> run_workers -> map(|item| item) -> item;
        item -> match {
            0..=2 => _,
            worker if worker % 2 == 0 => worker + 1 -> turn,
            _ => turn,
        };
        item.error -> failure -> worker -> turn;
    }
}

#[tokio::test(start_paused = true)]
async fn pools_routes_and_ports_keep_their_names_apart() {
    let out = Recorder::new();
    let report = run_to_end(Workers {
        items: Script::items([0, 1, 2, 3, 1000]),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    let mut items = out.items();
    items.sort_unstable();
    assert_eq!(items, [1, 3, 5, 5]);
}

pipeline! {
    Ends {
        input stages: u64;
        input send: u64;
        output report: u64;
        output drain: u64;
        output handles: u64;
        [stages, send] -> [report, drain, handles];
    }

    Parameters(this: Script<u64>, run: u64, __rt: u64, item: u64, r#type: u64, out: Recorder<u64>) {
        generator source = scripted(this);
        handler add = add(run);
        handler closed = |next: u64| next + *__rt + *item;
        handler sink = record(out);
        source -> add -> closed -> map(|n| n + r#type) -> match {
            failure if failure > *run => failure + *item + r#type -> sink,
            _ => _,
        };
    }
}

#[tokio::test(start_paused = true)]
async fn inputs_and_outputs_are_called_like_methods() {
    let running = Ends.start().unwrap();
    running.stages.send(1).await.unwrap();
    running.send.send(2).await.unwrap();
    let outputs = [
        running.report.clone(),
        running.drain.clone(),
        running.handles.clone(),
    ];
    let collected = futures_util::future::join_all(outputs.map(StreamExt::collect::<Vec<_>>));
    let (report, all) = tokio::join!(running.drain(std::time::Duration::from_secs(1)), collected);
    electrician::test::assert_balanced(&report);
    assert_eq!(report.stage("stages").unwrap().stats.received, 1);
    assert!(all.iter().all(|items| items.len() == 2));
}

#[tokio::test(start_paused = true)]
async fn parameters_are_called_like_what_the_expansion_uses() {
    let out = Recorder::new();
    let pipeline = Parameters {
        this: Script::items([1]),
        run: 10,
        __rt: 100,
        item: 1000,
        r#type: 5,
        out: out.clone(),
    };
    assert_clean(&run_to_end(pipeline).await);
    assert_eq!(out.items(), [2121]);
}
