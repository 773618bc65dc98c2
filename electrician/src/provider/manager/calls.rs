//! A manager is a provider of every pattern that its backends have: each call goes to the one that is chosen for it.

use super::{Manager, ManagerError, Order};
use crate::provider::{
    BoxError, Candidate, Duplex, Health, Provider, RequestResponse, RequestStream, Selector,
    Standing,
    leased::{self, LeasedReceiver, LeasedSender, LeasedStream},
};
use std::time::Duration;

/// How long [`Provider::close`] waits for the backends of a manager.
const CLOSE_WITHIN: Duration = Duration::from_secs(30);
/// How long [`Provider::health`] waits for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// Closed as a provider, a manager closes its backends in reverse order, within 30 seconds. It is healthy if all are,
/// degraded if one can be called; each is given 5 seconds to say so.
impl<T: Provider, S: Selector> Provider for Manager<T, S> {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_available(&self) -> bool {
        let seats = self.roster.seats();
        seats.iter().any(|seat| seat.standing() > Standing::Out)
    }

    async fn health(&self) -> Health {
        Health::of_group(&self.check(ANSWER_WITHIN).await, 1)
    }

    async fn close(&self) -> Result<(), BoxError> {
        Ok(self.close_all(Order::Reverse, CLOSE_WITHIN).await?)
    }
}

impl<Req, T, S> RequestResponse<Req> for Manager<T, S>
where
    Req: Send,
    T: RequestResponse<Req>,
    S: Selector,
{
    type Response = T::Response;
    type Error = ManagerError<T::Error>;

    async fn call(&self, request: Req) -> Result<T::Response, Self::Error> {
        let lease = self.select()?;
        lease.call(request).await.map_err(ManagerError::Backend)
    }
}

/// The backend is kept until the stream ends.
impl<Req, T, S> RequestStream<Req> for Manager<T, S>
where
    Req: Send,
    T: RequestStream<Req>,
    S: Selector,
{
    type Item = T::Item;
    type Error = ManagerError<T::Error>;
    type Stream = LeasedStream<Req, T, Self::Error>;

    async fn open(&self, request: Req) -> Result<Self::Stream, Self::Error> {
        leased::open(self.select()?, request, ManagerError::Backend).await
    }
}

/// The backend is kept until both halves have ended.
impl<M, T, S> Duplex<M> for Manager<T, S>
where
    M: Send,
    T: Duplex<M>,
    S: Selector,
{
    type Item = T::Item;
    type Error = ManagerError<T::Error>;
    type Sender = LeasedSender<M, T, Self::Error>;
    type Receiver = LeasedReceiver<M, T, Self::Error>;

    async fn connect(&self) -> Result<(Self::Sender, Self::Receiver), Self::Error> {
        leased::connect(self.select()?, ManagerError::Backend).await
    }
}
