//! A consumer's head: takes a chunk out of the queue, and gives it out item by item.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::{fmt, iter, mem, vec};

use super::Sender;
use super::core::Core;
use super::ledger::count;
use super::shared::{Shared, State};

/// The consumer's end of an edge. A clone is another consumer: each item goes to one of them.
///
/// [`fill`](Self::fill) takes a chunk, [`pop`](Self::pop) and [`drain`](Self::drain) work through it.
///
/// When the last head is dropped, what is queued is dropped and counted, and producers are
/// [sated](super::Sender::is_sated). What a head has taken counts as taken, even if it is dropped with it: who
/// drops a head books its [`len`](Self::len).
pub struct Receiver<T> {
    shared: Arc<Shared<T>>,
    local: vec::IntoIter<T>,
    seat: usize,
    /// The number of the first item that is not in the chunk any more.
    end: u64,
    /// Items taken that are not settled, those in the chunk among them.
    unsettled: usize,
    enough: bool,
    waits: bool,
}

/// A chunk that has been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// The number of the chunk's first item, in the order in which the edge gives items out, from 0 without gaps.
    pub first: u64,
    /// How many items the chunk has.
    pub len: usize,
}

/// There is no chunk to take.
enum Nothing {
    Yet,
    More,
}

impl<T> Receiver<T> {
    pub(super) fn new(shared: Arc<Shared<T>>, enough: bool) -> Self {
        let core: &dyn Core = &*shared;
        let seat = core.join_receiver(!enough);
        Self {
            shared,
            local: Vec::new().into_iter(),
            seat,
            end: 0,
            unsettled: 0,
            enough,
            waits: false,
        }
    }

    /// Takes a chunk if the last one is used up, else says what is left of it.
    ///
    /// `None` means the end: all producers are gone, or the edge is closed, or its feedback loop is over, and the
    /// queue is empty.
    ///
    /// A head whose poll was pending has a place in the line, and may be called to take a chunk that nobody else is
    /// called for: poll it again when it is woken, or drop it. [`fill`](Self::fill) sees to that.
    pub fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Option<Filled>> {
        self.poll_with(None, cx)
    }

    /// As [`poll_fill`](Self::poll_fill), for a consumer that has a free hand for each of so many items: where others take a
    /// [single](super::EdgeOptions::single) item at a time, it takes its share of what is there, as none of it waits on.
    pub(crate) fn poll_take(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Option<Filled>> {
        self.poll_with(Some(most), cx)
    }

    fn poll_with(&mut self, most: Option<usize>, cx: &mut Context<'_>) -> Poll<Option<Filled>> {
        match self.take(most, Some(cx)) {
            Ok(filled) => Poll::Ready(Some(filled)),
            Err(Nothing::More) => Poll::Ready(None),
            Err(Nothing::Yet) => Poll::Pending,
        }
    }

    /// Takes a chunk if the last one is used up, else says what is left of it. `None` means the end.
    ///
    /// # Cancel safety
    ///
    /// Nothing is taken when the wait is given up, and another consumer is called instead.
    pub async fn fill(&mut self) -> Option<Filled> {
        let head = Waits(self);
        poll_fn(|cx| head.0.poll_fill(cx)).await
    }

    /// Takes a chunk if there is one now. `None` means that there is none, or that there will be none.
    pub fn take_now(&mut self) -> Option<Filled> {
        self.take(None, None).ok()
    }

    /// The next item of the chunk.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.local.next()
    }

    /// Gives the next items of the chunk, `most` at most and as long as these are wanted. The rest stays in the chunk,
    /// also when `give` panics.
    #[inline]
    pub fn each(&mut self, most: usize, mut give: impl FnMut(T) -> bool) {
        let mut lent = Borrowed {
            chunk: mem::take(&mut self.local),
            home: &mut self.local,
        };
        for _ in 0..most {
            let Some(item) = lent.chunk.next() else {
                break;
            };
            if !give(item) {
                break;
            }
        }
    }

    /// Makes something of the next items of the chunk, `most` at most, in the buffer of a producer. The rest stays in the
    /// chunk, also when `make` panics.
    ///
    /// Where it `always` gives something, the buffer is made large enough once.
    #[inline]
    pub(crate) fn pour<U>(
        &mut self,
        most: usize,
        into: &mut Sender<U>,
        always: bool,
        mut make: impl FnMut(T) -> Option<U>,
    ) {
        if always {
            into.fill(self.local.by_ref().take(most), make);
        } else {
            self.each(most, |item| {
                if let Some(made) = make(item) {
                    into.push(made);
                }
                true
            });
        }
    }

    /// The rest of the chunk, item by item. What is not iterated stays in the chunk.
    #[inline]
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        iter::from_fn(|| self.pop())
    }

    /// How many items are left of the chunk.
    #[inline]
    pub fn len(&self) -> usize {
        self.local.len()
    }

    /// Whether the chunk is used up.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.local.as_slice().is_empty()
    }

    /// Says that this consumer needs no more, so that producers may stop. What is queued is still delivered.
    pub fn enough(&mut self) {
        if mem::replace(&mut self.enough, true) {
            return;
        }
        self.core().enough();
    }

    /// Says that everything popped so far is done, and that what was made of it was handed over. In a feedback
    /// loop, call it before each fill; elsewhere it does nothing.
    pub fn settle(&mut self) {
        let done = self.unsettled - self.local.len();
        self.unsettled = self.local.len();
        self.shared.outside.settle(done);
    }

    /// Gives up the head's place in the line, and passes on the call that it may have got.
    pub(super) fn step_back(&mut self) {
        if mem::take(&mut self.waits) {
            self.core().rest_receiver(self.seat);
        }
    }

    fn take(
        &mut self,
        most: Option<usize>,
        cx: Option<&mut Context<'_>>,
    ) -> Result<Filled, Nothing> {
        if !self.local.as_slice().is_empty() {
            return Ok(self.filled());
        }
        let mut state = self.shared.lock();
        let State { queue, ledger } = &mut *state;
        let waited = mem::take(&mut self.waits);
        let taken = if !queue.is_empty() {
            let items = ledger.share(queue.len(), most);
            let first = ledger.take(items);
            if waited {
                ledger.rest_receiver(self.seat);
            }
            self.end = first + count(items);
            self.unsettled += items;
            let mut chunk = recycle(mem::take(&mut self.local));
            unload(queue, &mut chunk, items);
            self.local = Vec::from(chunk).into_iter();
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

    fn core(&self) -> &dyn Core {
        &*self.shared
    }

    fn filled(&self) -> Filled {
        Filled {
            first: self.end - count(self.local.len()),
            len: self.local.len(),
        }
    }
}

impl<T> Clone for Receiver<T> {
    /// Another consumer, with an empty chunk. If this one has said `enough`, so has the clone.
    fn clone(&self) -> Self {
        Self::new(Arc::clone(&self.shared), self.enough)
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        self.core().leave_receiver(self.seat, !self.enough);
        self.shared.outside.settle(mem::take(&mut self.unsettled));
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.local.len())
            .field("enough", &self.enough)
            .finish_non_exhaustive()
    }
}

/// Takes a chunk home: while it is worked through, the optimiser may keep its place in registers.
struct Borrowed<'a, T> {
    chunk: vec::IntoIter<T>,
    home: &'a mut vec::IntoIter<T>,
}

impl<T> Drop for Borrowed<'_, T> {
    fn drop(&mut self) {
        mem::swap(self.home, &mut self.chunk);
    }
}

/// A head that waits, for as long as its future lives.
struct Waits<'a, T>(&'a mut Receiver<T>);

impl<T> Drop for Waits<'_, T> {
    fn drop(&mut self) {
        self.0.step_back();
    }
}

/// The buffer of a chunk that is used up. Collecting in place keeps the allocation, so that buffers circulate.
fn recycle<T>(used: vec::IntoIter<T>) -> VecDeque<T> {
    let empty: Vec<T> = used.take(0).collect();
    VecDeque::from(empty)
}

/// Moves the first items of the queue into an empty chunk. The two change places where nothing, or a single item, stays.
fn unload<T>(queue: &mut VecDeque<T>, chunk: &mut VecDeque<T>, items: usize) {
    if queue.len() > items + 1 {
        chunk.extend(queue.drain(..items));
        return;
    }
    mem::swap(queue, chunk);
    if chunk.len() > items
        && let Some(last) = chunk.pop_back()
    {
        queue.push_back(last);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_up_chunk_keeps_its_buffer() {
        let mut chunk = Vec::with_capacity(64);
        chunk.extend(0..10);
        let mut chunk = chunk.into_iter();
        assert_eq!(chunk.by_ref().count(), 10);
        assert_eq!(recycle(chunk).capacity(), 64);
    }
}
