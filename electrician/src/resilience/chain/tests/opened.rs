//! What a chain keeps for a stream that it has opened.

use super::*;
use std::future::{pending, ready};

/// All parts around something that is open.
fn whole(
    limiter: &RateLimiter,
    bulkhead: &Bulkhead,
    breaker: &CircuitBreaker,
) -> Chain<Lease, Seat, chain::Guarded, Retrying, (), (), Idempotent> {
    Chain::new()
        .deadline(MS * 100)
        .rate_limit(limiter.lease())
        .bulkhead(bulkhead.seat())
        .breaker(breaker)
        .idempotent()
        .retry(steady(2))
        .timeout(MS * 20)
}

#[tokio::test(start_paused = true)]
async fn a_stream_keeps_its_place_until_it_ends_or_is_dropped() {
    let (limiter, bulkhead, breaker) = (tokens(9), places(1), fragile());
    for ends in [true, false] {
        let chain = whole(&limiter, &bulkhead, &breaker);
        let (_, mut taken) = chain.open(|| ready(Ok::<_, &str>("lines"))).await.unwrap();
        advance(Duration::from_secs(9)).await;
        assert_eq!(bulkhead.snapshot().running, 1);
        let other = whole(&limiter, &bulkhead, &breaker).open(|| ready(Ok::<_, &str>("more")));
        assert_eq!(
            other.await.unwrap_err().refusal().unwrap().layer,
            Layer::Bulkhead
        );
        if ends {
            taken.ended();
        } else {
            drop(taken);
        }
        assert_eq!(bulkhead.snapshot().running, 0);
        assert_eq!(
            breaker.snapshot().calls,
            1,
            "the one that was dropped says nothing"
        );
    }
    assert_eq!(limiter.snapshot().free, 7, "a token for each opening");
}

#[tokio::test(start_paused = true)]
async fn the_first_error_of_a_stream_is_recorded_and_the_stream_goes_on() {
    let (limiter, bulkhead) = (tokens(9), places(1));
    let breaker = CircuitBreaker::new(Breaker::default());
    let chain = whole(&limiter, &bulkhead, &breaker);
    let (_, mut taken) = chain.open(|| ready(Ok::<_, &str>("lines"))).await.unwrap();
    taken.failed(&"a knot");
    taken.failed(&"another one");
    assert_eq!(bulkhead.snapshot().running, 1);
    taken.ended();
    let snapshot = breaker.snapshot();
    assert_eq!((snapshot.calls, snapshot.failures), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn an_opening_is_tried_again_within_its_times() {
    let (limiter, bulkhead) = (tokens(9), places(1));
    let breaker = CircuitBreaker::new(Breaker::default());
    let flaky = Flaky::failing(1);
    let chain = whole(&limiter, &bulkhead, &breaker);
    let (opened, taken) = chain.open(|| flaky.call()).await.unwrap();
    drop(taken);
    assert_eq!((opened, limiter.snapshot().free), (2, 7));

    let chain = whole(&limiter, &bulkhead, &breaker);
    let error = chain.open(pending::<Result<(), ()>>).await.unwrap_err();
    assert!(error.is_timeout() && error.attempts == 2);
    assert_eq!(bulkhead.snapshot().running, 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_lasts_is_not_slow_and_one_that_took_long_to_open_is() {
    let breaker = CircuitBreaker::new(Breaker::default().slow_call(MS * 10));
    for (opens, lasts, slow) in [(5, 500, 0), (50, 1, 1)] {
        let opening = Chain::new().breaker(&breaker).open(|| async {
            sleep(MS * opens).await;
            Ok::<_, ()>(())
        });
        let ((), mut taken) = opening.await.unwrap();
        advance(MS * lasts).await;
        taken.ended();
        assert_eq!(breaker.snapshot().slow, slow);
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_taken_for_what_a_fallback_gives() {
    let (bulkhead, breaker) = (places(1), fragile());
    let chain = Chain::new()
        .bulkhead(bulkhead.seat())
        .breaker(&breaker)
        .fallback_value(7);
    let (value, mut taken) = chain.open(|| ready(Err("down"))).await.unwrap();
    assert_eq!((value, bulkhead.snapshot().running), (7, 0));
    taken.failed(&"a knot");
    taken.ended();
    assert_eq!(breaker.snapshot().calls, 1);
}
