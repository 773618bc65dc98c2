//! What has come of the calls of a task, on its way out: as it comes, or in the order of their items.

use std::collections::VecDeque;

use super::Came;

/// As many outputs may wait as two rounds over the slots give, or so many.
const FEW: usize = 128;

/// What has come of calls and has not gone out.
pub(super) enum Exit<O, L> {
    /// As it comes.
    AsItComes(VecDeque<Came<O, L>>),
    /// In the order in which the items came in.
    InOrder(Ring<O, L>),
}

/// A place for each item that is in the pool, in their order; a call that is under way has nothing in it yet.
pub(super) struct Ring<O, L> {
    places: VecDeque<Option<Came<O, L>>>,
    /// The number of the first place.
    first: u64,
}

impl<O, L> Exit<O, L> {
    pub(super) fn as_it_comes(slots: usize) -> Self {
        Self::AsItComes(VecDeque::with_capacity(slots + most(slots)))
    }

    pub(super) fn in_order(slots: usize) -> Self {
        Self::InOrder(Ring {
            places: VecDeque::with_capacity(slots),
            first: 0,
        })
    }

    /// How many items may come in to so many slots: what has not gone out is limited, too.
    pub(super) fn room(&self, slots: usize) -> usize {
        match self {
            Self::AsItComes(out) => most(slots).saturating_sub(out.len()),
            Self::InOrder(ring) => slots - ring.places.len(),
        }
    }

    /// So many items have come in. Gives the number of the first.
    pub(super) fn enter(&mut self, items: usize) -> u64 {
        match self {
            Self::AsItComes(_) => 0,
            Self::InOrder(ring) => {
                let number = ring.first + ring.places.len() as u64;
                ring.places.extend((0..items).map(|_| None));
                number
            }
        }
    }

    /// What has come of the item with this number.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "it moves what it is given, once an item"
    )]
    pub(super) fn push(&mut self, number: u64, came: Came<O, L>) {
        match self {
            Self::AsItComes(out) => out.push_back(came),
            Self::InOrder(ring) => {
                let place = usize::try_from(number - ring.first).ok();
                if let Some(place) = place.and_then(|place| ring.places.get_mut(place)) {
                    *place = Some(came);
                }
            }
        }
    }

    /// What is next to go out.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Came<O, L>> {
        match self {
            Self::AsItComes(out) => out.pop_front(),
            Self::InOrder(ring) => {
                let came = ring.places.front_mut()?.take()?;
                ring.places.pop_front();
                ring.first += 1;
                Some(came)
            }
        }
    }

    /// Whether something is to go out next.
    #[inline]
    pub(super) fn is_ready(&self) -> bool {
        match self {
            Self::AsItComes(out) => !out.is_empty(),
            Self::InOrder(ring) => ring.places.front().is_some_and(Option::is_some),
        }
    }

    /// How many items that gave an output, or none, are still here.
    pub(super) fn open(&self) -> usize {
        match self {
            Self::AsItComes(out) => out.iter().filter(|came| came.is_ok()).count(),
            Self::InOrder(ring) => ring
                .places
                .iter()
                .flatten()
                .filter(|came| came.is_ok())
                .count(),
        }
    }
}

fn most(slots: usize) -> usize {
    FEW.max(2 * slots)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn popped(exit: &mut Exit<u32, ()>) -> Vec<u32> {
        std::iter::from_fn(|| exit.pop())
            .filter_map(|came| came.ok().flatten())
            .collect()
    }

    #[test]
    fn what_comes_before_its_turn_waits() {
        let mut exit = Exit::in_order(4);
        assert_eq!(exit.enter(3), 0);
        exit.push(2, Ok(Some(2)));
        assert!(!exit.is_ready());
        exit.push(0, Ok(Some(0)));
        assert_eq!(popped(&mut exit), [0]);
        exit.push(1, Ok(None));
        assert_eq!(popped(&mut exit), [2]);
        assert_eq!(exit.enter(1), 3);
    }

    #[test]
    fn no_more_come_in_order_than_there_are_slots() {
        let mut exit = Exit::<u32, ()>::in_order(4);
        exit.enter(3);
        exit.push(2, Ok(None));
        assert_eq!((exit.room(4), exit.open()), (1, 1));
    }

    #[test]
    fn what_goes_out_as_it_comes_does_not_pile_up() {
        let mut exit = Exit::as_it_comes(2);
        (0..128).for_each(|item| exit.push(0, Ok(Some(item))));
        assert_eq!(exit.room(2), 0);
        assert_eq!(popped(&mut exit), (0..128).collect::<Vec<_>>());
        assert_eq!(exit.room(2), 128);
    }
}
