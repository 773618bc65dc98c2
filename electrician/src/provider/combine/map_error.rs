//! Errors come in, other errors go out: of a provider, of a stream, of a half that sends.

use crate::provider::{Duplex, Provider, RequestResponse, RequestStream, SendHalf, Wraps};
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::{
    pin::Pin,
    task::{Context, Poll},
};

pin_project! {
    /// Gives other errors; see [`Combine::map_error`](super::Combine::map_error).
    #[derive(Clone, Copy, Debug)]
    pub struct MapError<P, F> {
        #[pin]
        inner: P,
        map: F,
    }
}

impl<P, F> MapError<P, F> {
    /// The errors of `inner`, each made into another by `map`.
    pub fn new(inner: P, map: F) -> Self {
        Self { inner, map }
    }
}

impl<P: Provider, F: Send + Sync + 'static> Wraps for MapError<P, F> {
    type Inner = P;

    fn inner(&self) -> &P {
        &self.inner
    }
}

impl<Req, E, P, F> RequestResponse<Req> for MapError<P, F>
where
    Req: Send,
    E: Send,
    P: RequestResponse<Req>,
    F: Fn(P::Error) -> E + Send + Sync + 'static,
{
    type Response = P::Response;
    type Error = E;

    async fn call(&self, request: Req) -> Result<P::Response, E> {
        self.inner.call(request).await.map_err(&self.map)
    }
}

impl<Req, E, P, F> RequestStream<Req> for MapError<P, F>
where
    Req: Send,
    E: Send,
    P: RequestStream<Req>,
    F: Fn(P::Error) -> E + Clone + Send + Sync + 'static,
{
    type Item = P::Item;
    type Error = E;
    type Stream = MapError<P::Stream, F>;

    async fn open(&self, request: Req) -> Result<Self::Stream, E> {
        let stream = self.inner.open(request).await.map_err(&self.map)?;
        Ok(MapError::new(stream, self.map.clone()))
    }
}

impl<T, E, P, F> Duplex<T> for MapError<P, F>
where
    T: Send,
    E: Send,
    P: Duplex<T>,
    F: Fn(P::Error) -> E + Clone + Send + Sync + 'static,
{
    type Item = P::Item;
    type Error = E;
    type Sender = MapError<P::Sender, F>;
    type Receiver = MapError<P::Receiver, F>;

    async fn connect(&self) -> Result<(Self::Sender, Self::Receiver), E> {
        let (sender, receiver) = self.inner.connect().await.map_err(&self.map)?;
        let sender = MapError::new(sender, self.map.clone());
        Ok((sender, MapError::new(receiver, self.map.clone())))
    }
}

impl<T, E, D, S: Stream<Item = Result<T, E>>, F: Fn(E) -> D> Stream for MapError<S, F> {
    type Item = Result<T, D>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let next = this.inner.poll_next(cx);
        next.map(|next| next.map(|item| item.map_err(this.map)))
    }
}

impl<T, D, S, F> SendHalf<T> for MapError<S, F>
where
    T: Send,
    D: Send,
    S: SendHalf<T>,
    F: Fn(S::Error) -> D + Send + Sync,
{
    type Error = D;

    async fn send(&mut self, item: T) -> Result<(), D> {
        self.inner.send(item).await.map_err(&self.map)
    }

    async fn finish(&mut self) -> Result<(), D> {
        self.inner.finish().await.map_err(&self.map)
    }
}
