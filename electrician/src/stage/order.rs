//! The order of a pool: calls are numbered as their items are taken, and what comes of them goes out in that order.
//!
//! What is ready before its turn is parked in a ring. One task at a time hands out what is next, into its own heads: the
//! others park what they have and go on.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use super::{Came, Tally};

/// The order of all the calls of a pool, whichever task they are in.
///
/// What is still parked when it goes is booked as dropped.
#[derive(Debug)]
pub struct Order<O, L> {
    state: Mutex<State<O, L>>,
    tally: Arc<Tally>,
}

#[derive(Debug)]
struct State<O, L> {
    /// What comes of the calls, from the next one on; a call that is under way has a place and nothing in it.
    ring: VecDeque<Option<Came<O, L>>>,
    /// The number of the first place.
    next: u64,
    /// What is numbered below this has left the pool.
    left: u64,
    /// The most items that are in the pool at once.
    window: u64,
    /// A task hands out.
    busy: bool,
    /// Tasks that wait until more items may come in.
    waiting: Vec<Waker>,
}

impl<O, L> Order<O, L> {
    /// Of a pool with so many slots.
    pub(super) fn new(slots: usize, tally: Arc<Tally>) -> Arc<Self> {
        let state = Mutex::new(State {
            ring: VecDeque::with_capacity(slots),
            next: 0,
            left: 0,
            window: slots as u64,
            busy: false,
            waiting: Vec::new(),
        });
        Arc::new(Self { state, tally })
    }

    /// Lets items in: entering and taking are one step, so that their orders agree. Gives the number of the first one.
    ///
    /// `take` is told how many may come in, and says how many it took.
    pub(super) fn poll_enter(
        &self,
        most: usize,
        cx: &mut Context<'_>,
        take: impl FnOnce(usize, &mut Context<'_>) -> Poll<Option<usize>>,
    ) -> Poll<Option<(u64, usize)>> {
        let mut state = self.lock();
        let first = state.next + state.ring.len() as u64;
        let room = state.window - (first - state.left);
        let most = usize::try_from(room).map_or(most, |room| room.min(most));
        if most == 0 {
            if !state
                .waiting
                .iter()
                .any(|waker| waker.will_wake(cx.waker()))
            {
                state.waiting.push(cx.waker().clone());
            }
            return Poll::Pending;
        }
        take(most, cx).map(|taken| {
            let taken = taken?;
            state.ring.extend((0..taken).map(|_| None));
            Some((first, taken))
        })
    }

    /// Parks what has come of these calls. Gives what is next, if nobody else hands out; who gets something hands out, until
    /// it [has](Self::handed_out).
    pub(super) fn park(
        &self,
        came: &mut VecDeque<(u64, Came<O, L>)>,
        out: &mut VecDeque<Came<O, L>>,
    ) -> bool {
        let mut state = self.lock();
        for (number, came) in came.drain(..) {
            let place = usize::try_from(number - state.next).ok();
            if let Some(place) = place.and_then(|place| state.ring.get_mut(place)) {
                *place = Some(came);
            }
        }
        if state.busy {
            return false;
        }
        state.unpark(out);
        state.busy = !out.is_empty();
        state.busy
    }

    /// The task has handed out what it was given. Gives what is next; if that is nothing and the task has `flushed`, others
    /// may hand out, and the task has no part in it any more. Says whether it still has.
    pub(super) fn handed_out(
        &self,
        out: &mut VecDeque<Came<O, L>>,
        flushed: bool,
        cx: &Context<'_>,
    ) -> bool {
        let mut state = self.lock();
        state.left = state.next;
        state.unpark(out);
        state.busy = !out.is_empty() || !flushed;
        let busy = state.busy;
        // the task itself looks again, or waits on for what the others do
        let is_other = |task: &mut Waker| !task.will_wake(cx.waker());
        let others: Vec<_> = state.waiting.extract_if(.., is_other).collect();
        drop(state);
        others.into_iter().for_each(Waker::wake);
        busy
    }

    fn lock(&self) -> MutexGuard<'_, State<O, L>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<O, L> Drop for Order<O, L> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        let parked = state.ring.iter().flatten();
        let open = parked.filter(|came| came.is_ok()).count();
        self.tally.dropped.add(open as u64);
    }
}

impl<O, L> State<O, L> {
    fn unpark(&mut self, out: &mut VecDeque<Came<O, L>>) {
        while let Some(came) = self.ring.front_mut().and_then(Option::take) {
            self.ring.pop_front();
            self.next += 1;
            out.push_back(came);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering::Relaxed},
        task::Wake,
    };

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    fn order(slots: usize) -> Arc<Order<u32, ()>> {
        Order::new(slots, Arc::default())
    }

    fn enter(order: &Order<u32, ()>, most: usize, task: &Waker) -> Poll<Option<(u64, usize)>> {
        let cx = &mut Context::from_waker(task);
        order.poll_enter(most, cx, |most, _| Poll::Ready(Some(most)))
    }

    fn park(order: &Order<u32, ()>, number: u64) -> (bool, Vec<u32>) {
        let came = Ok(Some(u32::try_from(number).unwrap()));
        let (mut came, mut out) = (VecDeque::from([(number, came)]), VecDeque::new());
        let hands_out = order.park(&mut came, &mut out);
        (hands_out, outputs(&mut out))
    }

    fn outputs(out: &mut VecDeque<Came<u32, ()>>) -> Vec<u32> {
        out.drain(..)
            .filter_map(|came| came.ok().flatten())
            .collect()
    }

    #[test]
    fn goes_out_in_the_order_of_entry_by_one_hand() {
        let (order, task) = (order(4), Waker::noop());
        assert_eq!(enter(&order, 9, task), Poll::Ready(Some((0, 4))));
        assert_eq!(park(&order, 2), (false, vec![]));
        assert_eq!(park(&order, 0), (true, vec![0]));
        assert_eq!(park(&order, 1), (false, vec![]), "another hands out");
        let (mut out, cx) = (VecDeque::new(), Context::from_waker(task));
        assert!(order.handed_out(&mut out, true, &cx));
        assert_eq!(outputs(&mut out), [1, 2]);
        assert!(!order.handed_out(&mut out, true, &cx));
        assert_eq!(park(&order, 3), (true, vec![3]));
    }

    #[test]
    fn no_more_come_in_than_there_are_slots() {
        let (order, task) = (order(2), Waker::noop());
        assert_eq!(enter(&order, 9, task), Poll::Ready(Some((0, 2))));
        assert!(enter(&order, 1, task).is_pending());
        assert_eq!(park(&order, 0), (true, vec![0]));
        assert!(enter(&order, 1, task).is_pending(), "it has not gone out");
        order.handed_out(&mut VecDeque::new(), true, &Context::from_waker(task));
        assert_eq!(enter(&order, 9, task), Poll::Ready(Some((2, 1))));
    }

    /// Two tasks waited for room, each had let go of its own place while it handed out, and nobody woke either.
    #[test]
    fn a_task_that_hands_out_still_waits_for_room() {
        let order = order(1);
        let (one, two) = (Arc::<Wakes>::default(), Arc::<Wakes>::default());
        let [first, second] = [&one, &two].map(|wakes| Waker::from(Arc::clone(wakes)));
        assert!(enter(&order, 1, &first).is_ready());
        assert!(enter(&order, 1, &first).is_pending());
        let mut out = VecDeque::new();
        order.handed_out(&mut out, true, &Context::from_waker(&first));
        order.handed_out(&mut out, true, &Context::from_waker(&second));
        assert_eq!((one.0.load(Relaxed), two.0.load(Relaxed)), (1, 0));
    }
}
