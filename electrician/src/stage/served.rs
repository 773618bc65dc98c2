//! Services of `tower` in a handler's place: `handler quote = service(quotes);`.

use std::{future::Future, ops::Deref};

use tower_service::Service;

use super::{ByValue, Handler, Maybe, Outputs, Shared, Takes, Waits, mapped};
use crate::resilience::tower::Calling;

/// Calls a `tower` service with each item, and gives its responses: `handler quote = service(quotes);` (feature `tower`).
///
/// Use it for a client that is a service already, with the layers that it has. The protections of a stage stand around it as around
/// any handler; what a layer of `tower` would do beside them, retry, time out, limit, is better said once, in the options.
///
/// - The item is the request: a service of another type of request stands behind `-> map(Request::from) ->`.
/// - The response is the item that is given; where it is `()`, the stage ends in `-> _`.
/// - The service's error is the failure, whether the call failed or the service could not become ready.
/// - The argument is a place of the pipeline's parameters, or an expression that makes a service, once. Each call has a clone of it that
///   becomes ready and is then called at once, so that a call which is given up reserves nothing.
/// - While the service is not ready the item waits, and what feeds the stage waits with it. That waiting counts towards `timeout`.
/// - A retry asks for `Clone` of the item, as on every handler that takes its item by value.
///
/// # Examples
///
/// ```
/// use electrician::prelude::*;
/// use std::time::Duration;
/// use tower::{BoxError, ServiceBuilder, util::BoxCloneSyncService};
///
/// type Quotes = BoxCloneSyncService<String, u64, BoxError>;
///
/// #[generator]
/// fn symbols() -> impl Iterator<Item = String> {
///     ["ABC", "DEF"].map(String::from).into_iter()
/// }
///
/// #[handler]
/// fn print(cents: u64) {
///     println!("{cents}");
/// }
///
/// pipeline! {
///     Prices(quotes: Quotes) {
///         generator symbols = symbols();
///         handler   quote   = service(quotes) { workers: 8, timeout: 2s, on_error: fail };
///         handler   print;
///
///         symbols -> quote -> print;
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
/// # runtime.block_on(async {
/// let quotes = ServiceBuilder::new()
///     .concurrency_limit(4)
///     .service_fn(async |symbol: String| Ok::<_, BoxError>(100 * symbol.len() as u64));
///
/// let report = Prices::new(Quotes::new(quotes)).start().unwrap().wait().await;
/// assert!(report.is_clean());
/// assert_eq!(report.stage("quote").unwrap().stats.completed, 2);
/// # });
/// ```
#[expect(non_camel_case_types, reason = "it is written as a function's name")]
#[derive(Clone, Copy, Debug, Default)]
pub struct service {}

/// The service that an argument holds.
type Held<A> = <<A as Shared>::Handle as Deref>::Target;

/// Its response.
type Response<A, In> = <Held<A> as Service<In>>::Response;

/// Its error.
type Failed<A, In> = <Held<A> as Service<In>>::Error;

#[diagnostic::do_not_recommend]
impl<In, A> Handler<In, Response<A, In>, Failed<A, In>, (A,)> for service
where
    In: Send + 'static,
    A: Shared<Handle: Deref>,
    Held<A>: Service<In, Response: Send, Error: Send, Future: Send> + Clone + Send,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = A::Handle;

    fn slot(&self, (argument,): &(A,)) -> A::Handle {
        argument.shared()
    }

    fn call(
        item: In,
        slot: &mut A::Handle,
    ) -> impl Future<Output = Result<impl Outputs<Response<A, In>, Failed<A, In>>, Failed<A, In>>> + Send
    {
        let called = Calling::of(Held::<A>::clone(slot), item);
        mapped(called, |answer| Ok(Maybe(Some(answer?))))
    }
}

// What it takes follows from the service, or from the edge.
impl<In> Takes<In> for service {}
impl Waits for service {}
