//! A cooldown lasts as long with a timer as with a clock, and no timer outlives what it was for.

use super::{
    super::super::{Breaker, BreakerState, Chain, chain::ChainError},
    *,
};
use std::ops::ControlFlow;
use tokio::{
    runtime::{Builder, Runtime},
    time::advance,
};

const MS: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// Opens at the first failure, for a second, then for two, then for four.
fn fragile() -> CircuitBreaker {
    let doubling = SECOND..SECOND * 4;
    CircuitBreaker::new(
        Breaker::default()
            .consecutive(1)
            .probes(1)
            .cooldown(doubling),
    )
}

fn is_watched(breaker: &CircuitBreaker) -> bool {
    breaker.shared.gate.watched().is_some()
}

/// A call under a timeout, with this result.
async fn called(breaker: &CircuitBreaker, result: Result<(), ()>) -> Result<(), ChainError<()>> {
    let mut chain = Chain::new().breaker(breaker).timeout(SECOND);
    chain.call(|| async { result }).await
}

/// Calls one after the other, all of them refused.
async fn refused(breaker: &CircuitBreaker, calls: usize) {
    let mut chain = Chain::new().breaker(breaker).timeout(SECOND);
    for _ in 0..calls {
        let error = chain.call(|| async { Ok::<_, ()>(()) }).await.unwrap_err();
        let until = error.refusal().expect("it is open").until;
        assert_eq!(until, breaker.snapshot().until);
    }
}

fn runtime() -> Runtime {
    let runtime = Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("it can be built")
}

#[tokio::test(start_paused = true)]
async fn the_first_call_after_a_watched_cooldown_is_a_probe() {
    let breaker = fragile();
    for off in [Duration::ZERO, MS / 3, MS * 17 / 10] {
        advance(off).await;
        breaker.reset();
        breaker.trip();
        refused(&breaker, 500).await;
        assert!(is_watched(&breaker));
        advance(Duration::from_micros(999_990)).await;
        assert!(!is_watched(&breaker));
        refused(&breaker, 1).await;
        advance(Duration::from_micros(10)).await;
        called(&breaker, Ok(())).await.expect("it is a probe");
        assert_eq!(breaker.snapshot().state, BreakerState::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn each_opening_is_watched_for_its_own_cooldown() {
    let breaker = fragile();
    for seconds in [1, 2, 4] {
        called(&breaker, Err(())).await.unwrap_err();
        refused(&breaker, 100).await;
        assert!(is_watched(&breaker));
        advance(MS * (1_000 * seconds - 10)).await;
        assert!(is_watched(&breaker));
        refused(&breaker, 100).await;
        advance(MS * 10).await;
    }
    called(&breaker, Ok(())).await.expect("it is a probe");
}

#[tokio::test(start_paused = true)]
async fn what_is_done_by_hand_counts_at_once() {
    let breaker = fragile();
    breaker.trip();
    refused(&breaker, 10).await;
    breaker.reset();
    called(&breaker, Ok(())).await.expect("it is closed");

    breaker.trip();
    refused(&breaker, 10).await;
    advance(SECOND / 2).await;
    // the cooldown begins anew, and the timer of before says nothing of it
    breaker.trip();
    refused(&breaker, 10).await;
    advance(MS * 990).await;
    assert!(is_watched(&breaker));
    refused(&breaker, 10).await;

    breaker.force_open();
    assert!(!is_watched(&breaker));
    advance(SECOND).await;
    assert!(called(&breaker, Ok(())).await.is_err(), "it is held open");
    breaker.force_closed();
    called(&breaker, Ok(())).await.expect("it is held closed");
}

#[tokio::test(start_paused = true)]
async fn looking_at_it_leaves_the_timer() {
    let breaker = fragile();
    breaker.trip();
    refused(&breaker, 1).await;
    let timer = |breaker: &CircuitBreaker| {
        let held = breaker.shared.lock();
        std::ptr::from_ref(&**held.watch.as_ref().expect("it is watched"))
    };
    let before = timer(&breaker);
    refused(&breaker, 100).await;
    assert_eq!(before, timer(&breaker));
}

#[test]
fn a_runtime_that_ends_leaves_the_clock() {
    let breaker = fragile();
    breaker.trip();
    let first = runtime();
    first.block_on(refused(&breaker, 100));
    assert!(is_watched(&breaker));
    drop(first);
    assert!(!is_watched(&breaker));
    runtime().block_on(refused(&breaker, 100));
}

/// A runtime that computes without an end, or is entered and left again, rings no timer.
#[tokio::test(start_paused = true)]
async fn where_no_timer_rings_the_clock_is_read_now_and_then() {
    let breaker = fragile();
    breaker.trip();
    refused(&breaker, 1).await;
    let mut worker = breaker.worker();
    let refused = (0..1_000).try_fold(0, |refused, _| match worker.shut() {
        Some(_) => ControlFlow::Continue(refused + 1),
        None => ControlFlow::Break(refused),
    });
    assert_eq!(refused, ControlFlow::Break(63));
}

#[test]
fn nothing_is_watched_where_no_timer_is_sure_to_ring() {
    let breaker = fragile();
    breaker.trip();
    let clockless = Builder::new_current_thread().build();
    let clockless = clockless.expect("it can be built");
    // a chain without a timeout may be in such a runtime
    clockless.block_on(async {
        let mut chain = Chain::new().breaker(&breaker);
        assert!(chain.call(|| async { Ok::<_, ()>(()) }).await.is_err());
    });
    futures_util::FutureExt::now_or_never(refused(&breaker, 10)).expect("it waits for nothing");
    assert!(!is_watched(&breaker));
}

#[tokio::test(start_paused = true)]
async fn a_short_cooldown_is_not_worth_a_timer() {
    let breaker = CircuitBreaker::new(Breaker::default().cooldown(MS * 99));
    breaker.trip();
    refused(&breaker, 10).await;
    assert!(!is_watched(&breaker));
}

#[test]
fn a_breaker_that_is_gone_is_not_rung() {
    let runtime = runtime();
    runtime.block_on(async {
        let breaker = fragile();
        breaker.trip();
        refused(&breaker, 10).await;
        let shared = Arc::downgrade(&breaker.shared);
        drop(breaker);
        assert!(shared.upgrade().is_none(), "the timer does not keep it");
        advance(SECOND * 2).await;
    });
}
