//! The order of the layers, and what each gives back.

use super::*;

#[tokio::test(start_paused = true)]
async fn the_order_is_the_same_however_it_is_written() {
    let (limiter, bulkhead, breaker) = (tokens(2), places(1), fragile());
    let inside_out = Chain::new()
        .timeout(MS)
        .idempotent()
        .retry(steady(2))
        .breaker(&breaker)
        .bulkhead(bulkhead.seat())
        .rate_limit(limiter.lease());
    let outside_in = Chain::new()
        .rate_limit(limiter.lease())
        .bulkhead(bulkhead.seat())
        .breaker(&breaker)
        .idempotent()
        .retry(steady(2))
        .timeout(MS);
    for mut chain in [inside_out, outside_in] {
        let mut refuses = async |layer| {
            let flaky = Flaky::default();
            let error = chain.call(|| flaky.call()).await.unwrap_err();
            let refusal = error.refusal().map(|refusal| refusal.layer);
            assert_eq!((refusal, flaky.calls()), (Some(layer), 0));
        };
        let taken = [(); 2].map(|()| limiter.try_acquire().unwrap());
        let place = bulkhead.try_enter().unwrap();
        breaker.trip();
        refuses(Layer::Breaker).await;
        breaker.reset();
        refuses(Layer::RateLimit).await;
        taken.into_iter().for_each(Token::give_back);
        refuses(Layer::Bulkhead).await;
        drop(place);
        assert_eq!(limiter.snapshot().free, 2, "nothing was burnt");

        let during = async || {
            assert_eq!(bulkhead.snapshot().running, 1);
            Ok::<_, ()>(limiter.snapshot().free)
        };
        assert_eq!(chain.call(during).await.unwrap(), 1);
        assert_eq!(bulkhead.snapshot().running, 0);
        advance(Duration::from_hours(1)).await;
    }
}

/// An open breaker used to be asked last: each call that it refused had waited for a token and burnt it.
#[tokio::test(start_paused = true)]
async fn an_open_breaker_burns_no_tokens_and_waits_for_none() {
    let (limiter, breaker, flaky) = (
        RateLimiter::new(Rate::per_second(1)),
        fragile(),
        Flaky::default(),
    );
    let mut chain = Chain::new().rate_limit(limiter.lease()).breaker(&breaker);
    breaker.trip();
    let began = Instant::now();
    for _ in 0..100 {
        let refusal = chain.call(|| flaky.call()).await.unwrap_err().refusal();
        let until = breaker.snapshot().until;
        assert_eq!(refusal, Some(Refusal::new(Layer::Breaker, until)));
    }
    let snapshot = limiter.snapshot();
    assert_eq!(
        (flaky.calls(), snapshot.admitted, snapshot.refused),
        (0, 0, 0)
    );
    assert_eq!(began.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_while_others_wait_gives_back_what_was_taken() {
    let (limiter, bulkhead, breaker) = (tokens(1), Bulkhead::new(1), fragile());
    let mut chain = Chain::new()
        .rate_limit(limiter.lease())
        .bulkhead(bulkhead.seat())
        .breaker(&breaker);
    let place = bulkhead.try_enter().unwrap();
    let waiting = tokio::spawn(async move {
        let error = chain.call(|| Flaky::default().call()).await.unwrap_err();
        (error.refusal().unwrap().layer, chain)
    });
    sleep(MS).await;
    assert_eq!(
        (bulkhead.snapshot().waiting, limiter.snapshot().free),
        (1, 0)
    );
    breaker.trip();
    drop(place);
    let (layer, _chain) = waiting.await.unwrap();
    assert_eq!(layer, Layer::Breaker);
    assert_eq!(
        (bulkhead.snapshot().running, limiter.snapshot().free),
        (0, 1)
    );
}

/// Retries used to pass the limiter by: five attempts for one token.
#[tokio::test(start_paused = true)]
async fn each_attempt_asks_the_limiter_again() {
    let (limiter, flaky) = (tokens(2), Flaky::failing(9));
    let mut chain = Chain::new()
        .rate_limit(limiter.lease())
        .idempotent()
        .retry(steady(5));
    let error = chain.call(|| flaky.call()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().layer, Layer::RateLimit);
    assert_eq!((flaky.calls(), error.attempts), (2, 2));
    assert_eq!(error.last.as_deref(), Some("failure 2"), "it is kept");
}

/// A place used to be held during the backoff, so that others were refused while nothing ran.
#[tokio::test(start_paused = true)]
async fn no_place_is_held_between_attempts() {
    let chain = Chain::new()
        .bulkhead(places(1).seat())
        .idempotent()
        .retry(steady(2));
    let (mut one, mut other) = (chain.clone(), chain);
    let flaky = Flaky::failing(1);
    let first = tokio::spawn(async move { one.call(|| flaky.call()).await.unwrap() });
    sleep(MS).await;
    let done = other.call(|| Flaky::default().call()).await;
    assert_eq!(done.unwrap(), 1, "while the first one waits");
    assert_eq!(first.await.unwrap(), 2);
}

/// One call used to make all its attempts whatever the breaker had come to think.
#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_ends_the_attempts() {
    let flaky = Flaky::failing(9);
    let breaker = CircuitBreaker::new(Breaker::default().consecutive(2));
    let mut chain = Chain::new().breaker(&breaker).idempotent().retry(steady(9));
    let error = chain.call(|| flaky.call()).await.unwrap_err();
    assert_eq!((flaky.calls(), error.attempts), (2, 2));
    assert_eq!(error.refusal().unwrap().layer, Layer::Breaker);
    assert_eq!(
        error.to_string(),
        "refused: the circuit breaker is open (after 2 attempts); before that: failure 2"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_gives_everything_back_and_is_no_failure() {
    let (limiter, bulkhead, breaker) = (tokens(9), places(1), fragile());
    let mut chain = Chain::new()
        .rate_limit(limiter.lease())
        .bulkhead(bulkhead.seat())
        .breaker(&breaker);
    for _ in 0..3 {
        let hanging = chain.call(std::future::pending::<Result<(), ()>>);
        assert!(tokio::time::timeout(MS, hanging).await.is_err());
        assert_eq!(bulkhead.snapshot().running, 0);
    }
    assert_eq!(breaker.snapshot().calls, 0);
    assert_eq!(chain.call(|| Flaky::default().call()).await.unwrap(), 1);
}

/// A limit that finds its own is told of each attempt, cancelled ones aside.
#[tokio::test(start_paused = true)]
async fn a_limit_that_finds_its_own_learns_from_verdicts() {
    let bulkhead = Bulkhead::new(Aimd::between(1, 8));
    let before = bulkhead.snapshot().limit;
    let mut chain = Chain::new().bulkhead(bulkhead.seat());
    let hanging = chain.call(std::future::pending::<Result<(), ()>>);
    assert!(tokio::time::timeout(MS, hanging).await.is_err());
    assert_eq!(bulkhead.snapshot().limit, before);
    for _ in 0..20 {
        chain
            .call(|| async { Err::<(), _>("too much") })
            .await
            .unwrap_err();
        advance(Duration::from_secs(1)).await;
    }
    assert!(bulkhead.snapshot().limit < before);
    assert_eq!(bulkhead.snapshot().running, 0);
}
