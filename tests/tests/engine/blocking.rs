//! Functions that block: on threads of their own, under the real clock.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::Duration,
};

use electrician::{
    pipeline::Outcome,
    prelude::*,
    test::{Recorder, Script, assert_balanced, assert_clean, record, run_to_end, scripted},
};

use super::support::{LONG, stats};

/// A gate that threads wait at until it is opened.
#[derive(Debug, Clone, Default)]
struct Gate(Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
struct State {
    open: bool,
    waiting: usize,
}

impl Gate {
    fn pass(&self) {
        let (state, changed) = &*self.0;
        let mut state = state.lock().unwrap();
        state.waiting += 1;
        changed.notify_all();
        drop(changed.wait_while(state, |state| !state.open).unwrap());
    }

    fn open(&self) {
        self.0.0.lock().unwrap().open = true;
        self.0.1.notify_all();
    }

    /// Waits until so many threads stand before the gate.
    fn wait_for(&self, count: usize) {
        let (state, changed) = &*self.0;
        let state = state.lock().unwrap();
        let fewer = |state: &mut State| state.waiting < count;
        let waited = changed
            .wait_timeout_while(state, Duration::from_secs(10), fewer)
            .unwrap();
        assert!(!waited.1.timed_out(), "{count} threads come to the gate");
    }
}

#[handler(blocking)]
fn cross(item: u32, gate: &Gate) -> (u32, String) {
    gate.pass();
    (
        item,
        thread::current().name().unwrap_or_default().to_owned(),
    )
}

#[handler]
fn name(item: u32) -> (u32, String) {
    (
        item,
        thread::current().name().unwrap_or_default().to_owned(),
    )
}

#[handler]
fn add(item: u32, sum: &mut u32) -> u32 {
    *sum += item;
    *sum
}

/// Reads from a channel, and blocks its thread meanwhile.
#[generator(blocking)]
fn lines(source: &Source) -> impl Iterator<Item = u32> {
    let source = source.0.lock().unwrap().take().expect("it is read once");
    source.into_iter()
}

/// Five items; it stands before a gate when it has given three.
#[generator(blocking)]
fn knock(gate: &Gate) -> impl Iterator<Item = u32> {
    let gate = gate.clone();
    (0..5).inspect(move |item| {
        if *item == 3 {
            gate.pass();
        }
    })
}

#[derive(Debug)]
struct Source(Mutex<Option<Receiver<u32>>>);

fn source() -> (SyncSender<u32>, Source) {
    let (sender, receiver) = mpsc::sync_channel(1);
    (sender, Source(Mutex::new(Some(receiver))))
}

pipeline! {
    Crossing(input: Script<u32>, gate: Gate, stored: Recorder<(u32, String)>) {
        generator source = scripted(input);
        handler   work   = cross(gate) { workers: 3 };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Optional(input: Script<u32>, stored: Recorder<(u32, String)>) {
        generator source = scripted(input);
        handler   work   = name { blocking };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Knocking(gate: Gate, stored: Recorder<u32>) {
        generator source = knock(gate);
        handler   store  = record(stored);
        source -> store with { buffer: 8 };
    }

    Reading(from: Source, stored: Recorder<u32>) {
        generator source = lines(from);
        handler   sum    = add(0);
        handler   store  = record(stored);
        source -> sum -> store with { buffer: 4 };
    }
}

#[tokio::test]
async fn blocking_workers_have_a_thread_each_and_block_nobody_else() {
    let (gate, stored) = (Gate::default(), Recorder::new());
    let running = Crossing {
        input: Script::items(0..9),
        gate: gate.clone(),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    let at_gate = gate.clone();
    tokio::task::spawn_blocking(move || at_gate.wait_for(3))
        .await
        .unwrap();
    assert!(stored.is_empty());
    gate.open();
    let report = running.wait().await;
    assert_balanced(&report);
    assert_clean(&report);
    let mut items = stored.items();
    items.sort_unstable();
    assert_eq!(
        items.iter().map(|(item, _)| *item).collect::<Vec<_>>(),
        (0..9).collect::<Vec<_>>()
    );
    assert!(
        items.iter().all(|(_, thread)| thread.contains("work")),
        "{items:?}"
    );
}

#[tokio::test]
async fn the_option_gives_any_handler_a_thread() {
    let stored = Recorder::new();
    let report = run_to_end(Optional {
        input: Script::items(0..500),
        stored: stored.clone(),
    })
    .await;
    assert_clean(&report);
    let items = stored.items();
    assert!(items.iter().map(|(item, _)| *item).eq(0..500));
    assert!(
        items.iter().all(|(_, thread)| thread.contains("work")),
        "{:?}",
        items[0]
    );
}

#[tokio::test]
async fn a_drain_waits_for_a_thread_that_is_at_work() {
    let (gate, stored) = (Gate::default(), Recorder::new());
    let running = Crossing {
        input: Script::items(0..6).hang(),
        gate: gate.clone(),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    let at_gate = gate.clone();
    tokio::task::spawn_blocking(move || at_gate.wait_for(3))
        .await
        .unwrap();
    let drain = tokio::spawn(running.drain(LONG));
    tokio::task::yield_now().await;
    gate.open();
    let report = drain.await.unwrap();
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(stored.len(), 6);
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_thread_for_ever_and_says_so() {
    let (gate, stored) = (Gate::default(), Recorder::new());
    let running = Crossing {
        input: Script::items(0..6).hang(),
        gate: gate.clone(),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    let at_gate = gate.clone();
    tokio::task::spawn_blocking(move || at_gate.wait_for(3))
        .await
        .unwrap();
    let report = running.stop().await;
    gate.open();
    assert!(
        report.stuck && matches!(report.outcome, Outcome::Aborted),
        "{report}"
    );
    assert!(
        report
            .to_string()
            .ends_with("a thread did not end: a blocking function is still busy"),
        "{report}"
    );
    assert_eq!((stats(&report, "work").in_flight(), stored.len()), (3, 0));
    report.balance().unwrap();
}

#[tokio::test]
async fn a_blocking_generator_is_read_to_its_end() {
    let (sender, from) = source();
    let stored = Recorder::new();
    let running = Reading {
        from,
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    let feed = tokio::task::spawn_blocking(move || {
        for item in 1..=100 {
            sender.send(item).unwrap();
        }
    });
    feed.await.unwrap();
    let report = running.wait().await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(stored.items().last(), Some(&5050));
    assert_eq!(stored.len(), 100);
}

/// An iterator that blocks was asked for a whole chunk: the first line came out when the sixty-fourth had come in.
#[tokio::test]
async fn what_a_blocking_generator_gave_is_handed_on_while_it_blocks() {
    let (gate, stored) = (Gate::default(), Recorder::new());
    let running = Knocking {
        gate: gate.clone(),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    let came = tokio::time::timeout(Duration::from_secs(5), stored.wait_for(3)).await;
    assert!(
        came.is_ok(),
        "three items came before the gate: {:?}",
        stored.items()
    );
    gate.open();
    let report = running.wait().await;
    assert_balanced(&report);
    assert_clean(&report);
    assert_eq!(stored.items(), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_generator_that_blocks_is_left_behind_at_the_deadline() {
    let (gate, stored) = (Gate::default(), Recorder::new());
    let running = Knocking {
        gate: gate.clone(),
        stored,
    }
    .start()
    .unwrap();
    let at_gate = gate.clone();
    tokio::task::spawn_blocking(move || at_gate.wait_for(1))
        .await
        .unwrap();
    let report = running.drain(Duration::from_millis(50)).await;
    gate.open();
    assert!(
        report.stuck && matches!(report.outcome, Outcome::Aborted),
        "{report}"
    );
    report.balance().unwrap();
}
