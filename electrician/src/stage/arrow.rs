//! Two ports come in; the arrow between them goes out, once its types are found to fit.

use std::{fmt, marker::PhantomData, ops::Deref};

use super::{Definition, Takes, unfit};

/// The type that leaves or enters a stage by one of its ports.
#[must_use]
pub struct Port<T>(PhantomData<fn() -> T>);

unfit!(Port<T>);

impl<T> Port<T> {
    /// A port of this type.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T> Port<T> {
    /// Its items go to several branches, a clone to each.
    pub fn broadcast(self) -> Self
    where
        T: Branches,
    {
        self
    }

    /// Its items go to no stage.
    pub fn leaves(self) {}

    /// What lies behind an arrow that has been checked. Behind one that fits nothing there is no such port, and of what would lie
    /// there nothing more is said.
    pub fn to<X>(self, behind: X) -> X {
        behind
    }
}

/// An item that can go to several branches.
#[diagnostic::on_unimplemented(
    message = "[E0903] `{Self}` goes to several branches and is not `Clone`",
    label = "each branch gets its own clone of `{Self}`",
    note = "derive `Clone`, send an `Arc` of it, or give each item to one branch with `-> any [a, b]`"
)]
pub trait Branches: Clone {}

#[diagnostic::do_not_recommend]
impl<T: Clone> Branches for T {}

/// The clone that goes to one of several branches.
#[inline]
pub fn branch<T: Branches>(item: &T) -> T {
    item.clone()
}

/// An item that can go from one task to another.
#[diagnostic::on_unimplemented(
    message = "[E0916] `{Self}` cannot leave this stage: a part of it is not `Send`, or is borrowed",
    label = "an item goes from task to task, so it is `Send` and `'static`",
    note = "use an `Arc` in the place of an `Rc`, a `Mutex` in that of a `RefCell`, and values in that of references"
)]
pub trait Travels: Send + 'static {}

#[diagnostic::do_not_recommend]
impl<T: Send + 'static> Travels for T {}

impl<T> Default for Port<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Clone for Port<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Port<T> {}

impl<T> fmt::Debug for Port<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Port<{}>", std::any::type_name::<T>())
    }
}

/// An arrow from one port to another one.
#[must_use]
pub struct Arrow<Out, In>(Misfit<Out, In>);

/// An arrow between types that are not the same. It is what an arrow derefs to, and so what is found where its `link` is not.
pub struct Misfit<Out, In>(PhantomData<fn(Out) -> In>);

/// What leaves one stage is what the next one takes.
#[diagnostic::on_unimplemented(
    message = "[E0901] this stage gives `{Self}`, and the next one takes `{In}`",
    label = "`{Self}` comes in here, `{In}` is taken",
    note = "change one of the two functions, or put `-> map(|item| …)` between the stages",
    note = "`Nothing` is what a sink gives: no item leaves it"
)]
pub trait Feeds<In> {}

#[diagnostic::do_not_recommend]
impl<T> Feeds<T> for T {}

/// An arrow from one port to another one.
pub fn arrow<Out, In>(_: Port<Out>, _: Port<In>) -> Arrow<Out, In> {
    Arrow(Misfit(PhantomData))
}

impl<T: Travels> Arrow<T, T> {
    /// What leaves the one port enters the other; where one of the types is not known yet, it follows from the other.
    pub fn link(self) -> Port<T> {
        Port::new()
    }
}

impl<Out, In> Deref for Arrow<Out, In> {
    type Target = Misfit<Out, In>;
    fn deref(&self) -> &Misfit<Out, In> {
        &self.0
    }
}

unfit!(Misfit<Out, In>);

impl<Out: Travels, In> Misfit<Out, In> {
    /// What leaves the one port cannot enter the other, which is said here; of what would lie behind nothing more is said.
    pub fn link<P>(&self) -> P
    where
        Out: Feeds<In>,
    {
        unreachable!("an arrow between different types is not compiled")
    }
}

impl<Out, In> fmt::Debug for Arrow<Out, In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Arrow")
    }
}

impl<Out, In> fmt::Debug for Misfit<Out, In> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Misfit")
    }
}

/// What leaves an error port becomes what the handler takes.
#[diagnostic::on_unimplemented(
    message = "[E0905] this port gives `{Self}`, which does not become the `{In}` that is taken",
    label = "`{Self}` comes in here, `{In}` is taken",
    note = "let the handler take `{Self}`, or `AnyFailure`, which every failure becomes whose error implements `std::error::Error`",
    note = "or implement `From<{Self}>` for `{In}`"
)]
pub trait Becomes<In>: Into<In> {}

#[diagnostic::do_not_recommend]
impl<T: Into<In>, In> Becomes<In> for T {}

/// What leaves an error port, as its target takes it.
#[inline]
pub fn converted<Out: Becomes<In>, In>(failure: Out) -> In {
    failure.into()
}

/// An arrow from an error port: what leaves it is converted into what the handler takes.
pub fn link_into<Out, In, H, Given, Err, Args, K>(
    _: &Definition<H, In, Given, Err, Args, K>,
    _: Port<Out>,
) where
    H: Takes<In>,
    Out: Becomes<In>,
    In: Travels,
{
}

/// An arrow from an error port into an output: what leaves it is converted into what the output gives.
pub fn link_out<Out: Becomes<In>, In: Travels>(_: Port<In>, _: Port<Out>) {}
