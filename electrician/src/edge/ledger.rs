//! What an edge knows besides its items: who waits, who is called next, and the counters.
//!
//! Comes in: what a head did, and how many items are in the queue now. Goes out: how much room there is, and
//! what is to be done once the lock is released ([`After`]). The ledger never waits and never locks, and it is
//! not generic, so that an edge of one more item type costs the compiler little.

use std::task::{Context, Waker};

use super::limits::{Limits, SHARE_MAX};
use super::line::{Line, State};

/// What is done after the lock is released: nothing foreign runs under it.
#[derive(Debug, Default)]
pub(super) struct After {
    /// Whether anything is.
    due: bool,
    pub(super) calls: Calls,
    /// A waker that is no longer needed, to be dropped. An operation concerns one head, so there is one at most.
    pub(super) stale: Option<Waker>,
    /// Items of a feedback loop that were dropped.
    pub(super) settle: usize,
    /// From now on nothing more comes in.
    pub(super) over: bool,
    pub(super) alarm: bool,
}

impl After {
    fn call(&mut self, waker: Waker) {
        self.due = true;
        self.calls.add(waker);
    }

    fn put_away(&mut self, waker: Option<Waker>) {
        if waker.is_some() {
            self.due = true;
            self.stale = waker;
        }
    }
}

/// The heads that are called. Some have a place at hand: it is seldom more, and then nothing is allocated.
#[derive(Debug, Default)]
pub(super) struct Calls {
    at_hand: [Option<Waker>; 2],
    more: Vec<Waker>,
}

impl Calls {
    fn add(&mut self, waker: Waker) {
        match self.at_hand.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(waker),
            None => self.more.push(waker),
        }
    }

    /// Wakes them. Says whether there was somebody.
    pub(super) fn wake(self) -> bool {
        let [first, second] = self.at_hand;
        let anybody = first.is_some();
        if let Some(first) = first {
            first.wake();
        }
        if let Some(second) = second {
            second.wake();
        }
        if !self.more.is_empty() {
            self.more.into_iter().for_each(Waker::wake);
        }
        anybody
    }
}

#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) limits: Limits,
    senders: Line,
    receivers: Line,
    /// Receivers that have not said `enough`.
    wanting: usize,
    /// Receivers that were called and have not come yet.
    called: usize,
    /// Room that is kept for senders that were called.
    granted: usize,
    /// Items that left the senders; what waiting senders offer is not in it.
    left: u64,
    taken: u64,
    dropped: u64,
    closed: bool,
    over: bool,
    alarmed: bool,
    after: After,
}

impl Ledger {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            senders: Line::default(),
            receivers: Line::default(),
            wanting: 0,
            called: 0,
            granted: 0,
            left: 0,
            taken: 0,
            dropped: 0,
            closed: false,
            over: false,
            alarmed: false,
            after: After::default(),
        }
    }

    // Senders

    pub(super) fn join_sender(&mut self) -> usize {
        self.senders.join()
    }

    pub(super) fn leave_sender(&mut self, seat: usize) {
        self.rest_sender(seat);
        self.senders.leave(seat);
    }

    /// Whether items of this sender may still come in. What it offered before a close may.
    fn accepts(&mut self, seat: usize) -> bool {
        self.receivers.heads() > 0 && (!self.closed || self.senders.seat(seat).offered > 0)
    }

    /// How many items this sender may put into the queue: what is kept for it, and what is free if nobody is
    /// before it.
    fn room(&mut self, seat: usize, queued: usize) -> usize {
        let nobody_before = self.senders.first().is_none_or(|first| first == seat);
        let free = if nobody_before { self.free(queued) } else { 0 };
        self.senders.seat(seat).granted + free
    }

    /// A sender comes with so many items: how many of them go into the queue now; none is that nobody will take them.
    ///
    /// One that can wait for room does not divide its chunk: it would be behind by the rest from then on.
    pub(super) fn hand_over(
        &mut self,
        seat: usize,
        queued: usize,
        items: usize,
        can_wait: bool,
    ) -> Option<usize> {
        if !self.accepts(seat) {
            self.rest_sender(seat);
            return None;
        }
        let room = self.room(seat, queued);
        let waits = room < items && can_wait && self.limits.keeps_whole(items);
        let fits = if waits { 0 } else { room.min(items) };
        self.left += count(fits);
        Some(fits)
    }

    pub(super) fn handed_over(&mut self, items: usize) {
        self.left += count(items);
    }

    /// Items of a sender that never reached the queue.
    pub(super) fn refused(&mut self, items: usize) {
        self.left += count(items);
        self.dropped += count(items);
    }

    /// Items that had been in the queue.
    pub(super) fn displaced(&mut self, items: usize) {
        self.dropped += count(items);
        self.after.settle += items;
        self.after.due = true;
    }

    pub(super) fn sound_alarm(&mut self) {
        self.after.alarm |= !self.alarmed;
        self.after.due = true;
        self.alarmed = true;
    }

    pub(super) fn wait_for_room(&mut self, seat: usize, offered: usize, cx: &Context<'_>) {
        let place = self.senders.seat(seat);
        place.offered = offered;
        self.granted -= std::mem::take(&mut place.granted);
        let stale = self.senders.wait(seat, cx);
        self.after.put_away(stale);
    }

    /// The sender waits no more: what was kept for it is free again, what it offered is its own again.
    pub(super) fn rest_sender(&mut self, seat: usize) {
        let place = self.senders.seat(seat);
        place.offered = 0;
        self.granted -= std::mem::take(&mut place.granted);
        let (_, stale) = self.senders.rest(seat);
        self.after.put_away(stale);
    }

    // Receivers

    pub(super) fn join_receiver(&mut self, wants: bool) -> usize {
        self.wanting += usize::from(wants);
        self.receivers.join()
    }

    /// Returns whether this was the last one, so that nobody will ever take what is queued.
    pub(super) fn leave_receiver(&mut self, seat: usize, wanted: bool) -> bool {
        self.rest_receiver(seat);
        self.receivers.leave(seat);
        self.wanting -= usize::from(wanted);
        self.receivers.heads() == 0
    }

    pub(super) fn enough(&mut self) {
        self.wanting -= 1;
    }

    pub(super) fn is_sated(&self) -> bool {
        self.wanting == 0 || self.closed
    }

    /// How many items of a queue a receiver takes: a chunk, or as many as it has free hands for, and leaves some to the
    /// other receivers.
    pub(super) fn share(&self, queued: usize, hands: Option<usize>) -> usize {
        let Some(hands) = hands else {
            return queued.min(self.limits.take);
        };
        let share = queued.div_ceil(self.receivers.heads()).max(SHARE_MAX);
        queued.min(share).min(hands)
    }

    /// Returns the number of the first of these items in the order in which the edge gives them out.
    pub(super) fn take(&mut self, items: usize) -> u64 {
        let first = self.taken;
        self.taken += count(items);
        first
    }

    pub(super) fn wait_for_items(&mut self, seat: usize, cx: &Context<'_>) {
        let called = self.receivers.is_called(seat);
        self.called -= usize::from(called);
        let stale = self.receivers.wait(seat, cx);
        self.after.put_away(stale);
    }

    pub(super) fn rest_receiver(&mut self, seat: usize) {
        let (before, stale) = self.receivers.rest(seat);
        self.called -= usize::from(before == State::Called);
        self.after.put_away(stale);
    }

    // Both

    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Nothing comes in any more.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Calls those who have something to do now, in the order in which they came. Ends every operation; gives what is
    /// to be done behind it, if anything is.
    pub(super) fn move_on(&mut self, queued: usize) -> Option<After> {
        self.call_senders(queued);
        self.call_receivers(queued);
        if !self.over && self.is_exhausted() {
            self.over = true;
            self.after.over = true;
            self.after.due = true;
            self.call_all_receivers();
        }
        self.after.due.then(|| std::mem::take(&mut self.after))
    }

    pub(super) fn call_all_receivers(&mut self) {
        while let Some((_, waker)) = self.receivers.call() {
            self.called += 1;
            self.after.call(waker);
        }
    }

    /// `(sent, taken, dropped)`, where what is offered counts as sent.
    pub(super) fn counters(&self) -> (u64, u64, u64) {
        (self.left + count(self.offered()), self.taken, self.dropped)
    }

    /// Items of senders that wait.
    pub(super) fn offered(&self) -> usize {
        self.senders.seats().map(|seat| seat.offered).sum()
    }

    fn is_exhausted(&self) -> bool {
        self.senders.heads() == 0 || (self.closed && self.offered() == 0)
    }

    fn free(&self, queued: usize) -> usize {
        self.limits.queue.saturating_sub(queued + self.granted)
    }

    /// A sender is called when there is room for a whole chunk of it, and the room is kept for it.
    fn call_senders(&mut self, queued: usize) {
        while let Some(first) = self.senders.first() {
            let free = self.free(queued);
            let offered = self.senders.seat(first).offered;
            if free < offered.min(self.limits.chunk) {
                return;
            }
            let Some((seat, waker)) = self.senders.call() else {
                return;
            };
            seat.granted = offered.min(free);
            self.granted += seat.granted;
            self.after.call(waker);
        }
    }

    /// One receiver is called for each chunk that is there to take.
    fn call_receivers(&mut self, queued: usize) {
        while queued > self.called.saturating_mul(self.limits.take) {
            let Some((_, waker)) = self.receivers.call() else {
                return;
            };
            self.called += 1;
            self.after.call(waker);
        }
    }
}

pub(super) fn count(items: usize) -> u64 {
    u64::try_from(items).expect("an edge holds fewer items than u64 counts")
}
