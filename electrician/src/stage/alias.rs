//! A type that may be an alias comes in; constants that say what it hides go out.

use std::marker::PhantomData;

/// A type that may be an alias: its constants say what it hides.
///
/// An inherent constant is found before one of a trait, so a `Result` says `true`, and all else asks [`Unaliased`].
#[derive(Debug)]
pub struct Alias<T: ?Sized>(PhantomData<T>);

impl<T, E> Alias<Result<T, E>> {
    /// It is a `Result`.
    pub const RESULT: bool = true;
}

impl<T> Alias<Option<T>> {
    /// It is an `Option`.
    pub const OPTION: bool = true;
}

/// What the constants of an [`Alias`] are where it hides nothing.
pub trait Unaliased {
    /// It is no `Result`.
    const RESULT: bool = false;
    /// It is no `Option`.
    const OPTION: bool = false;
}

impl<T: ?Sized> Unaliased for Alias<T> {}
