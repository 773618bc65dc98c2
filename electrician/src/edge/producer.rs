//! What a producer's head does that concerns no item type: it hands its buffer over, and waits for room.

use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Overflow;
use super::items::Items;
use super::ledger::Ledger;
use super::shared::{Shared, State};

/// A producer's place at an edge.
pub(super) struct Producer {
    shared: Arc<Shared>,
    pub(super) chunk: usize,
    pub(super) overflow: Overflow,
    seat: usize,
    waits: bool,
    woke: bool,
}

/// What becomes of items that a blocking edge has no room for.
enum Rest<'a, 'b> {
    Waits(&'a mut Context<'b>),
    Stays,
    IsDropped,
}

/// Nobody will take what this head has: the edge is closed, or all receivers are gone.
pub(super) struct Refused;

impl Producer {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        let join = |ledger: &mut Ledger, _| (ledger.join_sender(), ledger.limits.chunk);
        let (seat, chunk) = shared.with(join);
        Self {
            shared: Arc::clone(shared),
            chunk,
            overflow: shared.outside.overflow,
            seat,
            waits: false,
            woke: false,
        }
    }

    /// Another producer at the same edge.
    pub(super) fn another(&self) -> Self {
        Self::new(&self.shared)
    }

    /// Hands over everything in the buffer; it is empty then, also if nobody is left to take it.
    pub(super) fn poll_flush(&mut self, local: &mut dyn Items, cx: &mut Context<'_>) -> Poll<()> {
        let Poll::Ready(handed_over) = self.poll_hand_over(local, cx) else {
            return Poll::Pending;
        };
        if let Err(Refused) = handed_over {
            self.book_refused(local);
        }
        Poll::Ready(())
    }

    /// Hands over everything in the buffer; what is refused stays in it.
    pub(super) fn poll_hand_over(
        &mut self,
        local: &mut dyn Items,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Refused>> {
        if local.count() == 0 {
            return Poll::Ready(Ok(()));
        }
        let handed_over = self.hand_over(local, Rest::Waits(cx));
        if self.waits {
            return Poll::Pending;
        }
        Poll::Ready(handed_over)
    }

    /// Hands over what fits; the rest stays in the buffer.
    pub(super) fn flush_now(&mut self, local: &mut dyn Items) {
        self.hand_over_or_book(local, Rest::Stays);
    }

    /// Hands over what fits, and goes.
    pub(super) fn leave(&mut self, local: &mut dyn Items) {
        self.hand_over_or_book(local, Rest::IsDropped);
        self.shared.with(|ledger, _| ledger.leave_sender(self.seat));
    }

    pub(super) fn is_sated(&self) -> bool {
        self.shared.outside.is_sated()
    }

    pub(super) fn woke(&mut self) -> bool {
        mem::take(&mut self.woke)
    }

    /// Gives up the head's place in the line; what it offered is its own again.
    pub(super) fn step_back(&mut self) {
        if mem::take(&mut self.waits) {
            self.shared.with(|ledger, _| ledger.rest_sender(self.seat));
        }
    }

    fn hand_over_or_book(&mut self, local: &mut dyn Items, rest: Rest<'_, '_>) {
        if local.count() > 0
            && let Err(Refused) = self.hand_over(local, rest)
        {
            self.book_refused(local);
        }
    }

    fn hand_over(&mut self, local: &mut dyn Items, rest: Rest<'_, '_>) -> Result<(), Refused> {
        let mut state = self.shared.lock();
        let State { queue, ledger } = &mut *state;
        let waited = mem::take(&mut self.waits);
        let can_wait = self.overflow == Overflow::Block && matches!(rest, Rest::Waits(_));
        let items = local.count();
        let Some(fits) = ledger.hand_over(self.seat, queue.len(), items, can_wait) else {
            self.woke |= self.shared.finish(state);
            return Err(Refused);
        };
        self.shared.outside.add(fits);
        queue.load(local, (fits, items));
        let left = items - fits;
        let mut overflowed = false;
        match (left, rest, self.overflow) {
            (0, ..) | (_, Rest::Stays, _) if waited => ledger.rest_sender(self.seat),
            (0, ..) | (_, Rest::Stays, _) => {}
            (_, Rest::Waits(cx), Overflow::Block) => {
                self.waits = true;
                ledger.wait_for_room(self.seat, left, cx);
            }
            (_, _, Overflow::DropOldest) => {
                self.shared.outside.add(left);
                ledger.handed_over(left);
                ledger.displaced(left);
                queue.load(local, (left, left));
                queue.unload(local, left);
                overflowed = true;
            }
            (_, _, overflow) => {
                if overflow == Overflow::Fail {
                    ledger.sound_alarm();
                }
                ledger.rest_sender(self.seat);
                ledger.refused(left);
                overflowed = true;
            }
        }
        self.woke |= self.shared.finish(state);
        if overflowed {
            local.clear();
        }
        Ok(())
    }

    #[cold]
    fn book_refused(&mut self, local: &mut dyn Items) {
        let items = local.count();
        self.shared.with(|ledger, _| ledger.refused(items));
        local.clear();
    }
}
