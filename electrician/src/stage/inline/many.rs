//! Operators that give many items for one.

use std::convert::Infallible;

use crate::stage::{ByValue, Draft, Handler, Iterated, Outputs, Port, handler};

/// Many items for each item: `orders -> flat_map(|o| o.lines) -> store`.
///
/// An item that gives none is counted as filtered.
pub fn flat_map<T, I, F>(_: Port<T>, f: F) -> Draft<FlatMap<F>, T, I::Item, Infallible, ()>
where
    T: 'static,
    I: IntoIterator<IntoIter: Send>,
    F: FnMut(T) -> I + Clone + Send + Sync + 'static,
{
    handler((), FlatMap(f))
}

/// The items of each item: `pages -> flatten() -> store`.
///
/// An item that has none is counted as filtered.
pub fn flatten<T>(_: Port<T>) -> Draft<Flatten, T, T::Item, Infallible, ()>
where
    T: IntoIterator<IntoIter: Send> + 'static,
{
    handler((), Flatten)
}

/// The operator [`flat_map`].
#[derive(Debug)]
pub struct FlatMap<F>(F);

/// The operator [`flatten`].
#[derive(Debug)]
pub struct Flatten;

impl<T, I, F> Handler<T, I::Item, Infallible, ()> for FlatMap<F>
where
    T: 'static,
    I: IntoIterator<IntoIter: Send>,
    F: FnMut(T) -> I + Clone + Send + Sync + 'static,
{
    const ONE: bool = false;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = F;

    fn slot(&self, (): &()) -> F {
        self.0.clone()
    }

    async fn call(item: T, f: &mut F) -> Result<impl Outputs<I::Item, Infallible>, Infallible> {
        Ok(Iterated::new(f(item).into_iter()))
    }
}

impl<T> Handler<T, T::Item, Infallible, ()> for Flatten
where
    T: IntoIterator<IntoIter: Send> + 'static,
{
    const ONE: bool = false;
    const PLAIN: bool = false;
    const BLOCKING: bool = false;
    type Mode = ByValue;
    type Slot = ();

    fn slot(&self, (): &()) {}

    async fn call(item: T, (): &mut ()) -> Result<impl Outputs<T::Item, Infallible>, Infallible> {
        Ok(Iterated::new(item.into_iter()))
    }
}
