//! Backends by name: makes each once, chooses one for each call, switches them under load, closes them all.
//!
//! ```text
//!                     init            switch                    close
//! (nothing) ----------------> serving --------> retiring ------------------> closed
//!               make, init       |              until its last call has ended
//!                                +-- select -> lease -> call
//! ```

mod calls;
mod change;
mod closing;
mod error;
mod health;
mod retiring;
mod roster;
mod seat;
#[cfg(test)]
mod tests;

pub use closing::Order;
pub use error::{CloseError, CloseFailure, InitError, ManagerError, NoneAvailable};
pub(super) use retiring::{Retiring, close};
pub use seat::Lease;
pub(super) use seat::{Keeper, seat};

use super::{FirstHealthy, Provider, Selector, gates::Gates};
use roster::Roster;
use std::fmt;

/// Owns the backends of one kind, and is one itself: a call on the manager goes to the backend that its selector chooses.
///
/// Use it where there is more than one backend, or one that is exchanged while calls go on. For a single one that stays, use
/// the backend.
///
/// - A name is initialised once, however many ask for it at the same time; one that failed can be tried again.
/// - A backend that was replaced or removed is closed when its last call has ended, and not before; streams and both halves
///   of a conversation count as calls.
/// - Whatever fails while backends are closed is reported by [`close_all`](Self::close_all), for each of them.
/// - After `close_all` nothing is handed out. A manager that is dropped closes nothing.
///
/// Backends that were replaced are closed by tasks of their own, so [`switch`](Self::switch), [`remove`](Self::remove) and
/// `close_all` need a tokio runtime.
///
/// # Examples
///
/// ```
/// use electrician::provider::{Manager, Order, RequestResponse, RoundRobin, from_fn};
/// use std::{convert::Infallible, time::Duration};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
/// # runtime.block_on(async {
/// let add = |by| from_fn("add", move |n: u32| async move { Ok::<_, Infallible>(n + by) });
///
/// let adders = Manager::new("adders", RoundRobin::new());
/// adders.init("ten", || Ok::<_, Infallible>(add(10))).await.unwrap();
/// adders.init("twenty", || Ok::<_, Infallible>(add(20))).await.unwrap();
/// assert_eq!(adders.call(1).await.unwrap(), 11);
/// assert_eq!(adders.call(1).await.unwrap(), 21);
///
/// adders.switch("ten", || Ok::<_, Infallible>(add(100))).await.unwrap();
/// assert_eq!(adders.call(1).await.unwrap(), 101);
///
/// adders.close_all(Order::Reverse, Duration::from_secs(5)).await.unwrap();
/// assert_eq!(adders.call(1).await.unwrap_err().to_string(), "`adders` is closed");
/// # });
/// ```
pub struct Manager<T, S = FirstHealthy> {
    name: String,
    selector: S,
    roster: Roster<T>,
    gates: Gates<String>,
    retiring: Retiring,
}

impl<T: Provider, S: Selector> Manager<T, S> {
    /// A manager without backends.
    pub fn new(name: impl Into<String>, selector: S) -> Self {
        Self {
            name: name.into(),
            selector,
            roster: Roster::new(),
            gates: Gates::new(),
            retiring: Retiring::new(),
        }
    }

    /// The backend that takes the next call. It is not closed before the lease is dropped.
    ///
    /// # Errors
    ///
    /// [`NoneAvailable`], if there is none that can be called.
    pub fn select(&self) -> Result<Lease<T>, NoneAvailable> {
        let seats = self.roster.seats();
        let chosen = self.selector.select(&seats).and_then(|at| seats.get(at));
        chosen.map(Lease::on).ok_or_else(|| NoneAvailable {
            manager: self.name.clone(),
            backends: seats.len(),
            closed: self.roster.is_closed(),
        })
    }

    /// The backend of this name, whether it can be called or not.
    pub fn get(&self, name: &str) -> Option<Lease<T>> {
        self.roster.find(name)
    }

    /// The names of all backends, in the order of creation; one that was switched keeps its place.
    pub fn names(&self) -> Vec<String> {
        let seats = self.roster.seats();
        seats.iter().map(|seat| seat.name().to_owned()).collect()
    }

    /// What chooses, so that it can be changed: [`Preferred::set`](super::Preferred::set).
    pub fn selector(&self) -> &S {
        &self.selector
    }
}

impl<T, S> fmt::Debug for Manager<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manager")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
