//! One backend's place in a manager, and the leases on it: whoever holds one keeps the backend from being closed.

use crate::provider::{Candidate, Health, Provider, Standing};
use std::{
    convert::Infallible,
    fmt,
    ops::Deref,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, Ordering::Relaxed},
    },
};
use tokio::sync::oneshot;

/// A backend that serves.
pub(in super::super) struct Seat<T> {
    name: String,
    provider: Arc<T>,
    /// As it was last found.
    health: Mutex<Health>,
    /// What that means for a choice: all that a choice reads.
    standing: AtomicU8,
    /// Dropped with the last one who holds the seat, which is what its keeper waits for.
    _held: oneshot::Sender<Infallible>,
}

/// The right to close what sits there, once nobody holds the seat.
pub(in super::super) struct Keeper<T> {
    pub(super) name: String,
    pub(super) provider: Arc<T>,
    gone: oneshot::Receiver<Infallible>,
}

/// A backend that is in use. It is not closed before all its leases are dropped.
pub struct Lease<T>(Arc<Seat<T>>);

/// A seat for a backend, and the right to close it.
pub(in super::super) fn seat<T>(name: &str, provider: T) -> (Arc<Seat<T>>, Keeper<T>) {
    let (held, gone) = oneshot::channel();
    let provider = Arc::new(provider);
    let keeper = Keeper {
        name: name.to_owned(),
        provider: Arc::clone(&provider),
        gone,
    };
    let seat = Seat {
        name: name.to_owned(),
        provider,
        health: Mutex::default(),
        standing: AtomicU8::new(Standing::Ready as u8),
        _held: held,
    };
    (Arc::new(seat), keeper)
}

impl<T> Seat<T> {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn health(&self) -> Health {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.clone()
    }

    pub(super) fn found(&self, health: Health) {
        let mut found = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        self.standing.store(health.standing() as u8, Relaxed);
        *found = health;
    }
}

impl<T: Provider> Candidate for Arc<Seat<T>> {
    fn name(&self) -> &str {
        &self.name
    }

    fn standing(&self) -> Standing {
        const DEGRADED: u8 = Standing::Degraded as u8;
        const READY: u8 = Standing::Ready as u8;
        match self.standing.load(Relaxed) {
            READY if self.provider.is_available() => Standing::Ready,
            DEGRADED if self.provider.is_available() => Standing::Degraded,
            _ => Standing::Out,
        }
    }

    /// Each lease holds the seat once, and so does the manager.
    fn load(&self) -> usize {
        Arc::strong_count(self) - 1
    }
}

impl<T> Keeper<T> {
    /// Waits until nobody holds the seat.
    pub(super) async fn released(&mut self) {
        // Nothing is ever sent: the answer is that the sender is gone.
        let _ = (&mut self.gone).await;
    }
}

impl<T> Lease<T> {
    pub(in super::super) fn on(seat: &Arc<Seat<T>>) -> Self {
        Self(Arc::clone(seat))
    }

    /// Whether both are on the same backend.
    pub(in super::super) fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The name under which the manager has it.
    pub fn seat(&self) -> &str {
        &self.0.name
    }
}

impl<T: Provider> Lease<T> {
    /// Whether it can be called, as far as is known.
    pub fn standing(&self) -> Standing {
        self.0.standing()
    }
}

impl<T> Deref for Lease<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.provider
    }
}

impl<T> Clone for Lease<T> {
    fn clone(&self) -> Self {
        Self::on(&self.0)
    }
}

impl<T> fmt::Debug for Lease<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Lease").field(&self.0.name).finish()
    }
}
