//! Providers in a handler's place.

use super::support::*;
use electrician::prelude::*;
use electrician::provider::{
    DynRequestResponse, FirstHealthy, Manager, Provider, RequestStream, from_fn,
};
use electrician::test::{Recorder, Script, assert_clean, record, run_to_end, scripted};
use futures_util::{StreamExt, stream};
use std::convert::Infallible;
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU32, Ordering::SeqCst},
};
use std::time::Duration;

type Doubling = DynRequestResponse<u32, u32, Refused>;
type Backends = Manager<Doubling, FirstHealthy>;

/// Twice the number; 13 is refused.
fn doubling() -> Doubling {
    Arc::new(from_fn("double", async |n: u32| match n {
        13 => Err(Refused),
        _ => Ok(n * 2),
    }))
}

async fn backends() -> Arc<Backends> {
    let backends = Manager::new("doubles", FirstHealthy);
    let made = || Ok::<_, Infallible>(doubling());
    backends.init("double", made).await.expect("it is made");
    Arc::new(backends)
}

/// The numbers below an item, as a stream; the third one is an error.
struct Below;

impl Provider for Below {
    fn name(&self) -> &'static str {
        "below"
    }
}

impl RequestStream<u32> for Below {
    type Item = u32;
    type Error = Refused;
    type Stream = stream::BoxStream<'static, Result<u32, Refused>>;

    async fn open(&self, request: u32) -> Result<Self::Stream, Refused> {
        if request == 13 {
            return Err(Refused);
        }
        let items = (0..request).map(|n| if n == 3 { Err(Refused) } else { Ok(n) });
        Ok(stream::iter(items).boxed())
    }
}

#[handler]
fn say(failure: AnyFailure) -> String {
    failure.to_string()
}

#[tokio::test(start_paused = true)]
async fn a_manager_is_a_handler() {
    pipeline! {
        Doubled(numbers: Script<u32>, backends: Arc<Backends>, out: Recorder<u32>, lost: Recorder<String>) {
            generator numbers = scripted(numbers);
            handler   double  = provider(backends) { workers: 4, timeout: 1s };
            handler   out     = record(out);
            handler   say;
            handler   lost    = record(lost);

            numbers -> double -> out;
            double.error -> say -> lost;
        }
    }
    let (out, lost) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Doubled {
        numbers: Script::items(1..=13),
        backends: backends().await,
        out: out.clone(),
        lost: lost.clone(),
    })
    .await;
    assert_eq!(
        sorted(out.take()),
        (1..=12).map(|n| n * 2).collect::<Vec<_>>()
    );
    assert_eq!(lost.take().len(), 1);
    assert_eq!(counts(&report, "double"), [13, 12, 0, 1, 12]);
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_retried_where_its_item_can_be_cloned() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let flaky: Doubling = Arc::new(from_fn("flaky", move |n: u32| {
        let failed = counted.fetch_add(1, SeqCst) % 3 < 2;
        async move { if failed { Err(Refused) } else { Ok(n) } }
    }));
    pipeline! {
        Retried(numbers: Script<u32>, flaky: Doubling, out: Recorder<u32>) {
            generator numbers = scripted(numbers);
            handler   flaky   = provider(flaky) { retry: { attempts: 3, idempotent }, on_error: fail };
            handler   out     = record(out);

            numbers -> flaky -> out;
        }
    }
    let out = Recorder::new();
    let report = run_to_end(Retried {
        numbers: Script::items([7, 8]),
        flaky,
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!((out.take(), calls.load(SeqCst)), (vec![7, 8], 6));
}

#[tokio::test(start_paused = true)]
async fn streams_give_many_and_sinks_give_nothing() {
    type Kept = Arc<Mutex<Vec<u32>>>;
    fn keeping(kept: &Kept) -> DynRequestResponse<u32, (), Refused> {
        let kept = Arc::clone(kept);
        Arc::new(from_fn("keep", move |n: u32| {
            kept.lock().expect("no one panics").push(n);
            async { Ok(()) }
        }))
    }
    pipeline! {
        Counted(numbers: Script<u32>, below: Below, kept: Kept) {
            generator numbers = scripted(numbers);
            handler   below   = provider_stream(below)       { on_error: skip };
            handler   keep    = provider_sink(keeping(kept)) { on_error: fail };

            numbers -> below -> keep;
        }
    }
    let kept = Kept::default();
    let report = run_to_end(Counted {
        numbers: Script::items([2, 13, 5]),
        below: Below,
        kept: Arc::clone(&kept),
    })
    .await;
    assert_eq!(*kept.lock().expect("no one panics"), [0, 1, 0, 1, 2, 4]);
    assert_eq!(report.stage("below").expect("it is there").stats.emitted, 6);
}

#[tokio::test(start_paused = true)]
async fn a_backend_is_switched_while_its_pipeline_runs() {
    pipeline! {
        Switched(backends: Arc<Backends>) {
            input   numbers: u32;
            handler double = provider(backends) { on_error: fail };
            output  doubles: u32;

            numbers -> double -> doubles;
        }
    }
    let backends = backends().await;
    let running = Switched::new(Arc::clone(&backends))
        .start()
        .expect("it starts");
    let mut doubles = running.doubles.clone();
    running.numbers.send(5).await.expect("it runs");
    assert_eq!(doubles.next().await, Some(10));
    let tripling: Doubling = Arc::new(from_fn("triple", async |n: u32| Ok(n * 3)));
    let switched = backends.switch("double", || Ok::<_, Infallible>(tripling));
    drop(switched.await.expect("it is made"));
    running.numbers.send(5).await.expect("it runs");
    assert_eq!(doubles.next().await, Some(15));
    assert_clean(&running.drain(Duration::from_secs(1)).await);
}
