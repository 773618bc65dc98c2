//! What the shared breaker promises: waits, wakes, hands, and what is told of it.

use super::{
    super::{BreakerEvent, BreakerState, Reason, Verdict},
    *,
};
use std::{future::Future, panic, task::Context, task::Waker, time::Duration};
use tokio::time::{advance, sleep};

const COOLDOWN: Duration = Duration::from_secs(30);

fn fragile() -> CircuitBreaker {
    CircuitBreaker::new(
        Breaker::default()
            .consecutive(1)
            .cooldown(COOLDOWN)
            .probes(1),
    )
}

fn is(breaker: &CircuitBreaker, state: BreakerState) -> bool {
    breaker.snapshot().state == state
}

#[tokio::test(start_paused = true)]
async fn ready_waits_out_the_cooldown_and_probes() {
    let breaker = fragile();
    breaker.permit().unwrap().failure();
    let began = Instant::now();
    let probe = breaker.ready().await;
    assert_eq!(began.elapsed(), COOLDOWN);
    assert!(is(&breaker, BreakerState::HalfOpen));
    probe.success();
    assert!(is(&breaker, BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn those_who_wait_go_as_soon_as_a_probe_succeeds() {
    let breaker = fragile();
    breaker.trip();
    advance(COOLDOWN).await;
    let probe = breaker.permit().unwrap();
    let waiting: Vec<_> = (0..10)
        .map(|_| {
            let breaker = breaker.clone();
            tokio::spawn(async move { breaker.ready().await.success() })
        })
        .collect();
    sleep(COOLDOWN / 2).await;
    let began = Instant::now();
    probe.success();
    for task in waiting {
        task.await.unwrap();
    }
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_probe_makes_way_for_one_that_waits() {
    let breaker = fragile();
    breaker.trip();
    advance(COOLDOWN).await;
    let probe = breaker.permit().unwrap();
    let mut waiting = Box::pin(breaker.ready());
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.as_mut().poll(&mut context).is_pending());
    drop(probe);
    assert!(waiting.as_mut().poll(&mut context).is_ready());
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_panics_gives_its_place_back() {
    let breaker = fragile();
    breaker.trip();
    advance(COOLDOWN).await;
    let probe = breaker.permit().unwrap();
    let call = panic::AssertUnwindSafe(|| {
        let _probe = probe;
        panic::resume_unwind(Box::new("the call panicked"));
    });
    assert!(panic::catch_unwind(call).is_err());
    breaker.permit().expect("the place is free").success();
    assert!(is(&breaker, BreakerState::Closed));
}

#[tokio::test(start_paused = true)]
async fn cancelled_calls_do_not_open_it() {
    let breaker = fragile();
    for _ in 0..100 {
        drop(breaker.permit().unwrap());
    }
    assert_eq!(breaker.snapshot().calls, 0);
}

#[tokio::test(start_paused = true)]
async fn letting_go_by_hand_wakes_those_who_wait() {
    for let_go in [
        CircuitBreaker::auto,
        CircuitBreaker::reset,
        CircuitBreaker::force_closed,
    ] {
        let breaker = fragile();
        breaker.force_open();
        let waiting = tokio::spawn({
            let breaker = breaker.clone();
            async move { breaker.ready().await.success() }
        });
        sleep(COOLDOWN * 10).await;
        assert!(!waiting.is_finished());
        let began = Instant::now();
        let_go(&breaker);
        waiting.await.unwrap();
        assert_eq!(began.elapsed(), Duration::ZERO);
    }
}

#[test]
fn a_closed_breaker_needs_no_runtime_and_crosses_threads() {
    fn crosses<T: Send + Sync>(_: &T) {}
    let breaker = fragile();
    crosses(&breaker);
    let permit = breaker.permit().unwrap();
    crosses(&permit);
    std::thread::spawn(move || permit.failure()).join().unwrap();
    assert!(is(&breaker, BreakerState::Open));
}

/// A watcher that looked at the breaker from inside its callback used to hang it: events are read apart.
#[tokio::test(start_paused = true)]
async fn those_who_listen_may_ask_the_breaker() {
    let breaker = fragile();
    let mut events = breaker.events();
    let heard = tokio::spawn({
        let breaker = breaker.clone();
        async move {
            let event = events.next().await.expect("the breaker is there");
            assert_eq!(breaker.snapshot().state, BreakerState::Open);
            event
        }
    });
    breaker.permit().unwrap().failure();
    let BreakerEvent::Changed { from, to, why, .. } = heard.await.unwrap() else {
        panic!("it is not disabled");
    };
    assert_eq!((from, to), (BreakerState::Closed, BreakerState::Open));
    assert_eq!(why, Reason::Consecutive);
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_is_told_how_many_events_it_lost() {
    let breaker = fragile();
    let mut events = breaker.events();
    for _ in 0..100 {
        breaker.trip();
        breaker.reset();
    }
    drop(breaker);
    let mut read = 0;
    while events.next().await.is_some() {
        read += 1;
    }
    assert_eq!((read, events.lost()), (KEPT, 200 - KEPT as u64));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_takes_as_long_as_a_slow_one_is_slow() {
    let limit = Duration::from_secs(2);
    let breaker = CircuitBreaker::new(Breaker::default().slow_call(limit));
    for takes in [0, 1, 2, 3] {
        let permit = breaker.permit().unwrap();
        sleep(Duration::from_secs(takes)).await;
        permit.success();
    }
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.calls, snapshot.slow), (4, 2));
    assert!((snapshot.slow_rate() - 0.5).abs() < f64::EPSILON);
}

#[tokio::test(start_paused = true)]
async fn what_shows_nothing_is_not_counted() {
    let breaker = fragile();
    for verdict in [Verdict::Unknown, Verdict::Healthy, Verdict::Unhealthy] {
        breaker.permit().unwrap().tell(verdict);
    }
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.calls, snapshot.failures), (2, 1));
    assert_eq!(snapshot.state, BreakerState::Open);
}
