//! A retry that has nothing to do.

use std::future::{Ready, ready};

use backon::{ExponentialBuilder, Retryable};
use electrician::resilience::{Chain, Retry};
use tower::{retry::Policy, service_fn};
use tower_resilience::retry::RetryLayer;

use super::service;
use crate::call::{Down, Way, call};

/// Tries an error again, twice.
#[derive(Clone)]
pub(crate) struct Twice(pub(crate) u32);

impl<T, E> Policy<(), T, E> for Twice {
    type Future = Ready<()>;

    fn retry(&mut self, (): &mut (), result: &mut Result<T, E>) -> Option<Ready<()>> {
        let again = result.is_err() && self.0 > 0;
        self.0 -= u32::from(again);
        again.then(|| ready(()))
    }

    fn clone_request(&mut self, (): &()) -> Option<()> {
        Some(())
    }
}

pub(crate) fn thrice_tower_resilience<E>() -> RetryLayer<(), u64, E> {
    RetryLayer::builder().max_attempts(3).build()
}

pub(crate) fn ours() -> Way {
    let chain = Chain::new().idempotent().retry(Retry::up_to(3));
    Way::new("ours", move || {
        let mut chain = chain.clone();
        async move || chain.call(call).await.unwrap_or(0)
    })
}

pub(crate) fn backon() -> Way {
    Way::new("backon", || {
        async || call.retry(ExponentialBuilder::default()).await.unwrap_or(0)
    })
}

pub(crate) fn tower() -> Way {
    let retried = tower::retry::Retry::new(Twice(2), service_fn(|()| call()));
    service("tower", retried)
}

pub(crate) fn tower_resilience() -> Way {
    let retried = tower::ServiceBuilder::new().layer(thrice_tower_resilience::<Down>());
    service("tower-resilience", retried.service(service_fn(|()| call())))
}
