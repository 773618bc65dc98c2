//! A circuit breaker around a provider's calls.

use super::{Guard, Kept};
use crate::resilience::{CircuitBreaker, Open, Permit, chain::Unmarked};
use std::{error::Error, fmt};

/// Why a call behind a breaker gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProtectedError<E> {
    /// The breaker is open: the backend was not called.
    Refused(Open),
    /// The backend's own error.
    Backend(E),
}

/// It is the shortest way to a breaker alone. Each success is booked under its lock: where calls are many and quick, a
/// [`Chain`](crate::resilience::Chain) of nothing but the breaker counts them without.
///
/// Every error is a failure; a call that is given up is none. An open stream that breaks off is one, too, and one that comes
/// to its end is a success.
impl<T: Send, E: Send> Guard<T, E> for CircuitBreaker {
    type Error = ProtectedError<E>;
    type Kept = Option<Permit>;
    type Times = Unmarked;

    async fn open<C, A>(&self, mut call: C) -> Result<(T, Option<Permit>), ProtectedError<E>>
    where
        C: FnMut() -> A + Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        let mut permit = self.permit().map_err(ProtectedError::Refused)?;
        match call().await {
            Ok(opened) => {
                permit.opened();
                Ok((opened, Some(permit)))
            }
            Err(error) => {
                permit.failure();
                Err(ProtectedError::Backend(error))
            }
        }
    }
}

impl<E> Kept<E> for Option<Permit> {
    fn failed(&mut self, _: &E) {
        if let Some(permit) = self.take() {
            permit.failure();
        }
    }

    fn ended(&mut self) {
        if let Some(permit) = self.take() {
            permit.success();
        }
    }
}

impl<E> From<E> for ProtectedError<E> {
    fn from(error: E) -> Self {
        Self::Backend(error)
    }
}

impl<E: fmt::Display> fmt::Display for ProtectedError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(open) => open.fmt(f),
            Self::Backend(error) => error.fmt(f),
        }
    }
}

impl<E: Error + 'static> Error for ProtectedError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Refused(_) => None,
            Self::Backend(error) => error.source(),
        }
    }
}
