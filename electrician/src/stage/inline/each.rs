//! Operators that judge each item by itself: one comes in, one or none goes out.

use super::step::{InlineDraft, Step, inline};
use crate::stage::{Port, Travels};

/// One item for each item: `orders -> map(|o| o.total) -> sum`.
pub fn map<T, U, F>(_: Port<T>, f: F) -> InlineDraft<Map<F>, T, U>
where
    T: 'static,
    F: FnMut(T) -> U + Clone + Send + Sync + 'static,
{
    inline(Map(f))
}

/// The items that a predicate takes: `orders -> filter(|o| o.total > 0) -> store`.
///
/// The others are counted as filtered.
pub fn filter<T, F>(_: Port<T>, f: F) -> InlineDraft<Filter<F>, T, T>
where
    T: 'static,
    F: FnMut(&T) -> bool + Clone + Send + Sync + 'static,
{
    inline(Filter(f))
}

/// One item or none for each item: `lines -> filter_map(|line| line.parse::<u64>().ok()) -> sum`.
pub fn filter_map<T, U, F>(_: Port<T>, f: F) -> InlineDraft<FilterMap<F>, T, U>
where
    T: 'static,
    F: FnMut(T) -> Option<U> + Clone + Send + Sync + 'static,
{
    inline(FilterMap(f))
}

/// Looks at each item and passes it on: `orders -> inspect(|o| println!("{o:?}")) -> store`.
pub fn inspect<T, F>(_: Port<T>, f: F) -> InlineDraft<Inspect<F>, T, T>
where
    T: 'static,
    F: FnMut(&T) + Clone + Send + Sync + 'static,
{
    inline(Inspect(f))
}

/// Passes each item on. Stands where items come in from outside.
pub fn pass<T: Travels>() -> InlineDraft<Identity, T, T> {
    inline(Identity)
}

/// Passes each item on. Stands behind an inner pipeline whose items are divided.
pub fn relay<T: 'static>(_: Port<T>) -> InlineDraft<Identity, T, T> {
    inline(Identity)
}

/// The operator [`map`].
#[derive(Debug)]
pub struct Map<F>(F);

/// The operator [`filter`].
#[derive(Debug)]
pub struct Filter<F>(F);

/// The operator [`filter_map`].
#[derive(Debug)]
pub struct FilterMap<F>(F);

/// The operator [`inspect`].
#[derive(Debug)]
pub struct Inspect<F>(F);

/// The identity, [`pass`] and [`relay`].
#[derive(Debug)]
pub struct Identity;

impl<T, U, F: FnMut(T) -> U + Clone + Send + Sync + 'static> Step<T, U> for Map<F> {
    const ALWAYS: bool = true;
    type State = F;

    fn state(&self) -> F {
        self.0.clone()
    }

    #[inline]
    fn step(f: &mut F, item: T) -> Option<U> {
        Some(f(item))
    }
}

impl<T, F: FnMut(&T) -> bool + Clone + Send + Sync + 'static> Step<T, T> for Filter<F> {
    type State = F;

    fn state(&self) -> F {
        self.0.clone()
    }

    #[inline]
    fn step(f: &mut F, item: T) -> Option<T> {
        f(&item).then_some(item)
    }
}

impl<T, U, F: FnMut(T) -> Option<U> + Clone + Send + Sync + 'static> Step<T, U> for FilterMap<F> {
    type State = F;

    fn state(&self) -> F {
        self.0.clone()
    }

    #[inline]
    fn step(f: &mut F, item: T) -> Option<U> {
        f(item)
    }
}

impl<T, F: FnMut(&T) + Clone + Send + Sync + 'static> Step<T, T> for Inspect<F> {
    const ALWAYS: bool = true;
    type State = F;

    fn state(&self) -> F {
        self.0.clone()
    }

    #[inline]
    fn step(f: &mut F, item: T) -> Option<T> {
        f(&item);
        Some(item)
    }
}

impl<T> Step<T, T> for Identity {
    const ALWAYS: bool = true;
    type State = ();

    fn state(&self) {}

    #[inline]
    fn step((): &mut (), item: T) -> Option<T> {
        Some(item)
    }
}
