//! A chain around a call, and around a provider.

use electrician::{
    provider::{Combine, RequestResponse, from_fn},
    resilience::{
        Backoff, Breaker, Budget, Bulkhead, Chain, CircuitBreaker, Hedge, RateLimiter, Retry,
        RetryBudget,
    },
    value::Rate,
};
use std::time::Duration;

use super::counter;

/// What a thousand calls allocate, after a few that warm the chain up.
macro_rules! counted {
    ($chain:ident, $call:expr) => {{
        for _ in 0..100 {
            $chain.call($call).await.unwrap();
        }
        counter::begin();
        for _ in 0..1_000 {
            $chain.call($call).await.unwrap();
        }
        counter::end();
        counter::made()
    }};
}

#[tokio::test]
async fn calls_that_succeed_allocate_nothing() {
    let _turn = counter::turn().await;
    let ready = || async { Ok::<_, ()>(7) };
    let waits = || async {
        tokio::task::yield_now().await;
        Ok::<_, ()>(7)
    };
    let breaker = CircuitBreaker::new(Breaker::default().slow_call(Duration::from_secs(1)));
    let limiter = RateLimiter::new(Rate::per_second(1_000_000_000));
    let bulkhead = Bulkhead::new(2);
    let budget = RetryBudget::new(Budget::default());

    let mut bare = Chain::new();
    assert_eq!(counted!(bare, ready), 0, "nothing written");

    let mut whole = Chain::new()
        .deadline(Duration::from_mins(1))
        .rate_limit(limiter.lease())
        .bulkhead(bulkhead.seat())
        .breaker(&breaker)
        .idempotent()
        .retry(Retry::up_to(3).backoff(Backoff::none()))
        .retry_budget(&budget)
        .hedge(Hedge::percentile(0.95))
        .timeout(Duration::from_secs(30))
        .fallback_value(0);
    assert_eq!(counted!(whole, ready), 0, "calls that are ready");
    assert_eq!(
        counted!(whole, waits),
        0,
        "calls that wait, once there is a timer"
    );

    let quote = from_fn("quote", |n: i32| async move { Ok::<_, ()>(n) }).protected(whole);
    assert_eq!(counted!(quote, 7), 0, "calls of a provider");
}
