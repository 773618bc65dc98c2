//! Islands of one stage, whose outputs and failures have one way each: what `pipeline!` writes out for others is here once, but
//! for the calls of a stage without workers that give one item and may wait.

mod exits;
mod ways;

pub use exits::{Nowhere, counted};

use exits::WayOut;
use ways::{Leaves, PoolOf, Ways, Worker};

use super::{Came, Definition, Failure, Handler, Head, Hold, Intake, Settled, Stage, Turnstile};
use crate::{edge::Merge, pipeline::Assembly};

impl Assembly {
    /// The task of a stage of which each call gives one item without a wait, or any number of them; `blocking` gives it a
    /// thread of its own.
    pub fn lone<H, In, Out, Err, Args, K, S, Y>(
        &mut self,
        (name, blocking): (&'static str, bool),
        stage: Stage<H, In, Out, Err, Args, K, S>,
        intake: Intake<In>,
        (exit, failures): (impl WayOut<Out>, Y),
        fail: impl FnMut(&mut Y, Failure<K::Back, Err>) + Send + 'static,
    ) where
        In: Send + 'static,
        Out: Send + 'static,
        Err: Send + 'static,
        Args: Send + Sync + 'static,
        H: Handler<In, Out, Err, Args, Slot = S>,
        K: Hold<H::Mode, In>,
        S: Send + 'static,
        Y: Head + 'static,
    {
        let is_plain = stage.is_plain();
        let ways = Ways::of(exit, failures, fail);
        let worker = Worker {
            stage,
            intake,
            ways,
        };
        if is_plain {
            self.island(name, blocking, worker.in_passes());
        } else {
            self.island(name, blocking, worker.one_by_one(Leaves::InChunks));
        }
    }
}

impl<H, In, Out, Err, Args, K> Definition<H, In, Out, Err, Args, K>
where
    In: Send + 'static,
    Out: Send + 'static,
    Err: Send + 'static,
    Args: Send + Sync + 'static,
    H: Handler<In, Out, Err, Args>,
    K: Hold<H::Mode, In>,
{
    /// The tasks of so many workers of a stage whose calls nothing protects.
    pub fn lone_workers<X, Y>(
        &self,
        run: &mut Assembly,
        place: (&'static str, bool),
        how: (usize, bool),
        edges: Merge<In>,
        (exit, failures): (X, Y),
        fail: impl FnMut(&mut Y, Failure<K::Back, Err>) + Clone + Send + 'static,
    ) where
        X: WayOut<Out> + Clone,
        Y: Head + Clone + 'static,
    {
        let ways = Ways::of(exit, failures, fail);
        let ((name, blocking), (count, ordered)) = (place, how);
        if self.is_plain() && !ordered {
            let stage = self.clone();
            run.workers(name, (true, blocking), count, move |_| {
                stage.worker_with(edges.clone(), ways.clone()).in_passes()
            });
        } else {
            self.crew(run, place, how, edges, ways, Self::quick_pool);
        }
    }

    /// The same, where the calls go through the chain.
    pub fn protected_workers<X, Y>(
        &self,
        run: &mut Assembly,
        place: (&'static str, bool),
        how: (usize, bool),
        edges: Merge<In>,
        (exit, failures): (X, Y),
        fail: impl FnMut(&mut Y, Failure<K::Back, Err>) + Clone + Send + 'static,
    ) where
        X: WayOut<Out> + Clone,
        Y: Head + Clone + 'static,
    {
        let ways = Ways::of(exit, failures, fail);
        self.crew(run, place, how, edges, ways, Self::pool);
    }

    /// The tasks of workers that wait: pools of those whose calls give one item each, or a task of its own for each worker.
    fn crew<X, Y, F, W, C>(
        &self,
        run: &mut Assembly,
        (name, blocking): (&'static str, bool),
        (count, ordered): (usize, bool),
        edges: Merge<In>,
        ways: Ways<X, Y, F>,
        pool: impl Fn(&Self, Merge<In>, usize) -> PoolOf<In, Out, K::Back, Err, W, C> + Send + 'static,
    ) where
        X: WayOut<Out> + Clone,
        Y: Head + Clone + 'static,
        F: FnMut(&mut Y, Failure<K::Back, Err>) + Clone + Send + 'static,
        W: Send + 'static,
        C: Future<Output = (W, Came<Out, Settled<In, K::Back, Err>>)> + Send + 'static,
    {
        let stage = self.clone();
        if self.is_one() {
            let order = ordered.then(|| self.order(count));
            run.pool(name, blocking, count, move |workers| {
                let pool = pool(&stage, edges.clone(), workers);
                ways.clone().at_once(pool.in_order(order.as_ref()))
            });
            return;
        }
        let order = ordered.then(Turnstile::new);
        run.workers(name, (false, blocking), count, move |_| {
            let worker = stage.worker_with(edges.clone(), ways.clone());
            let order = order.clone();
            async move {
                match order {
                    None => worker.one_by_one(Leaves::AtOnce).await,
                    Some(order) => worker.in_turn(&order).await,
                }
            }
        });
    }

    #[allow(
        clippy::type_complexity,
        reason = "a worker has the types of its handler"
    )]
    fn worker_with<X, Y, F>(
        &self,
        edges: Merge<In>,
        ways: Ways<X, Y, F>,
    ) -> Worker<H, In, Out, Err, Args, K, H::Slot, X, Y, F> {
        let stage = self.stage();
        let intake = Intake::new(edges, self.cell(), stage.tally());
        Worker {
            stage,
            intake,
            ways,
        }
    }
}
