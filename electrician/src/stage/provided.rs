//! Providers in a handler's place: `handler quote = provider(quotes);`.

use std::{future::Future, ops::Deref};

use super::{
    ByValue, Handler, Maybe, Nothing, Outputs, Shared, Spent, Takes, TryStreamed, Waits, mapped,
};
use crate::{
    __private::not_plain,
    provider::{RequestResponse, RequestStream, Sink},
};

/// Calls a provider with each item, and gives its responses: `handler quote = provider(quotes);`.
///
/// The argument is a place of the pipeline's parameters, or an expression that makes a provider: a
/// [`Manager`](crate::provider::Manager), a backend, an `Arc` of either. It is shared by all workers, and the stage neither
/// initialises nor closes it. A retry asks for `Clone` of the item, as on every handler that takes its item by value.
///
/// # Examples
///
/// ```
/// use electrician::{prelude::*, provider::{FirstHealthy, FromFn, Manager, RequestResponse, from_fn}};
/// use std::convert::Infallible;
/// # use std::sync::{Arc, Mutex};
///
/// pipeline! {
///     Prices<P>(quotes: P) where P: RequestResponse<String, Response = u64, Error: std::error::Error> {
///         input   symbols: String;
///         handler quote = provider(quotes) { workers: 8, on_error: skip };
///         output  prices: u64;
///
///         symbols -> quote -> prices;
///     }
/// }
/// # fn main() {}
/// ```
#[expect(
    non_camel_case_types,
    reason = "it is written as the function that it stands for"
)]
#[derive(Clone, Copy, Debug, Default)]
pub struct provider {}

/// Sends each item to a provider, and gives nothing: `handler store = provider_sink(orders);`.
#[expect(
    non_camel_case_types,
    reason = "it is written as the function that it stands for"
)]
#[derive(Clone, Copy, Debug, Default)]
pub struct provider_sink {}

/// Opens a provider's stream with each item, and gives the items of the stream: `handler lines = provider_stream(files);`.
///
/// The call that opens the stream fails as a whole; an item that is an error fails by itself.
#[expect(
    non_camel_case_types,
    reason = "it is written as the function that it stands for"
)]
#[derive(Clone, Copy, Debug, Default)]
pub struct provider_stream {}

/// The provider that an argument holds.
type Held<A> = <<A as Shared>::Handle as Deref>::Target;

impl<In, A>
    Handler<
        In,
        <Held<A> as RequestResponse<In>>::Response,
        <Held<A> as RequestResponse<In>>::Error,
        (A,),
    > for provider
where
    In: Send + 'static,
    A: Shared<Handle: Deref<Target: RequestResponse<In>>>,
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
    ) -> impl Future<
        Output = Result<
            impl Outputs<
                <Held<A> as RequestResponse<In>>::Response,
                <Held<A> as RequestResponse<In>>::Error,
            >,
            <Held<A> as RequestResponse<In>>::Error,
        >,
    > + Send {
        mapped(slot.call(item), |response| Ok(Maybe(Some(response?))))
    }

    fn now(
        _: In,
        _: &mut A::Handle,
    ) -> Result<
        Option<<Held<A> as RequestResponse<In>>::Response>,
        <Held<A> as RequestResponse<In>>::Error,
    > {
        not_plain()
    }
}

impl<In, A> Handler<In, Nothing, <Held<A> as RequestResponse<In>>::Error, (A,)> for provider_sink
where
    In: Send + 'static,
    A: Shared<Handle: Deref<Target: Sink<In>>>,
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
    ) -> impl Future<
        Output = Result<
            impl Outputs<Nothing, <Held<A> as RequestResponse<In>>::Error>,
            <Held<A> as RequestResponse<In>>::Error,
        >,
    > + Send {
        mapped(slot.call(item), |sent| sent.map(|()| Maybe(None)))
    }

    fn now(
        _: In,
        _: &mut A::Handle,
    ) -> Result<Option<Nothing>, <Held<A> as RequestResponse<In>>::Error> {
        not_plain()
    }
}

impl<In, A>
    Handler<In, <Held<A> as RequestStream<In>>::Item, <Held<A> as RequestStream<In>>::Error, (A,)>
    for provider_stream
where
    In: Send + 'static,
    A: Shared<Handle: Deref<Target: RequestStream<In>>>,
{
    const ONE: bool = false;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = Spent;
    type Slot = A::Handle;

    fn slot(&self, (argument,): &(A,)) -> A::Handle {
        argument.shared()
    }

    fn call(
        item: In,
        slot: &mut A::Handle,
    ) -> impl Future<
        Output = Result<
            impl Outputs<<Held<A> as RequestStream<In>>::Item, <Held<A> as RequestStream<In>>::Error>,
            <Held<A> as RequestStream<In>>::Error,
        >,
    > + Send {
        mapped(slot.open(item), |stream| {
            Ok(TryStreamed { stream: stream? })
        })
    }

    fn now(
        _: In,
        _: &mut A::Handle,
    ) -> Result<Option<<Held<A> as RequestStream<In>>::Item>, <Held<A> as RequestStream<In>>::Error>
    {
        not_plain()
    }
}

impl<In> Takes<In> for provider {}
impl<In> Takes<In> for provider_sink {}
impl<In> Takes<In> for provider_stream {}

impl Waits for provider {}
impl Waits for provider_sink {}
impl Waits for provider_stream {}
