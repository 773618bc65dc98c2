//! The workers of a pool: in how many tasks they are, and what a task and the order of all of them are made of.

#![allow(
    clippy::type_complexity,
    reason = "a handler has six types, and a pool says which of them it is made of"
)]

use std::{
    future::Future,
    sync::{Arc, Mutex},
};

use super::{
    Came, Definition, Handler, Hold, Intake, Order, Pool, Settled, Stage, calls::Work, tasks,
    work::Worker,
};
use crate::edge::Merge;

/// A worker of a pool.
type WorkerOf<H, In, Out, Err, Args, K> =
    Box<Worker<Stage<H, In, Out, Err, Args, K, <H as Handler<In, Out, Err, Args>>::Slot>>>;

/// What is left of an item that gave nothing.
type Left<H, In, Out, Err, Args, K> =
    Settled<In, <K as Hold<<H as Handler<In, Out, Err, Args>>::Mode, In>>::Back, Err>;

/// A worker that has worked on an item, and what has come of it.
type Worked<H, In, Out, Err, Args, K> = (
    WorkerOf<H, In, Out, Err, Args, K>,
    Came<Out, Left<H, In, Out, Err, Args, K>>,
);

/// So many items may be in an ordered pool, or twice as many as there are workers: what is done waits for what came before
/// it, and the workers go on meanwhile.
const MANY: usize = 512;

/// The order of a pool.
type OrderOf<H, In, Out, Err, Args, K> = Order<Out, Left<H, In, Out, Err, Args, K>>;

/// A task of a pool, whose calls are these.
type PoolOf<H, In, Out, Err, Args, K, F> =
    Pool<In, Out, Left<H, In, Out, Err, Args, K>, WorkerOf<H, In, Out, Err, Args, K>, F>;

impl<H, In, Out, Err, Args, K> Definition<H, In, Out, Err, Args, K>
where
    In: Send + 'static,
    Out: Send,
    Err: Send,
    Args: Send + Sync,
    H: Handler<In, Out, Err, Args>,
    K: Hold<H::Mode, In>,
{
    /// In how many tasks so many workers of a pool are; each task has a head at every edge of the stage.
    ///
    /// Those that wait for one item each share at most as many tasks as there are cores, and so do plain ones that do not
    /// go over their items `in_passes`. The others have a task or a thread each.
    pub fn tasks(&self, workers: usize, blocking: bool, in_passes: bool) -> usize {
        if H::PLAIN && in_passes || !H::ONE {
            workers
        } else {
            tasks(workers, blocking)
        }
    }

    /// One task of a pool, with so many workers, that takes from these edges.
    pub fn pool(
        &self,
        edges: Merge<In>,
        workers: usize,
    ) -> PoolOf<
        H,
        In,
        Out,
        Err,
        Args,
        K,
        impl Future<Output = Worked<H, In, Out, Err, Args, K>> + Send + use<H, In, Out, Err, Args, K>,
    > {
        self.pool_with(
            edges,
            workers,
            Work {
                begin: |calls, taken| calls.begin_with(taken, Stage::work),
                panicked: |worker, panic| worker.stage.panicked(panic),
                timed: false,
                ahead: false,
            },
        )
    }

    /// The same, of a stage whose calls nothing protects.
    pub fn quick_pool(
        &self,
        edges: Merge<In>,
        workers: usize,
    ) -> PoolOf<
        H,
        In,
        Out,
        Err,
        Args,
        K,
        impl Future<Output = Worked<H, In, Out, Err, Args, K>> + Send + use<H, In, Out, Err, Args, K>,
    > {
        self.pool_with(
            edges,
            workers,
            Work {
                begin: |calls, taken| calls.begin_with(taken, Stage::work_bare),
                panicked: |worker, panic| worker.stage.panicked(panic),
                timed: true,
                ahead: H::PLAIN,
            },
        )
    }

    /// The order of a pool with so many workers, which all its tasks share.
    pub fn order(&self, workers: usize) -> Arc<OrderOf<H, In, Out, Err, Args, K>> {
        let most = MANY.max(2 * workers);
        Order::new(workers, most, self.cell().tally())
    }

    fn pool_with<F>(
        &self,
        edges: Merge<In>,
        workers: usize,
        work: Work<In, Out, Left<H, In, Out, Err, Args, K>, WorkerOf<H, In, Out, Err, Args, K>, F>,
    ) -> PoolOf<H, In, Out, Err, Args, K, F>
    where
        F: Future<Output = Worked<H, In, Out, Err, Args, K>>,
    {
        let (cell, tally) = (Arc::clone(self.cell()), self.cell().tally());
        let intake = Intake::new(edges, &cell, &tally);
        let home = Arc::new(Mutex::new(None));
        let worker = || {
            Box::new(Worker {
                stage: self.worker(Arc::clone(&tally)),
                home: Arc::downgrade(&home),
            })
        };
        let workers = (0..workers).map(|_| worker()).collect();
        let sink = Stage::<H, In, Out, Err, Args, K, H::Slot>::SINK;
        Pool::new(intake, (cell, tally), sink, (workers, home), work)
    }
}
