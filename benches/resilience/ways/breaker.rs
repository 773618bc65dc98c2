//! A breaker that stays closed.

use electrician::resilience::{Breaker, CircuitBreaker};
use failsafe::futures::CircuitBreaker as _;
use recloser::{AsyncRecloser, Recloser};
use tower::{ServiceBuilder, service_fn};
use tower_resilience::circuitbreaker::CircuitBreakerLayer;

use super::service;
use crate::call::{Way, call};

pub(crate) fn closed() -> CircuitBreaker {
    CircuitBreaker::new(Breaker::default())
}

pub(crate) fn closed_recloser() -> AsyncRecloser {
    AsyncRecloser::from(Recloser::default())
}

pub(crate) fn closed_failsafe() -> impl failsafe::futures::CircuitBreaker + Clone + Send + Sync {
    failsafe::Config::new().build()
}

pub(crate) fn closed_tower_resilience() -> CircuitBreakerLayer {
    let layer = CircuitBreakerLayer::builder().sliding_window_size(100);
    layer.build().expect("the values are in their ranges")
}

pub(crate) fn ours() -> Way {
    let breaker = closed();
    Way::new("ours", move || {
        let mut worker = breaker.worker();
        async move || {
            let Ok(permit) = worker.permit() else {
                return 0;
            };
            let outcome = call().await;
            if outcome.is_ok() {
                permit.success();
            } else {
                permit.failure();
            }
            outcome.unwrap_or(0)
        }
    })
}

pub(crate) fn recloser() -> Way {
    let breaker = closed_recloser();
    Way::new("recloser", move || {
        let breaker = breaker.clone();
        async move || breaker.call(call()).await.unwrap_or(0)
    })
}

pub(crate) fn failsafe() -> Way {
    let breaker = closed_failsafe();
    Way::new("failsafe", move || {
        let breaker = breaker.clone();
        async move || breaker.call(call()).await.unwrap_or(0)
    })
}

pub(crate) fn tower_resilience() -> Way {
    let guarded = ServiceBuilder::new().layer(closed_tower_resilience());
    service("tower-resilience", guarded.service(service_fn(|()| call())))
}
