//! Services of `tower` as stages: when they are ready, how they fail, and what stands around them.

use electrician::{
    prelude::*,
    resilience::Chain,
    test::{Recorder, Script, assert_balanced, assert_clean, record, run_to_end, scripted},
};
use std::{
    error::Error,
    fmt,
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll},
    time::Duration,
};
use tokio::{sync::Semaphore, time::Instant};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt, util::BoxCloneSyncService};

type Numbers = BoxCloneSyncService<u32, u32, BoxError>;

/// Why a service does not answer.
#[derive(Debug, PartialEq)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("refused")
    }
}

impl Error for Refused {}

/// Is ready at the second question and for one call, and answers the call after that with twice the number; 13 is refused.
#[derive(Default)]
struct Shy {
    asked: u32,
    reserved: bool,
    asked_of_all: Arc<AtomicU32>,
}

impl Clone for Shy {
    fn clone(&self) -> Self {
        Self {
            asked_of_all: Arc::clone(&self.asked_of_all),
            ..Self::default()
        }
    }
}

impl Service<u32> for Shy {
    type Response = u32;
    type Error = Refused;
    type Future = Ready<Result<u32, Refused>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        self.asked += 1;
        self.asked_of_all.fetch_add(1, Relaxed);
        if self.asked == 1 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        self.reserved = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, number: u32) -> Self::Future {
        assert!(self.reserved, "called before it was ready");
        self.reserved = false;
        ready(match number {
            13 => Err(Refused),
            number => Ok(number * 2),
        })
    }
}

/// Is not ready for as many questions as it has lives: it fails.
#[derive(Clone)]
struct Ailing(Arc<AtomicU32>);

impl Service<u32> for Ailing {
    type Response = u32;
    type Error = &'static str;
    type Future = Ready<Result<u32, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        let left = |lives: u32| lives.checked_sub(1);
        Poll::Ready(match self.0.fetch_update(Relaxed, Relaxed, left) {
            Ok(_) => Err("not well"),
            Err(_) => Ok(()),
        })
    }

    fn call(&mut self, number: u32) -> Self::Future {
        ready(Ok(number))
    }
}

pipeline! {
    Doubled(numbers: Script<u32>, shy: Shy, out: Recorder<u32>, lost: Recorder<u32>) {
        generator numbers = scripted(numbers);
        handler   double  = service(shy) { workers: 4, keep_item };
        handler   out     = record(out);
        handler   item    = |failure: Failure<u32, Refused>| failure.item;
        handler   lost    = record(lost);

        numbers -> double -> out;
        double.error -> item -> lost;
    }

    Retried(numbers: Script<u32>, ailing: Ailing, out: Recorder<u32>) {
        generator numbers = scripted(numbers);
        handler   call    = service(ailing) {
            retry:    { attempts: 3, backoff: 10ms, idempotent },
            breaker:  { consecutive: 4, when_open: reject },
            on_error: skip,
        };
        handler   out     = record(out);

        numbers -> call -> out;
    }

    Limited(service: Numbers, out: Recorder<u32>) {
        input   numbers: u32 { buffer: 2 };
        handler call   = service(service) { timeout: 1s, buffer: 2, on_error: skip };
        handler out    = record(out);

        numbers -> call -> out;
    }

    Pooled(numbers: Script<u32>, service: Numbers, out: Recorder<u32>) {
        generator numbers = scripted(numbers);
        handler   call    = service(service) { workers: 8, on_error: fail };
        handler   out     = record(out);

        numbers -> call -> out;
    }

    Made(numbers: Script<u32>, shy: Shy, out: Recorder<u32>) {
        generator numbers = scripted(numbers);
        handler   call    = service(shy.clone().map_response(|n: u32| n + 1)) { workers: 2, ordered, on_error: fail };
        handler   out     = record(out);

        numbers -> call -> out;
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_is_called_once_it_is_ready() {
    let (shy, out, lost) = (Shy::default(), Recorder::new(), Recorder::new());
    let asked = Arc::clone(&shy.asked_of_all);
    let report = run_to_end(Doubled {
        numbers: Script::items(1..=13),
        shy,
        out: out.clone(),
        lost: lost.clone(),
    })
    .await;
    assert_balanced(&report);
    let mut doubled = out.take();
    doubled.sort_unstable();
    assert_eq!(doubled, (1..=12).map(|n| n * 2).collect::<Vec<_>>());
    assert_eq!(lost.take(), [13]);
    assert_eq!(asked.load(Relaxed), 2 * 13);
}

#[tokio::test(start_paused = true)]
async fn a_service_that_cannot_become_ready_has_failed() {
    let run = async |lives: u32, items: Vec<u32>| {
        let out = Recorder::new();
        let report = run_to_end(Retried {
            numbers: Script::items(items),
            ailing: Ailing(Arc::new(AtomicU32::new(lives))),
            out: out.clone(),
        })
        .await;
        assert_balanced(&report);
        let stats = report.stage("call").expect("it is there").stats;
        (out.take(), [stats.failed, stats.refused, stats.retried])
    };
    assert_eq!(run(2, vec![7]).await, (vec![7], [0, 0, 2]));
    assert_eq!(run(3, vec![7, 8]).await, (vec![8], [1, 0, 2]));
    // the breaker opens at the fourth, and nothing asks the service any more
    assert_eq!(run(9, vec![7, 8, 9]).await, (vec![], [1, 2, 2]));
}

#[tokio::test(start_paused = true)]
async fn while_a_service_is_not_ready_what_feeds_it_waits() {
    let places = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&places);
    let slow = ServiceBuilder::new()
        .concurrency_limit(1)
        .service_fn(move |n: u32| {
            let held = Arc::clone(&held);
            async move {
                held.acquire().await?.forget();
                Ok::<_, BoxError>(n)
            }
        });
    // who else has the one place
    let mut other = slow.clone();
    let taken = tokio::spawn(other.ready().await.expect("it is free").call(0));
    let out = Recorder::new();
    let running = Limited::new(Numbers::new(slow), out.clone())
        .start()
        .expect("it starts");
    let begun = Instant::now();
    let sending = tokio::spawn({
        let numbers = running.numbers.clone();
        async move {
            for n in 1..=40 {
                numbers.send(n).await.expect("it runs");
            }
            Instant::now()
        }
    });
    tokio::time::sleep(Duration::from_millis(900)).await;
    assert!(!sending.is_finished());
    // the first has given up by then, and holds no place
    tokio::time::sleep(Duration::from_millis(200)).await;
    places.add_permits(40);
    taken.await.expect("it runs").expect("it is answered");
    let sent = sending.await.expect("it runs") - begun;
    assert!(sent >= Duration::from_secs(1), "{sent:?}");
    let report = running.drain(Duration::from_secs(10)).await;
    assert_balanced(&report);
    let stats = report.stage("call").expect("it is there").stats;
    assert_eq!((out.take(), stats.failed), ((2..=40).collect(), 1));
}

#[tokio::test(start_paused = true)]
async fn the_limits_of_a_service_hold_for_all_workers() {
    let (running, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (now, seen) = (Arc::clone(&running), Arc::clone(&most));
    let limited = ServiceBuilder::new()
        .concurrency_limit(3)
        .service_fn(move |n: u32| {
            let (now, seen) = (Arc::clone(&now), Arc::clone(&seen));
            async move {
                seen.fetch_max(now.fetch_add(1, Relaxed) + 1, Relaxed);
                tokio::time::sleep(Duration::from_millis(10)).await;
                now.fetch_sub(1, Relaxed);
                Ok::<_, BoxError>(n)
            }
        });
    let out = Recorder::new();
    let report = run_to_end(Pooled {
        numbers: Script::items(0..50),
        service: Numbers::new(limited),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!((out.take().len(), most.load(Relaxed)), (50, 3));
}

#[tokio::test(start_paused = true)]
async fn an_expression_makes_the_service_of_all_workers() {
    let out = Recorder::new();
    let report = run_to_end(Made {
        numbers: Script::items(1..=5),
        shy: Shy::default(),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.take(), [3, 5, 7, 9, 11]);
}

#[tokio::test(start_paused = true)]
async fn a_service_behind_a_chain_is_a_stage_too() {
    let chain = Chain::new().timeout(Duration::from_secs(1));
    let protected = ServiceBuilder::new()
        .map_err(BoxError::from)
        .layer(chain)
        .service(Shy::default());
    let out = Recorder::new();
    let report = run_to_end(Pooled {
        numbers: Script::items([21]),
        service: Numbers::new(protected),
        out: out.clone(),
    })
    .await;
    assert_clean(&report);
    assert_eq!(out.take(), [42]);
}
