//! Calls come in and go on unchanged; what is told goes out: how each went, and how what it has opened went.

mod course;
mod sensor;

pub use sensor::{Act, Outcome, Seen, Sensor, Tracing};

use crate::provider::{Duplex, Provider, RequestResponse, RequestStream, SendHalf, Wraps};
use course::{Course, Watcher};
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::{
    fmt::Display,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Tells a sensor how calls go; see [`Combine::observed`](super::Combine::observed).
#[derive(Debug)]
pub struct Observed<P, S> {
    inner: P,
    watcher: Watcher<S>,
}

impl<P: Provider, S: Sensor> Observed<P, S> {
    pub(super) fn new(inner: P, sensor: S) -> Self {
        let watcher = Watcher::new(inner.name(), sensor);
        Self { inner, watcher }
    }
}

impl<P: Provider, S: Sensor> Wraps for Observed<P, S> {
    type Inner = P;

    fn inner(&self) -> &P {
        &self.inner
    }
}

impl<Req, P, S> RequestResponse<Req> for Observed<P, S>
where
    Req: Send,
    P: RequestResponse<Req, Error: Display>,
    S: Sensor,
{
    type Response = P::Response;
    type Error = P::Error;

    fn call(&self, request: Req) -> impl Future<Output = Result<P::Response, P::Error>> + Send {
        self.watcher.watch(Act::Called, || self.inner.call(request))
    }
}

impl<Req, P, S> RequestStream<Req> for Observed<P, S>
where
    Req: Send,
    P: RequestStream<Req, Error: Display>,
    S: Sensor,
{
    type Item = P::Item;
    type Error = P::Error;
    type Stream = ObservedItems<P::Stream, S>;

    async fn open(&self, request: Req) -> Result<Self::Stream, P::Error> {
        let open = || self.inner.open(request);
        let inner = self.watcher.watch(Act::Opened, open).await?;
        let course = self.watcher.begin(Act::NONE_RECEIVED);
        Ok(ObservedItems { inner, course })
    }
}

impl<T, P, S> Duplex<T> for Observed<P, S>
where
    T: Send,
    P: Duplex<T, Error: Display>,
    S: Sensor,
{
    type Item = P::Item;
    type Error = P::Error;
    type Sender = ObservedSender<P::Sender, S>;
    type Receiver = ObservedItems<P::Receiver, S>;

    async fn connect(&self) -> Result<(Self::Sender, Self::Receiver), P::Error> {
        let connect = || self.inner.connect();
        let (sender, receiver) = self.watcher.watch(Act::Opened, connect).await?;
        let sender = ObservedSender {
            inner: sender,
            course: self.watcher.begin(Act::NONE_SENT),
        };
        let receiver = ObservedItems {
            inner: receiver,
            course: self.watcher.begin(Act::NONE_RECEIVED),
        };
        Ok((sender, receiver))
    }
}

pin_project! {
    /// A stream of which a sensor is told when it has ended, or is dropped before.
    #[derive(Debug)]
    pub struct ObservedItems<St, S: Sensor> {
        #[pin]
        inner: St,
        course: Course<S>,
    }
}

impl<T, E, St, S> Stream for ObservedItems<St, S>
where
    E: Display,
    St: Stream<Item = Result<T, E>>,
    S: Sensor,
{
    type Item = Result<T, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.project();
        let next = ready!(this.inner.poll_next(cx));
        match &next {
            Some(item) => this.course.count(item.is_err()),
            None => this.course.end(None::<&E>),
        }
        Poll::Ready(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

/// A half that sends, of which a sensor is told when it has finished, or is dropped before.
#[derive(Debug)]
pub struct ObservedSender<H, S: Sensor> {
    inner: H,
    course: Course<S>,
}

impl<T, H, S> SendHalf<T> for ObservedSender<H, S>
where
    T: Send,
    H: SendHalf<T, Error: Display>,
    S: Sensor,
{
    type Error = H::Error;

    async fn send(&mut self, item: T) -> Result<(), H::Error> {
        let sent = self.inner.send(item).await;
        self.course.count(sent.is_err());
        sent
    }

    async fn finish(&mut self) -> Result<(), H::Error> {
        let finished = self.inner.finish().await;
        self.course.end(finished.as_ref().err());
        finished
    }
}
