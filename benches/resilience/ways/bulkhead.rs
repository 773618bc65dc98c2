//! A bulkhead that is never full.

use std::sync::Arc;

use electrician::resilience::Bulkhead;
use tokio::sync::Semaphore;
use tower::{ServiceBuilder, limit::ConcurrencyLimit, service_fn};
use tower_resilience::bulkhead::BulkheadLayer;

use super::service;
use crate::call::{Way, call};

/// How many calls may run at once.
pub(crate) const PLACES: usize = 64;

pub(crate) fn roomy() -> Bulkhead {
    Bulkhead::new(64)
}

pub(crate) fn roomy_tower_resilience() -> BulkheadLayer {
    let layer = BulkheadLayer::builder().max_concurrent_calls(PLACES);
    layer.build().expect("the values are in their ranges")
}

pub(crate) fn ours() -> Way {
    let bulkhead = roomy();
    Way::new("ours", move || {
        let mut seat = bulkhead.seat();
        async move || match seat.enter(None).await {
            Ok(_seated) => call().await.unwrap_or(0),
            Err(_) => 0,
        }
    })
}

pub(crate) fn semaphore() -> Way {
    let places = Arc::new(Semaphore::new(PLACES));
    Way::new("tokio's Semaphore", move || {
        let places = Arc::clone(&places);
        async move || match places.acquire().await {
            Ok(_place) => call().await.unwrap_or(0),
            Err(_) => 0,
        }
    })
}

pub(crate) fn tower() -> Way {
    service(
        "tower",
        ConcurrencyLimit::new(service_fn(|()| call()), PLACES),
    )
}

pub(crate) fn tower_resilience() -> Way {
    let limited = ServiceBuilder::new().layer(roomy_tower_resilience());
    service("tower-resilience", limited.service(service_fn(|()| call())))
}
