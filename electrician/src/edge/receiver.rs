//! A consumer's head: takes a chunk out of the queue, and gives it out item by item.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::{fmt, iter, vec};

use super::consumer::Consumer;
use super::items::ChunkView;
use super::pour::each;

/// The consumer's end of an edge. A clone is another consumer: each item goes to one of them.
///
/// [`fill`](Self::fill) takes a chunk, [`pop`](Self::pop) and [`drain`](Self::drain) work through it.
///
/// When the last head is dropped, what is queued is dropped and counted, and producers are
/// [sated](super::Sender::is_sated). What a head has taken counts as taken, even if it is dropped with it: who
/// drops a head books its [`len`](Self::len).
pub struct Receiver<T> {
    pub(super) head: Consumer,
    pub(super) local: vec::IntoIter<T>,
    pub(super) view: ChunkView<T>,
}

/// A chunk that has been taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// The number of the chunk's first item, in the order in which the edge gives items out, from 0 without gaps.
    pub first: u64,
    /// How many items the chunk has.
    pub len: usize,
}

impl<T> Receiver<T> {
    pub(super) fn new(head: Consumer, view: ChunkView<T>) -> Self {
        let local = Vec::new().into_iter();
        Self { head, local, view }
    }

    /// Takes a chunk if the last one is used up, else says what is left of it.
    ///
    /// `None` means the end: all producers are gone, or the edge is closed, or its feedback loop is over, and the
    /// queue is empty.
    ///
    /// A head whose poll was pending has a place in the line, and may be called to take a chunk that nobody else is
    /// called for: poll it again when it is woken, or drop it. [`fill`](Self::fill) sees to that.
    pub fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Option<Filled>> {
        self.head.poll_fill((self.view)(&mut self.local), None, cx)
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
        self.head.take_now((self.view)(&mut self.local), None)
    }

    /// The next item of the chunk.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.local.next()
    }

    /// Gives the next items of the chunk, `most` at most and as long as these are wanted. The rest stays in the chunk,
    /// also when `give` panics.
    #[inline]
    pub fn each(&mut self, most: usize, give: impl FnMut(T) -> bool) {
        each(&mut self.local, most, give);
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
        self.head.enough();
    }

    /// Says that everything popped so far is done, and that what was made of it was handed over. In a feedback
    /// loop, call it before each fill; elsewhere it does nothing.
    pub fn settle(&mut self) {
        self.head.settle(self.local.len());
    }
}

impl<T> Clone for Receiver<T> {
    /// Another consumer, with an empty chunk. If this one has said `enough`, so has the clone.
    fn clone(&self) -> Self {
        Self::new(self.head.another(), self.view)
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver")
            .field("len", &self.local.len())
            .field("enough", &self.head.enough)
            .finish_non_exhaustive()
    }
}

/// A head that waits, for as long as its future lives.
struct Waits<'a, T>(&'a mut Receiver<T>);

impl<T> Drop for Waits<'_, T> {
    fn drop(&mut self) {
        self.0.head.step_back();
    }
}
