//! The way into an island: the edges that lead to its first stage, a chunk at a time.

use std::{
    future::poll_fn,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use super::{
    Cell, Head, Lap, Pass, Tally,
    next::{Course, Next},
    turn::{Turn, Turnstile},
    unwind::caught,
};
use crate::edge::{Certainty, Chunk, Inputs, Merge, Receiver, Sender};

/// What an island takes its items from.
///
/// A chunk that is taken is received by the stage; what is left of it when the intake is dropped is booked as dropped.
#[derive(Debug)]
pub struct Intake<T> {
    merge: Merge<T>,
    tally: Arc<Tally>,
    cell: Arc<Cell>,
    course: Course,
}

impl<T> Intake<T> {
    /// Takes from these edges, and counts for this worker.
    pub fn new(merge: Merge<T>, cell: &Arc<Cell>, tally: &Arc<Tally>) -> Self {
        Self {
            merge,
            cell: Arc::clone(cell),
            tally: Arc::clone(tally),
            course: Course::default(),
        }
    }

    /// The passes of the island that takes from here.
    pub fn pass(&self) -> Pass {
        Pass::behind_intake(&self.cell, &self.tally)
    }

    /// Takes the next chunk; `false` is the end.
    ///
    /// Everything taken before is done, and what was made of it was handed over.
    pub fn fill(&mut self) -> impl Future<Output = bool> + Send {
        let (inputs, chunk) = self.merge.parts();
        fill(inputs, chunk, &self.tally)
    }

    /// Between two passes: hands over what the last one has made, if that is to be, and takes the next chunk where one is
    /// used up. `false` is the end, and everything was handed over.
    pub fn next<'a, 'h>(
        &'a mut self,
        pass: &'a mut Pass,
        heads: &'a mut [&'h mut dyn Head],
    ) -> Next<'a, 'h> {
        let (inputs, chunk) = self.merge.parts();
        Next::new(
            &mut self.course,
            (pass, heads),
            (inputs, chunk, &self.tally),
        )
    }

    /// In a feedback loop, everything is handed over before the next chunk is taken.
    pub fn is_in_loop(&mut self) {
        self.course.in_loop = true;
    }

    /// No further chunk is to be taken.
    pub fn stop_if(&mut self, sated: bool) {
        self.course.stopped |= sated;
    }

    /// Takes the next chunk, and a place in the order of the chunks of all workers.
    pub fn fill_in_turn(
        &mut self,
        turnstile: &Arc<Turnstile>,
    ) -> impl Future<Output = Option<Turn>> + Send {
        let (inputs, chunk) = self.merge.parts();
        fill_in_turn(inputs, chunk, &self.tally, turnstile)
    }

    fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let (inputs, chunk) = self.merge.parts();
        poll_fill(inputs, chunk, &self.tally, cx)
    }

    /// Takes so many items at most, all of which are [popped](Self::pop) at once; none is the end.
    pub(crate) fn poll_take(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        let (inputs, chunk) = self.merge.parts();
        poll_take(inputs, chunk, &self.tally, Some(most), cx)
    }

    /// The next item of the chunk.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.merge.pop()
    }

    /// The next item, of this chunk or the next one.
    pub(crate) fn poll_pop(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        if self.merge.is_empty() {
            self.settle();
        }
        self.poll_ready(cx)
            .map(|ready| if ready { self.merge.pop() } else { None })
    }

    /// Whether there is an item to pop, of this chunk or the next one; `false` is the end. What was popped is not settled.
    pub(crate) fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        if self.merge.is_empty() {
            self.poll_fill(cx)
        } else {
            Poll::Ready(true)
        }
    }

    /// Drops a chunk and says how many items; none is the end. Who asks books them.
    pub(crate) fn poll_clear(&mut self, cx: &mut Context<'_>) -> Poll<u64> {
        self.poll_ready(cx).map(|_| {
            let before = self.merge.len();
            self.merge.drain().for_each(drop);
            before as u64
        })
    }

    /// Says that everything popped so far is done.
    pub(crate) fn settle(&mut self) {
        self.merge.settle();
    }

    /// Whether the chunk is used up.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.merge.is_empty()
    }

    /// Gives the items of the chunk to plain handlers, as many as a pass may take where there is so much room, and as
    /// long as they want more.
    #[inline(never)]
    pub fn each(
        &mut self,
        pass: &mut Pass,
        room: usize,
        handle: impl FnMut(T, &mut Lap<'_>) -> bool,
    ) {
        let (mut most, before) = (pass.limit(room), self.merge.len());
        let panic = caught(|| {
            let mut handle = handle;
            if most > 0
                && let Some(mut lap) = pass.timed()
                && let Some(item) = self.merge.pop()
            {
                most -= 1;
                if !handle(item, &mut lap) {
                    return;
                }
            }
            self.merge
                .each(most, move |item| handle(item, &mut Lap::off()));
        });
        let panic = panic.err();
        pass.passed(before - self.merge.len(), panic);
    }

    /// Makes something of the items of the chunk in the buffer of an edge, by plain handlers: as many as a pass may take
    /// where there is so much room. What always gives something costs less.
    #[inline(never)]
    pub fn pour<U, G: Certainty>(
        &mut self,
        pass: &mut Pass,
        room: usize,
        (into, _): (&mut Sender<U>, G),
        make: impl FnMut(T, &mut Lap<'_>) -> Option<U>,
    ) {
        let (mut most, before) = (pass.limit(room), self.merge.len());
        let buffered = into.len();
        let panic = caught(|| {
            let mut make = make;
            if most > 0
                && let Some(mut lap) = pass.timed()
                && let Some(item) = self.merge.pop()
            {
                most -= 1;
                if let Some(made) = make(item, &mut lap) {
                    into.push(made);
                }
            }
            self.merge
                .pour::<_, G>(most, into, move |item| make(item, &mut Lap::off()));
        });
        pass.passed(before - self.merge.len(), panic.err());
        pass.poured(into.len() - buffered);
    }

    /// Says upstream that no more is needed. What is on its way is still taken.
    pub fn enough_if(&mut self, sated: bool) {
        if sated {
            self.merge.enough();
        }
    }
}

impl<T> Intake<T> {
    /// Takes what is on its way and leaves it out, as filtered, until nothing comes any more.
    pub async fn leave(&mut self) {
        self.merge.enough();
        loop {
            let left = poll_fn(|cx| self.poll_clear(cx)).await;
            self.tally.filtered.add(left);
            self.merge.settle();
            if left == 0 {
                return;
            }
        }
    }
}

async fn fill(inputs: &mut Inputs, chunk: &mut dyn Chunk, tally: &Tally) -> bool {
    tokio::task::coop::consume_budget().await;
    inputs.settle(chunk.left());
    poll_fn(|cx| poll_fill(inputs, chunk, tally, cx)).await
}

async fn fill_in_turn(
    inputs: &mut Inputs,
    chunk: &mut dyn Chunk,
    tally: &Tally,
    turnstile: &Arc<Turnstile>,
) -> Option<Turn> {
    tokio::task::coop::consume_budget().await;
    inputs.settle(chunk.left());
    poll_fn(|cx| turnstile.poll_enter(|| poll_fill(inputs, chunk, tally, cx))).await
}

pub(super) fn poll_fill(
    inputs: &mut Inputs,
    chunk: &mut dyn Chunk,
    tally: &Tally,
    cx: &mut Context<'_>,
) -> Poll<bool> {
    poll_take(inputs, chunk, tally, None, cx).map(|taken| taken.is_some())
}

fn poll_take(
    inputs: &mut Inputs,
    chunk: &mut dyn Chunk,
    tally: &Tally,
    most: Option<usize>,
    cx: &mut Context<'_>,
) -> Poll<Option<usize>> {
    inputs.poll_fill(chunk, most, cx).map(|filled| {
        let taken = filled?.len;
        tally.received.add(taken as u64);
        Some(taken)
    })
}

impl<T> Drop for Intake<T> {
    fn drop(&mut self) {
        self.tally.dropped.add(self.merge.len() as u64);
    }
}

/// The lanes of a keyed stage: worker by worker, the edges that are its own.
#[derive(Debug)]
pub struct LaneEnds<T>(Mutex<Vec<Option<Receiver<T>>>>);

impl<T> LaneEnds<T> {
    pub(crate) fn new(lanes: Vec<Receiver<T>>) -> Self {
        Self(Mutex::new(lanes.into_iter().map(Some).collect()))
    }

    /// The lane of one worker.
    ///
    /// # Panics
    /// When it was taken before.
    pub fn take(&self, worker: usize) -> Receiver<T> {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lanes[worker]
            .take()
            .expect("each worker takes its lane once")
    }
}
