//! What a manager refuses, and what went wrong with its backends.

use crate::provider::BoxError;
use std::{error::Error, fmt};

/// There is no backend that can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoneAvailable {
    /// The manager.
    pub manager: String,
    /// The backends that it has, none of which can be called.
    pub backends: usize,
    /// Whether it has been closed.
    pub closed: bool,
}

/// Why a call on a manager gave nothing.
#[derive(Debug)]
pub enum ManagerError<E> {
    /// There was nobody to call.
    None(NoneAvailable),
    /// The backend's own error.
    Backend(E),
}

/// A backend was not made ready.
#[derive(Debug)]
pub struct InitError {
    /// The name that it would have had.
    pub name: String,
    /// What did not succeed, as the sentence goes on after the name.
    what: &'static str,
    source: BoxError,
}

/// Backends were not closed.
#[derive(Debug, Default)]
pub struct CloseError {
    /// Each of them, and why.
    pub failures: Vec<CloseFailure>,
}

/// A backend was not closed.
#[derive(Debug)]
pub struct CloseFailure {
    /// Its name.
    pub name: String,
    /// Why; nothing where its calls had not ended, or it was not done, when the time was over.
    pub error: Option<BoxError>,
}

impl InitError {
    pub(super) fn make(name: &str, source: BoxError) -> Self {
        Self::new(name, "could not be made", source)
    }

    pub(super) fn init(name: &str, source: BoxError) -> Self {
        Self::new(name, "could not be initialised", source)
    }

    pub(super) fn closed(manager: &str, name: &str) -> Self {
        let source = format!("`{manager}` is closed").into();
        Self::new(name, "was refused", source)
    }

    fn new(name: &str, what: &'static str, source: BoxError) -> Self {
        let name = name.to_owned();
        Self { name, what, source }
    }
}

impl CloseFailure {
    pub(super) fn late(name: String) -> Self {
        Self { name, error: None }
    }
}

impl fmt::Display for NoneAvailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            manager, backends, ..
        } = self;
        match backends {
            _ if self.closed => write!(f, "`{manager}` is closed"),
            0 => write!(f, "`{manager}` has no backend"),
            1 => write!(f, "the one backend of `{manager}` is not available"),
            n => write!(f, "none of the {n} backends of `{manager}` is available"),
        }
    }
}

impl<E: fmt::Display> fmt::Display for ManagerError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None(none) => none.fmt(f),
            Self::Backend(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for InitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}: {}", self.name, self.what, self.source)
    }
}

impl fmt::Display for CloseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, failure) in self.failures.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{failure}")?;
        }
        Ok(())
    }
}

impl fmt::Display for CloseFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, "`{}` could not be closed: {error}", self.name),
            None => write!(f, "`{}` was not closed in time", self.name),
        }
    }
}

impl Error for NoneAvailable {}

impl<E: Error + 'static> Error for ManagerError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::None(_) => None,
            Self::Backend(error) => error.source(),
        }
    }
}

impl Error for InitError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

impl Error for CloseError {}

impl Error for CloseFailure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&**self.error.as_ref()?)
    }
}

impl<E> From<NoneAvailable> for ManagerError<E> {
    fn from(none: NoneAvailable) -> Self {
        Self::None(none)
    }
}
