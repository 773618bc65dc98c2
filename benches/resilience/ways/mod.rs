//! The ways of making a call: a part to a file, ours first, then what one would use otherwise.

pub(crate) mod breaker;
pub(crate) mod bulkhead;
pub(crate) mod chain;
pub(crate) mod limiter;
pub(crate) mod retry;
pub(crate) mod timeout;

use tower::{Service, ServiceExt};

use crate::call::{Way, call};

/// The call with nothing around it.
pub(crate) fn bare() -> Way {
    Way::new("the bare call", || async || call().await.unwrap_or(0))
}

/// A tower service; each thread has a clone of it.
fn service<S>(name: &'static str, service: S) -> Way
where
    S: Service<(), Response = u64> + Clone + Send + Sync + 'static,
{
    Way::new(name, move || {
        let mut service = service.clone();
        async move || answer(&mut service).await
    })
}

/// What a service answers, once it is ready.
async fn answer<S: Service<(), Response = u64>>(service: &mut S) -> u64 {
    match service.ready().await {
        Ok(ready) => ready.call(()).await.unwrap_or(0),
        Err(_) => 0,
    }
}
