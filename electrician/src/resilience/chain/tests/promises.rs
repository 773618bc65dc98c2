//! Time, errors, hedges and fallbacks.

use super::*;
use std::{
    future::pending,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

/// Waits used to lie outside of the time for the whole.
#[tokio::test(start_paused = true)]
async fn the_deadline_covers_waits_attempts_and_backoff() {
    let limiter = RateLimiter::new(RateLimit::new(Rate::new(1, MS * 30)).burst(1));
    limiter.try_acquire().expect("the only one that is free");
    let mut chain = Chain::new()
        .deadline(MS * 100)
        .rate_limit(limiter.lease())
        .idempotent()
        .retry(steady(9));
    let (began, calls) = (Instant::now(), AtomicU32::new(0));
    let hangs_later = || async {
        match calls.fetch_add(1, Relaxed) {
            0 => Err::<(), _>("down"),
            _ => pending().await,
        }
    };
    let error = chain.call(hangs_later).await.unwrap_err();
    assert_eq!(began.elapsed(), MS * 100);
    assert!(matches!(error.cause, ChainCause::Late(_)));
    assert_eq!(
        (error.attempts, error.last),
        (2, Some("down")),
        "it is kept"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_would_end_after_the_deadline_is_refused_at_once() {
    let limiter = RateLimiter::new(RateLimit::new(Rate::new(1, MS * 60)).burst(1));
    let mut chain = Chain::new().deadline(MS * 50).rate_limit(limiter.lease());
    chain.call(|| async { Ok::<_, ()>(()) }).await.unwrap();
    let began = Instant::now();
    let error = chain.call(|| async { Ok::<_, ()>(()) }).await.unwrap_err();
    let refusal = Refusal::new(Layer::RateLimit, Some(began + MS * 60));
    assert_eq!(
        (error.refusal(), began.elapsed()),
        (Some(refusal), Duration::ZERO)
    );
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_could_not_begin_in_time_is_not_waited_for() {
    let mut chain = Chain::new().deadline(MS * 25).idempotent().retry(steady(9));
    let began = Instant::now();
    let error = chain.call(|| async { Err::<(), _>("down") }).await;
    let error = error.unwrap_err();
    assert_eq!((began.elapsed(), error.attempts), (MS * 20, 3));
    assert!(matches!(error.cause, ChainCause::Error("down")));
}

/// An attempt's own timeout used to be taken for the caller's, and was never tried again.
#[tokio::test(start_paused = true)]
async fn a_timeout_of_one_attempt_is_tried_again_and_is_a_failure() {
    let breaker = CircuitBreaker::new(Breaker::default());
    let calls = AtomicU32::new(0);
    let mut chain = Chain::new()
        .breaker(&breaker)
        .idempotent()
        .retry(steady(3))
        .timeout(MS * 5);
    let done = chain.call(|| {
        let call = calls.fetch_add(1, Relaxed);
        async move {
            if call < 2 {
                pending::<()>().await;
            }
            Ok::<_, ()>(call)
        }
    });
    assert_eq!(done.await.unwrap(), 2);
    assert_eq!(breaker.snapshot().failures, 2);
}

/// Errors that will not go away used to be tried again.
#[tokio::test(start_paused = true)]
async fn only_errors_that_may_go_away_are_tried_again() {
    let flaky = Flaky::failing(9);
    let mut chain = Chain::new()
        .idempotent()
        .retry(steady(9))
        .retry_when(|error: &String| !error.ends_with('3'));
    let error = chain.call(|| flaky.call()).await.unwrap_err();
    assert_eq!(
        (error.attempts, error.error().unwrap().as_str()),
        (3, "failure 3")
    );
}

#[tokio::test(start_paused = true)]
async fn the_time_that_the_other_side_asks_for_is_waited() {
    let flaky = Flaky::failing(1);
    let mut chain = Chain::new()
        .idempotent()
        .retry(steady(9))
        .retry_when(|_: &String| Again::After(MS * 700));
    let began = Instant::now();
    assert_eq!(chain.call(|| flaky.call()).await.unwrap(), 2);
    assert_eq!(began.elapsed(), MS * 700);
}

#[tokio::test(start_paused = true)]
async fn a_budget_bounds_the_retries_of_all_callers() {
    let budget = RetryBudget::new(Budget::ratio(0.5).saved(3));
    let chain = Chain::new()
        .idempotent()
        .retry(steady(9))
        .retry_budget(&budget);
    let mut attempts = 0;
    for _ in 0..10 {
        let mut caller = chain.clone();
        let error = caller.call(|| async { Err::<(), _>("down") }).await;
        attempts += error.unwrap_err().attempts;
    }
    assert_eq!(attempts, 10 + 3);
}

#[tokio::test(start_paused = true)]
async fn a_sensor_is_told_of_each_failed_attempt() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    let flaky = Flaky::failing(9);
    let mut chain = Chain::new().idempotent().retry(steady(2)).on_attempt(
        move |attempt: &Attempt<'_, String>| {
            let error = attempt.error.cloned().unwrap();
            heard
                .lock()
                .unwrap()
                .push((attempt.number, error, attempt.wait));
        },
    );
    chain.call(|| flaky.call()).await.unwrap_err();
    let expected = [
        (1, "failure 1".into(), Some(MS * 10)),
        (2, "failure 2".into(), None),
    ];
    assert_eq!(*told.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn the_breaker_judges_errors_and_results_as_it_is_told() {
    let breaker = CircuitBreaker::new(Breaker::default());
    let mut chain = Chain::new()
        .breaker(&breaker)
        .breaker_when(|outcome: Result<&u32, &&str>| match outcome {
            Ok(503) => Verdict::Unhealthy,
            Err(&"no such order") => Verdict::Healthy,
            Err(&"not now") => Verdict::Unknown,
            outcome => outcome.map_or(Verdict::Unhealthy, |_| Verdict::Healthy),
        });
    for outcome in [
        Ok(200),
        Ok(503),
        Err("no such order"),
        Err("not now"),
        Err("down"),
    ] {
        let _ = chain.call(|| async move { outcome }).await;
    }
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.calls, snapshot.failures), (4, 2));
}

#[tokio::test(start_paused = true)]
async fn a_hedge_takes_the_quicker_answer_and_drops_the_other() {
    let running = Arc::new(());
    for (first, second, takes) in [(30, 5, 15), (12, 50, 12), (5, 1, 5)] {
        let mut takes_next = [first, second].into_iter();
        let mut chain = Chain::new().idempotent().hedge(Hedge::after(MS * 10));
        let began = Instant::now();
        let done = chain.call(|| {
            let (takes, running) = (takes_next.next().unwrap(), Arc::clone(&running));
            async move {
                sleep(MS * takes).await;
                drop(running);
                Ok::<_, ()>(takes)
            }
        });
        let done = done.await.unwrap();
        assert_eq!(
            (began.elapsed(), Arc::strong_count(&running)),
            (MS * takes, 1)
        );
        assert_eq!(done, if takes == 15 { second } else { first });
    }
}

#[tokio::test(start_paused = true)]
async fn a_hedge_fails_only_when_both_calls_fail() {
    for (first, second, done) in [(true, false, Ok(2)), (true, true, Err(1))] {
        let mut chain = Chain::new().idempotent().hedge(Hedge::after(MS));
        let call = AtomicU32::new(0);
        let answer = chain.call(|| {
            let call = call.fetch_add(1, Relaxed) + 1;
            let fails = if call == 1 { first } else { second };
            async move {
                sleep(MS * 10 / call).await;
                if fails { Err(call) } else { Ok(call) }
            }
        });
        let answer = answer.await.map_err(|error| *error.error().unwrap());
        assert_eq!(answer, done);
    }
}

#[tokio::test(start_paused = true)]
async fn each_hedged_call_has_the_timeout_of_an_attempt() {
    let mut chain = Chain::new()
        .idempotent()
        .hedge(Hedge::after(MS * 10))
        .timeout(MS * 30);
    let began = Instant::now();
    let error = chain.call(pending::<Result<(), ()>>).await.unwrap_err();
    assert!(error.is_timeout());
    assert_eq!((began.elapsed(), error.attempts), (MS * 40, 1));
}

#[tokio::test(start_paused = true)]
async fn a_percentile_is_learnt_before_anything_is_hedged() {
    let calls = AtomicU32::new(0);
    let chain = Chain::new().idempotent().hedge(Hedge::percentile(0.9));
    let sleeping = |takes: Duration| {
        calls.fetch_add(1, Relaxed);
        async move {
            sleep(takes).await;
            Ok::<_, ()>(())
        }
    };
    for _ in 0..16 {
        chain.clone().call(|| sleeping(MS * 20)).await.unwrap();
    }
    assert_eq!(calls.load(Relaxed), 16);
    chain.clone().call(|| sleeping(MS * 50)).await.unwrap();
    assert_eq!(calls.load(Relaxed), 18);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_answers_in_place_of_any_error() {
    let mut chain = Chain::new().deadline(MS).fallback_value(7);
    assert_eq!(chain.call(pending::<Result<i32, ()>>).await.unwrap(), 7);

    let mut chain = Chain::new().fallback(|error: ChainError<&str>| async move {
        match error.error() {
            Some(&"moved") => Ok(8),
            _ => Err(error),
        }
    });
    assert_eq!(chain.call(|| async { Err("moved") }).await.unwrap(), 8);
    let error = chain.call(|| async { Err("down") }).await.unwrap_err();
    assert_eq!(error.to_string(), "down");
}

#[tokio::test(start_paused = true)]
async fn a_panicking_probe_does_not_wedge_the_chain() {
    let breaker = CircuitBreaker::new(Breaker::default().probes(1));
    breaker.trip();
    advance(Duration::from_secs(30)).await;
    let mut chain = Chain::new().breaker(&breaker);
    let mut other = chain.clone();
    let panicked = tokio::spawn(async move {
        chain
            .call(|| async {
                if true {
                    panic!("on purpose")
                } else {
                    Ok::<(), ()>(())
                }
            })
            .await
    });
    assert!(panicked.await.is_err());
    other.call(|| async { Ok::<_, ()>(()) }).await.unwrap();
    assert_eq!(breaker.snapshot().state, BreakerState::Closed);
}

#[test]
fn values_that_contradict_each_other_are_refused() {
    let refuses = |refused: Result<(), BadValue>| refused.unwrap_err().to_string();
    let chain = Chain::new().deadline(MS * 5);
    assert_eq!(
        refuses(chain.clone().timeout(MS * 5).check()),
        "`timeout` must be below the deadline for the whole, which is 5ms"
    );
    assert_eq!(
        refuses(Chain::new().deadline(Duration::ZERO).check()),
        "`deadline` must be above zero"
    );
    let marked = Chain::new().idempotent();
    assert!(refuses(marked.clone().retry(Retry::up_to(0)).check()).starts_with("`attempts`"));
    assert!(refuses(marked.clone().hedge(Hedge::percentile(1.0)).check()).starts_with("`hedge`"));
    assert_eq!(chain.timeout(MS).check(), Ok(()));
}

#[tokio::test]
async fn a_chain_crosses_threads_with_borrowing_errors_and_all_its_parts() {
    let breaker = fragile();
    let budget = RetryBudget::new(Budget::default());
    let mut chain = Chain::new()
        .deadline(MS * 1_000)
        .rate_limit(tokens(9).lease())
        .bulkhead(places(9).seat())
        .breaker(&breaker)
        .idempotent()
        .retry(steady(3))
        .retry_when(|_: &&'static str| true)
        .retry_budget(&budget)
        .hedge(Hedge::after(MS))
        .timeout(MS * 500);
    let done = tokio::spawn(async move { chain.call(|| async { Ok::<_, &'static str>(1) }).await });
    assert_eq!(done.await.unwrap().unwrap(), 1);
}
