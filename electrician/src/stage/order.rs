//! The order of a pool that is in several tasks: they let their items out in turns, a run of items at a time.
//!
//! Each task keeps the order of its own items; whose run is next is written here.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

/// Whose items are next, of the tasks of a pool.
#[derive(Debug)]
pub struct Order {
    /// The slots of all the tasks.
    slots: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The items that are in the pool, run by run.
    runs: VecDeque<Run>,
    /// The tasks, those with a waker wait for their turn.
    tasks: Vec<Option<Waker>>,
}

/// Items of a task that have no other between them.
#[derive(Debug)]
struct Run {
    task: usize,
    items: usize,
}

/// The part that a task has in the order.
#[derive(Debug)]
pub(super) struct Part {
    order: Arc<Order>,
    task: usize,
    /// How many items it may let out in this turn.
    left: usize,
    /// How many of this turn it has let out.
    out: usize,
}

impl Order {
    /// Of a pool with so many slots.
    pub(super) fn new(slots: usize) -> Arc<Self> {
        let state = Mutex::default();
        Arc::new(Self { slots, state })
    }

    /// The part of a task with so many slots; if they are all, it needs none.
    pub(super) fn part(self: &Arc<Self>, slots: usize) -> Option<Part> {
        if slots == self.slots {
            return None;
        }
        let mut state = self.lock();
        let task = state.tasks.len();
        state.tasks.push(None);
        Some(Part {
            order: Arc::clone(self),
            task,
            left: 0,
            out: 0,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    /// Lets items in: entering and taking are one step, so that their orders agree. `take` says how many it took.
    pub(super) fn poll_enter(
        &self,
        take: impl FnOnce() -> Poll<Option<usize>>,
    ) -> Poll<Option<usize>> {
        let mut state = self.order.lock();
        let taken = take();
        if let Poll::Ready(Some(items)) = taken {
            match state.runs.back_mut() {
                Some(run) if run.task == self.task => run.items += items,
                _ => state.runs.push_back(Run {
                    task: self.task,
                    items,
                }),
            }
        }
        taken
    }

    /// How many items may go out; the task is woken when that is none and its turn comes.
    pub(super) fn turn(&mut self, cx: &Context<'_>) -> usize {
        if self.left == 0 {
            let mut state = self.order.lock();
            self.left = state.turn(self.task);
            if self.left == 0 {
                state.tasks[self.task] = Some(cx.waker().clone());
            }
        }
        self.left
    }

    /// So many items went out.
    pub(super) fn let_out(&mut self, items: usize) {
        self.left -= items;
        self.out += items;
    }

    /// Whether the task is at the end of its turn: it is to hand over, and then to [pass](Self::pass) it on.
    pub(super) fn is_at_end(&self) -> bool {
        self.left == 0 && self.out > 0
    }

    /// What the task has let out has been handed over: it is the next one's turn.
    pub(super) fn pass(&mut self) {
        let mut state = self.order.lock();
        let next = state.pass(mem::take(&mut self.out));
        self.left = state.turn(self.task);
        drop(state);
        if let Some(next) = next {
            next.wake();
        }
    }
}

impl State {
    fn turn(&self, task: usize) -> usize {
        let next = self.runs.front().filter(|run| run.task == task);
        next.map_or(0, |run| run.items)
    }

    fn pass(&mut self, items: usize) -> Option<Waker> {
        let run = self.runs.front_mut()?;
        run.items -= items;
        if run.items > 0 {
            return None;
        }
        self.runs.pop_front();
        let next = self.runs.front()?.task;
        self.tasks[next].take()
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

    fn two_tasks() -> [Part; 2] {
        let order = Order::new(8);
        [(); 2].map(|()| order.part(4).expect("each has a half of the slots"))
    }

    fn enter(part: &Part, items: usize) {
        let taken = part.poll_enter(|| Poll::Ready(Some(items)));
        assert_eq!(taken, Poll::Ready(Some(items)));
    }

    fn turn(part: &mut Part) -> usize {
        part.turn(&Context::from_waker(Waker::noop()))
    }

    #[test]
    fn a_task_that_is_alone_needs_no_order() {
        assert!(Order::new(8).part(8).is_none());
    }

    #[test]
    fn tasks_take_turns_as_their_items_came_in() {
        let [mut one, mut two] = two_tasks();
        enter(&one, 3);
        enter(&two, 2);
        enter(&one, 1);
        assert_eq!((turn(&mut one), turn(&mut two)), (3, 0));
        one.let_out(2);
        assert!(!one.is_at_end());
        one.let_out(1);
        assert!(one.is_at_end());
        one.pass();
        assert_eq!((turn(&mut one), turn(&mut two)), (0, 2));
        two.let_out(2);
        two.pass();
        assert_eq!((turn(&mut one), turn(&mut two)), (1, 0));
    }

    #[test]
    fn items_that_come_in_meanwhile_belong_to_the_same_turn() {
        let [mut one, two] = two_tasks();
        enter(&one, 2);
        assert_eq!(turn(&mut one), 2);
        one.let_out(2);
        enter(&one, 3);
        enter(&two, 1);
        one.pass();
        assert_eq!(turn(&mut one), 3);
    }

    #[test]
    fn who_waits_for_its_turn_is_woken_once() {
        let [mut one, mut two] = two_tasks();
        let wakes = Arc::<Wakes>::default();
        enter(&one, 1);
        enter(&two, 1);
        turn(&mut one);
        let task = Waker::from(Arc::clone(&wakes));
        assert_eq!(two.turn(&Context::from_waker(&task)), 0);
        one.let_out(1);
        one.pass();
        assert_eq!(wakes.0.load(Relaxed), 1);
        assert_eq!(turn(&mut two), 1);
    }
}
