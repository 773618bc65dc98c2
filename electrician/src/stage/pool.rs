//! A task of a pool: many calls at once, over one intake and one set of heads. Items come in, what came of them goes out.
//!
//! An item that is taken is in a call at once, and of the calls only those that were woken are polled. What has come of a
//! call waits in the pool for room downstream, and keeps no other call from being polled.

use std::{
    future::{Future, poll_fn},
    mem,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::task::{coop::consume_budget, yield_now};

use super::{
    Cell, Head, Intake, Order, Tally,
    calls::{Calls, Home, Work},
    exit::Exit,
    heads::flush_all,
    pace::{GivesWay, Pace},
    sampling::Samples,
    unwind::caught,
};

/// The most items that a worker takes at once where no call waits: while it is at one, no other worker can have the rest.
const AHEAD: usize = 8;

/// What has come of an item: an output, none, or what is left of it, which is in a box, as it is seldom and large.
pub type Came<O, L> = Result<Option<O>, Box<L>>;

/// The calls of one task. `T` comes in and `O` goes out, or `L`, what is left of an item that gave nothing; `W` is a worker,
/// and `F` its call, which gives it back.
pub struct Pool<T, O, L, W, F> {
    intake: Intake<T>,
    cell: Arc<Cell>,
    tally: Arc<Tally>,
    sink: bool,
    calls: Calls<T, O, L, W, F>,
    exit: Exit<O, L>,
    /// How many items may still go out, for which there is room.
    room: usize,
    booked: Booked,
    pace: Pace,
    ended: bool,
}

/// What went out and is still to be booked.
#[derive(Default)]
struct Booked {
    completed: u64,
    filtered: u64,
    emitted: u64,
}

/// What a round over the slots has left to do.
#[derive(PartialEq, Eq)]
enum Round {
    /// Nothing, before something is woken.
    Over,
    /// There may be more to take.
    Cut,
}

impl<T, O, L, W, F> Pool<T, O, L, W, F>
where
    F: Future<Output = (W, Came<O, L>)>,
{
    /// A task with these workers, which have a home in common.
    pub(super) fn new(
        intake: Intake<T>,
        (cell, tally): (Arc<Cell>, Arc<Tally>),
        sink: bool,
        (workers, home): (Vec<W>, Home<W>),
        work: Work<T, O, L, W, F>,
    ) -> Self {
        let control = &cell.control;
        let samples = Samples::new(Arc::clone(control), Arc::clone(&tally));
        Self {
            intake,
            pace: Pace::new(Arc::clone(control)),
            exit: Exit::as_it_comes(workers.len()),
            calls: Calls::new(work, workers, home, samples),
            cell,
            tally,
            sink,
            room: 0,
            booked: Booked::default(),
            ended: false,
        }
    }

    /// Lets out in this order, which all tasks of the pool share.
    #[must_use]
    pub fn in_order(mut self, order: Option<&Arc<Order<O, L>>>) -> Self {
        if let Some(order) = order {
            self.exit = match order.part(self.calls.len()) {
                Some(part) => Exit::InTurn(part),
                None => Exit::in_order(order.most()),
            };
        }
        self
    }

    /// Goes on with the calls until something has come of some of them, and there is room for it; `false` is the end.
    ///
    /// What was made of the last ones is handed over while the task waits, and when it has worked for long.
    pub async fn fill(&mut self, heads: &mut [&mut dyn Head]) -> bool {
        self.book();
        consume_budget().await;
        poll_fn(|cx| self.poll_fill(heads, cx)).await
    }

    fn poll_fill(&mut self, heads: &mut [&mut dyn Head], cx: &mut Context<'_>) -> Poll<bool> {
        self.calls.woken().look();
        if self.pace.is_resting() {
            let nanos = self.pace.goes_on();
            self.clock(nanos);
        }
        if self.pace.gives_way(false) == GivesWay::ToAll {
            let _ = flush_all(heads, cx);
            let _ = pin!(yield_now()).poll(cx);
            return self.wait(cx);
        }
        if self.poll_room(heads, cx) == Poll::Ready(true) {
            return Poll::Ready(true);
        }
        loop {
            let round = self.go_round(cx);
            if self.poll_room(heads, cx) == Poll::Ready(true) {
                return Poll::Ready(true);
            }
            let _ = flush_all(heads, cx);
            if self.is_over() {
                return Poll::Ready(false);
            }
            if round == Round::Over {
                break;
            }
            let woke = heads
                .iter_mut()
                .fold(false, |woke, head| woke | head.woke());
            match self.pace.gives_way(woke) {
                GivesWay::No => continue,
                GivesWay::ToWoken => cx.waker().wake_by_ref(),
                GivesWay::ToAll => {
                    let _ = pin!(yield_now()).poll(cx);
                }
            }
            break;
        }
        self.wait(cx)
    }

    fn wait(&mut self, cx: &Context<'_>) -> Poll<bool> {
        self.pace.waits();
        self.calls.woken().wait(cx);
        Poll::Pending
    }

    /// Whether something is to go out now, for which there is room; pending while it waits for room.
    fn poll_room(&mut self, heads: &mut [&mut dyn Head], cx: &mut Context<'_>) -> Poll<bool> {
        self.room = 0;
        if !ready!(self.exit.poll_ready(|| flush_all(heads, cx))) {
            return Poll::Ready(false);
        }
        if room_of(heads) == 0 {
            ready!(flush_all(heads, cx));
        }
        self.room = room_of(heads);
        Poll::Ready(true)
    }

    /// Polls the calls that were woken, and gives items to the slots that have none.
    fn go_round(&mut self, cx: &mut Context<'_>) -> Round {
        self.calls.collect();
        let round = loop {
            match caught(|| self.go_on(cx)) {
                Ok(round) => break round,
                Err(panic) => self.calls.panicked(panic, &mut self.exit),
            }
        };
        let polls = self.calls.polls();
        if let Some(nanos) = self.pace.worked(polls) {
            self.clock(nanos);
        }
        round
    }

    /// Goes on with the round, after a panic of a call with the next one.
    fn go_on(&mut self, cx: &mut Context<'_>) -> Round {
        let mut left = self.pace.limit();
        let ahead = self.calls.may_take_ahead();
        loop {
            self.calls.poll(&mut self.exit);
            if self.ended || self.calls.free() == 0 {
                return Round::Over;
            }
            if !self.intake.is_empty() {
                self.calls.begin(&mut self.intake);
                continue;
            }
            if left == 0 {
                return Round::Cut;
            }
            let most = if ahead {
                left.div_ceil(4).min(AHEAD)
            } else {
                left.min(self.calls.free())
            };
            let Poll::Ready(Some((taken, first))) = self.poll_take(most, cx) else {
                return Round::Over;
            };
            left -= taken;
            self.calls.count_from(first);
            self.calls.begin(&mut self.intake);
        }
    }

    /// Takes items. Gives how many, and the number of the first.
    fn poll_take(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Option<(usize, u64)>> {
        if self.pace.is_aborted() {
            return Poll::Pending;
        }
        let intake = &mut self.intake;
        let taken = self
            .exit
            .poll_enter(most, cx, |most, cx| intake.poll_take(most, cx));
        self.ended = taken == Poll::Ready(None);
        taken
    }

    fn is_over(&self) -> bool {
        let idle = self.calls.free() == self.calls.len();
        self.ended && idle && self.exit.is_over()
    }

    fn clock(&mut self, nanos: u64) {
        self.tally.progress.set(nanos / 1_000_000);
        self.calls.clock(nanos);
    }
}

impl<T, O, L, W, F> Pool<T, O, L, W, F> {
    /// What has come of the next call. Its item is booked before the task waits.
    #[inline]
    pub fn pop(&mut self) -> Option<Came<O, L>> {
        if self.room == 0 {
            return None;
        }
        let came = self.exit.pop()?;
        self.room -= 1;
        match &came {
            Ok(None) if !self.sink => self.booked.filtered += 1,
            Ok(output) => {
                self.booked.completed += 1;
                self.booked.emitted += u64::from(output.is_some());
            }
            Err(_) => {}
        }
        Some(came)
    }

    fn book(&mut self) {
        let booked = mem::take(&mut self.booked);
        self.tally.completed.add(booked.completed);
        self.tally.filtered.add(booked.filtered);
        self.tally.emitted.add(booked.emitted);
    }

    /// Says upstream that no more is needed. What is on its way is still taken.
    pub fn enough_if(&mut self, sated: bool) {
        self.intake.enough_if(sated);
    }

    /// What all the workers of the stage share.
    pub fn cell(&self) -> &Arc<Cell> {
        &self.cell
    }

    /// This task's counters.
    pub fn tally(&self) -> &Arc<Tally> {
        &self.tally
    }
}

fn room_of(heads: &[&mut dyn Head]) -> usize {
    heads
        .iter()
        .map(|head| head.room())
        .min()
        .unwrap_or(usize::MAX)
}

impl<T, O, L, W, F> Drop for Pool<T, O, L, W, F> {
    fn drop(&mut self) {
        self.book();
        self.tally.dropped.add(self.exit.open() as u64);
    }
}

impl<T, O, L, W, F> std::fmt::Debug for Pool<T, O, L, W, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("stage", &self.cell.path)
            .field("slots", &self.calls.len())
            .finish_non_exhaustive()
    }
}
