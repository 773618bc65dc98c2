//! Operators that give something for each item, made of it and of what came before.

use std::collections::VecDeque;

use super::step::{InlineDraft, Step, inline};
use crate::{resilience::BadValue, stage::Port};

/// One item for each item, with a state: `amounts -> scan(0, |sum, n| { *sum += n; *sum }) -> show`.
pub fn scan<T, U, S, F>(_: Port<T>, init: S, f: F) -> InlineDraft<Scan<S, F>, T, U>
where
    T: 'static,
    S: Clone + Send + Sync + 'static,
    F: FnMut(&mut S, T) -> U + Clone + Send + Sync + 'static,
{
    inline(Scan { init, f })
}

/// Each item with its number, from 0: `lines -> enumerate() -> index`.
pub fn enumerate<T: 'static>(_: Port<T>) -> InlineDraft<Enumerate, T, (u64, T)> {
    inline(Enumerate)
}

/// The last `count` items, oldest first, after each item from the `count`-th on: `prices -> sliding(10) -> average`.
///
/// The items before are counted as filtered. Items are cloned into each group. A `count` of zero is refused when the
/// pipeline starts.
pub fn sliding<T: Clone + Send + 'static>(
    _: Port<T>,
    count: usize,
) -> InlineDraft<Sliding, T, Vec<T>> {
    let refused = (count == 0).then(|| BadValue::new("count", "must be at least 1"));
    inline(Sliding { count }).refused(refused)
}

/// The operator [`scan`].
#[derive(Debug)]
pub struct Scan<S, F> {
    init: S,
    f: F,
}

/// The operator [`enumerate`].
#[derive(Debug)]
pub struct Enumerate;

/// The operator [`sliding`].
#[derive(Debug)]
pub struct Sliding {
    count: usize,
}

impl<T, U, S, F> Step<T, U> for Scan<S, F>
where
    S: Clone + Send + Sync + 'static,
    F: FnMut(&mut S, T) -> U + Clone + Send + Sync + 'static,
{
    type State = (S, F);

    fn state(&self) -> (S, F) {
        (self.init.clone(), self.f.clone())
    }

    #[inline]
    fn step((state, f): &mut (S, F), item: T) -> Option<U> {
        Some(f(state, item))
    }
}

impl<T> Step<T, (u64, T)> for Enumerate {
    type State = u64;

    fn state(&self) -> u64 {
        0
    }

    #[inline]
    fn step(next: &mut u64, item: T) -> Option<(u64, T)> {
        let number = *next;
        *next += 1;
        Some((number, item))
    }
}

impl<T: Clone + Send + 'static> Step<T, Vec<T>> for Sliding {
    type State = (usize, VecDeque<T>);

    fn state(&self) -> (usize, VecDeque<T>) {
        (self.count, VecDeque::new())
    }

    fn step((count, last): &mut (usize, VecDeque<T>), item: T) -> Option<Vec<T>> {
        if last.len() == *count {
            last.pop_front();
        }
        last.push_back(item);
        (last.len() == *count).then(|| last.iter().cloned().collect())
    }
}
