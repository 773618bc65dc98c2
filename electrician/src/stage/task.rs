//! Where tasks are spawned: one for an island, a few for a pool of workers, a thread for what blocks.

use std::{
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker},
    thread,
};

use pin_project_lite::pin_project;
use tokio::runtime::Handle;
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{slots::Slots, unwind::caught};
use crate::pipeline::{Control, Error, ErrorKind, Phase};

/// The one boxed future of a task.
pub(crate) type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Spawns the workers of a stage.
///
/// Plain workers get a task each, so that they run at once; those that wait share at most as many tasks as there are
/// cores; blocking ones get a thread each.
pub(crate) fn workers<F>(
    control: &Arc<Control>,
    stage: &str,
    (plain, blocking): (bool, bool),
    count: usize,
    worker: impl Fn(usize) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let tasks = if plain { count } else { tasks(count, blocking) };
    for task in 0..tasks {
        let slots = Slots::new((task..count).step_by(tasks).map(&worker));
        spawn(control, stage, blocking, Box::pin(slots));
    }
}

/// Spawns the tasks of a pool, each of which has so many workers.
pub(crate) fn pool<F>(
    control: &Arc<Control>,
    stage: &str,
    blocking: bool,
    count: usize,
    task: impl Fn(usize) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let tasks = tasks(count, blocking);
    for n in 0..tasks {
        let workers = count / tasks + usize::from(n < count % tasks);
        spawn(control, stage, blocking, Box::pin(task(workers)));
    }
}

/// How many tasks so many workers share that wait; blocking ones do not share.
pub(crate) fn tasks(count: usize, blocking: bool) -> usize {
    if blocking { count } else { count.min(cores()) }
}

fn cores() -> usize {
    Handle::try_current().map_or(1, |runtime| runtime.metrics().num_workers())
}

/// Spawns a task; `blocking` gives it a thread of its own.
pub(crate) fn spawn(control: &Arc<Control>, stage: &str, blocking: bool, task: Task) {
    let alive = Alive {
        control: Arc::clone(control),
        stage: stage.to_owned(),
        ended: false,
    };
    if blocking {
        launch_thread(control, stage, alive, task);
    } else {
        control.tasks.spawn(Tended::new(alive, task));
    }
}

fn launch_thread(control: &Arc<Control>, stage: &str, alive: Alive, task: Task) {
    let (runtime, token) = (Handle::current(), control.tasks.token());
    let spawned = thread::Builder::new()
        .name(format!("stage {stage}"))
        .spawn(move || {
            runtime.block_on(Tended::new(alive, task));
            drop(token);
        });
    if let Err(error) = spawned {
        control.fail(Error::new(ErrorKind::Died, stage).because(error));
    }
}

pin_project! {
    /// Runs a task until it ends or the run is aborted.
    struct Tended {
        task: Task,
        alive: Alive,
        #[pin]
        aborted: WaitForCancellationFutureOwned,
        // whom an abort wakes
        waker: Option<Waker>,
    }
}

impl Tended {
    fn new(alive: Alive, task: Task) -> Self {
        let aborted = alive.control.abort.clone().cancelled_owned();
        let waker = None;
        Self {
            task,
            alive,
            aborted,
            waker,
        }
    }
}

impl Future for Tended {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let aborted = this.alive.control.phase() == Phase::Aborted;
        this.alive.ended = aborted
            || match caught(|| this.task.as_mut().poll(cx)) {
                Ok(polled) => polled.is_ready(),
                Err(panic) => {
                    this.alive.died_of(panic);
                    true
                }
            };
        let is_heard = |waker: &Waker| waker.will_wake(cx.waker());
        if !this.alive.ended && !this.waker.as_ref().is_some_and(is_heard) {
            *this.waker = Some(cx.waker().clone());
            this.alive.ended = this.aborted.as_mut().poll(cx).is_ready();
        }
        if this.alive.ended {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// Tells the run when a task is gone before it has ended: a dead stage fails the pipeline.
struct Alive {
    control: Arc<Control>,
    stage: String,
    ended: bool,
}

impl Alive {
    /// A panic that belongs to no call.
    #[cold]
    fn died_of(&self, panic: String) {
        let error = Error::new(ErrorKind::Died, &*self.stage);
        self.control.fail(error.because(panic));
    }
}

impl Drop for Alive {
    fn drop(&mut self) {
        if !self.ended && self.control.phase() != Phase::Aborted {
            self.control.fail(Error::new(ErrorKind::Died, &*self.stage));
        }
    }
}
