//! What one run of a worker came to: what it did, and when it is to run again.

use std::time::Duration;

use crate::stage::BoxError;

/// What one run of a worker came to, and when the next one is due.
///
/// # Examples
/// ```
/// use electrician::operator::Ran;
/// use std::{io, time::Duration};
///
/// fn look(found: io::Result<usize>) -> Ran {
///     match found {
///         Ok(0) => Ran::Idle(Duration::from_secs(1)),
///         Ok(_) => Ran::Done,
///         Err(error) => Ran::failed(error, Duration::from_secs(30)),
///     }
/// }
/// ```
#[derive(Debug)]
#[must_use]
pub enum Ran {
    /// It did something; it runs again at once.
    Done,
    /// It found nothing to do, and runs again after this time. `Duration::MAX` is never.
    #[doc(alias = "None")]
    Idle(Duration),
    /// It failed, and runs again after this time. Its status has the error.
    #[doc(alias = "Fail")]
    Failed(BoxError, Duration),
}

impl Ran {
    /// It failed, and runs again after `idle`.
    pub fn failed(error: impl Into<BoxError>, idle: Duration) -> Self {
        Self::Failed(error.into(), idle)
    }

    /// How long it rests.
    pub(super) const fn idle(&self) -> Duration {
        match self {
            Self::Done => Duration::ZERO,
            Self::Idle(idle) | Self::Failed(_, idle) => *idle,
        }
    }
}
