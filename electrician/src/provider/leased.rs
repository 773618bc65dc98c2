//! A lease on a backend comes in, goes out what it has opened, which keeps the lease until it ends.

use super::{Duplex, Held, Lease, MapError, RequestStream};

/// A stream of a backend, which is kept until the stream ends.
pub type LeasedStream<Req, T, E> =
    Leased<<T as RequestStream<Req>>::Stream, <T as RequestStream<Req>>::Error, E, T>;
/// The half of a conversation that sends, and its backend.
pub type LeasedSender<M, T, E> = Leased<<T as Duplex<M>>::Sender, <T as Duplex<M>>::Error, E, T>;
/// The half of a conversation that receives, and its backend.
pub type LeasedReceiver<M, T, E> =
    Leased<<T as Duplex<M>>::Receiver, <T as Duplex<M>>::Error, E, T>;

/// Something that was opened, with errors of another type.
type Leased<S, Own, E, T> = Held<MapError<S, fn(Own) -> E>, Lease<T>>;

/// Opens a stream.
pub(super) async fn open<Req: Send, T: RequestStream<Req>, E>(
    lease: Lease<T>,
    request: Req,
    wrap: fn(T::Error) -> E,
) -> Result<LeasedStream<Req, T, E>, E> {
    let stream = lease.open(request).await.map_err(wrap)?;
    Ok(Held::new(MapError::new(stream, wrap), lease))
}

/// Opens a conversation.
pub(super) async fn connect<M: Send, T: Duplex<M>, E>(
    lease: Lease<T>,
    wrap: fn(T::Error) -> E,
) -> Result<(LeasedSender<M, T, E>, LeasedReceiver<M, T, E>), E> {
    let (sender, receiver) = lease.connect().await.map_err(wrap)?;
    let sender = Held::new(MapError::new(sender, wrap), lease.clone());
    Ok((sender, Held::new(MapError::new(receiver, wrap), lease)))
}
