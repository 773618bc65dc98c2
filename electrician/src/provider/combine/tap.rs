//! Shows what goes to a provider, and changes nothing.

use crate::provider::{Duplex, Provider, RequestResponse, RequestStream, SendHalf, Wraps};

/// Shows each request to a function; see [`Combine::tap`](super::Combine::tap).
#[derive(Clone, Copy, Debug)]
pub struct Tap<P, F> {
    inner: P,
    tap: F,
}

impl<P, F> Tap<P, F> {
    pub(super) fn new(inner: P, tap: F) -> Self {
        Self { inner, tap }
    }
}

impl<P: Provider, F: Send + Sync + 'static> Wraps for Tap<P, F> {
    type Inner = P;

    fn inner(&self) -> &P {
        &self.inner
    }
}

impl<Req, P, F> RequestResponse<Req> for Tap<P, F>
where
    P: RequestResponse<Req>,
    F: Fn(&Req) + Send + Sync + 'static,
{
    type Response = P::Response;
    type Error = P::Error;

    fn call(&self, request: Req) -> impl Future<Output = Result<P::Response, P::Error>> + Send {
        (self.tap)(&request);
        self.inner.call(request)
    }
}

impl<Req, P, F> RequestStream<Req> for Tap<P, F>
where
    P: RequestStream<Req>,
    F: Fn(&Req) + Send + Sync + 'static,
{
    type Item = P::Item;
    type Error = P::Error;
    type Stream = P::Stream;

    fn open(&self, request: Req) -> impl Future<Output = Result<P::Stream, P::Error>> + Send {
        (self.tap)(&request);
        self.inner.open(request)
    }
}

impl<T, P, F> Duplex<T> for Tap<P, F>
where
    P: Duplex<T>,
    F: Fn(&T) + Clone + Send + Sync + 'static,
{
    type Item = P::Item;
    type Error = P::Error;
    type Sender = TappedSender<P::Sender, F>;
    type Receiver = P::Receiver;

    async fn connect(&self) -> Result<(Self::Sender, P::Receiver), P::Error> {
        let (inner, receiver) = self.inner.connect().await?;
        let tap = self.tap.clone();
        Ok((TappedSender { inner, tap }, receiver))
    }
}

/// Shows each item that is sent.
#[derive(Debug)]
pub struct TappedSender<S, F> {
    inner: S,
    tap: F,
}

impl<T, S, F> SendHalf<T> for TappedSender<S, F>
where
    S: SendHalf<T>,
    F: Fn(&T) + Send,
{
    type Error = S::Error;

    fn send(&mut self, item: T) -> impl Future<Output = Result<(), S::Error>> + Send {
        (self.tap)(&item);
        self.inner.send(item)
    }

    fn finish(&mut self) -> impl Future<Output = Result<(), S::Error>> + Send {
        self.inner.finish()
    }
}
