//! What is to be done, and for whom, comes in; goes out the first backend that does it and can be called.

mod error;
#[cfg(test)]
mod tests;

pub use error::{Passed, Unresolved};

use super::{FirstHealthy, Lease, Manager, Provider, Selector, Standing};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

/// Which backends do which operation, for whom, and in which order.
///
/// Use it where several operations share backends, and each has its own order of them: a large model for paying users and a
/// small one for all, a gateway for cards and another one for transfers. Where every call may go to every backend, a
/// [`Manager`] with a [selector](super::Selector) is enough.
///
/// - The first backend in the order that is healthy does it, or else the first one that is degraded. One that is not there yet, is
///   unavailable, or was removed is passed over; bind it before it is made if you like.
/// - Backends are the manager's: made and initialised once, switched under load, closed. One that is to be made when it is first
///   needed is a [`Connector`](super::Connector).
/// - Bindings may change while calls go on. Looking one up waits for nothing, and makes nothing.
///
/// # Examples
///
/// ```
/// use electrician::provider::{Binding, FirstHealthy, Manager, Operations, RequestResponse, from_fn};
/// use std::convert::Infallible;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
/// # runtime.block_on(async {
/// let model = |name| from_fn(name, move |text: &'static str| async move { Ok::<_, Infallible>(format!("{name}: {text}")) });
/// let models = Manager::new("models", FirstHealthy);
/// models.init("large", || Ok::<_, Infallible>(model("large"))).await.unwrap();
/// models.init("small", || Ok::<_, Infallible>(model("small"))).await.unwrap();
///
/// let operations = Operations::new(models);
/// operations.bind("summarise", Binding::to("large").tier("paying"));
/// operations.bind("summarise", Binding::to("small").priority(1));
///
/// let summarise = operations.resolve("summarise", "paying").unwrap();
/// assert_eq!(summarise.call("text").await.unwrap(), "large: text");
/// let summarise = operations.resolve("summarise", "free").unwrap();
/// assert_eq!(summarise.call("text").await.unwrap(), "small: text");
///
/// let unresolved = operations.resolve("translate", "free").unwrap_err();
/// assert_eq!(unresolved.to_string(), "nothing does `translate` for `free`; known: `summarise`");
/// # });
/// ```
pub struct Operations<T, S = FirstHealthy> {
    backends: Arc<Manager<T, S>>,
    /// Each list is replaced whole, so that whoever reads one holds no lock.
    bindings: RwLock<Bindings>,
}

/// The backends of each operation, in their order.
type Bindings = BTreeMap<String, Arc<[Binding]>>;

/// That a backend does an operation.
///
/// | option | default |
/// |---|---|
/// | [`tier`](Self::tier) | all tiers |
/// | [`priority`](Self::priority) | 0; the lowest goes first, and of several alike the one that was bound first |
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "it does nothing before it is bound"]
pub struct Binding {
    backend: String,
    tiers: Vec<String>,
    priority: i32,
}

impl Binding {
    /// This backend does it, for everybody.
    pub fn to(backend: impl Into<String>) -> Self {
        Self {
            backend: backend.into(),
            tiers: Vec::new(),
            priority: 0,
        }
    }

    /// For this tier, and others that are named like this, and for no more.
    pub fn tier(mut self, tier: impl Into<String>) -> Self {
        self.tiers.push(tier.into());
        self
    }

    /// Its place in the order.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    fn serves(&self, tier: &str) -> bool {
        self.tiers.is_empty() || self.tiers.iter().any(|served| served == tier)
    }
}

impl<T: Provider, S: Selector> Operations<T, S> {
    /// Operations of these backends, with nothing bound yet.
    pub fn new(backends: impl Into<Arc<Manager<T, S>>>) -> Self {
        Self {
            backends: backends.into(),
            bindings: RwLock::default(),
        }
    }

    /// The backends.
    pub fn backends(&self) -> &Manager<T, S> {
        &self.backends
    }

    /// Binds a backend to an operation, beside those that do it already. Bound again, it is bound as it is said last.
    pub fn bind(&self, operation: impl Into<String>, binding: Binding) {
        let mut bindings = self.write();
        let bound = bindings.entry(operation.into()).or_default();
        let others = (bound.iter()).filter(|other| other.backend != binding.backend);
        let mut order: Vec<_> = others.cloned().collect();
        let place = order.partition_point(|other| other.priority <= binding.priority);
        order.insert(place, binding);
        *bound = order.into();
    }

    /// From here on, this backend does not do that any more. Says whether it did.
    pub fn unbind(&self, operation: &str, backend: &str) -> bool {
        let mut bindings = self.write();
        let Some(bound) = bindings.get_mut(operation) else {
            return false;
        };
        let others = bound.iter().filter(|binding| binding.backend != backend);
        let others: Arc<[_]> = others.cloned().collect();
        let was_bound = others.len() < bound.len();
        *bound = others;
        if bound.is_empty() {
            bindings.remove(operation);
        }
        was_bound
    }

    /// The backend that does this, for this tier. It is not closed before the lease is dropped.
    ///
    /// # Errors
    ///
    /// [`Unresolved`], which says of each backend that is bound why it was passed over.
    pub fn resolve(&self, operation: &str, tier: &str) -> Result<Lease<T>, Unresolved> {
        let bound = self.read().get(operation).cloned().unwrap_or_default();
        let (mut degraded, mut passed) = (None, Vec::new());
        for Binding { backend, .. } in bound.iter().filter(|binding| binding.serves(tier)) {
            let Some(lease) = self.backends.get(backend) else {
                passed.push((backend.clone(), Passed::NotThere));
                continue;
            };
            match lease.standing() {
                Standing::Ready => return Ok(lease),
                Standing::Degraded => degraded = degraded.or(Some(lease)),
                Standing::Out => passed.push((backend.clone(), Passed::NotAvailable)),
            }
        }
        degraded.ok_or_else(|| Unresolved {
            operation: operation.to_owned(),
            tier: tier.to_owned(),
            passed,
            known: self.read().keys().cloned().collect(),
        })
    }

    /// A change is made whole or not at all, so a panic elsewhere does not spoil it.
    fn read(&self) -> RwLockReadGuard<'_, Bindings> {
        self.bindings.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Bindings> {
        self.bindings
            .write()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T, S> fmt::Debug for Operations<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operations")
            .field("backends", &self.backends)
            .finish_non_exhaustive()
    }
}
