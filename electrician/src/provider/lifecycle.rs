//! What every backend has beside its calls: a name, a life, and how it is. A wrapper shows that of what it wraps.

use super::{Health, Metadata};
use std::{error::Error, future::ready, sync::Arc};

/// Any error, as the methods of a life give it.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// A backend: something outside that is called, and that may come and go.
///
/// Only the name has to be written. How it is called is said by one of the patterns: [`RequestResponse`](super::RequestResponse),
/// [`RequestStream`](super::RequestStream), [`Sink`](super::Sink), [`Duplex`](super::Duplex).
///
/// # Examples
///
/// ```
/// use electrician::provider::{BoxError, Provider, RequestResponse};
///
/// struct Echo;
///
/// impl Provider for Echo {
///     fn name(&self) -> &str {
///         "echo"
///     }
///     async fn init(&self) -> Result<(), BoxError> {
///         Ok(())                                  // connect, warm up, or say why not
///     }
/// }
///
/// impl RequestResponse<String> for Echo {
///     type Response = String;
///     type Error = std::convert::Infallible;
///     async fn call(&self, request: String) -> Result<String, Self::Error> {
///         Ok(request)
///     }
/// }
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// assert!(Echo.is_available());
/// assert_eq!(Echo.call("who is there".into()).await.unwrap(), "who is there");
/// # });
/// ```
pub trait Provider: Send + Sync + 'static {
    /// What it is called, in messages and logs.
    fn name(&self) -> &str;

    /// Its version and labels.
    fn metadata(&self) -> Metadata {
        Metadata::default()
    }

    /// Whether it can be called now. Asked for each choice between backends, so it looks at what is known and asks nobody.
    fn is_available(&self) -> bool {
        true
    }

    /// How it is, found out by asking it. By default healthy while it is available.
    fn health(&self) -> impl Future<Output = Health> + Send {
        ready(if self.is_available() {
            Health::Healthy
        } else {
            Health::unavailable("not available")
        })
    }

    /// Makes it ready to be called. One that fails leaves nothing behind: it is dropped, not closed.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being called.
    fn init(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        ready(Ok(()))
    }

    /// Gives back what it holds. It is not called afterwards.
    ///
    /// # Errors
    ///
    /// Whatever could not be given back.
    fn close(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        ready(Ok(()))
    }
}

/// A provider around another one: what is inside shows through, because there is no way to leave it out.
///
/// Implement it in place of [`Provider`], and then the pattern that the wrapper changes.
pub trait Wraps: Send + Sync + 'static {
    /// What is wrapped.
    type Inner: Provider + ?Sized;
    /// The one inside.
    fn inner(&self) -> &Self::Inner;
}

impl<W: Wraps + ?Sized> Provider for W {
    fn name(&self) -> &str {
        self.inner().name()
    }

    fn metadata(&self) -> Metadata {
        self.inner().metadata()
    }

    fn is_available(&self) -> bool {
        self.inner().is_available()
    }

    fn health(&self) -> impl Future<Output = Health> + Send {
        self.inner().health()
    }

    fn init(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        self.inner().init()
    }

    fn close(&self) -> impl Future<Output = Result<(), BoxError>> + Send {
        self.inner().close()
    }
}

impl<P: Provider + ?Sized> Wraps for Arc<P> {
    type Inner = P;

    fn inner(&self) -> &P {
        self
    }
}
