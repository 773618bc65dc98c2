//! Backends whose type is not known when the program is compiled: one twin of each pattern, with boxed futures.
//!
//! Every provider is its own twin, and the twin is a provider again, so nothing else has to know of erasure. A call
//! allocates its future; where that matters, keep the type.

use super::{
    BoxError, Duplex, Health, Metadata, Provider, RequestResponse, RequestStream, SendHalf, Wraps,
};
use futures_core::Stream;
use std::{fmt, pin::Pin, sync::Arc};

/// A future on the heap.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
/// A stream on the heap.
pub type BoxStream<T> = Pin<Box<dyn Stream<Item = T> + Send>>;

/// Any backend that answers `Req` with `Res`.
///
/// ```
/// use electrician::provider::{DynRequestResponse, RequestResponse, from_fn};
/// use std::{convert::Infallible, sync::Arc};
///
/// let backends: Vec<DynRequestResponse<u32, u32, Infallible>> = vec![
///     Arc::new(from_fn("double", async |n: u32| Ok(n * 2))),
///     Arc::new(from_fn("square", async |n: u32| Ok(n * n))),
/// ];
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// assert_eq!(backends[1].call(7).await, Ok(49));
/// # });
/// ```
pub type DynRequestResponse<Req, Res, Err> = Arc<dyn ErasedRequestResponse<Req, Res, Err>>;
/// Any backend that takes `T`.
pub type DynSink<T, Err> = DynRequestResponse<T, (), Err>;
/// Any backend that answers `Req` with a stream of `Item`.
pub type DynRequestStream<Req, Item, Err> = Arc<dyn ErasedRequestStream<Req, Item, Err>>;
/// Any backend that takes `T` and gives `Item` in one conversation.
pub type DynDuplex<T, Item, Err> = Arc<dyn ErasedDuplex<T, Item, Err>>;

/// The twin of [`Provider`].
pub trait ErasedProvider: Send + Sync + 'static {
    /// [`Provider::name`].
    fn name_erased(&self) -> &str;
    /// [`Provider::metadata`].
    fn metadata_erased(&self) -> Metadata;
    /// [`Provider::is_available`].
    fn is_available_erased(&self) -> bool;
    /// [`Provider::health`].
    fn health_erased(&self) -> BoxFuture<'_, Health>;
    /// [`Provider::init`].
    fn init_erased(&self) -> BoxFuture<'_, Result<(), BoxError>>;
    /// [`Provider::close`].
    fn close_erased(&self) -> BoxFuture<'_, Result<(), BoxError>>;
}

impl<P: Provider> ErasedProvider for P {
    fn name_erased(&self) -> &str {
        self.name()
    }

    fn metadata_erased(&self) -> Metadata {
        self.metadata()
    }

    fn is_available_erased(&self) -> bool {
        self.is_available()
    }

    fn health_erased(&self) -> BoxFuture<'_, Health> {
        Box::pin(self.health())
    }

    fn init_erased(&self) -> BoxFuture<'_, Result<(), BoxError>> {
        Box::pin(self.init())
    }

    fn close_erased(&self) -> BoxFuture<'_, Result<(), BoxError>> {
        Box::pin(self.close())
    }
}

impl Provider for dyn ErasedProvider {
    fn name(&self) -> &str {
        self.name_erased()
    }

    fn metadata(&self) -> Metadata {
        self.metadata_erased()
    }

    fn is_available(&self) -> bool {
        self.is_available_erased()
    }

    fn health(&self) -> impl Future<Output = Health> + Send {
        self.health_erased()
    }

    fn init(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        self.init_erased()
    }

    fn close(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        self.close_erased()
    }
}

/// The twin of [`RequestResponse`], and of [`Sink`](super::Sink).
pub trait ErasedRequestResponse<Req, Res, Err>: ErasedProvider {
    /// [`RequestResponse::call`].
    fn call_erased(&self, request: Req) -> BoxFuture<'_, Result<Res, Err>>;
}

impl<Req, P> ErasedRequestResponse<Req, P::Response, P::Error> for P
where
    Req: Send + 'static,
    P: RequestResponse<Req>,
{
    fn call_erased(&self, request: Req) -> BoxFuture<'_, Result<P::Response, P::Error>> {
        Box::pin(self.call(request))
    }
}

impl<Req: 'static, Res: 'static, Err: 'static> Wraps for dyn ErasedRequestResponse<Req, Res, Err> {
    type Inner = dyn ErasedProvider;

    fn inner(&self) -> &dyn ErasedProvider {
        self
    }
}

impl<Req, Res, Err> RequestResponse<Req> for dyn ErasedRequestResponse<Req, Res, Err>
where
    Req: 'static,
    Res: Send + 'static,
    Err: Send + 'static,
{
    type Response = Res;
    type Error = Err;

    fn call(&self, request: Req) -> impl Future<Output = Result<Res, Err>> + Send {
        self.call_erased(request)
    }
}

/// The twin of [`RequestStream`].
pub trait ErasedRequestStream<Req, Item, Err>: ErasedProvider {
    /// [`RequestStream::open`].
    fn open_erased(&self, request: Req)
    -> BoxFuture<'_, Result<BoxStream<Result<Item, Err>>, Err>>;
}

impl<Req, P> ErasedRequestStream<Req, P::Item, P::Error> for P
where
    Req: Send + 'static,
    P: RequestStream<Req, Stream: 'static>,
{
    fn open_erased(
        &self,
        request: Req,
    ) -> BoxFuture<'_, Result<BoxStream<Result<P::Item, P::Error>>, P::Error>> {
        Box::pin(async move { Ok(Box::pin(self.open(request).await?) as BoxStream<_>) })
    }
}

impl<Req: 'static, Item: 'static, Err: 'static> Wraps for dyn ErasedRequestStream<Req, Item, Err> {
    type Inner = dyn ErasedProvider;

    fn inner(&self) -> &dyn ErasedProvider {
        self
    }
}

impl<Req, Item, Err> RequestStream<Req> for dyn ErasedRequestStream<Req, Item, Err>
where
    Req: 'static,
    Item: Send + 'static,
    Err: Send + 'static,
{
    type Item = Item;
    type Error = Err;
    type Stream = BoxStream<Result<Item, Err>>;

    fn open(&self, request: Req) -> impl Future<Output = Result<Self::Stream, Err>> + Send {
        self.open_erased(request)
    }
}

/// Both halves of an erased conversation.
pub type BoxHalves<T, Item, Err> = (
    Box<dyn ErasedSendHalf<T, Err>>,
    BoxStream<Result<Item, Err>>,
);

/// The twin of [`Duplex`].
pub trait ErasedDuplex<T, Item, Err>: ErasedProvider {
    /// [`Duplex::connect`].
    fn connect_erased(&self) -> BoxFuture<'_, Result<BoxHalves<T, Item, Err>, Err>>;
}

impl<T, P> ErasedDuplex<T, P::Item, P::Error> for P
where
    T: Send + 'static,
    P: Duplex<T, Sender: 'static, Receiver: 'static>,
{
    fn connect_erased(&self) -> BoxFuture<'_, Result<BoxHalves<T, P::Item, P::Error>, P::Error>> {
        Box::pin(async move {
            let (sender, receiver) = self.connect().await?;
            let sender: Box<dyn ErasedSendHalf<T, P::Error>> = Box::new(sender);
            Ok((sender, Box::pin(receiver) as BoxStream<_>))
        })
    }
}

impl<T: 'static, Item: 'static, Err: 'static> Wraps for dyn ErasedDuplex<T, Item, Err> {
    type Inner = dyn ErasedProvider;

    fn inner(&self) -> &dyn ErasedProvider {
        self
    }
}

impl<T, Item, Err> Duplex<T> for dyn ErasedDuplex<T, Item, Err>
where
    T: Send + 'static,
    Item: Send + 'static,
    Err: Send + 'static,
{
    type Item = Item;
    type Error = Err;
    type Sender = Box<dyn ErasedSendHalf<T, Err>>;
    type Receiver = BoxStream<Result<Item, Err>>;

    fn connect(&self) -> impl Future<Output = Result<(Self::Sender, Self::Receiver), Err>> + Send {
        self.connect_erased()
    }
}

/// The twin of [`SendHalf`].
pub trait ErasedSendHalf<T, Err>: Send {
    /// [`SendHalf::send`].
    fn send_erased(&mut self, item: T) -> BoxFuture<'_, Result<(), Err>>;
    /// [`SendHalf::finish`].
    fn finish_erased(&mut self) -> BoxFuture<'_, Result<(), Err>>;
}

impl<T: Send + 'static, H: SendHalf<T>> ErasedSendHalf<T, H::Error> for H {
    fn send_erased(&mut self, item: T) -> BoxFuture<'_, Result<(), H::Error>> {
        Box::pin(self.send(item))
    }

    fn finish_erased(&mut self) -> BoxFuture<'_, Result<(), H::Error>> {
        Box::pin(self.finish())
    }
}

impl<T: 'static, Err: Send + 'static> SendHalf<T> for Box<dyn ErasedSendHalf<T, Err>> {
    type Error = Err;

    fn send(&mut self, item: T) -> impl Future<Output = Result<(), Err>> + Send {
        (**self).send_erased(item)
    }

    fn finish(&mut self) -> impl Future<Output = Result<(), Err>> + Send {
        (**self).finish_erased()
    }
}

impl fmt::Debug for dyn ErasedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Provider").field(&self.name()).finish()
    }
}
