//! The arguments that a pipeline passes to its functions: places of its parameters, or values made from them.

use std::{
    borrow::Borrow,
    fmt,
    marker::PhantomData,
    ops::Deref,
    sync::{Arc, OnceLock},
};

use super::unfit;

/// An argument that is shared by all the calls of a stage: the function takes `&A`, or a clone for each call.
pub trait Shared {
    /// A handle on the shared value.
    type Handle: Send + Sync + 'static;
    /// The handle, for one slot.
    fn shared(&self) -> Self::Handle;
}

/// An argument that is made anew for each slot of a handler or each run of a generator: the function takes
/// `&mut A` (or, a generator, `A`).
#[diagnostic::on_unimplemented(
    message = "[E0909] this argument makes no `{A}`, and the function takes one of its own",
    label = "the function takes a `{A}` of its own here",
    note = "pass an expression of that type; a parameter of the pipeline must be `Clone`"
)]
pub trait Anew<A>: Own<Own = A> {
    /// The value.
    fn anew(&self) -> A;
}

/// The type of the value that an argument makes: a way to name it where it is less visible than the function.
pub trait Own {
    /// The type.
    type Own;
}

impl<P, X, F> Own for Place<P, X, F> {
    type Own = X;
}

impl<P, X, F> Own for Made<P, X, F> {
    type Own = X;
}

/// A value of a function's own, which goes where its task goes.
#[diagnostic::on_unimplemented(
    message = "[E0923] this function cannot have a `{Self}` of its own: a part of it is not `Send`",
    label = "a task goes from thread to thread, with all that belongs to it",
    note = "use an `Arc` in the place of an `Rc`, and a `Mutex` in that of a `RefCell`"
)]
pub trait GoesAlong: Send {}

#[diagnostic::do_not_recommend]
impl<T: Send> GoesAlong for T {}

/// A value that calls share, or have clones of.
#[diagnostic::on_unimplemented(
    message = "[E0924] this function cannot be passed a `{Self}`: a part of it is not `Send`, or not `Sync`",
    label = "the calls of a stage share this argument, whatever thread they are in",
    note = "use an `Arc` in the place of an `Rc`, and a `Mutex` or an atomic in that of a `RefCell` or a `Cell`"
)]
pub trait Common: Send + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> Common for T {}

/// A handle that can be borrowed as `A`.
#[diagnostic::on_unimplemented(
    message = "[E0910] this argument is no `{A}`, and does not borrow as one",
    label = "the function takes `{A}` or `&{A}` here",
    note = "a parameter or a value is lent as what it borrows as: a `String` as `&str`, a `Vec<T>` as `&[T]`, an `Arc<T>` as `&T`"
)]
pub trait Lend<A: ?Sized> {
    /// `A`, as something that is not known before the argument is.
    type Part: ?Sized;
    /// Borrows the value.
    fn lend(&self) -> &A;
}

/// A place inside the pipeline's parameters: the parameter itself, a field of it.
pub struct Place<P, X: ?Sized, F = fn(&P) -> &X> {
    owner: Arc<P>,
    find: F,
    found: PhantomData<fn() -> Box<X>>,
}

/// A place that is to be an argument.
#[derive(Debug)]
pub struct Named<A>(A);

unfit!(Named<A>);

impl<P, X: Common + ?Sized, F> Named<Place<P, X, F>> {
    /// The argument. Of a place that cannot be shared nothing more is said: its parameter cannot be either.
    pub fn passed(self) -> Place<P, X, F> {
        self.0
    }
}

/// Names a place that is to be an argument.
pub fn named<P, X: ?Sized, F: for<'p> Fn(&'p P) -> &'p X>(
    owner: &Arc<P>,
    find: F,
) -> Named<Place<P, X, F>> {
    Named(place(owner, find))
}

/// Names a place inside the parameters of a pipeline.
pub fn place<P, X: ?Sized, F: for<'p> Fn(&'p P) -> &'p X>(
    owner: &Arc<P>,
    find: F,
) -> Place<P, X, F> {
    Place {
        owner: Arc::clone(owner),
        find,
        found: PhantomData,
    }
}

/// A parameter, as closures see it: a handle that derefs to the value.
pub fn parameter<P, X: ?Sized>(owner: &Arc<P>, find: fn(&P) -> &X) -> Place<P, X> {
    place(owner, find)
}

impl<P, X: ?Sized, F: Clone> Clone for Place<P, X, F> {
    fn clone(&self) -> Self {
        Self {
            owner: Arc::clone(&self.owner),
            find: self.find.clone(),
            found: PhantomData,
        }
    }
}

impl<P, X: ?Sized, F> fmt::Debug for Place<P, X, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").finish_non_exhaustive()
    }
}

impl<P, X: ?Sized, F: for<'p> Fn(&'p P) -> &'p X> Deref for Place<P, X, F> {
    type Target = X;
    fn deref(&self) -> &X {
        (self.find)(&self.owner)
    }
}

impl<P, X, F> Shared for Place<P, X, F>
where
    P: Send + Sync + 'static,
    X: ?Sized + 'static,
    F: Clone + Send + Sync + 'static,
{
    type Handle = Self;
    fn shared(&self) -> Self {
        self.clone()
    }
}

#[diagnostic::do_not_recommend]
impl<P, X: Clone, F: for<'p> Fn(&'p P) -> &'p X> Anew<X> for Place<P, X, F> {
    fn anew(&self) -> X {
        X::clone(self)
    }
}

#[diagnostic::do_not_recommend]
impl<P, A: ?Sized, X: ?Sized + Borrow<A>, F: for<'p> Fn(&'p P) -> &'p X> Lend<A>
    for Place<P, X, F>
{
    type Part = A;
    fn lend(&self) -> &A {
        (**self).borrow()
    }
}

/// A value that an expression makes: once for what is shared, again for what is made anew.
pub struct Made<P, X, F> {
    owner: Arc<P>,
    once: Arc<OnceLock<Arc<X>>>,
    make: F,
}

/// An argument made by an expression over the parameters.
pub fn made<P, X, F: Fn(&P) -> X>(owner: &Arc<P>, make: F) -> Made<P, X, F> {
    Made {
        owner: Arc::clone(owner),
        once: Arc::default(),
        make,
    }
}

impl<P, X, F: Clone> Clone for Made<P, X, F> {
    fn clone(&self) -> Self {
        Self {
            owner: Arc::clone(&self.owner),
            once: Arc::clone(&self.once),
            make: self.make.clone(),
        }
    }
}

impl<P, X, F> fmt::Debug for Made<P, X, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Made").finish_non_exhaustive()
    }
}

impl<P, X: Common + 'static, F: Fn(&P) -> X> Shared for Made<P, X, F> {
    type Handle = Arc<X>;
    fn shared(&self) -> Arc<X> {
        Arc::clone(self.once.get_or_init(|| Arc::new((self.make)(&self.owner))))
    }
}

#[diagnostic::do_not_recommend]
impl<P, X, F: Fn(&P) -> X> Anew<X> for Made<P, X, F> {
    fn anew(&self) -> X {
        (self.make)(&self.owner)
    }
}

#[diagnostic::do_not_recommend]
impl<A: ?Sized, X: Borrow<A>> Lend<A> for Arc<X> {
    type Part = A;
    fn lend(&self) -> &A {
        (**self).borrow()
    }
}
