//! What a pipeline failed of: the kind, the stage, and the source.

use std::{error::Error as StdError, fmt, sync::Arc};

use crate::resilience::BadValue;

/// Why a pipeline did not start, or failed while it ran.
///
/// An error is cheap to clone: a report and a health check may both carry it.
#[derive(Debug, Clone)]
pub struct Error {
    kind: ErrorKind,
    stage: String,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `start` was called outside of a tokio runtime.
    NoRuntime,
    /// An option has a value that it cannot have.
    BadValue,
    /// A handler or generator failed where its stage says `on_error: stop` or `fail`.
    Failed,
    /// A handler panicked more often than its stage's `on_panic` allows.
    Panicked,
    /// The task of a stage has ended before its time: by a panic that belongs to no call (of a guard, a clone, an argument that
    /// cannot be lent), which is the source, or with its runtime.
    Died,
    /// An edge that says `overflow: fail` was full.
    Overflowed,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, stage: impl Into<String>) -> Self {
        Self {
            kind,
            stage: stage.into(),
            source: None,
        }
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn bad_value(stage: impl Into<String>, value: BadValue) -> Self {
        Self::new(ErrorKind::BadValue, stage).because(value)
    }

    /// What went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The stage it happened in; empty where it was none.
    pub fn stage(&self) -> &str {
        &self.stage
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = &self.stage;
        match self.kind {
            ErrorKind::NoRuntime => {
                return f
                    .write_str("a pipeline starts inside a tokio runtime, and there is none here");
            }
            ErrorKind::BadValue => write!(f, "stage `{stage}`: "),
            ErrorKind::Failed => write!(f, "stage `{stage}` failed: "),
            ErrorKind::Panicked => write!(f, "stage `{stage}` panicked too often: "),
            ErrorKind::Died => {
                write!(f, "the task of stage `{stage}` has ended before its time")?;
                let Some(source) = &self.source else {
                    return Ok(());
                };
                return write!(f, ": {source}");
            }
            ErrorKind::Overflowed => {
                return write!(f, "the edge `{stage}` is full, and says `overflow: fail`");
            }
        }?;
        match &self.source {
            Some(source) => source.fmt(f),
            None => f.write_str("no cause was given"),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
