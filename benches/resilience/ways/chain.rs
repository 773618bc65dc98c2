//! All of it: limiter, bulkhead, breaker, retry and timeout, of which none has anything to do.

use std::{sync::Arc, time::Duration};

use backon::{ExponentialBuilder, Retryable};
use electrician::resilience::{Breaker, Chain, CircuitBreaker, Retry};
use failsafe::futures::CircuitBreaker as _;
use tokio::sync::Semaphore;
use tower::{ServiceBuilder, service_fn};
use tower_resilience::timelimiter::TimeLimiterLayer;

use super::{answer, breaker, bulkhead, limiter, retry, service, timeout};
use crate::call::{Way, call};

/// With a breaker that is closed.
pub(crate) fn ours() -> Way {
    around("ours", &breaker::closed(), |succeeds| succeeds)
}

/// With a breaker that is open: what counts is the refusal.
pub(crate) fn refused() -> Way {
    let breaker = CircuitBreaker::new(Breaker::default().cooldown(Duration::from_hours(1)));
    breaker.trip();
    around("ours, refused", &breaker, |succeeds| !succeeds)
}

fn around(name: &'static str, breaker: &CircuitBreaker, expected: fn(bool) -> bool) -> Way {
    let chain = Chain::new()
        .rate_limit(limiter::wide().lease())
        .bulkhead(bulkhead::roomy().seat())
        .breaker(breaker)
        .idempotent()
        .retry(Retry::up_to(3))
        .timeout(timeout::LIMIT);
    Way::new(name, move || {
        let mut chain = chain.clone();
        async move || u64::from(expected(chain.call(call).await.is_ok()))
    })
}

pub(crate) fn crates_with_recloser() -> Way {
    let (limiter, places) = shared();
    let breaker = breaker::closed_recloser();
    Way::new("governor, Semaphore, recloser, backon", move || {
        let (limiter, places) = (Arc::clone(&limiter), Arc::clone(&places));
        let breaker = breaker.clone();
        async move || {
            limiter.until_ready().await;
            let _place = places.acquire().await;
            let retried = call.retry(ExponentialBuilder::default());
            breaker.call(retried).await.unwrap_or(0)
        }
    })
}

pub(crate) fn crates_with_failsafe() -> Way {
    let (limiter, places) = shared();
    let breaker = breaker::closed_failsafe();
    Way::new("governor, Semaphore, failsafe, backon", move || {
        let (limiter, places) = (Arc::clone(&limiter), Arc::clone(&places));
        let breaker = breaker.clone();
        async move || {
            limiter.until_ready().await;
            let _place = places.acquire().await;
            let retried = call.retry(ExponentialBuilder::default());
            breaker.call(retried).await.unwrap_or(0)
        }
    })
}

fn shared() -> (Arc<governor::DefaultDirectRateLimiter>, Arc<Semaphore>) {
    let places = Semaphore::new(bulkhead::PLACES);
    (Arc::new(limiter::wide_governor()), Arc::new(places))
}

/// Its rate limit cannot be cloned, so it is for one thread. It has no breaker.
pub(crate) fn tower() -> Way {
    Way::new("tower, without a breaker", || {
        let mut stack = ServiceBuilder::new()
            .layer(limiter::wide_tower())
            .concurrency_limit(bulkhead::PLACES)
            .retry(retry::Twice(2))
            .timeout(timeout::LIMIT)
            .service(service_fn(|()| call()));
        async move || answer(&mut stack).await
    })
}

pub(crate) fn tower_resilience() -> Way {
    let limit = TimeLimiterLayer::builder()
        .timeout_duration(timeout::LIMIT)
        .cancel_running_future(true);
    let stack = ServiceBuilder::new()
        .layer(limiter::wide_tower_resilience())
        .layer(bulkhead::roomy_tower_resilience())
        .layer(breaker::closed_tower_resilience())
        .layer(retry::thrice_tower_resilience())
        .layer(limit.build())
        .service(service_fn(|()| call()));
    service("tower-resilience", stack)
}
