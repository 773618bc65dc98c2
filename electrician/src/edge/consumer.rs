//! What a consumer's head does that concerns no item type: it takes a chunk, waits for one, and knows what is not done yet.

use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::Filled;
use super::items::Chunk;
use super::ledger::count;
use super::shared::{Shared, State};

/// A consumer's place at an edge. It leaves when it is dropped.
pub(super) struct Consumer {
    shared: Arc<Shared>,
    seat: usize,
    /// The number of the first item that is not in the chunk any more.
    end: u64,
    /// Items taken that are not settled, those in the chunk among them.
    unsettled: usize,
    pub(super) enough: bool,
    waits: bool,
}

/// There is no chunk to take.
enum Nothing {
    Yet,
    More,
}

impl Consumer {
    pub(super) fn new(shared: Arc<Shared>, enough: bool) -> Self {
        let seat = shared.with(|ledger, _| ledger.join_receiver(!enough));
        Self {
            shared,
            seat,
            end: 0,
            unsettled: 0,
            enough,
            waits: false,
        }
    }

    /// Another consumer at the same edge.
    pub(super) fn another(&self) -> Self {
        Self::new(Arc::clone(&self.shared), self.enough)
    }

    /// Takes a chunk, of so many items at most, if the last one is used up, else says what is left of it.
    pub(super) fn poll_fill(
        &mut self,
        chunk: &mut dyn Chunk,
        most: Option<usize>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Filled>> {
        match self.take(chunk, most, Some(cx)) {
            Ok(filled) => Poll::Ready(Some(filled)),
            Err(Nothing::More) => Poll::Ready(None),
            Err(Nothing::Yet) => Poll::Pending,
        }
    }

    /// The same, if there is a chunk now.
    pub(super) fn take_now(
        &mut self,
        chunk: &mut dyn Chunk,
        most: Option<usize>,
    ) -> Option<Filled> {
        self.take(chunk, most, None).ok()
    }

    /// What is left of a chunk of which there are so many items.
    pub(super) fn filled(&self, len: usize) -> Filled {
        let first = self.end - count(len);
        Filled { first, len }
    }

    pub(super) fn enough(&mut self) {
        if !mem::replace(&mut self.enough, true) {
            self.shared.enough();
        }
    }

    /// All that was taken is done, but for so many items of the chunk.
    pub(super) fn settle(&mut self, left: usize) {
        let done = self.unsettled - left;
        self.unsettled = left;
        self.shared.outside.settle(done);
    }

    /// Gives up the head's place in the line, and passes on the call that it may have got.
    pub(super) fn step_back(&mut self) {
        if mem::take(&mut self.waits) {
            self.shared
                .with(|ledger, _| ledger.rest_receiver(self.seat));
        }
    }

    fn take(
        &mut self,
        chunk: &mut dyn Chunk,
        most: Option<usize>,
        cx: Option<&mut Context<'_>>,
    ) -> Result<Filled, Nothing> {
        let left = chunk.left();
        if left > 0 {
            return Ok(self.filled(left));
        }
        let mut state = self.shared.lock();
        let State { queue, ledger } = &mut *state;
        let (queued, waited) = (queue.len(), mem::take(&mut self.waits));
        let taken = if queued > 0 {
            let items = ledger.share(queued, most);
            let first = ledger.take(items);
            if waited {
                ledger.rest_receiver(self.seat);
            }
            self.end = first + count(items);
            self.unsettled += items;
            chunk.refill(&mut |buffer| queue.unload(buffer, items));
            Ok(Filled { first, len: items })
        } else if ledger.is_over() || self.shared.outside.is_cycle_over() {
            ledger.rest_receiver(self.seat);
            Err(Nothing::More)
        } else if let Some(cx) = cx {
            self.waits = true;
            ledger.wait_for_items(self.seat, cx);
            Err(Nothing::Yet)
        } else {
            self.waits = waited;
            Err(Nothing::Yet)
        };
        self.shared.finish(state);
        taken
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.shared.leave_receiver(self.seat, !self.enough);
        self.shared.outside.settle(mem::take(&mut self.unsettled));
    }
}
