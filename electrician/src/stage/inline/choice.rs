//! Operators that let an item through or not, by what came before. What is not let through is counted as filtered.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
};

use super::step::{InlineDraft, Step, inline};
use crate::stage::Port;

/// How many keys [`distinct`] remembers.
pub const REMEMBERED: usize = 65_536;

/// Leaves out an item that equals the one before it: `readings -> dedupe() -> store`.
///
/// The last item is cloned, to be compared with the next one.
pub fn dedupe<T: Compared + Send + 'static>(_: Port<T>) -> InlineDraft<Dedupe, T, T> {
    inline(Dedupe)
}

/// An item that can be kept, and compared with the next one.
#[diagnostic::on_unimplemented(
    message = "[E0920] `{Self}` cannot be compared with the item before it",
    label = "`dedupe` keeps a clone of each item for the next one",
    note = "derive `PartialEq` and `Clone`, or tell items apart by a part of theirs: `distinct(|item| item.id)`"
)]
pub trait Compared: PartialEq + Clone {}

#[diagnostic::do_not_recommend]
impl<T: PartialEq + Clone> Compared for T {}

/// Each item once: `ids -> distinct() -> fetch`.
///
/// The last 65,536 distinct items are remembered, in the order in which they first came. One that comes again after so
/// many others is let through again.
pub fn distinct<T>(_: Port<T>) -> InlineDraft<Distinct, T, T>
where
    T: Remembered + Send + 'static,
{
    inline(Distinct {
        capacity: REMEMBERED,
    })
}

/// One item of each key: `orders -> distinct(|o| o.customer) -> greet`.
///
/// As [`distinct`], by what a closure gives for an item: the last 65,536 distinct keys are remembered.
pub fn distinct_by<T, K, F>(_: Port<T>, key: F) -> InlineDraft<DistinctBy<F>, T, T>
where
    T: 'static,
    K: Remembered + Send + 'static,
    F: FnMut(&T) -> K + Clone + Send + Sync + 'static,
{
    inline(DistinctBy {
        capacity: REMEMBERED,
        key,
    })
}

/// An item, or a key of one, that is known again.
#[diagnostic::on_unimplemented(
    message = "[E0921] `{Self}` cannot be known again",
    label = "`distinct` looks up each `{Self}` among clones of those that came before",
    note = "derive `Hash`, `Eq`, `PartialEq` and `Clone`, or let a closure give a key that has them: `distinct(|item| item.id)`"
)]
pub trait Remembered: Hash + Eq + Clone {}

#[diagnostic::do_not_recommend]
impl<T: Hash + Eq + Clone> Remembered for T {}

/// The first `n` items: `lines -> take(100) -> show`.
///
/// After them, what feeds the operator is told that no more is needed, so that it may end. What is on its way by then is
/// counted as filtered.
pub fn take<T: 'static>(_: Port<T>, n: usize) -> InlineDraft<Take, T, T> {
    inline(Take { n })
}

/// All but the first `n` items: `lines -> skip(1) -> parse`.
pub fn skip<T: 'static>(_: Port<T>, n: usize) -> InlineDraft<Skip, T, T> {
    inline(Skip { n })
}

/// The operator [`dedupe`].
#[derive(Debug)]
pub struct Dedupe;

/// The operator [`distinct`].
#[derive(Debug)]
pub struct Distinct {
    pub(super) capacity: usize,
}

/// The operator [`distinct_by`].
#[derive(Debug)]
pub struct DistinctBy<F> {
    capacity: usize,
    key: F,
}

/// The operator [`take`].
#[derive(Debug)]
pub struct Take {
    pub(super) n: usize,
}

/// The operator [`skip`].
#[derive(Debug)]
pub struct Skip {
    n: usize,
}

impl<T: Compared + Send + 'static> Step<T, T> for Dedupe {
    type State = Option<T>;

    fn state(&self) -> Option<T> {
        None
    }

    fn step(last: &mut Option<T>, item: T) -> Option<T> {
        if last.as_ref() == Some(&item) {
            return None;
        }
        *last = Some(item.clone());
        Some(item)
    }
}

/// The keys that came last, each once.
#[derive(Debug)]
pub struct Seen<K> {
    capacity: usize,
    keys: HashSet<K>,
    order: VecDeque<K>,
}

impl<K: Remembered> Seen<K> {
    fn new(capacity: usize) -> Self {
        Self {
            capacity,
            keys: HashSet::new(),
            order: VecDeque::new(),
        }
    }

    /// Remembers a key, and says whether it is new; the oldest one is forgotten for it.
    fn is_new(&mut self, key: K) -> bool {
        if self.keys.contains(&key) {
            return false;
        }
        if self.order.len() == self.capacity
            && let Some(oldest) = self.order.pop_front()
        {
            self.keys.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.keys.insert(key)
    }
}

impl<T: Remembered + Send + 'static> Step<T, T> for Distinct {
    type State = Seen<T>;

    fn state(&self) -> Seen<T> {
        Seen::new(self.capacity)
    }

    fn step(seen: &mut Seen<T>, item: T) -> Option<T> {
        seen.is_new(item.clone()).then_some(item)
    }
}

impl<T, K, F> Step<T, T> for DistinctBy<F>
where
    K: Remembered + Send + 'static,
    F: FnMut(&T) -> K + Clone + Send + Sync + 'static,
{
    type State = (F, Seen<K>);

    fn state(&self) -> (F, Seen<K>) {
        (self.key.clone(), Seen::new(self.capacity))
    }

    fn step((key, seen): &mut (F, Seen<K>), item: T) -> Option<T> {
        seen.is_new(key(&item)).then_some(item)
    }
}

impl<T> Step<T, T> for Take {
    type State = usize;

    fn state(&self) -> usize {
        self.n
    }

    #[inline]
    fn step(left: &mut usize, item: T) -> Option<T> {
        *left = left.checked_sub(1)?;
        Some(item)
    }

    #[inline]
    fn sated(left: &usize) -> bool {
        *left == 0
    }
}

impl<T> Step<T, T> for Skip {
    type State = usize;

    fn state(&self) -> usize {
        self.n
    }

    #[inline]
    fn step(left: &mut usize, item: T) -> Option<T> {
        match left.checked_sub(1) {
            None => Some(item),
            Some(fewer) => {
                *left = fewer;
                None
            }
        }
    }
}
