//! A rate limit that is never reached.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use electrician::{
    resilience::{RateLimit, RateLimiter},
    value::Rate,
};
use governor::{DefaultDirectRateLimiter, Quota};
use tower::{ServiceBuilder, limit::RateLimitLayer, service_fn};
use tower_resilience::ratelimiter::RateLimiterLayer;

use super::{answer, service};
use crate::call::{Way, call};

pub(crate) fn wide() -> RateLimiter {
    RateLimiter::new(RateLimit::new(Rate::per_second(1_000_000_000)).burst(1_000_000))
}

pub(crate) fn wide_governor() -> DefaultDirectRateLimiter {
    DefaultDirectRateLimiter::direct(Quota::per_second(NonZeroU32::MAX))
}

pub(crate) fn wide_tower() -> RateLimitLayer {
    RateLimitLayer::new(u64::MAX, Duration::from_secs(1))
}

pub(crate) fn wide_tower_resilience() -> RateLimiterLayer {
    let layer = RateLimiterLayer::builder()
        .limit_for_period(1_000_000_000)
        .refresh_period(Duration::from_secs(1));
    layer.build().expect("the values are in their ranges")
}

pub(crate) fn ours() -> Way {
    let limiter = wide();
    Way::new("ours", move || {
        let mut lease = limiter.lease();
        async move || match lease.acquire(None).await {
            Ok(()) => call().await.unwrap_or(0),
            Err(_) => 0,
        }
    })
}

pub(crate) fn governor() -> Way {
    let limiter = Arc::new(wide_governor());
    Way::new("governor", move || {
        let limiter = Arc::clone(&limiter);
        async move || {
            limiter.until_ready().await;
            call().await.unwrap_or(0)
        }
    })
}

/// It cannot be cloned, so it is for one thread.
pub(crate) fn tower() -> Way {
    Way::new("tower", || {
        let mut limited = ServiceBuilder::new()
            .layer(wide_tower())
            .service(service_fn(|()| call()));
        async move || answer(&mut limited).await
    })
}

pub(crate) fn tower_resilience() -> Way {
    let limited = ServiceBuilder::new().layer(wide_tower_resilience());
    service("tower-resilience", limited.service(service_fn(|()| call())))
}
