//! What has come of the calls of a task, on its way out: as it comes, or in the order of their items.

use std::{
    collections::VecDeque,
    task::{Context, Poll, ready},
};

use super::{Came, order::Part};

/// As many outputs may wait as two rounds over the slots give, or so many.
const FEW: usize = 128;

/// What has come of calls and has not gone out.
pub(super) enum Exit<O, L> {
    /// As it comes.
    AsItComes(Pile<O, L>),
    /// In the order in which the items came in.
    InOrder(Ring<O, L>),
    /// In the order in which the items came in to all the tasks of the pool.
    InTurn(Part<O, L>),
}

/// What goes out as it comes.
pub(super) struct Pile<O, L> {
    out: VecDeque<Came<O, L>>,
    most: usize,
}

/// A place for each item that is in the pool, in their order; a call that is under way has nothing in it yet.
pub(super) struct Ring<O, L> {
    places: VecDeque<Option<Came<O, L>>>,
    /// The number of the first place.
    first: u64,
    most: usize,
}

impl<O, L> Exit<O, L> {
    pub(super) fn as_it_comes(slots: usize) -> Self {
        let most = most(slots);
        Self::AsItComes(Pile {
            out: VecDeque::with_capacity(slots + most),
            most,
        })
    }

    /// Of so many items at most.
    pub(super) fn in_order(most: usize) -> Self {
        Self::InOrder(Ring {
            places: VecDeque::new(),
            first: 0,
            most,
        })
    }

    /// Lets in so many items, as far as there is room: what has not gone out is limited, too. `take` says how many it took;
    /// what comes back is that, and the number of the first.
    pub(super) fn poll_enter(
        &mut self,
        most: usize,
        cx: &mut Context<'_>,
        take: impl FnOnce(usize, &mut Context<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Option<(usize, u64)>> {
        let room = match self {
            Self::AsItComes(pile) => pile.most.saturating_sub(pile.out.len()),
            Self::InOrder(ring) => ring.most - ring.places.len(),
            Self::InTurn(part) => return part.poll_enter(most, cx, take),
        };
        if room == 0 {
            return Poll::Pending;
        }
        let taken = ready!(take(most.min(room), cx));
        Poll::Ready(taken.map(|items| (items, self.enter(items))))
    }

    fn enter(&mut self, items: usize) -> u64 {
        let Self::InOrder(ring) = self else {
            return 0;
        };
        let number = ring.first + ring.places.len() as u64;
        ring.places.extend((0..items).map(|_| None));
        number
    }

    /// What has come of the item with this number.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "it moves what it is given, once an item"
    )]
    pub(super) fn push(&mut self, number: u64, came: Came<O, L>) {
        match self {
            Self::AsItComes(pile) => pile.out.push_back(came),
            Self::InOrder(ring) => {
                let place = usize::try_from(number - ring.first).ok();
                if let Some(place) = place.and_then(|place| ring.places.get_mut(place)) {
                    *place = Some(came);
                }
            }
            Self::InTurn(part) => part.push(number, came),
        }
    }

    /// What is next to go out.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Came<O, L>> {
        match self {
            Self::AsItComes(pile) => pile.out.pop_front(),
            Self::InOrder(ring) => {
                let came = ring.places.front_mut()?.take()?;
                ring.places.pop_front();
                ring.first += 1;
                Some(came)
            }
            Self::InTurn(part) => part.pop(),
        }
    }

    /// Whether something is to go out next. `flush` hands over what went out before; pending while that has to be first, and
    /// waits for room.
    #[inline]
    pub(super) fn poll_ready(&mut self, flush: impl FnOnce() -> Poll<()>) -> Poll<bool> {
        Poll::Ready(match self {
            Self::AsItComes(pile) => !pile.out.is_empty(),
            Self::InOrder(ring) => ring.places.front().is_some_and(Option::is_some),
            Self::InTurn(part) => return part.poll_ready(flush),
        })
    }

    /// Whether nothing is left here to go out, once all calls are over.
    pub(super) fn is_over(&self) -> bool {
        match self {
            Self::AsItComes(pile) => pile.out.is_empty(),
            Self::InOrder(ring) => ring.places.is_empty(),
            Self::InTurn(part) => part.is_over(),
        }
    }

    /// How many items that gave an output, or none, are still here.
    pub(super) fn open(&self) -> usize {
        let given = |came: &&Came<O, L>| came.is_ok();
        match self {
            Self::AsItComes(pile) => pile.out.iter().filter(given).count(),
            Self::InOrder(ring) => ring.places.iter().flatten().filter(given).count(),
            Self::InTurn(part) => part.open().filter(given).count(),
        }
    }
}

/// How many items may wait to go out of so many slots.
fn most(slots: usize) -> usize {
    FEW.max(2 * slots)
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// How many of so many items come in, and the number of the first.
    fn enter(exit: &mut Exit<u32, ()>, items: usize) -> Poll<Option<(usize, u64)>> {
        let cx = &mut Context::from_waker(Waker::noop());
        exit.poll_enter(items, cx, |most, _| Poll::Ready(Some(most)))
    }

    fn is_ready(exit: &mut Exit<u32, ()>) -> bool {
        exit.poll_ready(|| Poll::Ready(())) == Poll::Ready(true)
    }

    fn popped(exit: &mut Exit<u32, ()>) -> Vec<u32> {
        std::iter::from_fn(|| exit.pop())
            .filter_map(|came| came.ok().flatten())
            .collect()
    }

    #[test]
    fn what_comes_before_its_turn_waits() {
        let mut exit = Exit::in_order(4);
        assert_eq!(enter(&mut exit, 3), Poll::Ready(Some((3, 0))));
        exit.push(2, Ok(Some(2)));
        assert!(!is_ready(&mut exit));
        exit.push(0, Ok(Some(0)));
        assert_eq!(popped(&mut exit), [0]);
        exit.push(1, Ok(None));
        assert_eq!(popped(&mut exit), [2]);
        assert_eq!(enter(&mut exit, 1), Poll::Ready(Some((1, 3))));
    }

    #[test]
    fn no_more_come_in_order_than_there_are_places() {
        let mut exit = Exit::in_order(4);
        assert_eq!(enter(&mut exit, 3), Poll::Ready(Some((3, 0))));
        exit.push(2, Ok(None));
        assert_eq!(enter(&mut exit, 3), Poll::Ready(Some((1, 3))));
        assert_eq!(enter(&mut exit, 1), Poll::Pending);
        assert_eq!(exit.open(), 1);
    }

    #[test]
    fn what_goes_out_as_it_comes_does_not_pile_up() {
        let mut exit = Exit::as_it_comes(2);
        (0..128).for_each(|item| exit.push(0, Ok(Some(item))));
        assert_eq!(enter(&mut exit, 1), Poll::Pending);
        assert_eq!(popped(&mut exit), (0..128).collect::<Vec<_>>());
        assert_eq!(enter(&mut exit, 200), Poll::Ready(Some((128, 0))));
    }
}
