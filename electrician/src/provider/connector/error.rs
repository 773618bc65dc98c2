//! Why there is no connection.

use std::{error::Error, fmt, sync::Arc};
use tokio::time::Instant;

/// There is no backend, and none is made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectError {
    /// The connector.
    pub connector: String,
    /// What was wrong when it was last tried; nothing where the connector is closed.
    pub why: Option<Arc<str>>,
    /// From when on it is tried again; never, where the connector is closed.
    pub until: Option<Instant>,
}

/// Why a call on a connector gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectorError<E> {
    /// There was nobody to call.
    NotConnected(ConnectError),
    /// The backend's own error.
    Backend(E),
}

impl ConnectError {
    pub(super) fn closed(connector: &str) -> Self {
        Self {
            connector: connector.to_owned(),
            why: None,
            until: None,
        }
    }

    pub(super) fn resting(connector: &str, why: Option<Arc<str>>, until: Instant) -> Self {
        Self {
            connector: connector.to_owned(),
            why,
            until: Some(until),
        }
    }
}

impl<E> From<ConnectError> for ConnectorError<E> {
    fn from(error: ConnectError) -> Self {
        Self::NotConnected(error)
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connector, why, .. } = self;
        match why {
            Some(why) => write!(f, "`{connector}` is not connected: {why}"),
            None => write!(f, "`{connector}` is closed"),
        }
    }
}

impl<E: fmt::Display> fmt::Display for ConnectorError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotConnected(error) => error.fmt(f),
            Self::Backend(error) => error.fmt(f),
        }
    }
}

impl Error for ConnectError {}

impl<E: Error + 'static> Error for ConnectorError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotConnected(_) => None,
            Self::Backend(error) => error.source(),
        }
    }
}
