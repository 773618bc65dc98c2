//! What a pipeline tells a tracing subscriber.

use electrician::prelude::*;
use std::{
    fmt::{Debug, Write},
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Writes down the fields of each event of a stage.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<String>>>);

impl Visit for Paper {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut lines = self.0.lock().unwrap();
        let line = lines.last_mut().expect("it has begun");
        write!(line, " {}={value:?}", field.name()).expect("a string has room");
    }
}

impl Subscriber for Paper {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("electrician::stage")
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn event(&self, event: &Event<'_>) {
        let level = event.metadata().level().to_string();
        self.0.lock().unwrap().push(level);
        event.record(&mut self.clone());
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[generator]
fn one() -> impl Iterator<Item = u32> {
    [1].into_iter()
}

/// Fails twice, then panics.
#[handler]
fn flaky(_: u32, calls: &Mutex<u32>) -> Result<(), String> {
    let mut calls = calls
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    *calls += 1;
    assert!(*calls < 3, "it has had enough");
    Err("not yet".to_owned())
}

pipeline! {
    Flaky(calls: Mutex<u32>) {
        generator one   = one();
        handler   flaky = flaky(calls) { retry: { attempts: 4, backoff: 1ms..1ms, idempotent }, on_error: skip };
        one -> flaky;
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_that_is_followed_by_another_is_told_and_so_is_a_panic() {
    let paper = Paper::default();
    let guard = tracing::subscriber::set_default(paper.clone());
    let calls = Mutex::default();
    let running = Flaky { calls }.start().expect("it starts");
    let report = running.wait().await;
    drop(guard);
    assert_eq!(report.stage("flaky").expect("it is there").stats.retried, 2);
    let lines = paper.0.lock().unwrap();
    let [first, second, third] = &lines[..] else {
        panic!("{lines:?}");
    };
    for (line, attempts) in [(first, 1), (second, 2)] {
        let says = format!(
            "DEBUG message=a call failed, and is made again stage=\"flaky\" attempts={attempts} wait="
        );
        assert!(line.starts_with(&says), "{line}");
    }
    assert_eq!(
        third,
        "WARN message=a handler panicked stage=\"flaky\" message=\"it has had enough\""
    );
}
