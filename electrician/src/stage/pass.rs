//! One pass of an island over the items at hand: what it may take, what became of the items, and what is handed over.
//!
//! What can be done once a pass is done once a pass: the clock, the counters, the guard against panics. An item of a
//! handler that waits is booked when the wait begins, so that whoever looks finds every item accounted for.

#![allow(
    clippy::manual_async_fn,
    reason = "a future of an island says by itself that it is `Send`"
)]

use std::{future::Future, sync::Arc, task::Context};

use super::{
    Branches, Cell, Head, Rest, Tally,
    heads::flush_all,
    meanwhile::{Wait, meanwhile},
    pace::Pace,
    unwind::caught,
};
use crate::edge::Sender;

/// Of items that do not wait, one in so many is timed at most, and none before so many nanoseconds have passed.
const TIMED_ITEMS: u64 = 64;
const TIMED_AFTER: u64 = 250_000;

/// The pass of an island, and the account of its stages.
#[derive(Debug)]
pub struct Pass {
    /// The counters of what the island begins with.
    head: Arc<Tally>,
    seats: Vec<Seat>,
    /// Whether the intake has counted what reached the first stage.
    counted: bool,
    /// Items that reached the first stage since the stages were last booked.
    taken: usize,
    /// Items that the last pass has poured into its edge.
    poured: usize,
    /// The stage in which an item was waiting then.
    waits_in: Option<usize>,
    /// What a handler panicked with, and the stage that it was in, if it may wait.
    panic: Option<String>,
    lost_in: Option<usize>,
    /// Items since a call was last timed, and whether the time of the call in hand is taken: it has waited, or it is one of
    /// those that are timed.
    untimed: u64,
    times: bool,
    /// When the last call that was timed began, in nanoseconds since the start of the run.
    began: u64,
    /// When the wait of a call began that is under way.
    since: Option<u64>,
    pub(super) pace: Pace,
}

/// A stage of a pass.
#[derive(Debug)]
pub struct Seat {
    tally: Arc<Tally>,
    sink: bool,
    /// Its items that had gone another way when the stages were last booked.
    strayed: u64,
}

impl Seat {
    pub(super) fn new(tally: &Arc<Tally>, sink: bool) -> Self {
        let (tally, strayed) = (Arc::clone(tally), 0);
        Self {
            tally,
            sink,
            strayed,
        }
    }
}

/// Takes the times of the calls of one item, or does not.
#[derive(Debug)]
pub struct Lap<'a>(Option<&'a mut Pass>);

impl Lap<'_> {
    /// Takes none.
    pub(super) fn off() -> Self {
        Self(None)
    }

    /// One call is done, in the `at`th stage.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "it is nothing for all items but one of a pass"
    )]
    pub fn mark(&mut self, at: usize) {
        if let Self(Some(pass)) = self {
            pass.time(at);
        }
    }
}

impl Pass {
    /// For an island whose stages book for themselves, as long as none is added.
    pub fn new(cell: &Cell, head: &Arc<Tally>) -> Self {
        Self {
            head: Arc::clone(head),
            seats: Vec::new(),
            counted: false,
            taken: 0,
            poured: 0,
            waits_in: None,
            panic: None,
            lost_in: None,
            untimed: 0,
            times: false,
            began: 0,
            since: None,
            pace: Pace::new(Arc::clone(&cell.control)),
        }
    }

    /// For stages the first of which has counted what its intake took.
    pub(super) fn behind_intake(cell: &Cell, head: &Arc<Tally>) -> Self {
        let mut pass = Self::new(cell, head);
        pass.counted = true;
        pass
    }

    /// One more stage that the pass books.
    pub fn add(&mut self, seat: Seat) {
        self.seats.reserve_exact(1);
        self.seats.push(seat);
        self.times = true;
    }

    /// How many items fit into a stretch of work.
    pub fn stretch(&self) -> usize {
        self.pace.limit()
    }

    /// How many items this pass may take, where there is so much room.
    pub fn limit(&self, room: usize) -> usize {
        self.pace.left().min(room)
    }

    /// What interrupted the pass, if anything did.
    pub fn interrupted_by(&mut self, panic: Option<String>) {
        self.panic = panic;
    }

    /// Copies what was just poured into one edge to another one. What a clone that panics kept from it is discarded.
    pub fn copy<T: Branches>(&mut self, from: &Sender<T>, to: &mut Sender<T>, tally: &Tally) {
        let poured = from.newest(self.poured);
        if self.panic.is_some() || poured.is_empty() {
            return;
        }
        let copies = poured.len() as u64;
        tally.copied(copies);
        let mut leaving = tally.leaving(copies);
        let ended = caught(|| {
            to.extend(poured.iter().map(|item| {
                let copy = item.clone();
                leaving.left();
                copy
            }));
        });
        self.panic = ended.err();
    }

    /// One more item reaches the first stage, or one more output the next.
    #[inline]
    pub fn begin(&mut self) {
        self.taken += 1;
        if self.times {
            self.began = self.pace.nanos();
        }
    }

    /// Books what has gone through the stages since they were last booked.
    pub fn book(&mut self) {
        self.book_with(None);
    }

    /// The next item begins; gives what takes the times of its calls.
    pub(super) fn timed(&mut self) -> Option<Lap<'_>> {
        if !self.times {
            return None;
        }
        self.began = self.pace.nanos();
        Some(Lap(Some(self)))
    }

    #[cold]
    fn time(&mut self, at: usize) {
        let (now, weight) = (self.pace.nanos(), self.untimed.max(1));
        let took = now.saturating_sub(self.began);
        self.seats[at].tally.latency.record(took, weight);
        self.began = now;
        if at + 1 == self.seats.len() {
            (self.times, self.untimed) = (false, 0);
        }
    }

    /// Ends the pass. Says whether what was made is to be handed over, though no chunk may be full.
    ///
    /// A panic that no stage has claimed was the wiring's, in a guard, a payload, a key or a clone: it goes on, and the
    /// pipeline fails.
    pub fn end(&mut self) -> bool {
        let taken = self.taken;
        self.untimed += taken as u64;
        let over = taken >= self.pace.left() || self.pace.is_aborted();
        self.book();
        if let Some(nanos) = self.pace.worked(taken) {
            self.progressed(nanos);
            let since = nanos.saturating_sub(self.began);
            self.times = self.untimed >= TIMED_ITEMS && since >= TIMED_AFTER;
        }
        if let Some(panic) = self.panic.take() {
            std::panic::resume_unwind(Box::new(panic));
        }
        over
    }

    /// Whether an island whose stages book for themselves hands over what it has made, before it goes on: because a chunk
    /// is full, or because it has taken long.
    pub fn is_over(&mut self, full: bool) -> bool {
        if self.taken == 0 || (!full && self.taken < self.pace.limit()) {
            return full;
        }
        if let Some(nanos) = self.pace.worked(std::mem::take(&mut self.taken)) {
            self.progressed(nanos);
        }
        true
    }

    /// The call of the item in hand waits, in the `at`th stage, and the others rest.
    #[cold]
    pub(super) fn waits_in(&mut self, at: usize, others: &mut dyn Rest, cx: &mut Context<'_>) {
        let pace = &self.pace;
        self.since.get_or_insert_with(|| pace.nanos());
        self.times = true;
        self.book_with(Some(at));
        others.rest(cx);
        self.pace.waits();
    }

    /// The call of the item in hand has panicked, in the `at`th stage.
    #[cold]
    pub(super) fn panicked_in(&mut self, at: usize) {
        (self.since, self.lost_in) = (None, Some(at));
    }

    /// The call of the item in hand is done, in the `at`th stage: its time is taken if it has waited, and now and then.
    #[inline]
    pub(super) fn came(&mut self, at: usize) {
        if self.times {
            self.came_late(at);
        }
    }

    /// The call of the item in hand is done, and has taken its time by itself.
    pub(super) fn came_timed(&mut self) {
        if self.since.take().is_some() {
            self.go_on();
        }
    }

    #[cold]
    fn came_late(&mut self, at: usize) {
        let Some(since) = self.since.take() else {
            return self.time(at);
        };
        let waited = self.go_on().saturating_sub(since);
        self.seats[at].tally.latency.record(waited, 1);
        self.times = false;
    }

    /// Waits, and hands over meanwhile what the island has made.
    ///
    /// A future that is ready at once costs one poll.
    pub fn flushing<F: Future + Send>(
        &mut self,
        wait: F,
        heads: &mut [&mut dyn Head],
    ) -> impl Future<Output = F::Output> + Send {
        meanwhile(wait, move |wait| match wait {
            Wait::On(cx) => self.rest(heads, cx),
            Wait::Over => drop(self.go_on()),
        })
    }

    /// Waits for an item of a pass to be settled, as [`flushing`](Self::flushing) does. What came before it is booked.
    pub fn settling<F: Future + Send>(
        &mut self,
        wait: F,
        heads: &mut [&mut dyn Head],
    ) -> impl Future<Output = F::Output> + Send {
        meanwhile(wait, move |wait| match wait {
            Wait::On(cx) => {
                self.book();
                self.rest(heads, cx);
            }
            Wait::Over => drop(self.go_on()),
        })
    }

    pub(super) fn passed(&mut self, items: usize, panic: Option<String>) {
        self.taken = items;
        self.panic = panic;
    }

    /// So many items were made of what the pass has gone over.
    pub(super) fn poured(&mut self, items: usize) {
        self.poured = items;
    }

    /// What the pass was interrupted with, if the item in hand was lost in the `at`th stage, or that stage says so.
    pub(super) fn panic_in(&mut self, at: usize, says_so: bool) -> Option<String> {
        let lost = self.lost_in.take_if(|lost| *lost == at);
        if says_so || lost.is_some() {
            self.panic.take()
        } else {
            None
        }
    }

    fn book_with(&mut self, waits_in: Option<usize>) {
        let mut items = std::mem::take(&mut self.taken) as u64;
        let was_in = std::mem::replace(&mut self.waits_in, waits_in);
        for (at, seat) in self.seats.iter_mut().enumerate() {
            if at > 0 || !self.counted {
                seat.tally.received.add(items);
            }
            let strayed = seat.tally.strayed();
            items += u64::from(was_in == Some(at));
            items -= strayed - seat.strayed + u64::from(waits_in == Some(at));
            seat.strayed = strayed;
            seat.tally.completed.add(items);
            if !seat.sink {
                seat.tally.emitted.add(items);
            }
        }
    }

    pub(super) fn rest(&mut self, heads: &mut [&mut dyn Head], cx: &mut Context<'_>) {
        let _ = flush_all(heads, cx);
        self.pace.waits();
    }

    pub(super) fn go_on(&mut self) -> u64 {
        let nanos = self.pace.goes_on();
        self.progressed(nanos);
        nanos
    }

    fn progressed(&self, nanos: u64) {
        let millis = nanos / 1_000_000;
        self.head.progress.set(millis);
        for seat in &self.seats {
            seat.tally.progress.set(millis);
        }
    }
}

impl Drop for Pass {
    /// An item whose call waits is lost with the island.
    fn drop(&mut self) {
        if let (Some(_), Some(at)) = (self.since, self.waits_in) {
            self.seats[at].tally.dropped.add(1);
        }
    }
}
