//! The order of a pool that is in several tasks: a place for each item, in which what has come of it waits for its turn.
//!
//! ```text
//! a task -> | 4 | 5 |   | 7 |   |  -> whoever puts something in the first place lets out all that is ready: here 4 and 5
//! ```
//!
//! One task at a time lets items out, also those that others have worked on, and hands them over before another one may.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
};

use super::{Came, Tally};

/// The items that are in a pool, in their order.
pub struct Order<O, L> {
    /// The slots of all the tasks.
    slots: usize,
    /// The most items that may be in the pool.
    most: usize,
    tally: Arc<Tally>,
    state: Mutex<State<O, L>>,
}

struct State<O, L> {
    /// What has come of each item; a call that is under way has nothing here yet.
    places: VecDeque<Option<Came<O, L>>>,
    /// The number of the first place.
    first: u64,
    /// Whether a task lets items out at present.
    is_going_out: bool,
    /// The tasks; those with a waker wait for a place.
    tasks: Vec<Option<Waker>>,
}

/// The part that a task has in the order.
pub(super) struct Part<O, L> {
    order: Arc<Order<O, L>>,
    task: usize,
    /// What has come of items, by number, and is not in its place yet.
    done: Vec<(u64, Came<O, L>)>,
    /// Whether something of this task has come to its place since it last looked what is ready.
    kept: bool,
    /// What this task lets out.
    out: VecDeque<Came<O, L>>,
    /// Whether it is this task that lets items out.
    lets_out: bool,
    /// Tasks for which there are places now.
    woken: Vec<Waker>,
}

impl<O, L> Order<O, L> {
    /// Of a pool with so many slots, which has so many items at most. What is in it at its end is booked as dropped.
    pub(super) fn new(slots: usize, most: usize, tally: Arc<Tally>) -> Arc<Self> {
        let state = Mutex::new(State {
            places: VecDeque::new(),
            first: 0,
            is_going_out: false,
            tasks: Vec::new(),
        });
        Arc::new(Self {
            slots,
            most,
            tally,
            state,
        })
    }

    /// The part of a task with so many slots; if they are all, it needs none.
    pub(super) fn part(self: &Arc<Self>, slots: usize) -> Option<Part<O, L>> {
        if slots == self.slots {
            return None;
        }
        let mut state = self.lock();
        let task = state.tasks.len();
        state.tasks.push(None);
        Some(Part {
            order: Arc::clone(self),
            task,
            done: Vec::with_capacity(slots),
            kept: false,
            out: VecDeque::new(),
            lets_out: false,
            woken: Vec::new(),
        })
    }

    /// The most items that may be in the pool.
    pub(super) fn most(&self) -> usize {
        self.most
    }

    fn lock(&self) -> MutexGuard<'_, State<O, L>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O, L> Part<O, L> {
    /// Lets so many items in, where there are places for them: entering and taking are one step, so that their orders agree.
    /// `take` says how many it took; what comes back is that, and the number of the first.
    pub(super) fn poll_enter(
        &mut self,
        most: usize,
        cx: &mut Context<'_>,
        take: impl FnOnce(usize, &mut Context<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Option<(usize, u64)>> {
        let mut state = self.order.lock();
        self.kept |= state.keep(&mut self.done);
        let room = self.order.most.saturating_sub(state.places.len());
        if room == 0 {
            state.tasks[self.task] = Some(cx.waker().clone());
            return Poll::Pending;
        }
        let Some(items) = ready!(take(most.min(room), cx)) else {
            return Poll::Ready(None);
        };
        let number = state.first + state.places.len() as u64;
        state.places.extend((0..items).map(|_| None));
        Poll::Ready(Some((items, number)))
    }

    /// What has come of the item with this number.
    pub(super) fn push(&mut self, number: u64, came: Came<O, L>) {
        self.done.push((number, came));
    }

    /// Whether something is to go out of this task.
    ///
    /// `flush` hands over what it has let out; pending while that waits for room.
    pub(super) fn poll_ready(&mut self, flush: impl FnOnce() -> Poll<()>) -> Poll<bool> {
        if self.is_ready() {
            return Poll::Ready(true);
        }
        if self.lets_out {
            ready!(flush());
        } else if self.done.is_empty() && !self.kept {
            return Poll::Ready(false);
        }
        self.kept = false;
        let mut state = self.order.lock();
        state.keep(&mut self.done);
        if self.lets_out || !state.is_going_out {
            self.lets_out = state.take_into(&mut self.out);
            state.is_going_out = self.lets_out;
        }
        if self.lets_out {
            let tasks = state.tasks.iter_mut();
            self.woken.extend(tasks.filter_map(Option::take));
        }
        drop(state);
        self.woken.drain(..).for_each(Waker::wake);
        Poll::Ready(self.lets_out)
    }

    /// What is next to go out of this task.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Came<O, L>> {
        self.out.pop_front()
    }

    /// Whether something is to go out next.
    pub(super) fn is_ready(&self) -> bool {
        !self.out.is_empty()
    }

    /// Whether nothing is here that is to go out, or to be handed over.
    pub(super) fn is_over(&self) -> bool {
        self.done.is_empty() && !self.kept && !self.lets_out
    }

    /// What is here and has not gone out.
    pub(super) fn open(&self) -> impl Iterator<Item = &Came<O, L>> {
        let done = self.done.iter().map(|(_, came)| came);
        done.chain(&self.out)
    }
}

impl<O, L> State<O, L> {
    /// Puts what is done in its place. Says whether that is anything.
    fn keep(&mut self, done: &mut Vec<(u64, Came<O, L>)>) -> bool {
        let any = !done.is_empty();
        for (number, came) in done.drain(..) {
            let place = usize::try_from(number - self.first).ok();
            if let Some(place) = place.and_then(|place| self.places.get_mut(place)) {
                *place = Some(came);
            }
        }
        any
    }

    /// Takes out what is ready, up to the first call that is under way. Says whether that is anything.
    fn take_into(&mut self, out: &mut VecDeque<Came<O, L>>) -> bool {
        while let Some(Some(_)) = self.places.front() {
            out.extend(self.places.pop_front().flatten());
            self.first += 1;
        }
        !out.is_empty()
    }
}

impl<O, L> Drop for Order<O, L> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let places = mem::take(&mut state.places).into_iter().flatten();
        self.tally.dropped.add(places.flatten().count() as u64);
    }
}

impl<O, L> std::fmt::Debug for Order<O, L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Order")
            .field("slots", &self.slots)
            .field("most", &self.most)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::wakes::Wakes;

    type Two = [Part<u64, ()>; 2];

    fn two_tasks(most: usize) -> Two {
        let order = Order::new(8, most, Arc::default());
        [(); 2].map(|()| order.part(4).expect("each has a half of the slots"))
    }

    /// The number of the first of so many items that come in, if there is a place for one.
    fn enter(part: &mut Part<u64, ()>, items: usize, waker: &Waker) -> Option<(usize, u64)> {
        let cx = &mut Context::from_waker(waker);
        match part.poll_enter(items, cx, |most, _| Poll::Ready(Some(most))) {
            Poll::Ready(entered) => entered,
            Poll::Pending => None,
        }
    }

    fn done(part: &mut Part<u64, ()>, numbers: impl IntoIterator<Item = u64>) {
        for number in numbers {
            part.push(number, Ok(Some(number)));
        }
    }

    fn goes_out(part: &mut Part<u64, ()>) -> Vec<u64> {
        let ready = part.poll_ready(|| Poll::Ready(()));
        assert_eq!(ready, Poll::Ready(part.is_ready()));
        std::iter::from_fn(|| part.pop())
            .filter_map(|came| came.ok().flatten())
            .collect()
    }

    #[test]
    fn a_task_that_is_alone_needs_no_order() {
        assert!(
            Order::<u64, ()>::new(8, 8, Arc::default())
                .part(8)
                .is_none()
        );
    }

    #[test]
    fn whoever_completes_the_first_item_lets_out_all_that_are_ready() {
        let [mut one, mut two] = two_tasks(8);
        assert_eq!(enter(&mut one, 2, Waker::noop()), Some((2, 0)));
        assert_eq!(enter(&mut two, 2, Waker::noop()), Some((2, 2)));
        done(&mut two, [3, 2]);
        assert!(goes_out(&mut two).is_empty());
        done(&mut one, [1]);
        assert!(goes_out(&mut one).is_empty());
        done(&mut one, [0]);
        assert_eq!(goes_out(&mut one), [0, 1, 2, 3]);
    }

    #[test]
    fn what_went_out_is_handed_over_before_another_task_lets_out() {
        let [mut one, mut two] = two_tasks(8);
        enter(&mut one, 1, Waker::noop());
        enter(&mut two, 1, Waker::noop());
        done(&mut one, [0]);
        assert_eq!(goes_out(&mut one), [0]);
        done(&mut two, [1]);
        assert!(goes_out(&mut two).is_empty());
        assert!(one.poll_ready(|| Poll::Pending).is_pending());
        assert!(!one.is_over());
        assert_eq!(goes_out(&mut one), [1]);
        assert!(goes_out(&mut one).is_empty());
        assert!(one.is_over() && two.is_over());
    }

    #[test]
    fn who_waits_for_a_place_is_woken_once() {
        let [mut one, mut two] = two_tasks(2);
        let wakes = Arc::<Wakes>::default();
        let task = Waker::from(Arc::clone(&wakes));
        assert_eq!(enter(&mut one, 3, Waker::noop()), Some((2, 0)));
        assert_eq!(enter(&mut two, 1, &task), None);
        assert_eq!(enter(&mut two, 1, &task), None);
        done(&mut one, [0]);
        assert_eq!(goes_out(&mut one), [0]);
        assert_eq!(wakes.count(), 1);
        assert_eq!(enter(&mut two, 1, &task), Some((1, 2)));
    }

    #[test]
    fn what_is_never_let_out_is_booked_as_dropped() {
        let tally = Arc::<Tally>::default();
        let order = Order::new(8, 8, Arc::clone(&tally));
        let mut one = order.part(4).expect("it has a half of the slots");
        drop(order);
        enter(&mut one, 3, Waker::noop());
        done(&mut one, [1, 2]);
        goes_out(&mut one);
        drop(one);
        assert_eq!(tally.dropped.get(), 2);
    }
}
