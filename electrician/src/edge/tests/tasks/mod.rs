//! Tasks that await as those of a pipeline do, in an order that is drawn: one step at a time, of one that was woken.

mod crowd;
mod feedback;

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;

use proptest::prelude::*;

use super::*;

type Running = dyn Future<Output = ()>;

/// What all tasks of a run share: the draws, and those who want to join.
#[derive(Clone)]
struct Fate {
    draws: Rc<RefCell<fastrand::Rng>>,
    newcomers: Rc<RefCell<Vec<Pin<Box<Running>>>>>,
}

impl Fate {
    fn of(seed: u64) -> Self {
        Self {
            draws: Rc::new(RefCell::new(fastrand::Rng::with_seed(seed))),
            newcomers: Rc::default(),
        }
    }

    fn below(&self, end: usize) -> usize {
        self.draws.borrow_mut().usize(..end)
    }

    /// True once in so many times.
    fn once_in(&self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.newcomers.borrow_mut().push(Box::pin(task));
    }

    /// Runs all tasks to their end.
    fn run(&self) {
        let mut tasks = Vec::new();
        loop {
            for future in self.newcomers.take() {
                let task = Task::default();
                task.waker().wake();
                tasks.push((task, future));
            }
            if tasks.is_empty() {
                return;
            }
            let awake: Vec<usize> = (0..tasks.len())
                .filter(|task| tasks[*task].0.is_woken())
                .collect();
            assert!(!awake.is_empty(), "{} tasks sleep for ever", tasks.len());
            let drawn = awake[self.below(awake.len())];
            let (task, future) = &mut tasks[drawn];
            task.wakes();
            let waker = task.waker();
            if future
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
                .is_ready()
            {
                drop(tasks.swap_remove(drawn));
            }
        }
    }

    /// Lets others go on for a while.
    async fn rest(&self, turns: usize) {
        for _ in 0..self.below(turns + 1) {
            let mut rested = false;
            poll_fn(|cx| {
                if std::mem::replace(&mut rested, true) {
                    return Poll::Ready(());
                }
                cx.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
    }

    /// Awaits a future, or gives up on it after a while.
    async fn perhaps<F: Future>(&self, future: F) -> Option<F::Output> {
        if self.below(3) > 0 {
            return Some(future.await);
        }
        let mut future = pin!(future);
        let mut patience = self.below(4);
        poll_fn(|cx| {
            if let Poll::Ready(output) = future.as_mut().poll(cx) {
                return Poll::Ready(Some(output));
            }
            if patience == 0 {
                return Poll::Ready(None);
            }
            patience -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await
    }
}
