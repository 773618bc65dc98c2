//! What the attributes write beside the functions.

use std::borrow::Borrow;

use electrician::__private::*;

use super::functions::{
    Gateway, GatewayError, Ledger, Order, Receipt, charge, defer, feed, parse, reject, split, store,
};

pub(super) mod stages {
    #![allow(non_camel_case_types)]
    pub(crate) struct feed {}
    pub(crate) struct parse {}
    pub(crate) struct charge {}
    pub(crate) struct split {}
    pub(crate) struct store {}
    pub(crate) struct reject {}
    pub(crate) struct defer {}
}

impl<A0: Anew<u64>> Generator<String, Infallible, (A0,)> for stages::feed {
    const BLOCKING: bool = false;
    const PUSHES: bool = false;
    type Slot = Option<u64>;
    fn slot(&self, args: &(A0,)) -> Self::Slot {
        Some(args.0.anew())
    }
    fn open(slot: &mut Self::Slot, _: Outlet<String>) -> impl Outputs<String, Infallible> + Send {
        Iterated::new(feed(slot.take().expect("opened once a run")))
    }
}

impl<I: Borrow<str> + Send + Sync + 'static> Handler<I, Order, std::num::ParseIntError, ()>
    for stages::parse
{
    const ONE: bool = true;
    const PLAIN: bool = true;
    const BLOCKING: bool = false;
    type Mode = ByRef;
    type Slot = ();
    fn slot(&self, _: &()) -> Self::Slot {}
    async fn call<'a>(
        given: &'a I,
        _: &'a mut Self::Slot,
    ) -> Result<impl Outputs<Order, std::num::ParseIntError>, std::num::ParseIntError> {
        Ok(Maybe(Some(parse(given.borrow())?)))
    }
    fn plain(
        _: &mut Self::Slot,
    ) -> impl for<'a> FnMut(&'a I) -> Result<Option<Order>, std::num::ParseIntError> {
        |given| Ok(Some(parse(given.borrow())?))
    }
}

impl<I: Borrow<Order> + Send + Sync + 'static, A0: Shared> Handler<I, Receipt, GatewayError, (A0,)>
    for stages::charge
where
    A0::Handle: Lend<Gateway>,
{
    const ONE: bool = true;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByRef;
    type Slot = (A0::Handle,);
    fn slot(&self, args: &(A0,)) -> Self::Slot {
        (args.0.shared(),)
    }
    async fn call<'a>(
        given: &'a I,
        slot: &'a mut Self::Slot,
    ) -> Result<impl Outputs<Receipt, GatewayError>, GatewayError> {
        Ok(Maybe(Some(charge(given.borrow(), slot.0.lend()).await?)))
    }
}

impl<I: Borrow<Receipt> + Send + Sync + 'static, A0: Anew<Vec<u64>>>
    Handler<I, u64, Infallible, (A0,)> for stages::split
{
    const ONE: bool = false;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByRef;
    type Slot = (Vec<u64>,);
    fn slot(&self, args: &(A0,)) -> Self::Slot {
        (args.0.anew(),)
    }
    async fn call<'a>(
        given: &'a I,
        slot: &'a mut Self::Slot,
    ) -> Result<impl Outputs<u64, Infallible>, Infallible> {
        Ok(Streamed {
            stream: split(given.borrow(), &mut slot.0),
        })
    }
}

impl Waits for stages::charge {}

macro_rules! sink {
    ($name:ident($item:ty) $plain:literal, |$given:ident, $slot:ident| $call:expr) => {
        impl<A0: Shared> Handler<$item, Nothing, Infallible, (A0,)> for stages::$name
        where
            A0::Handle: Lend<Ledger>,
        {
            const ONE: bool = true;
            const PLAIN: bool = $plain;
            const BLOCKING: bool = false;
            type Mode = ByValue;
            type Slot = (A0::Handle,);
            fn slot(&self, args: &(A0,)) -> Self::Slot {
                (args.0.shared(),)
            }
            async fn call<'a>(
                $given: $item,
                $slot: &'a mut Self::Slot,
            ) -> Result<impl Outputs<Nothing, Infallible>, Infallible> {
                $call;
                Ok(Maybe(None))
            }
        }
        impl Takes<$item> for stages::$name {}
    };
}

sink!(store(u64) false, |given, slot| store(given, slot.0.lend()).await);
sink!(reject(Failure<Order, GatewayError>) false, |given, slot| reject(given, slot.0.lend()));
sink!(defer(Order) false, |given, slot| defer(given, slot.0.lend()));
