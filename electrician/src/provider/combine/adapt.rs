//! One vocabulary comes in, another one goes to the provider and comes back from it.

use crate::provider::{Duplex, Provider, RequestResponse, RequestStream, SendHalf, Wraps};
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::{
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll},
};

/// Takes other requests and gives other responses; see [`Combine::adapt`](super::Combine::adapt).
#[derive(Clone, Copy, Debug)]
pub struct Adapt<P, F, G> {
    inner: P,
    request: F,
    response: G,
}

impl<P, F, G> Adapt<P, F, G> {
    pub(super) fn new(inner: P, request: F, response: G) -> Self {
        Self {
            inner,
            request,
            response,
        }
    }
}

impl<P, F, G> Wraps for Adapt<P, F, G>
where
    P: Provider,
    F: Send + Sync + 'static,
    G: Send + Sync + 'static,
{
    type Inner = P;

    fn inner(&self) -> &P {
        &self.inner
    }
}

impl<Req, To, Out, E, P, F, G> RequestResponse<Req> for Adapt<P, F, G>
where
    Req: Send,
    To: Send,
    Out: Send,
    E: Send,
    P: RequestResponse<To, Error: Into<E>>,
    F: Fn(Req) -> Result<To, E> + Send + Sync + 'static,
    G: Fn(P::Response) -> Result<Out, E> + Send + Sync + 'static,
{
    type Response = Out;
    type Error = E;

    async fn call(&self, request: Req) -> Result<Out, E> {
        let request = (self.request)(request)?;
        let response = self.inner.call(request).await.map_err(Into::into)?;
        (self.response)(response)
    }
}

impl<Req, To, Out, E, P, F, G> RequestStream<Req> for Adapt<P, F, G>
where
    Req: Send,
    To: Send,
    Out: Send,
    E: Send,
    P: RequestStream<To, Error: Into<E>>,
    F: Fn(Req) -> Result<To, E> + Send + Sync + 'static,
    G: Fn(P::Item) -> Result<Out, E> + Clone + Send + Sync + 'static,
{
    type Item = Out;
    type Error = E;
    type Stream = AdaptedItems<P::Stream, G, E>;

    async fn open(&self, request: Req) -> Result<Self::Stream, E> {
        let request = (self.request)(request)?;
        let stream = self.inner.open(request).await.map_err(Into::into)?;
        Ok(AdaptedItems::new(stream, self.response.clone()))
    }
}

impl<T, To, Out, E, P, F, G> Duplex<T> for Adapt<P, F, G>
where
    T: Send,
    To: Send,
    Out: Send,
    E: Send,
    P: Duplex<To, Error: Into<E>>,
    F: Fn(T) -> Result<To, E> + Clone + Send + Sync + 'static,
    G: Fn(P::Item) -> Result<Out, E> + Clone + Send + Sync + 'static,
{
    type Item = Out;
    type Error = E;
    type Sender = AdaptedSender<P::Sender, F>;
    type Receiver = AdaptedItems<P::Receiver, G, E>;

    async fn connect(&self) -> Result<(Self::Sender, Self::Receiver), E> {
        let (inner, receiver) = self.inner.connect().await.map_err(Into::into)?;
        let request = self.request.clone();
        let sender = AdaptedSender { inner, request };
        Ok((sender, AdaptedItems::new(receiver, self.response.clone())))
    }
}

pin_project! {
    /// Makes other items of those of a stream.
    #[derive(Debug)]
    pub struct AdaptedItems<S, G, E> {
        #[pin]
        inner: S,
        response: G,
        error: PhantomData<fn() -> E>,
    }
}

impl<S, G, E> AdaptedItems<S, G, E> {
    fn new(inner: S, response: G) -> Self {
        Self {
            inner,
            response,
            error: PhantomData,
        }
    }
}

impl<T, Out, D, E, S, G> Stream for AdaptedItems<S, G, E>
where
    D: Into<E>,
    S: Stream<Item = Result<T, D>>,
    G: Fn(T) -> Result<Out, E>,
{
    type Item = Result<Out, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let next = this.inner.poll_next(cx);
        next.map(|next| next.map(|item| item.map_err(Into::into).and_then(this.response)))
    }
}

/// Makes other items of those that are sent.
#[derive(Debug)]
pub struct AdaptedSender<S, F> {
    inner: S,
    request: F,
}

impl<T, To, E, S, F> SendHalf<T> for AdaptedSender<S, F>
where
    T: Send,
    To: Send,
    E: Send,
    S: SendHalf<To, Error: Into<E>>,
    F: Fn(T) -> Result<To, E> + Send + Sync,
{
    type Error = E;

    async fn send(&mut self, item: T) -> Result<(), E> {
        let item = (self.request)(item)?;
        self.inner.send(item).await.map_err(Into::into)
    }

    async fn finish(&mut self) -> Result<(), E> {
        self.inner.finish().await.map_err(Into::into)
    }
}
