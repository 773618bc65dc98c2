//! A handler that is called a second time when the first call takes long: comes in an item, goes out what the quicker call gave.

use std::future::Future;

use super::{ByRef, ByValue, Handler, Lent, Mode, Outputs, Spent, Takes};
use crate::resilience::hedge::{Hedge, Hedging};

/// A handler whose slow calls are made twice.
#[derive(Debug)]
pub struct Hedged<H> {
    handler: H,
    hedging: Hedging,
}

/// Each of the two calls has a slot of its own.
#[derive(Debug)]
pub struct Slots<S> {
    first: S,
    second: S,
    hedging: Hedging,
}

/// A way of giving an item by which it can be given to two calls.
#[diagnostic::on_unimplemented(
    message = "[E0912] the item `{In}` cannot be given to two calls",
    label = "this option calls twice with an item that the handler takes by value",
    note = "let the handler take its item by reference, `&{In}`, or derive `Clone` for it"
)]
pub trait Twice<In: 'static>: Mode {
    /// The item for the second call, while it is not made.
    type Again<'a>: Send;
    /// The same item for both calls.
    fn twice(given: Self::Given<'_, In>) -> (Self::Given<'_, In>, Self::Again<'_>);
    /// Gives it to the second call.
    fn again(again: Self::Again<'_>) -> Self::Given<'_, In>;
}

/// By a clone, or by another reference.
macro_rules! twice {
    ($($mode:ty: $item:ty, [$bound:ident], |$given:ident| $twice:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<In: $bound + Send + 'static> Twice<In> for $mode {
            type Again<'a> = $item;
            fn twice(
                $given: <$mode as Mode>::Given<'_, In>,
            ) -> (<$mode as Mode>::Given<'_, In>, Self::Again<'_>) {
                ($twice, $given)
            }
            fn again(again: Self::Again<'_>) -> <$mode as Mode>::Given<'_, In> {
                again
            }
        }
    )*};
}

twice! {
    ByValue: In, [Clone], |given| given.clone();
    Spent: In, [Clone], |given| given.clone();
    ByRef: &'a In, [Sync], |given| given;
    Lent: &'a In, [Sync], |given| given;
}

impl<H> Hedged<H> {
    pub(super) fn new(handler: H, hedge: Hedge) -> Self {
        Self {
            handler,
            hedging: Hedging::new(hedge),
        }
    }
}

impl<H: Takes<In>, In> Takes<In> for Hedged<H> {}

impl<H, In, Out, Err, Args> Handler<In, Out, Err, Args> for Hedged<H>
where
    In: Send + 'static,
    Out: Send,
    Err: Send,
    H: Handler<In, Out, Err, Args>,
    H::Mode: Twice<In>,
{
    const ONE: bool = H::ONE;
    const PLAIN: bool = false;
    const BLOCKING: bool = H::BLOCKING;
    type Mode = H::Mode;
    type Slot = Slots<H::Slot>;

    fn slot(&self, args: &Args) -> Self::Slot {
        Slots {
            first: self.handler.slot(args),
            second: self.handler.slot(args),
            hedging: self.hedging.clone(),
        }
    }

    fn call<'a>(
        given: <Self::Mode as Mode>::Given<'a, In>,
        slot: &'a mut Self::Slot,
    ) -> impl Future<Output = Result<impl Outputs<Out, Err>, Err>> + Send {
        let (given, again) = H::Mode::twice(given);
        let Slots {
            first,
            second,
            hedging,
        } = slot;
        hedging.race(H::call(given, first), move || {
            H::call(H::Mode::again(again), second)
        })
    }

    fn sated(slot: &Self::Slot) -> bool {
        H::sated(&slot.first)
    }
}
