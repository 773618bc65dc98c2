//! The four ways of calling a backend, each a trait with static dispatch.
//!
//! ```text
//! request-response   request  ->  response
//! request-stream     request  ->  item item item …
//! sink               item     ->
//! duplex             item item …  <->  item item …
//! ```

use super::Provider;
use futures_core::Stream;
use std::{future::ready, sync::Arc};

/// A request, and one response to it.
///
/// Implement it with `async fn call`. The future is `Send`, and dropping it gives the call up: whether the backend has done
/// something by then is the backend's to say.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not answer a request of type `{Req}`",
    label = "this provider",
    note = "implement `RequestResponse<{Req}>` for it, or adapt it: `provider.adapt(|request| …, |response| …)`"
)]
pub trait RequestResponse<Req>: Provider {
    /// What comes back.
    type Response: Send;
    /// Why nothing came back.
    type Error: Send;

    /// Calls it.
    ///
    /// # Errors
    ///
    /// Its own.
    fn call(
        &self,
        request: Req,
    ) -> impl Future<Output = Result<Self::Response, Self::Error>> + Send;
}

/// A request, and many items as the answer.
///
/// Dropping the stream ends it; so nothing has to be closed by hand.
///
/// An item that is an error does not end the stream: only the end does, so that a stream that broke off is never taken for a
/// whole one.
#[doc(alias = "Stream")]
pub trait RequestStream<Req>: Provider {
    /// What comes back, again and again.
    type Item: Send;
    /// Why it was not opened, or why an item did not come.
    type Error: Send;
    /// The items.
    type Stream: Stream<Item = Result<Self::Item, Self::Error>> + Send;

    /// Opens the stream.
    ///
    /// # Errors
    ///
    /// Its own.
    fn open(&self, request: Req) -> impl Future<Output = Result<Self::Stream, Self::Error>> + Send;
}

/// Takes items and gives nothing back: a [`RequestResponse`] whose response is `()`, under its own name.
///
/// Implement `RequestResponse<T, Response = ()>`, and it is a sink; so whatever is built around a call serves a sink, too.
pub trait Sink<T>: RequestResponse<T, Response = ()> {
    /// Sends one item; when it returns, the item has been taken.
    ///
    /// # Errors
    ///
    /// Its own.
    fn send(&self, item: T) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.call(item)
    }
}

impl<T, P: RequestResponse<T, Response = ()> + ?Sized> Sink<T> for P {}

/// A conversation: both sides send whenever they like. It comes as two halves that are owned, so that one task can send
/// while another one receives, and neither needs the other to end.
pub trait Duplex<T>: Provider {
    /// What comes in.
    type Item: Send;
    /// Why it was not opened, or why an item did not go or come.
    type Error: Send;
    /// The half that sends.
    type Sender: SendHalf<T, Error = Self::Error>;
    /// The half that receives.
    type Receiver: Stream<Item = Result<Self::Item, Self::Error>> + Send;

    /// Opens the conversation.
    ///
    /// # Errors
    ///
    /// Its own.
    fn connect(
        &self,
    ) -> impl Future<Output = Result<(Self::Sender, Self::Receiver), Self::Error>> + Send;
}

/// The half of a conversation that sends. Dropping it ends this side of it.
pub trait SendHalf<T>: Send {
    /// Why an item did not go.
    type Error: Send;

    /// Sends one item.
    ///
    /// # Errors
    ///
    /// Its own.
    fn send(&mut self, item: T) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Says that nothing more comes from this side.
    ///
    /// # Errors
    ///
    /// Its own.
    fn finish(&mut self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        ready(Ok(()))
    }
}

impl<Req, P: RequestResponse<Req> + ?Sized> RequestResponse<Req> for Arc<P> {
    type Response = P::Response;
    type Error = P::Error;

    fn call(
        &self,
        request: Req,
    ) -> impl Future<Output = Result<Self::Response, Self::Error>> + Send {
        P::call(self, request)
    }
}

impl<Req, P: RequestStream<Req> + ?Sized> RequestStream<Req> for Arc<P> {
    type Item = P::Item;
    type Error = P::Error;
    type Stream = P::Stream;

    fn open(&self, request: Req) -> impl Future<Output = Result<Self::Stream, Self::Error>> + Send {
        P::open(self, request)
    }
}

impl<T, P: Duplex<T> + ?Sized> Duplex<T> for Arc<P> {
    type Item = P::Item;
    type Error = P::Error;
    type Sender = P::Sender;
    type Receiver = P::Receiver;

    fn connect(
        &self,
    ) -> impl Future<Output = Result<(Self::Sender, Self::Receiver), Self::Error>> + Send {
        P::connect(self)
    }
}
