//! What `#[handler]` implements: how a stage is given an item, and what it gives back.

use std::{borrow::Borrow, future::Future};

use super::Outputs;
use crate::__private::not_plain;

/// A function that takes an item and gives one, none, many, or an error.
///
/// Implemented by `#[handler]` for a type of the function's own name, and by the inline operators.
/// The item types are arguments of the trait rather than associated types, so that a public
/// function may handle an item that is not.
///
/// `Err` is [`Infallible`](std::convert::Infallible) for a handler that cannot fail, `Out` is
/// [`Nothing`] for a sink. `Args` is the tuple of [arguments](crate::__private::place) that the
/// pipeline passes behind the item.
#[diagnostic::on_unimplemented(
    message = "[E0907] `{Self}` is no handler that takes these arguments",
    label = "this handler",
    note = "a handler is a function marked `#[handler]`; behind the item it takes as many arguments as the pipeline passes, each of the type that it names"
)]
pub trait Handler<In: 'static, Out, Err, Args>: Send + Sync + 'static {
    /// Whether a call gives one item at most.
    const ONE: bool;
    /// Whether [`plain`](Self::plain) is there: the function never waits, too.
    const PLAIN: bool;
    /// Whether every call gives one item, and none can fail.
    const ALWAYS: bool = false;
    /// Whether the function asks for a thread of its own.
    const BLOCKING: bool;
    /// How the item is given: [`ByValue`], [`ByRef`] or [`Lent`].
    type Mode: Mode;
    /// What one slot owns: the evaluated arguments and the state of its own.
    type Slot: Send;

    /// Evaluates the arguments for one slot.
    fn slot(&self, args: &Args) -> Self::Slot;

    /// Calls the function. The outputs may borrow the item and the slot.
    fn call<'a>(
        given: <Self::Mode as Mode>::Given<'a, In>,
        slot: &'a mut Self::Slot,
    ) -> impl Future<Output = Result<impl Outputs<Out, Err>, Err>> + Send
    where
        In: Send,
        Out: Send;

    /// The plain function, without a future around it: what its calls share is lent once for all of them.
    fn plain(
        _slot: &mut Self::Slot,
    ) -> impl for<'call> FnMut(<Self::Mode as Mode>::Given<'call, In>) -> Result<Option<Out>, Err>
    {
        |_| not_plain()
    }

    /// Whether the slot wants no more items: what feeds it may end.
    fn sated(_slot: &Self::Slot) -> bool {
        false
    }
}

/// What a handler that takes its item by reference may be given: whatever borrows as it.
#[diagnostic::on_unimplemented(
    message = "[E0902] `{Self}` comes in here, and this handler takes `&{Item}`",
    label = "takes `&{Item}`",
    note = "a handler that takes its item by reference is given what borrows as it: a `String` as `&str`, a `Vec<T>` as `&[T]`",
    note = "change one of the two functions, or put `-> map(|item| …)` between the stages"
)]
pub trait LentAs<Item: ?Sized>: Borrow<Item> {
    /// `Item`, as something that is not known before the item is.
    type Part: ?Sized;
}

#[diagnostic::do_not_recommend]
impl<T: Borrow<Item>, Item: ?Sized> LentAs<Item> for T {
    type Part = Item;
}

/// An item that can be lent to a call, or a part of it that is.
#[diagnostic::on_unimplemented(
    message = "[E0922] `{Self}` cannot be lent to a call: a part of it is not `Sync`",
    label = "this handler takes its item by reference, and a call may go on in another thread",
    note = "use an `Arc` in the place of an `Rc`, and a `Mutex` or an atomic in that of a `RefCell` or a `Cell`; or take the item by value"
)]
pub trait Lendable: Sync {}

#[diagnostic::do_not_recommend]
impl<T: Sync + ?Sized> Lendable for T {}

/// The output type of a sink: there is no such item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nothing {}

/// How a handler takes its item.
pub trait Mode: Send + Sync + 'static {
    /// What the function is given.
    type Given<'a, In: 'static>;
}

/// The item is moved into the call.
#[derive(Debug)]
pub enum ByValue {}

/// The item is lent to the call, and comes back when the call fails.
#[derive(Debug)]
pub enum ByRef {}

/// The item is lent, and does not come back: its outputs fail one by one.
#[derive(Debug)]
pub enum Lent {}

/// The item is moved, and does not come back though it is kept: its outputs fail one by one.
#[derive(Debug)]
pub enum Spent {}

impl Mode for ByValue {
    type Given<'a, In: 'static> = In;
}

impl Mode for ByRef {
    type Given<'a, In: 'static> = &'a In;
}

impl Mode for Spent {
    type Given<'a, In: 'static> = In;
}

impl Mode for Lent {
    type Given<'a, In: 'static> = &'a In;
}

/// Holds the item of a stage while it is being handled.
///
/// `Back` is what a failure gives back: the item where it was lent or kept, `()` where it was moved.
#[diagnostic::on_unimplemented(
    message = "[E0911] the item `{In}` cannot be kept for another call",
    label = "this option keeps the item over the call, which takes it by value",
    note = "let the handler take its item by reference, `&{In}`, or derive `Clone` for it"
)]
pub trait Hold<M: Mode, In: 'static>: Send + Sync + 'static {
    /// What a failure gives back.
    type Back: Send + 'static;
    /// Gives the held item to a call.
    fn give(held: &mut Option<In>) -> M::Given<'_, In>;
    /// Gives an item to a call at once; it is held only if the call leaves it.
    fn hand(item: In, held: &mut Option<In>) -> M::Given<'_, In>;
    /// The call has succeeded: what it left is dropped.
    fn done(held: &mut Option<In>);
    /// Takes back what a failure carries; nothing if there is no item.
    fn back(held: &mut Option<In>) -> Option<Self::Back>;
    /// What the failure of one output carries, while the call goes on; nothing where that would be the item.
    fn unheld() -> Option<Self::Back>;
}

/// Items are held as their handler takes them.
#[derive(Debug)]
pub enum AsTaken {}

/// Items are kept over the call, by a clone where the handler takes them by value.
#[derive(Debug)]
pub enum Kept {}

const HELD: &str = "an item is begun before it is called";

/// The three ways of giving, and the two of taking back.
macro_rules! hold {
    ($hold:ty, $mode:ty, [$($bound:ident)?], $give:ident, $back:ident) => {
        #[diagnostic::do_not_recommend]
        impl<In: $($bound +)? Send + 'static> Hold<$mode, In> for $hold {
            hold!(@$give);
            hold!(@$back);
        }
    };
    (@moved) => {
        #[inline]
        fn hand(item: In, _: &mut Option<In>) -> In {
            item
        }
        #[inline]
        fn done(_: &mut Option<In>) {}
        fn give(held: &mut Option<In>) -> In {
            held.take().expect(HELD)
        }
    };
    (@cloned) => {
        #[inline]
        fn hand(item: In, held: &mut Option<In>) -> In {
            held.insert(item).clone()
        }
        #[inline]
        fn done(held: &mut Option<In>) {
            *held = None;
        }
        fn give(held: &mut Option<In>) -> In {
            held.clone().expect(HELD)
        }
    };
    (@lent) => {
        #[inline]
        fn hand(item: In, held: &mut Option<In>) -> &In {
            held.insert(item)
        }
        #[inline]
        fn done(held: &mut Option<In>) {
            *held = None;
        }
        fn give(held: &mut Option<In>) -> &In {
            held.as_ref().expect(HELD)
        }
    };
    (@item) => {
        type Back = In;
        fn back(held: &mut Option<In>) -> Option<In> {
            held.take()
        }
        fn unheld() -> Option<In> {
            None
        }
    };
    (@nothing) => {
        type Back = ();
        fn back(held: &mut Option<In>) -> Option<()> {
            *held = None;
            Some(())
        }
        fn unheld() -> Option<()> {
            Some(())
        }
    };
}

hold!(AsTaken, ByValue, [], moved, nothing);
hold!(AsTaken, Spent, [], moved, nothing);
hold!(AsTaken, ByRef, [], lent, item);
hold!(AsTaken, Lent, [], lent, nothing);
hold!(Kept, ByValue, [Clone], cloned, item);
hold!(Kept, Spent, [Clone], cloned, nothing);
hold!(Kept, ByRef, [], lent, item);
hold!(Kept, Lent, [], lent, nothing);
