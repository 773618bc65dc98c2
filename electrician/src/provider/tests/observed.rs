//! What a sensor is told, of every pattern, and that it changes nothing.

use super::lab::{Lab, lab};
use crate::provider::{
    Act, Combine, Duplex, Outcome, Provider, RequestResponse, RequestStream, Seen, SendHalf, Sensor,
};
use futures_util::{FutureExt, StreamExt};
use std::{
    fmt::Write,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::advance;

const MS: Duration = Duration::from_millis(1);

/// Keeps what it is told, and how long it took.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<(String, Duration)>>>);

impl Sensor for Told {
    fn told(&self, seen: &Seen<'_>) {
        let Seen {
            provider,
            act,
            outcome,
            took,
        } = *seen;
        let line = format!("{provider}: {act}: {outcome:?}");
        self.0.lock().unwrap().push((line, took));
    }
}

impl Told {
    /// What it was told since it was last asked.
    fn lines(&self) -> Vec<String> {
        let told = std::mem::take(&mut *self.0.lock().unwrap());
        told.into_iter().map(|(line, _)| line).collect()
    }
}

fn watched() -> (
    Lab,
    Told,
    impl RequestResponse<u32, Response = u32> + RequestStream<u32, Item = u32> + Duplex<u32, Item = u32>,
) {
    let (lab, told) = (lab("one"), Told::default());
    let watched = lab.clone().observed(told.clone());
    (lab, told, watched)
}

#[tokio::test(start_paused = true)]
async fn each_call_is_told_once_however_it_ends() {
    let (lab, told, watched) = watched();
    assert_eq!(RequestResponse::call(&watched, 1_u32).await.ok(), Some(2));
    lab.set(|it| &it.fails);
    assert!(RequestResponse::call(&watched, 1_u32).await.is_err());
    lab.shut();
    let mut hanging = Box::pin(RequestResponse::call(&watched, 1_u32));
    assert!(hanging.as_mut().now_or_never().is_none());
    advance(MS * 7).await;
    drop(hanging);
    assert_eq!(told.0.lock().unwrap()[2].1, MS * 7);
    assert_eq!(
        told.lines(),
        [
            "one: call: Succeeded",
            "one: call: Failed(out of paper)",
            "one: call: GivenUp"
        ]
    );
}

/// Only one pattern of four could be logged.
#[tokio::test]
async fn a_stream_is_told_of_when_it_opens_and_when_it_ends() {
    let (lab, told, watched) = watched();
    let items = watched.open(12).await.ok().unwrap();
    assert_eq!(told.lines(), ["one: open: Succeeded"]);
    assert_eq!(items.count().await, 12);
    assert_eq!(told.lines(), ["one: received 11, 1 errors: Succeeded"]);

    let mut items = Box::pin(watched.open(12).await.ok().unwrap());
    assert!(items.next().await.is_some());
    drop(items);
    lab.set(|it| &it.fails);
    assert!(watched.open(12).await.is_err());
    assert_eq!(
        told.lines(),
        [
            "one: open: Succeeded",
            "one: received 1, 0 errors: GivenUp",
            "one: open: Failed(out of paper)"
        ]
    );
}

#[tokio::test]
async fn both_sides_of_a_conversation_are_told_of() {
    let (_, told, watched) = watched();
    let (mut sender, receiver) = watched.connect().await.ok().unwrap();
    for n in 0..3 {
        assert!(sender.send(n).await.is_ok());
    }
    assert!(sender.finish().await.is_ok());
    assert!(sender.send(3).await.is_err());
    drop(sender);
    assert_eq!(receiver.count().await, 3);
    assert_eq!(
        told.lines(),
        [
            "one: open: Succeeded",
            "one: sent 3, 0 errors: Succeeded",
            "one: received 3, 0 errors: Succeeded"
        ]
    );
}

#[tokio::test]
async fn a_sensor_that_panics_changes_nothing() {
    let watched = lab("one").observed(|_: &Seen<'_>| panic!("no ink"));
    assert_eq!(RequestResponse::call(&watched, 21_u32).await.unwrap(), 42);
    drop(RequestResponse::call(&watched, 21_u32));
    assert_eq!(watched.name(), "one");
}

#[test]
fn what_is_told_can_be_matched() {
    let slow = |seen: &Seen<'_>| match (seen.act, seen.outcome) {
        (Act::Called, Outcome::Succeeded) => seen.took > MS,
        (Act::Called | Act::Opened, Outcome::Failed(_) | Outcome::GivenUp) => true,
        _ => false,
    };
    let seen = Seen {
        provider: "one",
        act: Act::Called,
        outcome: Outcome::Succeeded,
        took: MS,
    };
    assert!(!slow(&seen));
    assert_eq!(
        format!("{seen:?}"),
        "Seen { provider: \"one\", act: Called, outcome: Succeeded, took: 1ms }"
    );
}

/// Writes down the fields of each event, and the names of the spans.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<String>>>);

impl tracing::field::Visit for Paper {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let mut lines = self.0.lock().unwrap();
        let line = lines.last_mut().expect("it has begun");
        write!(line, " {}={value:?}", field.name()).expect("a string has room");
    }
}

impl tracing::Subscriber for Paper {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "electrician::provider"
    }
    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        self.0.lock().unwrap().push("span".into());
        span.record(&mut self.clone());
        tracing::span::Id::from_u64(1)
    }
    fn event(&self, event: &tracing::Event<'_>) {
        let level = event.metadata().level().to_string();
        self.0.lock().unwrap().push(level);
        event.record(&mut self.clone());
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test(start_paused = true)]
async fn a_trace_has_the_name_the_time_and_the_error() {
    let (paper, lab) = (Paper::default(), lab("one"));
    let traced = lab.clone().traced();
    let guard = tracing::subscriber::set_default(paper.clone());
    assert!(RequestResponse::call(&traced, 1_u32).await.is_ok());
    lab.set(|it| &it.fails);
    assert!(traced.open(1_u32).await.is_err());
    drop(guard);
    assert_eq!(
        *paper.0.lock().unwrap(),
        [
            "span provider=\"one\" act=call",
            "DEBUG message=done provider=\"one\" act=call took=0ns",
            "span provider=\"one\" act=open",
            "WARN message=failed provider=\"one\" act=open took=0ns error=out of paper",
        ]
    );
}
