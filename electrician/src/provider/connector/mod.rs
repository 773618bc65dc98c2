//! A backend that is made when it is first needed, and made again when it was lost: comes in how to make it, goes out a lease.
//!
//! ```text
//!            a call               made             close
//!   idle -------------> making ----------> up ---------------> closed
//!    ^                   |  ^               |
//!    |             failed |  | a call after   | lost
//!    |                    v  | the wait       |
//!    |                  resting <------------+  soon after it was made
//!    +---------------------------------------+  later than that
//! ```

mod error;
mod pace;
#[cfg(test)]
mod tests;

pub use error::{ConnectError, ConnectorError};

use super::{
    BoxError, BoxFuture, CloseError, Duplex, Health, Lease, Metadata, Order, Provider,
    RequestResponse, RequestStream,
    leased::{self, LeasedReceiver, LeasedSender, LeasedStream},
    manager::{Keeper, Retiring, close, seat},
};
use crate::resilience::{Backoff, moment::after, retry::roll};
use pace::Pace;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::Mutex as Turn,
    time::{Instant, timeout},
};

/// Makes a backend when it is first called, keeps it, and makes another when it says that it is not available any more.
///
/// Use it for a client that holds a connection: one that is not there yet when the program starts, or that breaks and has to be
/// dialled again. Where a backend is made once and stays, use a [`Manager`](super::Manager); to choose among connectors, put
/// them into one.
///
/// - However many call at the same time, one backend is made, and the others wait for it.
/// - One that could not be made is not tried again before its backoff is over: until then every call is refused at once, and
///   told why and until when. So a backend that is down is not stormed.
/// - A backend that is lost is closed when its last call has ended; calls that come meanwhile have a new one.
/// - Asking how it is never waits for one that is being made.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | [`backoff`](Self::backoff) | see [`Backoff`] | `100ms..10s`, full jitter | see [`Backoff::check`] |
/// | [`limit`](Self::limit) | a duration | 30 s | any; how long making and initialising it may take |
///
/// # Panics
///
/// A call, when it has to make a backend in a tokio runtime without a clock.
///
/// # Examples
///
/// ```
/// use electrician::provider::{Connector, RequestResponse, from_fn};
/// use std::{io, sync::atomic::{AtomicU32, Ordering::Relaxed}, time::Duration};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// static DIALS: AtomicU32 = AtomicU32::new(0);
/// let echo = Connector::new("echo", || async {
///     match DIALS.fetch_add(1, Relaxed) {
///         0 => Err(io::Error::other("connection refused")),
///         _ => Ok(from_fn("echo", async |line: &'static str| Ok::<_, io::Error>(line))),
///     }
/// })
/// .backoff(Duration::from_secs(1)..Duration::from_secs(30));
///
/// let refused = echo.call("hello").await.unwrap_err();
/// assert_eq!(refused.to_string(), "`echo` is not connected: connection refused");
///
/// tokio::time::sleep(Duration::from_secs(1)).await;
/// assert_eq!(echo.call("hello").await.unwrap(), "hello");
/// # });
/// ```
pub struct Connector<T> {
    name: String,
    make: Make<T>,
    limit: Duration,
    state: Mutex<State<T>>,
    /// Whoever has it makes the backend.
    turn: Turn<()>,
    retiring: Retiring,
}

type Make<T> = Box<dyn Fn() -> BoxFuture<'static, Result<T, BoxError>> + Send + Sync>;

struct State<T> {
    up: Option<(Lease<T>, Keeper<T>)>,
    pace: Pace,
    /// Why there is none, as it was last found.
    why: Option<Arc<str>>,
    closed: bool,
}

impl<T: Provider> Connector<T> {
    /// A connector that has made nothing yet.
    pub fn new<F, E>(name: impl Into<String>, make: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
        E: Into<BoxError>,
    {
        Self {
            name: name.into(),
            make: Box::new(move || {
                let backend = make();
                Box::pin(async { backend.await.map_err(Into::into) })
            }),
            limit: Duration::from_secs(30),
            state: Mutex::new(State {
                up: None,
                pace: Pace::new(Backoff::default()),
                why: None,
                closed: false,
            }),
            turn: Turn::new(()),
            retiring: Retiring::new(),
        }
    }

    /// How long it rests after a backend that could not be made, or that was lost at once.
    #[must_use]
    pub fn backoff(self, backoff: impl Into<Backoff>) -> Self {
        self.state().pace = Pace::new(backoff.into());
        self
    }

    /// How long it may take to make a backend and to initialise it.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// The backend: the one that is there, or else one that is made now. It is not closed before the lease is dropped.
    ///
    /// # Errors
    ///
    /// [`ConnectError`], if it could not be made, if it rests after that, or if the connector is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the backend that is being made, and the next one who waits makes another.
    pub async fn get(&self) -> Result<Lease<T>, ConnectError> {
        if let Some(lease) = self.there()? {
            return Ok(lease);
        }
        let _turn = self.turn.lock().await;
        match self.there()? {
            Some(lease) => Ok(lease),
            None => self.connect().await,
        }
    }

    /// Whether there is a backend that is available.
    pub fn is_connected(&self) -> bool {
        let state = self.state();
        state
            .up
            .as_ref()
            .is_some_and(|(lease, _)| lease.is_available())
    }

    /// Gives this backend up, unless there is another one by now: the next call makes a new one.
    ///
    /// One that says that it is not available any more is given up by itself, at the next call.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn lost(&self, lease: &Lease<T>) {
        let mut state = self.state();
        if state.up.as_ref().is_some_and(|(up, _)| up.is(lease)) {
            self.lose(&mut state);
        }
    }

    /// Closes the backend once its calls have ended, no later than `within`, and those that were lost before. From here on, every
    /// call is refused.
    ///
    /// # Errors
    ///
    /// [`CloseError`], with each of them that could not be closed or was not closed in time.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future does not stop the closing. Called again, it waits for what is left.
    pub async fn close_within(&self, within: Duration) -> Result<(), CloseError> {
        let until = after(Instant::now(), within);
        let up = {
            let mut state = self.state();
            state.closed = true;
            state.up.take()
        };
        let keepers = up.map(|(_, keeper)| keeper).into_iter().collect();
        let closing = close(keepers, Order::Parallel, until);
        self.retiring.finish(closing).await;
        self.retiring.settled(until).await
    }

    /// The backend that is there, if it still is; an error, if none may be made now.
    fn there(&self) -> Result<Option<Lease<T>>, ConnectError> {
        let mut state = self.state();
        if state.closed {
            return Err(ConnectError::closed(&self.name));
        }
        match &state.up {
            Some((lease, _)) if lease.is_available() => return Ok(Some(lease.clone())),
            Some(_) => self.lose(&mut state),
            None => {}
        }
        match state.pace.rests(Instant::now()) {
            Some(until) => Err(ConnectError::resting(&self.name, state.why.clone(), until)),
            None => Ok(None),
        }
    }

    async fn connect(&self) -> Result<Lease<T>, ConnectError> {
        let made = timeout(self.limit, self.make()).await;
        let late = |_| Err(format!("not made within {:?}", self.limit).into());
        match made.unwrap_or_else(late) {
            Ok(provider) => self.install(provider),
            Err(why) => Err(self.failed(&why)),
        }
    }

    async fn make(&self) -> Result<T, BoxError> {
        let provider = (self.make)().await?;
        provider.init().await?;
        Ok(provider)
    }

    fn install(&self, provider: T) -> Result<Lease<T>, ConnectError> {
        let (seat, keeper) = seat(&self.name, provider);
        let lease = Lease::on(&seat);
        drop(seat);
        let mut state = self.state();
        if state.closed {
            drop(lease);
            self.retiring.retire(keeper);
            return Err(ConnectError::closed(&self.name));
        }
        state.pace.up(Instant::now());
        state.why = None;
        state.up = Some((lease.clone(), keeper));
        Ok(lease)
    }

    fn failed(&self, why: &BoxError) -> ConnectError {
        let why: Arc<str> = why.to_string().into();
        let mut state = self.state();
        let until = state.pace.failed(Instant::now(), roll());
        state.why = Some(Arc::clone(&why));
        ConnectError::resting(&self.name, Some(why), until)
    }

    fn lose(&self, state: &mut State<T>) {
        if let Some((_, keeper)) = state.up.take() {
            state.pace.lost(Instant::now(), roll());
            state.why = Some("the connection was lost".into());
            self.retiring.retire(keeper);
        }
    }

    /// A change is made whole or not at all, so a panic elsewhere does not spoil it.
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// It is available unless it rests or is closed. It is as healthy as its backend; while it rests, it is not. Initialised, it makes
/// its backend; closed, it gives it 30 seconds.
impl<T: Provider> Provider for Connector<T> {
    fn name(&self) -> &str {
        &self.name
    }

    fn metadata(&self) -> Metadata {
        let up = self.state().up.as_ref().map(|(lease, _)| lease.clone());
        up.map_or_else(Metadata::default, |lease| lease.metadata())
    }

    fn is_available(&self) -> bool {
        let state = self.state();
        !state.closed && state.pace.rests(Instant::now()).is_none()
    }

    async fn health(&self) -> Health {
        match self.there() {
            Ok(Some(lease)) => lease.health().await,
            Ok(None) => Health::Healthy,
            Err(error) => Health::unavailable(error.to_string()),
        }
    }

    async fn init(&self) -> Result<(), BoxError> {
        drop(self.get().await?);
        Ok(())
    }

    async fn close(&self) -> Result<(), BoxError> {
        Ok(self.close_within(Duration::from_secs(30)).await?)
    }
}

impl<Req: Send, T: RequestResponse<Req>> RequestResponse<Req> for Connector<T> {
    type Response = T::Response;
    type Error = ConnectorError<T::Error>;

    async fn call(&self, request: Req) -> Result<T::Response, Self::Error> {
        let lease = self.get().await?;
        lease.call(request).await.map_err(ConnectorError::Backend)
    }
}

/// The backend is kept until the stream ends.
impl<Req: Send, T: RequestStream<Req>> RequestStream<Req> for Connector<T> {
    type Item = T::Item;
    type Error = ConnectorError<T::Error>;
    type Stream = LeasedStream<Req, T, Self::Error>;

    async fn open(&self, request: Req) -> Result<Self::Stream, Self::Error> {
        leased::open(self.get().await?, request, ConnectorError::Backend).await
    }
}

/// The backend is kept until both halves have ended.
impl<M: Send, T: Duplex<M>> Duplex<M> for Connector<T> {
    type Item = T::Item;
    type Error = ConnectorError<T::Error>;
    type Sender = LeasedSender<M, T, Self::Error>;
    type Receiver = LeasedReceiver<M, T, Self::Error>;

    async fn connect(&self) -> Result<(Self::Sender, Self::Receiver), Self::Error> {
        leased::connect(self.get().await?, ConnectorError::Backend).await
    }
}

impl<T> fmt::Debug for Connector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
