//! The calls of one task of a pool: each has a place of its own, and only those that were woken are polled.
//!
//! A panic is caught by who drives them all, at no cost for the calls that do not panic: the worker whose call was
//! interrupted finds its way home, and its item is settled.

use std::{
    future::Future,
    mem,
    panic::resume_unwind,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use super::{Came, Intake, exit::Exit, sampling::Samples, woken::Woken};

/// Where a worker goes whose call is interrupted.
pub(super) type Home<W> = Arc<Mutex<Option<W>>>;

type Begin<T, O, L, W, F> = fn(&mut Calls<T, O, L, W, F>, &mut Intake<T>);

/// What the workers of a pool do: `T` comes in and `O` goes out, or `L`, what is left of an item that gave nothing; `W` is a
/// worker, and `F` its call, which gives it back.
pub(super) struct Work<T, O, L, W, F> {
    /// Begins calls with the items that were taken, by [`Calls::begin_with`].
    pub(super) begin: Begin<T, O, L, W, F>,
    /// Settles the item of a call that has panicked.
    pub(super) panicked: fn(&mut W, String) -> Came<O, L>,
    /// Whether the calls are timed here.
    pub(super) timed: bool,
    /// Whether no call ever waits, so that a worker may have items that are ahead of it.
    pub(super) ahead: bool,
}

/// The calls of a task.
pub(super) struct Calls<T, O, L, W, F> {
    work: Work<T, O, L, W, F>,
    slots: Vec<Slot<W, F>>,
    woken: Woken,
    /// Slots that are to be polled, a bit each.
    due: Vec<u64>,
    /// The slot that is polled.
    at: usize,
    home: Home<W>,
    /// Slots without an item, a bit each; the first of them is the next to have one.
    idle: Vec<u64>,
    free: usize,
    /// Of the next item that is in a call.
    number: u64,
    polls: usize,
    samples: Samples,
}

/// The place of one call, which is under way as long as its worker is with it.
struct Slot<W, F> {
    worker: Option<W>,
    call: Pin<Box<Option<F>>>,
    waker: Waker,
    number: u64,
    is_timed: bool,
}

impl<T, O, L, W, F> Calls<T, O, L, W, F>
where
    F: Future<Output = (W, Came<O, L>)>,
{
    /// No calls, and so many workers, which have this home.
    pub(super) fn new(
        work: Work<T, O, L, W, F>,
        workers: Vec<W>,
        home: Home<W>,
        samples: Samples,
    ) -> Self {
        let woken = Woken::new(workers.len());
        let slots = workers.into_iter().enumerate().map(|(slot, worker)| Slot {
            worker: Some(worker),
            call: Box::pin(None),
            waker: woken.waker(slot),
            number: 0,
            is_timed: false,
        });
        let slots: Vec<_> = slots.collect();
        let mut idle = vec![0; woken.words()];
        for slot in 0..slots.len() {
            idle[slot / 64] |= 1 << (slot % 64);
        }
        Self {
            work,
            free: slots.len(),
            slots,
            due: vec![0; woken.words()],
            at: 0,
            number: 0,
            home,
            idle,
            woken,
            polls: 0,
            samples,
        }
    }

    /// The calls that were woken are due; a slot without a call is not.
    pub(super) fn collect(&mut self) {
        for (word, due) in self.due.iter_mut().enumerate() {
            *due |= self.woken.take(word) & !self.idle[word];
        }
    }

    /// The items that are taken next have numbers from this one on.
    pub(super) fn count_from(&mut self, number: u64) {
        self.number = number;
    }

    /// Begins calls with the items that were taken, as many as there are free slots. They are due.
    #[inline]
    pub(super) fn begin(&mut self, taken: &mut Intake<T>) {
        (self.work.begin)(self, taken);
    }

    /// As [`begin`](Self::begin), with what begins a call.
    #[inline]
    pub(super) fn begin_with(&mut self, taken: &mut Intake<T>, begin: impl Fn(W, T) -> F) {
        for (word, (idle, due)) in self.idle.iter_mut().zip(&mut self.due).enumerate() {
            let mut free = *idle;
            while free != 0
                && let Some(item) = taken.pop()
            {
                let slot = word * 64 + free.trailing_zeros() as usize;
                free &= free - 1;
                let place = &mut self.slots[slot];
                let worker = place.worker.take().expect("a free slot has its worker");
                place.number = self.number;
                place.call.set(Some(begin(worker, item)));
                place.is_timed = self.samples.begin(slot);
                self.number += 1;
            }
            let busy = *idle & !free;
            self.free -= busy.count_ones() as usize;
            *due |= busy;
            *idle = free;
        }
    }

    /// Polls the calls that are due; after a panic, those that are left of them.
    #[inline]
    pub(super) fn poll(&mut self, exit: &mut Exit<O, L>) {
        for (word, (idle, due)) in self.idle.iter_mut().zip(&mut self.due).enumerate() {
            while *due != 0 {
                let bit = due.trailing_zeros();
                *due &= *due - 1;
                self.at = word * 64 + bit as usize;
                self.polls += 1;
                let place = &mut self.slots[self.at];
                if let Some(call) = place.call.as_mut().as_pin_mut()
                    && let Poll::Ready((worker, came)) =
                        call.poll(&mut Context::from_waker(&place.waker))
                {
                    if place.end(worker, came, exit) {
                        self.samples.end(self.at);
                    }
                    *idle |= 1 << bit;
                    self.free += 1;
                }
            }
        }
    }

    /// The call that is polled has panicked; if it is none that is to be settled, the panic goes on.
    #[cold]
    pub(super) fn panicked(&mut self, panic: String, exit: &mut Exit<O, L>) {
        let worker = self
            .home
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(mut worker) = worker else {
            resume_unwind(Box::new(panic))
        };
        let came = (self.work.panicked)(&mut worker, panic);
        let place = &mut self.slots[self.at];
        if place.end(worker, came, exit) {
            self.samples.end(self.at);
        }
        self.idle[self.at / 64] |= 1 << (self.at % 64);
        self.free += 1;
    }
}

impl<W, F> Slot<W, F> {
    /// The call is over. Says whether it was timed.
    #[inline(always)]
    #[allow(
        clippy::inline_always,
        reason = "it moves what it is given, once an item"
    )]
    fn end<O, L>(&mut self, worker: W, came: Came<O, L>, exit: &mut Exit<O, L>) -> bool {
        self.worker = Some(worker);
        exit.push(self.number, came);
        self.is_timed
    }
}

impl<T, O, L, W, F> Calls<T, O, L, W, F> {
    /// The slots' wakes.
    pub(super) fn woken(&self) -> &Woken {
        &self.woken
    }

    /// How many slots there are.
    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether a task may take more items than it has free slots.
    pub(super) fn may_take_ahead(&self) -> bool {
        self.work.ahead
    }

    /// How many of them have no item.
    pub(super) fn free(&self) -> usize {
        self.free
    }

    /// How many polls there were since this was last asked.
    pub(super) fn polls(&mut self) -> usize {
        mem::take(&mut self.polls)
    }

    /// The clock was read: the next call may be timed.
    pub(super) fn clock(&mut self, nanos: u64) {
        if self.work.timed {
            self.samples.clock(nanos);
        }
    }
}
