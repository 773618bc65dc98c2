//! Why a chain gave nothing: the layer that refused, the time that was over, or the error of the call, with what came before.

use super::super::{BulkheadFull, Elapsed, KeysFull, Limited, Open};
use std::{error::Error, fmt};
use tokio::time::Instant;

/// A chain has given nothing.
#[derive(Debug)]
#[non_exhaustive]
pub struct ChainError<E> {
    /// What ended it.
    pub cause: ChainCause<E>,
    /// How often the call was made; a hedge counts as the attempt that it belongs to.
    pub attempts: u32,
    /// The error of the attempt before, where what ended it is not itself an error of the call: what is
    /// wrong when a deadline or a refusal cuts retries short.
    pub last: Option<E>,
}

/// What ended a chain.
#[derive(Debug)]
#[non_exhaustive]
pub enum ChainCause<E> {
    /// The call has failed.
    Error(E),
    /// The attempt took longer than its timeout.
    TimedOut(Elapsed),
    /// A layer has refused the call before it was made.
    Refused(Refusal),
    /// The whole took longer than its deadline.
    Late(Elapsed),
}

/// A layer refuses a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Refusal {
    /// The layer.
    pub layer: Layer,
    /// There is no use in asking before this moment; `None` where that is not known.
    pub until: Option<Instant>,
}

/// A layer that can refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layer {
    /// Too many calls in too little time.
    RateLimit,
    /// Too many calls at once.
    Bulkhead,
    /// The breaker is open.
    Breaker,
}

impl Refusal {
    /// This layer refuses; there is no use in asking before `until`, where it is known.
    pub const fn new(layer: Layer, until: Option<Instant>) -> Self {
        Self { layer, until }
    }
}

impl<E> ChainError<E> {
    /// Refused before the first attempt.
    pub(super) fn refused(refusal: impl Into<ChainCause<E>>) -> Self {
        Self {
            cause: refusal.into(),
            attempts: 0,
            last: None,
        }
    }

    /// What the call itself gave: the error that ended the chain, or the one before.
    pub fn error(&self) -> Option<&E> {
        self.cause.error().or(self.last.as_ref())
    }

    /// Who refused, where that is what ended it.
    pub fn refusal(&self) -> Option<Refusal> {
        match self.cause {
            ChainCause::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// Whether the time was over, of an attempt or of the whole.
    pub fn is_timeout(&self) -> bool {
        matches!(self.cause, ChainCause::TimedOut(_) | ChainCause::Late(_))
    }
}

impl<E> ChainCause<E> {
    pub(super) fn error(&self) -> Option<&E> {
        match self {
            Self::Error(error) => Some(error),
            _ => None,
        }
    }
}

impl<E> From<Refusal> for ChainCause<E> {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<E> From<Open> for ChainCause<E> {
    fn from(open: Open) -> Self {
        Self::Refused(open.into())
    }
}

impl From<Open> for Refusal {
    fn from(open: Open) -> Self {
        Self::new(Layer::Breaker, Some(open.until))
    }
}

impl From<Limited> for Refusal {
    fn from(limited: Limited) -> Self {
        Self::new(Layer::RateLimit, Some(limited.until))
    }
}

impl From<KeysFull> for Refusal {
    fn from(full: KeysFull) -> Self {
        Self::new(Layer::RateLimit, Some(full.until))
    }
}

impl From<BulkheadFull> for Refusal {
    fn from(_: BulkheadFull) -> Self {
        Self::new(Layer::Bulkhead, None)
    }
}

impl<E> From<E> for ChainError<E> {
    /// An error of what one call has opened.
    fn from(error: E) -> Self {
        Self {
            cause: ChainCause::Error(error),
            attempts: 1,
            last: None,
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RateLimit => "the rate limit is reached",
            Self::Bulkhead => "the bulkhead is full",
            Self::Breaker => "the circuit breaker is open",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused: {}", self.layer)
    }
}

impl<E: fmt::Display> fmt::Display for ChainError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            ChainCause::Error(error) => error.fmt(f)?,
            ChainCause::TimedOut(elapsed) => elapsed.fmt(f)?,
            ChainCause::Refused(refusal) => refusal.fmt(f)?,
            ChainCause::Late(elapsed) => write!(f, "the whole was {elapsed}")?,
        }
        if self.attempts > 1 {
            write!(f, " (after {} attempts)", self.attempts)?;
        }
        if let Some(last) = &self.last {
            write!(f, "; before that: {last}")?;
        }
        Ok(())
    }
}

impl Error for Refusal {}

impl<E: Error + 'static> Error for ChainError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.error().map(|error| error as &(dyn Error + 'static))
    }
}
