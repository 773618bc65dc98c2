//! What an operator could not do: the kind, the worker, and the source.

use std::{error::Error as StdError, fmt, sync::Arc};

use super::SharedError;

/// What an operator could not do.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    worker: Arc<str>,
    source: Option<SharedError>,
}

/// Why an operator could not do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A worker of this name is there already.
    Taken,
    /// There is no worker of this name.
    Unknown,
    /// An option has a value that it cannot have.
    BadValue,
    /// It has not ended yet, and cannot start again before.
    Stopping,
    /// The pipeline did not start.
    NotStarted,
    /// `start` was called outside of a tokio runtime.
    NoRuntime,
}

impl Error {
    pub(super) fn new(kind: ErrorKind, worker: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            worker: worker.into(),
            source: None,
        }
    }

    pub(super) fn because(mut self, source: SharedError) -> Self {
        self.source = Some(source);
        self
    }

    /// Why.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The worker.
    pub fn worker(&self) -> &str {
        &self.worker
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let worker = &self.worker;
        match self.kind {
            ErrorKind::Taken => write!(
                f,
                "there is a worker `{worker}` already; remove it first, or choose another name"
            ),
            ErrorKind::Unknown => write!(f, "there is no worker `{worker}`; add it first"),
            ErrorKind::BadValue => write!(f, "worker `{worker}`: "),
            ErrorKind::Stopping => write!(
                f,
                "worker `{worker}` is stopping; start it again when its stop has returned"
            ),
            ErrorKind::NotStarted => write!(f, "worker `{worker}` did not start: "),
            ErrorKind::NoRuntime => write!(
                f,
                "worker `{worker}` starts inside a tokio runtime, and there is none here"
            ),
        }?;
        match &self.source {
            Some(source) => source.fmt(f),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
