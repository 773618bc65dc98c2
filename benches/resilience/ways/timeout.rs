//! A timeout that nothing comes near.

use std::time::Duration;

use electrician::resilience::Timer;
use tower::{ServiceBuilder, service_fn};
use tower_resilience::timelimiter::TimeLimiterLayer;

use super::service;
use crate::call::{Way, call};

/// The time for a call.
pub(crate) const LIMIT: Duration = Duration::from_secs(2);

pub(crate) fn ours() -> Way {
    Way::new("ours", || {
        let mut timer = Timer::new();
        async move || match timer.limit(LIMIT, call()).await {
            Ok(outcome) => outcome.unwrap_or(0),
            Err(_) => 0,
        }
    })
}

pub(crate) fn tokio() -> Way {
    Way::new("tokio", || {
        async || match tokio::time::timeout(LIMIT, call()).await {
            Ok(outcome) => outcome.unwrap_or(0),
            Err(_) => 0,
        }
    })
}

pub(crate) fn tower() -> Way {
    service(
        "tower",
        tower::timeout::Timeout::new(service_fn(|()| call()), LIMIT),
    )
}

pub(crate) fn tower_resilience() -> Way {
    let limit = TimeLimiterLayer::builder()
        .timeout_duration(LIMIT)
        .cancel_running_future(true);
    let limited = ServiceBuilder::new().layer(limit.build());
    service("tower-resilience", limited.service(service_fn(|()| call())))
}
