//! Why a message did not go in, and why a request has no reply.

use std::{error::Error, fmt, time::Duration};

use super::SharedError;

/// The message was not accepted. Here it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused<M> {
    /// The mailbox holds as many messages as it may.
    Full {
        /// The message.
        message: M,
        /// How many that is.
        capacity: usize,
    },
    /// The worker does not run: it was not started, was told to stop, has failed, or was removed.
    Stopped(M),
}

/// Why a request has no reply.
#[derive(Debug, Clone)]
pub enum NoReply {
    /// The handler returned this error.
    Failed(SharedError),
    /// The handler panicked, with this message.
    Panicked(String),
    /// The worker does not run, or was stopped before the message was handled.
    Stopped,
    /// The mailbox holds as many messages as it may: so many.
    Full(usize),
    /// There was no reply within this time. A message that was not begun by then never is.
    TimedOut(Duration),
}

impl<M> Refused<M> {
    /// The message.
    pub fn into_message(self) -> M {
        match self {
            Self::Full { message, .. } | Self::Stopped(message) => message,
        }
    }
}

impl<M> From<Refused<M>> for NoReply {
    fn from(refused: Refused<M>) -> Self {
        match refused {
            Refused::Full { capacity, .. } => Self::Full(capacity),
            Refused::Stopped(_) => Self::Stopped,
        }
    }
}

impl<M> fmt::Display for Refused<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { capacity, .. } => write!(f, "the mailbox is full, it holds {capacity}"),
            Self::Stopped(_) => f.write_str("the worker does not run, the message was not sent"),
        }
    }
}

impl<M: fmt::Debug> Error for Refused<M> {}

impl fmt::Display for NoReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(error) => write!(f, "the worker failed: {error}"),
            Self::Panicked(message) => write!(f, "the worker panicked: {message}"),
            Self::Stopped => f.write_str("the worker does not run, or was stopped meanwhile"),
            Self::Full(capacity) => write!(f, "the mailbox is full, it holds {capacity}"),
            Self::TimedOut(limit) => write!(f, "no reply within {limit:?}"),
        }
    }
}

impl Error for NoReply {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Failed(error) => Some(&**error),
            _ => None,
        }
    }
}
