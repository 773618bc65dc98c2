//! Makes a backend and gives it a name, once; or puts it in another one's place.

use super::{InitError, Lease, Manager, seat::seat};
use crate::provider::{BoxError, Provider, Selector};

impl<T: Provider, S: Selector> Manager<T, S> {
    /// The backend of this name: the one that is there, or else one that is made and initialised now.
    ///
    /// `make` makes it as it will be called, with whatever is to stand around it: a wrapper shows the life of what it wraps.
    /// However many ask at the same time, one of them makes it and the others wait for it; if it fails, the next one tries.
    ///
    /// # Errors
    ///
    /// [`InitError`], if it could not be made or initialised, or if the manager is closed.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future drops the backend that is being initialised, and the next one who waits makes another.
    pub async fn init<E: Into<BoxError>>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<T, E> + Send,
    ) -> Result<Lease<T>, InitError> {
        if let Some(lease) = self.get(name) {
            return Ok(lease);
        }
        let _passed = self.gates.pass(name.to_owned()).await;
        match self.get(name) {
            Some(lease) => Ok(lease),
            None => self.install(name, make).await,
        }
    }

    /// Puts a new backend in the place of the one of this name, or where none was.
    ///
    /// Calls that come afterwards go to the new one. Those under way stay with the old one, which is closed when the last of
    /// them has ended. If the new one cannot be made or initialised, the old one goes on.
    ///
    /// # Errors
    ///
    /// [`InitError`], as from [`init`](Self::init).
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing. Once it has returned, the old one is closed whatever happens.
    pub async fn switch<E: Into<BoxError>>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<T, E> + Send,
    ) -> Result<Lease<T>, InitError> {
        let _passed = self.gates.pass(name.to_owned()).await;
        self.install(name, make).await
    }

    /// Takes the backend of this name away, and says whether there was one. It is closed when its last call has ended.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn remove(&self, name: &str) -> bool {
        let _passed = self.gates.pass(name.to_owned()).await;
        let keeper = self.roster.take(name);
        let removed = keeper.is_some();
        if let Some(keeper) = keeper {
            self.retiring.retire(keeper);
        }
        removed
    }

    async fn install<E: Into<BoxError>>(
        &self,
        name: &str,
        make: impl FnOnce() -> Result<T, E> + Send,
    ) -> Result<Lease<T>, InitError> {
        if self.roster.is_closed() {
            return Err(InitError::closed(&self.name, name));
        }
        let provider = make().map_err(|error| InitError::make(name, error.into()))?;
        let begun = provider.init().await;
        begun.map_err(|error| InitError::init(name, error))?;
        match self.roster.put(name, provider) {
            Ok((lease, before)) => {
                if let Some(keeper) = before {
                    self.retiring.retire(keeper);
                }
                Ok(lease)
            }
            Err(unseated) => {
                self.retiring.retire(seat(name, unseated).1);
                Err(InitError::closed(&self.name, name))
            }
        }
    }
}
