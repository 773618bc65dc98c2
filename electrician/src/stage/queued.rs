//! A pool behind a smoothing queue: items come in and wait for their turn, and a worker takes the one whose turn it is.
//!
//! ```text
//! edge -> a place for each item -> | 9 | 5 5 | 1 | -> the first in the line, with a worker and a token -> the call
//!              `- no room, or too old: refused
//! ```
//!
//! There is a place for each item that may wait or be called, and one more, whose item is refused. Who has a place puts its
//! item into the queue, and takes out the one whose turn it is once itself is the first in the line, a worker is free, and
//! the limiter has a token. So there are as many places in use as items, and none is stranded.

#![allow(
    clippy::type_complexity,
    reason = "a handler has six types, and a pool says which of them it is made of"
)]

use std::{
    future::Future,
    panic::resume_unwind,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout_at,
};

use super::{
    Came, Cause, Definition, Handler, Hold, Intake, Pool, Settled, Stage, Tally, calls::Work,
    definition::Plan, waiting::WaitingRoom,
};
use crate::{
    edge::Merge,
    resilience::{
        chain::{Layer, Refusal},
        smoothing_queue::{Held, Next},
    },
};

/// What the places of a stage share: the queue, and the workers.
pub struct Desk<H, In, Out, Err, Args, K, S> {
    plan: Arc<Plan<H, In, Out, Args, Err>>,
    room: Arc<WaitingRoom<In>>,
    tally: Arc<Tally>,
    /// Whoever is the first in the line.
    line: Semaphore,
    /// As many permits as there are workers that are free.
    free: Semaphore,
    workers: Mutex<Vec<Box<Stage<H, In, Out, Err, Args, K, S>>>>,
}

type DeskOf<H, In, Out, Err, Args, K> =
    Arc<Desk<H, In, Out, Err, Args, K, <H as Handler<In, Out, Err, Args>>::Slot>>;

/// What is left of an item that gave nothing.
type Left<H, In, Out, Err, Args, K> =
    Settled<In, <K as Hold<<H as Handler<In, Out, Err, Args>>::Mode, In>>::Back, Err>;

/// A worker that was lent. It goes back by itself.
struct Lent<'a, H, In, Out, Err, Args, K, S> {
    desk: &'a Desk<H, In, Out, Err, Args, K, S>,
    worker: Option<Box<Stage<H, In, Out, Err, Args, K, S>>>,
    _free: SemaphorePermit<'a>,
}

/// An item that waits. Where nothing has become of it, it is booked as dropped.
struct Waiting(Option<Arc<Tally>>);

const OPEN: &str = "the semaphores of a desk are never closed";

impl<H, In, Out, Err, Args, K> Definition<H, In, Out, Err, Args, K>
where
    In: Send + 'static,
    Out: Send,
    Err: Send,
    Args: Send + Sync,
    H: Handler<In, Out, Err, Args>,
    K: Hold<H::Mode, In>,
{
    /// The one task of a pool with so many workers behind a queue, which takes from these edges.
    ///
    /// # Panics
    /// Where the stage has no queue.
    pub fn queued_pool(
        &self,
        edges: Merge<In>,
        workers: usize,
    ) -> Pool<
        In,
        Out,
        Left<H, In, Out, Err, Args, K>,
        DeskOf<H, In, Out, Err, Args, K>,
        impl Future<
            Output = (
                DeskOf<H, In, Out, Err, Args, K>,
                Came<Out, Left<H, In, Out, Err, Args, K>>,
            ),
        > + Send
        + use<H, In, Out, Err, Args, K>,
    > {
        let room = WaitingRoom::of(self.cell()).expect("the option `queue` is written");
        let (cell, tally) = (Arc::clone(self.cell()), self.cell().tally());
        let intake = Intake::new(edges, &cell, &tally);
        let places = workers + room.capacity() + 1;
        let worker = || Box::new(self.worker(Arc::clone(&tally)));
        let desk = Arc::new(Desk {
            plan: Arc::clone(&self.plan),
            room,
            tally: Arc::clone(&tally),
            line: Semaphore::new(1),
            free: Semaphore::new(workers),
            workers: Mutex::new((0..workers).map(|_| worker()).collect()),
        });
        let places = (0..places).map(|_| Arc::clone(&desk)).collect();
        let sink = Stage::<H, In, Out, Err, Args, K, H::Slot>::SINK;
        let work = Work {
            begin: |calls, taken| calls.begin_with(taken, Desk::work),
            // a call's own panic is caught where it is called
            panicked: |_, panic| resume_unwind(Box::new(panic)),
            timed: false,
            ahead: false,
        };
        Pool::new(intake, (cell, tally), sink, (places, Arc::default()), work)
    }
}

impl<H, In, Out, Err, Args, K, S> Desk<H, In, Out, Err, Args, K, S>
where
    In: Send + 'static,
    Out: Send,
    Err: Send,
    Args: Send + Sync,
    H: Handler<In, Out, Err, Args, Slot = S>,
    K: Hold<H::Mode, In>,
    S: Send,
{
    fn work(
        self: Arc<Self>,
        item: In,
    ) -> impl Future<Output = (Arc<Self>, Came<Out, Settled<In, K::Back, Err>>)> + Send {
        let waiting = Waiting(Some(Arc::clone(&self.tally)));
        async move {
            let came = self.serve(item, waiting).await;
            (self, came)
        }
    }

    /// Puts an item into the queue, and works on the one whose turn it is.
    ///
    /// An item that gave an output, or none, is still to be booked.
    async fn serve(&self, item: In, waiting: Waiting) -> Came<Out, Settled<In, K::Back, Err>> {
        let priority = match self.room.priority(&item) {
            Ok(priority) => priority,
            Err(panic) => return self.miss(item, Cause::Panicked(panic), waiting),
        };
        if let Err(item) = self.room.push(priority, item) {
            return self.refuse(item, waiting);
        }
        match self.turn().await {
            (Some(mut lent), held) => {
                let worker = lent.worker();
                worker.resume_since(held.item, held.came);
                waiting.ends();
                // in a box, so that a place is small while its item waits
                Box::pin(worker.finish()).await
            }
            (None, expired) => self.refuse(expired.item, waiting),
        }
    }

    /// Waits until this is the first in the line and an item may go, which then has a worker; or one is too old.
    async fn turn(&self) -> (Option<Lent<'_, H, In, Out, Err, Args, K, S>>, Held<In>) {
        let _first = self.line.acquire().await.expect(OPEN);
        let lent = match self.room.expires() {
            None => Some(self.ready().await),
            Some(expires) => timeout_at(expires, self.ready()).await.ok(),
        };
        let next = self.room.pop();
        match (
            lent,
            next.expect("who has a place has an item in the queue"),
        ) {
            (Some(lent), Next::Due(held)) => (Some(lent), held),
            (Some(mut lent), Next::Expired(held)) => {
                lent.worker().give_back();
                (None, held)
            }
            (None, Next::Due(held) | Next::Expired(held)) => (None, held),
        }
    }

    /// A worker that is free, and has a token for the next call.
    async fn ready(&self) -> Lent<'_, H, In, Out, Err, Args, K, S> {
        let free = self.free.acquire().await.expect(OPEN);
        let mut lent = Lent {
            desk: self,
            worker: self.workers().pop(),
            _free: free,
        };
        lent.worker().reserve().await;
        lent
    }

    /// There is no room for an item, or it has become too old.
    fn refuse(&self, item: In, waiting: Waiting) -> Came<Out, Settled<In, K::Back, Err>> {
        let cause = Cause::Refused(Refusal::new(Layer::RateLimit, None));
        self.miss(item, cause, waiting)
    }

    /// An item has no turn. No worker has it, so none waits after a panic.
    fn miss(
        &self,
        item: In,
        cause: Cause<Err>,
        waiting: Waiting,
    ) -> Came<Out, Settled<In, K::Back, Err>> {
        let mut item = Some(item);
        let came = match self.plan.fall_back(cause, item.as_ref()) {
            Ok(output) => Ok(Some(output)),
            Err(cause) => {
                self.plan.book(&self.tally, &cause);
                let left = self.plan.left::<K>(&mut item, cause, 0, None);
                Err(Box::new(left))
            }
        };
        waiting.ends();
        came
    }
}

impl<H, In, Out, Err, Args, K, S> Desk<H, In, Out, Err, Args, K, S> {
    fn workers(&self) -> MutexGuard<'_, Vec<Box<Stage<H, In, Out, Err, Args, K, S>>>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<H, In, Out, Err, Args, K, S> Lent<'_, H, In, Out, Err, Args, K, S> {
    fn worker(&mut self) -> &mut Stage<H, In, Out, Err, Args, K, S> {
        self.worker.as_mut().expect("a permit is a worker")
    }
}

impl<H, In, Out, Err, Args, K, S> Drop for Lent<'_, H, In, Out, Err, Args, K, S> {
    fn drop(&mut self) {
        self.desk.workers().extend(self.worker.take());
    }
}

impl Waiting {
    fn ends(mut self) {
        self.0 = None;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(tally) = &self.0 {
            tally.dropped.add(1);
        }
    }
}

impl<H, In, Out, Err, Args, K, S> std::fmt::Debug for Desk<H, In, Out, Err, Args, K, S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk")
            .field("room", &self.room)
            .finish_non_exhaustive()
    }
}
