//! A task of a pool: many calls at once, over one intake and one set of heads. Items come in, what came of them goes out.
//!
//! An item that is taken is in a call at once, and of the calls only those that were woken are polled. What has come of a
//! call waits in the pool for room downstream, and keeps no other call from being polled.

use std::{
    collections::VecDeque,
    future::{Future, poll_fn},
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use super::{
    Cell, Head, Intake, Tally,
    heads::flush_all,
    order::Order,
    pace::{GivesWay, Pace},
    woken::Woken,
};
use tokio::task::yield_now;

/// What has come of an item: an output, none, or what is left of it, which is in a box, as it is seldom and large.
pub type Came<O, L> = Result<Option<O>, Box<L>>;

/// The calls of one task. `T` comes in and `O` goes out, or `L`, what is left of an item that gave nothing; `W` is a worker,
/// and `F` its call, which gives it back.
pub struct Pool<T, O, L, W, F> {
    intake: Intake<T>,
    cell: Arc<Cell>,
    tally: Arc<Tally>,
    sink: bool,
    begin: fn(W, T) -> F,
    slots: Vec<Slot<W, F>>,
    woken: Arc<Woken>,
    /// Slots without an item, a bit each; the first of them is the next to have one.
    idle: Vec<u64>,
    /// How many they are.
    free: usize,
    /// What has come of calls, with their numbers, until it is parked in the order.
    came: VecDeque<(u64, Came<O, L>)>,
    /// What goes out next.
    out: VecDeque<Came<O, L>>,
    /// How much of it there is room for.
    room: usize,
    order: Option<Arc<Order<O, L>>>,
    /// The task hands out what is next in the order.
    busy: bool,
    pace: Pace,
    ended: bool,
}

/// The place of one call, which is under way as long as its worker is with it.
struct Slot<W, F> {
    worker: Option<W>,
    call: Pin<Box<Option<F>>>,
    number: u64,
    waker: Waker,
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
    pub(super) fn new(
        intake: Intake<T>,
        (cell, tally): (Arc<Cell>, Arc<Tally>),
        sink: bool,
        workers: Vec<W>,
        begin: fn(W, T) -> F,
    ) -> Self {
        let woken = Woken::new(workers.len());
        let slots = workers.into_iter().enumerate().map(|(slot, worker)| Slot {
            worker: Some(worker),
            call: Box::pin(None),
            number: 0,
            waker: woken.waker(slot),
        });
        let slots: Vec<_> = slots.collect();
        let mut pool = Self {
            intake,
            pace: Pace::new(Arc::clone(&cell.control)),
            cell,
            tally,
            sink,
            begin,
            idle: vec![0; slots.len().div_ceil(64)],
            free: 0,
            came: VecDeque::with_capacity(slots.len()),
            out: VecDeque::with_capacity(slots.len()),
            slots,
            woken,
            room: 0,
            order: None,
            busy: false,
            ended: false,
        };
        (0..pool.slots.len()).for_each(|slot| pool.is_free(slot));
        pool
    }

    /// Lets out in this order, which all tasks of the pool share.
    #[must_use]
    pub fn in_order(mut self, order: &Arc<Order<O, L>>) -> Self {
        self.order = Some(Arc::clone(order));
        self
    }

    /// Goes on with the calls until something has come of some of them, and there is room for it; `false` is the end.
    ///
    /// What was made of the last ones is handed over while the task waits, and when it has worked for long.
    pub async fn fill(&mut self, heads: &mut [&mut dyn Head]) -> bool {
        tokio::task::coop::consume_budget().await;
        poll_fn(|cx| self.poll_fill(heads, cx)).await
    }

    fn poll_fill(&mut self, heads: &mut [&mut dyn Head], cx: &mut Context<'_>) -> Poll<bool> {
        self.woken.look();
        if self.pace.is_resting() {
            self.progressed();
        }
        if self.pace.gives_way(false) == GivesWay::ToAll {
            let _ = flush_all(heads, cx);
            let _ = pin!(yield_now()).poll(cx);
            return self.wait(cx);
        }
        loop {
            let stuck = match self.poll_room(heads, cx) {
                Poll::Ready(true) => return Poll::Ready(true),
                Poll::Ready(false) => false,
                Poll::Pending => true,
            };
            let round = self.go_round(cx);
            self.park();
            if !stuck && !self.out.is_empty() {
                continue;
            }
            let flushed = flush_all(heads, cx).is_ready();
            if flushed && self.busy && self.out.is_empty() {
                self.step_down(true, cx);
                if !self.out.is_empty() {
                    continue;
                }
            }
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
        self.woken.wait(cx);
        Poll::Pending
    }

    /// Whether something is to go out now, for which there is room; pending while it waits for room.
    fn poll_room(&mut self, heads: &mut [&mut dyn Head], cx: &mut Context<'_>) -> Poll<bool> {
        if self.out.is_empty() {
            if self.busy {
                self.step_down(false, cx);
            }
            if self.out.is_empty() {
                return Poll::Ready(false);
            }
        }
        self.room = room_of(heads);
        if self.room == 0 {
            if flush_all(heads, cx).is_pending() {
                return Poll::Pending;
            }
            self.room = room_of(heads);
        }
        Poll::Ready(true)
    }

    /// Polls the calls that were woken, and gives items to the slots that have none.
    fn go_round(&mut self, cx: &mut Context<'_>) -> Round {
        let mut polled = 0;
        for word in 0..self.woken.words() {
            let mut bits = self.woken.take(word);
            while bits != 0 {
                let slot = word * 64 + bits.trailing_zeros() as usize;
                bits &= bits - 1;
                self.poll_slot(slot);
                polled += 1;
            }
        }
        let mut round = Round::Over;
        let limit = self.pace.limit();
        let mut taken = 0;
        while !self.ended && self.free > 0 {
            if taken >= limit {
                round = Round::Cut;
                break;
            }
            let most = self.free.min(limit - taken);
            let Poll::Ready(Some(some)) = self.poll_take(most, cx) else {
                break;
            };
            taken += some;
        }
        if let Some(nanos) = self.pace.worked(polled + taken) {
            self.tally.progress.set(nanos / 1_000_000);
        }
        round
    }

    /// Takes items, and begins a call with each.
    fn poll_take(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        if self.pace.is_aborted() {
            return Poll::Pending;
        }
        let intake = &mut self.intake;
        let taken = match &self.order {
            None => intake
                .poll_take(most, cx)
                .map(|taken| taken.map(|taken| (0, taken))),
            Some(order) => order.poll_enter(most, cx, |most, cx| intake.poll_take(most, cx)),
        };
        taken.map(|taken| {
            let Some((first, taken)) = taken else {
                self.ended = true;
                return None;
            };
            for number in (first..).take(taken) {
                self.begin(number);
            }
            Some(taken)
        })
    }

    fn begin(&mut self, number: u64) {
        let Some(slot) = self.next_free() else { return };
        let place = &mut self.slots[slot];
        if let Some(worker) = place.worker.take()
            && let Some(item) = self.intake.pop()
        {
            place.number = number;
            place.call.set(Some((self.begin)(worker, item)));
            self.poll_slot(slot);
        }
    }

    fn is_free(&mut self, slot: usize) {
        self.idle[slot / 64] |= 1 << (slot % 64);
        self.free += 1;
    }

    fn next_free(&mut self) -> Option<usize> {
        let word = self.idle.iter().position(|bits| *bits != 0)?;
        let slot = self.idle[word].trailing_zeros() as usize;
        self.idle[word] &= self.idle[word] - 1;
        self.free -= 1;
        Some(word * 64 + slot)
    }

    fn poll_slot(&mut self, slot: usize) {
        let place = &mut self.slots[slot];
        let Some(call) = place.call.as_mut().as_pin_mut() else {
            return;
        };
        if place.worker.is_some() {
            return;
        }
        let mut cx = Context::from_waker(&place.waker);
        if let Poll::Ready((worker, came)) = call.poll(&mut cx) {
            place.worker = Some(worker);
            match self.order {
                None => self.out.push_back(came),
                Some(_) => self.came.push_back((place.number, came)),
            }
            self.is_free(slot);
        }
    }

    /// Parks what has come of calls until its turn.
    fn park(&mut self) {
        if let Some(order) = &self.order
            && !self.came.is_empty()
        {
            self.busy |= order.park(&mut self.came, &mut self.out);
        }
    }

    /// What went out was pushed: the next ones may follow, or another task.
    fn step_down(&mut self, flushed: bool, cx: &Context<'_>) {
        if let Some(order) = &self.order {
            self.busy = order.handed_out(&mut self.out, flushed, cx);
        }
    }

    fn is_over(&self) -> bool {
        self.ended && self.free == self.slots.len() && self.out.is_empty() && !self.busy
    }

    fn progressed(&mut self) {
        let nanos = self.pace.goes_on();
        self.tally.progress.set(nanos / 1_000_000);
    }
}

impl<T, O, L, W, F> Pool<T, O, L, W, F> {
    /// What has come of the next call. Its item is booked.
    #[inline]
    pub fn pop(&mut self) -> Option<Came<O, L>> {
        if self.room == 0 {
            return None;
        }
        let came = self.out.pop_front()?;
        self.room -= 1;
        match &came {
            Ok(None) if !self.sink => self.tally.filtered.add(1),
            Ok(output) => {
                self.tally.completed.add(1);
                self.tally.emitted.add(u64::from(output.is_some()));
            }
            Err(_) => {}
        }
        Some(came)
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
        let came = self.came.iter().map(|(_, came)| came);
        let open = came.chain(&self.out).filter(|came| came.is_ok()).count();
        self.tally.dropped.add(open as u64);
    }
}

impl<T, O, L, W, F> std::fmt::Debug for Pool<T, O, L, W, F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pool")
            .field("stage", &self.cell.path)
            .field("slots", &self.slots.len())
            .finish_non_exhaustive()
    }
}
