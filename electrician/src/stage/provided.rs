//! Providers in a handler's place: `handler quote = provider(quotes);`.

use std::{future::Future, ops::Deref};

use super::{
    ByValue, Handler, Maybe, Nothing, Outputs, Shared, Spent, Takes, TryStreamed, Waits, mapped,
};
use crate::provider::{RequestResponse, RequestStream, Sink};

/// Calls a provider with each item, and gives its responses: `handler quote = provider(quotes);`.
///
/// The argument is a place of the pipeline's parameters, or an expression that makes a provider: a
/// [`Manager`](crate::provider::Manager), a backend, an `Arc` of either. All workers share it, and the stage neither
/// initialises nor closes it. A retry asks for `Clone` of the item, as on every handler that takes its item by value.
///
/// For a sink there is [`provider_sink`], for a stream [`provider_stream`].
///
/// # Examples
///
/// ```
/// use electrician::{prelude::*, provider::{DynRequestResponse, Manager, RoundRobin, from_fn}};
/// use std::{convert::Infallible, sync::Arc};
///
/// type Quote = DynRequestResponse<String, u64, Infallible>;
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
///     Prices(quotes: Arc<Manager<Quote, RoundRobin>>) {
///         generator symbols = symbols();
///         handler   quote   = provider(quotes) { workers: 8, on_error: fail };
///         handler   print;
///
///         symbols -> quote -> print;
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
/// # runtime.block_on(async {
/// let quotes = Arc::new(Manager::new("quotes", RoundRobin::new()));
/// let fixed = || Ok::<Quote, Infallible>(Arc::new(from_fn("fixed", async |_: String| Ok(100))));
/// quotes.init("fixed", fixed).await.unwrap();
///
/// let report = Prices { quotes: Arc::clone(&quotes) }.start().unwrap().wait().await;
/// assert!(report.is_clean());
/// # });
/// ```
#[expect(non_camel_case_types, reason = "it is written as a function's name")]
#[derive(Clone, Copy, Debug, Default)]
pub struct provider {}

/// Sends each item to a provider, and gives nothing: `handler store = provider_sink(orders);`.
#[expect(non_camel_case_types, reason = "it is written as a function's name")]
#[derive(Clone, Copy, Debug, Default)]
pub struct provider_sink {}

/// Opens a provider's stream with each item, and gives the items of the stream: `handler lines = provider_stream(files);`.
///
/// The call that opens the stream fails as a whole; an item that is an error fails by itself.
#[expect(non_camel_case_types, reason = "it is written as a function's name")]
#[derive(Clone, Copy, Debug, Default)]
pub struct provider_stream {}

/// The provider that an argument holds.
type Held<A> = <<A as Shared>::Handle as Deref>::Target;

/// A pattern in a handler's place: how it is called, and what becomes of that which it gives.
macro_rules! provided {
    ($handler:ident, $pattern:ident, [$($out:tt)+], $err:ident::$error:ident, one: $one:literal, $mode:ident,
     $call:ident => |$gave:ident| $outputs:expr) => {
        #[diagnostic::do_not_recommend]
        impl<In, A> Handler<In, $($out)+, <Held<A> as $err<In>>::$error, (A,)> for $handler
        where
            In: Send + 'static,
            A: Shared<Handle: Deref<Target: $pattern<In>>>,
        {
            const ONE: bool = $one;
            const PLAIN: bool = false;
            const BLOCKING: bool = false;
            type Mode = $mode;
            type Slot = A::Handle;

            fn slot(&self, (argument,): &(A,)) -> A::Handle {
                argument.shared()
            }

            fn call(
                item: In,
                slot: &mut A::Handle,
            ) -> impl Future<
                Output = Result<
                    impl Outputs<$($out)+, <Held<A> as $err<In>>::$error>,
                    <Held<A> as $err<In>>::$error,
                >,
            > + Send {
                mapped(slot.$call(item), |$gave| $outputs)
            }
        }

        // What it takes follows from the provider, or from the edge.
        impl<In> Takes<In> for $handler {}
        impl Waits for $handler {}
    };
}

provided!(
    provider, RequestResponse, [<Held<A> as RequestResponse<In>>::Response], RequestResponse::Error,
    one: true, ByValue, call => |response| Ok(Maybe(Some(response?)))
);
provided!(
    provider_sink, Sink, [Nothing], RequestResponse::Error,
    one: true, ByValue, send => |sent| sent.map(|()| Maybe(None))
);
provided!(
    provider_stream, RequestStream, [<Held<A> as RequestStream<In>>::Item], RequestStream::Error,
    one: false, Spent, open => |stream| Ok(TryStreamed { stream: stream? })
);
