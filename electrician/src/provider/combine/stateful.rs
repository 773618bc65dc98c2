//! Requests come in, go out with what was remembered of their key; what is worth remembering of the response is kept.

use super::ContextStore;
use crate::provider::{Provider, RequestResponse, Wraps, gates::Gates};
use std::{error::Error, fmt, hash::Hash};

/// Remembers something for each key; see [`Combine::stateful`](super::Combine::stateful).
#[derive(Debug)]
pub struct Stateful<P, K, St, Key, Inject, Extract> {
    inner: P,
    store: St,
    key: Key,
    inject: Inject,
    extract: Extract,
    gates: Gates<K>,
}

/// Why a call with a context did not succeed.
#[derive(Debug)]
pub enum StatefulError<R, E, S> {
    /// The context could not be loaded; the backend was not called.
    Load(S),
    /// The backend's own error. The context is as it was.
    Backend(E),
    /// The call succeeded, and its context could not be saved.
    Save {
        /// What the backend gave. Calling again would do it again.
        response: R,
        /// The store's error.
        source: S,
    },
}

impl<P, K, St, Key, Inject, Extract> Stateful<P, K, St, Key, Inject, Extract>
where
    K: Hash + Eq,
    St: ContextStore<K>,
{
    pub(super) fn new(inner: P, store: St, key: Key, inject: Inject, extract: Extract) -> Self {
        Self {
            inner,
            store,
            key,
            inject,
            extract,
            gates: Gates::new(),
        }
    }
}

impl<P, K, St, Key, Inject, Extract> Stateful<P, K, St, Key, Inject, Extract> {
    /// Where the contexts are kept.
    pub fn store(&self) -> &St {
        &self.store
    }
}

impl<P, K, St, Key, Inject, Extract> Wraps for Stateful<P, K, St, Key, Inject, Extract>
where
    P: Provider,
    K: Send + 'static,
    St: Send + Sync + 'static,
    Key: Send + Sync + 'static,
    Inject: Send + Sync + 'static,
    Extract: Send + Sync + 'static,
{
    type Inner = P;

    fn inner(&self) -> &P {
        &self.inner
    }
}

impl<Req, To, P, K, St, Key, Inject, Extract> RequestResponse<Req>
    for Stateful<P, K, St, Key, Inject, Extract>
where
    Req: Send,
    To: Send,
    P: RequestResponse<To>,
    K: Hash + Eq + Clone + Send + Sync + 'static,
    St: ContextStore<K>,
    Key: Fn(&Req) -> K + Send + Sync + 'static,
    Inject: Fn(Req, Option<St::Context>) -> To + Send + Sync + 'static,
    Extract: Fn(&P::Response) -> Option<St::Context> + Send + Sync + 'static,
{
    type Response = P::Response;
    type Error = StatefulError<P::Response, P::Error, St::Error>;

    async fn call(&self, request: Req) -> Result<P::Response, Self::Error> {
        let key = (self.key)(&request);
        let _passed = self.gates.pass(key.clone()).await;
        let context = self.store.load(&key).await;
        let context = context.map_err(StatefulError::Load)?;
        let request = (self.inject)(request, context);
        let response = self.inner.call(request).await;
        let response = response.map_err(StatefulError::Backend)?;
        let Some(context) = (self.extract)(&response) else {
            return Ok(response);
        };
        match self.store.save(&key, context).await {
            Ok(()) => Ok(response),
            Err(source) => Err(StatefulError::Save { response, source }),
        }
    }
}

impl<R, E: fmt::Display, S: fmt::Display> fmt::Display for StatefulError<R, E, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Load(source) => write!(f, "the context could not be loaded: {source}"),
            Self::Backend(error) => error.fmt(f),
            Self::Save { source, .. } => write!(f, "the context could not be saved: {source}"),
        }
    }
}

impl<R, E, S> Error for StatefulError<R, E, S>
where
    R: fmt::Debug,
    E: Error + 'static,
    S: Error + 'static,
{
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Load(source) | Self::Save { source, .. } => Some(source),
            Self::Backend(error) => error.source(),
        }
    }
}
