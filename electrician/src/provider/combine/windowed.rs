//! Items come in one by one, what is made of each window of them goes out.

use crate::provider::{BoxFuture, Provider, RequestStream, Wraps};
use futures_core::Stream;
use pin_project_lite::pin_project;
use std::{
    mem,
    num::NonZeroUsize,
    pin::Pin,
    task::{Context, Poll, ready},
};

/// Makes something of each window of a stream's items; see [`Combine::windowed`](super::Combine::windowed).
#[derive(Clone, Copy, Debug)]
pub struct Windowed<P, F> {
    inner: P,
    size: NonZeroUsize,
    process: F,
}

impl<P, F> Windowed<P, F> {
    pub(super) fn new(inner: P, size: NonZeroUsize, process: F) -> Self {
        Self {
            inner,
            size,
            process,
        }
    }
}

impl<P: Provider, F: Send + Sync + 'static> Wraps for Windowed<P, F> {
    type Inner = P;

    fn inner(&self) -> &P {
        &self.inner
    }
}

impl<Req, R, Fut, P, F> RequestStream<Req> for Windowed<P, F>
where
    Req: Send,
    R: Send + 'static,
    P: RequestStream<Req, Error: 'static>,
    Fut: Future<Output = Result<R, P::Error>> + Send + 'static,
    F: Fn(Vec<P::Item>) -> Fut + Clone + Send + Sync + 'static,
{
    type Item = R;
    type Error = P::Error;
    type Stream = Windows<P::Stream, P::Item, F, R, P::Error>;

    async fn open(&self, request: Req) -> Result<Self::Stream, P::Error> {
        Ok(Windows {
            stream: self.inner.open(request).await?,
            size: self.size.get(),
            process: self.process.clone(),
            window: Vec::new(),
            processing: None,
            failed: None,
            ended: false,
        })
    }
}

pin_project! {
    /// What is made of the windows of a stream.
    pub struct Windows<S, T, F, R, E> {
        #[pin]
        stream: S,
        size: usize,
        process: F,
        window: Vec<T>,
        processing: Option<BoxFuture<'static, Result<R, E>>>,
        // An error that closed a window, and comes after it.
        failed: Option<E>,
        ended: bool,
    }
}

impl<S, T, Fut, F, R, E> Stream for Windows<S, T, F, R, E>
where
    S: Stream<Item = Result<T, E>>,
    Fut: Future<Output = Result<R, E>> + Send + 'static,
    F: Fn(Vec<T>) -> Fut,
{
    type Item = Result<R, E>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut this = self.project();
        loop {
            if let Some(processing) = this.processing {
                let made = ready!(processing.as_mut().poll(cx));
                *this.processing = None;
                return Poll::Ready(Some(made));
            }
            if let Some(error) = this.failed.take() {
                return Poll::Ready(Some(Err(error)));
            }
            if *this.ended {
                return Poll::Ready(None);
            }
            let closes = match ready!(this.stream.as_mut().poll_next(cx)) {
                Some(Ok(item)) => {
                    this.window.push(item);
                    this.window.len() == *this.size
                }
                Some(Err(error)) => {
                    *this.failed = Some(error);
                    true
                }
                None => {
                    *this.ended = true;
                    true
                }
            };
            if closes && !this.window.is_empty() {
                let window = mem::take(this.window);
                *this.processing = Some(Box::pin((this.process)(window)));
            }
        }
    }
}
