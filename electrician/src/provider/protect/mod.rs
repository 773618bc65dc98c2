//! Protection around a provider's calls: comes in a call, goes out whether and how often it is made.
//!
//! | pattern | what is protected |
//! |---|---|
//! | request-response, sink | the whole call |
//! | request-stream | the opening; what was taken for it is kept until the stream ends, and errors in it are recorded |
//! | duplex | the same, and the opening is never repeated: only a guard that calls [`Once`] goes around it |
//!
//! A [`Chain`](crate::resilience::Chain) is a guard, each call having one of its own, and so is a
//! [`CircuitBreaker`](crate::resilience::CircuitBreaker) by itself.

#![allow(
    clippy::manual_async_fn,
    reason = "the future of a protected call says by itself that it is `Send`"
)]

mod breaker;
mod chain;
mod times;
mod watched;

pub use crate::spares::{Lent, Spares};
pub use breaker::ProtectedError;
pub use times::{Once, Times};
pub use watched::Watched;

use super::{Duplex, MapError, Provider, RequestResponse, RequestStream, Wraps};
use std::sync::{Arc, Mutex};

/// What stands around calls that give `T` or fail with `E`: a [`CircuitBreaker`](crate::resilience::CircuitBreaker), a
/// chain of protections.
pub trait Guard<T, E>: Send + Sync + 'static {
    /// Why a call gave nothing: its own error, or the guard's.
    type Error: From<E> + Send;
    /// What was taken for a call, until that has ended.
    type Kept: Kept<E>;
    /// How often it makes a call: [`Unmarked`](crate::resilience::chain::Unmarked) once,
    /// [`Idempotent`](crate::resilience::chain::Idempotent) perhaps again.
    type Times;

    /// Makes a call, as often as the guard decides, and keeps what was taken for it.
    ///
    /// # Errors
    ///
    /// The call's own, or the guard's refusal.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future gives back what was taken, and is no failure.
    fn open<C, A>(
        &self,
        call: C,
    ) -> impl Future<Output = Result<(T, Self::Kept), Self::Error>> + Send
    where
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send;

    /// As [`open`](Self::open), for a call that is over when it has answered. `spares` are guards that calls before it have left.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open).
    ///
    /// # Cancel safety
    ///
    /// As of [`open`](Self::open).
    fn around<C, A>(
        &self,
        _spares: &Spares<Self>,
        call: C,
    ) -> impl Future<Output = Result<T, Self::Error>> + Send
    where
        Self: Sized,
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        async move {
            let (response, mut kept) = self.open(call).await?;
            kept.ended();
            Ok(response)
        }
    }
}

/// What was taken for a call. Dropped, it is given back, and nothing is said of the call.
pub trait Kept<E>: Send {
    /// What the call has opened gave an error.
    fn failed(&mut self, error: &E);
    /// What the call has opened came to its end.
    fn ended(&mut self);
}

/// A provider with a guard around its calls; see [`Combine::protected`](super::Combine::protected).
#[derive(Clone, Debug)]
pub struct Protected<P, G> {
    inner: P,
    guard: G,
    spares: Spares<G>,
}

impl<P, G> Protected<P, G> {
    pub(super) fn new(inner: P, guard: G) -> Self {
        Self {
            inner,
            guard,
            spares: Spares::new(),
        }
    }

    /// What stands around the calls.
    pub fn guard(&self) -> &G {
        &self.guard
    }
}

impl<P: Provider, G: Send + Sync + 'static> Wraps for Protected<P, G> {
    type Inner = P;

    fn inner(&self) -> &P {
        &self.inner
    }
}

impl<Req, P, G> RequestResponse<Req> for Protected<P, G>
where
    Req: Send,
    P: RequestResponse<Req>,
    G: Guard<P::Response, P::Error, Times: Times<Req>>,
{
    type Response = P::Response;
    type Error = G::Error;

    fn call(&self, request: Req) -> impl Future<Output = Result<P::Response, G::Error>> + Send {
        let mut request = Some(request);
        async move {
            let call = || self.inner.call(G::Times::next(&mut request));
            self.guard.around(&self.spares, call).await
        }
    }
}

impl<Req, P, G> RequestStream<Req> for Protected<P, G>
where
    Req: Send,
    P: RequestStream<Req>,
    G: Guard<P::Stream, P::Error, Times: Times<Req>>,
{
    type Item = P::Item;
    type Error = G::Error;
    type Stream = MapError<Watched<P::Stream, G::Kept>, fn(P::Error) -> G::Error>;

    fn open(&self, request: Req) -> impl Future<Output = Result<Self::Stream, G::Error>> + Send {
        let mut request = Some(request);
        async move {
            let open = || self.inner.open(G::Times::next(&mut request));
            let (stream, kept) = self.guard.open(open).await?;
            let stream: Self::Stream = MapError::new(Watched::new(stream, kept), From::from);
            Ok(stream)
        }
    }
}

impl<T, P, G> Duplex<T> for Protected<P, G>
where
    T: Send,
    P: Duplex<T>,
    G: Guard<(P::Sender, P::Receiver), P::Error, Times: Once>,
{
    type Item = P::Item;
    type Error = G::Error;
    type Sender = MapError<Watched<P::Sender, KeptByBoth<G::Kept>>, fn(P::Error) -> G::Error>;
    type Receiver = MapError<Watched<P::Receiver, KeptByBoth<G::Kept>>, fn(P::Error) -> G::Error>;

    fn connect(
        &self,
    ) -> impl Future<Output = Result<(Self::Sender, Self::Receiver), G::Error>> + Send {
        async move {
            let ((sender, receiver), kept) = self.guard.open(|| self.inner.connect()).await?;
            let kept = Arc::new(Mutex::new(kept));
            let sender = Watched::new(sender, Arc::clone(&kept));
            let receiver = Watched::new(receiver, kept);
            let sender: Self::Sender = MapError::new(sender, From::from);
            let receiver: Self::Receiver = MapError::new(receiver, From::from);
            Ok((sender, receiver))
        }
    }
}

/// What both halves of a conversation keep.
pub type KeptByBoth<K> = Arc<Mutex<K>>;
