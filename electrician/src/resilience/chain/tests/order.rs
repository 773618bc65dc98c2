//! The order of the layers, and what each gives back.

use super::{doubles::Log, *};

#[tokio::test(start_paused = true)]
async fn the_order_is_the_same_however_it_is_written() {
    let log = Log::default();
    let limit = Recorded::new(Layer::RateLimit, 9, &log);
    let bulkhead = Recorded::new(Layer::Bulkhead, 9, &log);
    let flaky = Flaky::failing(1, &log);
    let inside_out = Chain::new()
        .timeout(MS)
        .idempotent()
        .retry(steady(2))
        .bulkhead(bulkhead.clone())
        .rate_limit(limit.clone());
    let outside_in = Chain::new()
        .rate_limit(limit)
        .bulkhead(bulkhead)
        .idempotent()
        .retry(steady(2))
        .timeout(MS);
    let attempt = |number: u32, verdict: Verdict| {
        [
            "RateLimit admits".to_owned(),
            "Bulkhead admits".to_owned(),
            format!("call {number}"),
            format!("Bulkhead is released: {verdict:?}"),
            format!("RateLimit is released: {verdict:?}"),
        ]
    };
    for mut chain in [inside_out, outside_in] {
        let first = flaky.calls() + 1;
        chain.call(|| flaky.call()).await.ok();
        let expected = match first {
            1 => [attempt(1, Verdict::Failure), attempt(2, Verdict::Success)].concat(),
            _ => attempt(first, Verdict::Success).to_vec(),
        };
        assert_eq!(log.take(), expected);
    }
}

/// An open breaker used to be asked last: each call that it refused had waited for a token and burnt it.
#[tokio::test(start_paused = true)]
async fn an_open_breaker_burns_no_tokens_and_waits_for_none() {
    let log = Log::default();
    let (breaker, flaky) = (fragile(), Flaky::default());
    let mut chain = Chain::new()
        .rate_limit(Recorded::new(Layer::RateLimit, 1, &log))
        .bulkhead(Recorded::new(Layer::Bulkhead, 1, &log))
        .breaker(&breaker);
    breaker.trip();
    for _ in 0..100 {
        let refusal = chain.call(|| flaky.call()).await.unwrap_err().refusal();
        let until = breaker.snapshot().until;
        assert_eq!(refusal, Some(Refusal::new(Layer::Breaker, until)));
    }
    assert_eq!((log.take(), flaky.calls()), (Vec::new(), 0));
}

#[tokio::test(start_paused = true)]
async fn a_refusal_further_in_gives_back_what_was_taken() {
    let log = Log::default();
    let limit = Recorded::new(Layer::RateLimit, 1, &log);
    let mut chain = Chain::new()
        .rate_limit(limit.clone())
        .bulkhead(Recorded::new(Layer::Bulkhead, 0, &log));
    let error = chain.call(|| Flaky::default().call()).await.unwrap_err();
    assert_eq!(error.refusal(), Some(Refusal::new(Layer::Bulkhead, None)));
    assert_eq!((error.attempts, limit.free()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_while_others_wait_gives_back_what_was_taken() {
    /// Opens the breaker as it admits.
    #[derive(Clone)]
    struct Spoiler(CircuitBreaker, Recorded);
    impl Admit for Spoiler {
        async fn admit(&mut self, deadline: Option<Instant>) -> Result<(), Refusal> {
            self.0.trip();
            self.1.admit(deadline).await
        }
        fn give_back(&mut self) {
            self.1.give_back();
        }
    }
    let breaker = fragile();
    let places = Recorded::new(Layer::Bulkhead, 3, &Log::default());
    let mut chain = Chain::new()
        .bulkhead(Spoiler(breaker.clone(), places.clone()))
        .breaker(&breaker);
    let error = chain.call(|| Flaky::default().call()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().layer, Layer::Breaker);
    assert_eq!(places.free(), 3);
}

/// Retries used to pass the limiter by: five attempts for one token.
#[tokio::test(start_paused = true)]
async fn each_attempt_asks_the_limiter_again() {
    let log = Log::default();
    let limit = Recorded::new(Layer::RateLimit, 2, &log);
    let flaky = Flaky::failing(9, &log);
    let mut chain = Chain::new().rate_limit(limit).idempotent().retry(steady(5));
    let error = chain.call(|| flaky.call()).await.unwrap_err();
    assert_eq!(error.refusal().unwrap().layer, Layer::RateLimit);
    assert_eq!((flaky.calls(), error.attempts), (2, 2));
    assert_eq!(error.last.as_deref(), Some("failure 2"), "it is kept");
}

/// A place used to be held during the backoff, so that others were refused while nothing ran.
#[tokio::test(start_paused = true)]
async fn no_place_is_held_between_attempts() {
    let log = Log::default();
    let bulkhead = Recorded::new(Layer::Bulkhead, 1, &log);
    let chain = Chain::new()
        .bulkhead(bulkhead)
        .idempotent()
        .retry(steady(2));
    let (mut one, mut other) = (chain.clone(), chain);
    let flaky = Flaky::failing(1, &log);
    let first = tokio::spawn(async move { one.call(|| flaky.call()).await.unwrap() });
    sleep(MS).await;
    let done = other.call(|| Flaky::default().call()).await;
    assert_eq!(done.unwrap(), 1, "while the first one waits");
    assert_eq!(first.await.unwrap(), 2);
}

/// One call used to make all its attempts whatever the breaker had come to think.
#[tokio::test(start_paused = true)]
async fn a_breaker_that_opens_ends_the_attempts() {
    let flaky = Flaky::failing(9, &Log::default());
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
    let log = Log::default();
    let (limit, bulkhead) = (
        Recorded::new(Layer::RateLimit, 9, &log),
        Recorded::new(Layer::Bulkhead, 1, &log),
    );
    let breaker = fragile();
    let mut chain = Chain::new()
        .rate_limit(limit)
        .bulkhead(bulkhead.clone())
        .breaker(&breaker);
    for _ in 0..3 {
        let hanging = chain.call(std::future::pending::<Result<(), ()>>);
        assert!(tokio::time::timeout(MS, hanging).await.is_err());
        assert_eq!(bulkhead.free(), 1);
    }
    assert_eq!(breaker.snapshot().calls, 0);
    assert_eq!(chain.call(|| Flaky::default().call()).await.unwrap(), 1);
}
