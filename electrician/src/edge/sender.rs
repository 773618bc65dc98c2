//! A producer's head: items come in one by one, and go out to the queue a chunk at a time.

use std::fmt;
use std::future::poll_fn;
use std::task::{Context, Poll};

use super::items::View;
use super::producer::{Producer, Refused};

/// The producer's end of an edge. A clone is another producer, with an empty buffer of its own.
///
/// Collect items with [`push`](Self::push) while there [is room](Self::has_room), then
/// [`flush`](Self::flush). Where single items arrive with time between them, use [`send_now`](Self::send_now).
///
/// Dropping a head hands over what fits of its buffer; the rest is dropped, and counted. When the last head is
/// gone, receivers get what is queued and then see the end.
pub struct Sender<T> {
    head: Producer,
    local: Vec<T>,
    view: View<T>,
}

impl<T> Sender<T> {
    pub(super) fn new(head: Producer, view: View<T>) -> Self {
        let local = Vec::new();
        Self { head, local, view }
    }

    /// Puts an item into the head's own buffer. Never waits and never hands over.
    ///
    /// The edge keeps its bound as long as nothing is pushed when there is no [room](Self::has_room).
    #[inline]
    pub fn push(&mut self, item: T) {
        self.local.push(item);
    }

    /// Whether the buffer is below the size of a chunk.
    #[inline]
    pub fn has_room(&self) -> bool {
        self.local.len() < self.head.chunk
    }

    /// How many items the buffer has room for until it is a whole chunk.
    #[inline]
    pub fn room(&self) -> usize {
        self.head.chunk.saturating_sub(self.local.len())
    }

    /// Whether the buffer lacks an eighth of a chunk at most: who leaves items out would creep up on the rest.
    #[inline]
    pub(crate) fn is_all_but_full(&self) -> bool {
        self.room() <= self.head.chunk / 8
    }

    /// The last of what waits in the buffer, so many items at most.
    pub(crate) fn newest(&self, items: usize) -> &[T] {
        &self.local[self.local.len().saturating_sub(items)..]
    }

    /// Whether nothing waits in the buffer.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.local.is_empty()
    }

    /// How many items wait in the buffer.
    #[inline]
    pub fn len(&self) -> usize {
        self.local.len()
    }

    /// Hands over everything in the buffer, by the edge's [`Overflow`](super::Overflow); ready when the buffer is empty.
    ///
    /// A head whose poll was pending has a place in the line: poll it again when it is woken, or give the place
    /// up by [`flush_now`](Self::flush_now) or by dropping the head. [`flush`](Self::flush) sees to that.
    pub fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.head.poll_flush((self.view)(&mut self.local), cx)
    }

    /// Hands over everything in the buffer, by the edge's [`Overflow`](super::Overflow).
    ///
    /// # Cancel safety
    ///
    /// What was not handed over stays in the buffer, and the head loses its place in the line.
    pub async fn flush(&mut self) {
        let head = Waits(self);
        poll_fn(|cx| head.0.poll_flush(cx)).await;
    }

    /// Hands over what fits, without waiting and without dropping; the rest stays in the buffer. If nobody is
    /// left to take the items, they are dropped, and counted.
    ///
    /// Use it when something else is about to wait, so that finished items do not wait with it.
    pub fn flush_now(&mut self) {
        self.head.flush_now((self.view)(&mut self.local));
    }

    /// Puts an item into the buffer, and hands the buffer over if it is a full chunk.
    ///
    /// # Cancel safety
    ///
    /// The item is in the buffer at once, and stays there when the wait is given up.
    pub async fn send(&mut self, item: T) {
        self.push(item);
        if !self.has_room() {
            self.flush().await;
        }
    }

    /// Puts an item into the buffer, and hands the buffer over. For producers that make single items.
    ///
    /// # Cancel safety
    ///
    /// The item is in the buffer at once, and stays there when the wait is given up.
    pub async fn send_now(&mut self, item: T) {
        self.push(item);
        self.flush().await;
    }

    /// Hands over one item, for producers outside of the pipeline, who want to know.
    ///
    /// What is in the buffer goes first.
    ///
    /// # Errors
    ///
    /// Gives the item back if the edge is closed or nobody is left to take it. The item is then not counted.
    ///
    /// # Cancel safety
    ///
    /// When the wait is given up, the item is dropped and was never sent.
    pub async fn offer(&mut self, item: T) -> Result<(), T> {
        self.flush().await;
        self.push(item);
        let head = Offers(self);
        match poll_fn(|cx| head.0.poll_hand_over(cx)).await {
            Ok(()) => Ok(()),
            Err(Refused) => head.0.local.pop().map_or(Ok(()), Err),
        }
    }

    /// Whether nobody needs more: every receiver said `enough` or is gone, or the edge is closed. The producer
    /// may stop early. This takes no lock.
    #[inline]
    pub fn is_sated(&self) -> bool {
        self.head.is_sated()
    }

    /// Whether a hand-over has woken somebody since this was last asked.
    ///
    /// A producer whose items are costly then gives way once, so that the consumer runs beside it.
    #[inline]
    pub fn woke(&mut self) -> bool {
        self.head.woke()
    }

    fn poll_hand_over(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        self.head.poll_hand_over((self.view)(&mut self.local), cx)
    }
}

impl<T> Extend<T> for Sender<T> {
    /// Pushes these items: quicker than one by one, and just as unbounded.
    #[inline]
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        self.local.extend(items);
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self::new(self.head.another(), self.view)
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.head.leave((self.view)(&mut self.local));
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender")
            .field("buffered", &self.local.len())
            .field("chunk", &self.head.chunk)
            .field("overflow", &self.head.overflow)
            .finish_non_exhaustive()
    }
}

/// A head that waits, for as long as its future lives.
struct Waits<'a, T>(&'a mut Sender<T>);

impl<T> Drop for Waits<'_, T> {
    fn drop(&mut self) {
        self.0.head.step_back();
    }
}

/// A head that waits with one item, which is gone when its future goes.
struct Offers<'a, T>(&'a mut Sender<T>);

impl<T> Drop for Offers<'_, T> {
    fn drop(&mut self) {
        self.0.head.step_back();
        self.0.local.clear();
    }
}
