//! Items of whatever type: the buffers and the queue of an edge, as code sees them that knows no item type.

use std::any::Any;
use std::{mem, vec};

/// A buffer.
pub(crate) trait Items: Any + Send {
    /// How many items it holds.
    fn count(&self) -> usize;
    /// The size of an item, in bytes.
    fn item_bytes(&self) -> usize;
    /// Turns it around.
    fn turn(&mut self);
    /// Changes places with another one.
    fn swap(&mut self, other: &mut dyn Items);
    /// Takes all items of another one, behind its own.
    fn append(&mut self, from: &mut dyn Items);
    /// Takes so many items from the end of another one, one by one.
    fn shift(&mut self, from: &mut dyn Items, items: usize);
    /// Drops what it holds.
    fn clear(&mut self);
    /// An empty buffer for items of the same type.
    fn another(&self) -> Box<dyn Items>;
    /// A chunk of items of the same type, used up.
    fn chunk(&self) -> Box<dyn Chunk>;
}

impl<T: Send + 'static> Items for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn item_bytes(&self) -> usize {
        size_of::<T>()
    }

    fn turn(&mut self) {
        self.reverse();
    }

    fn swap(&mut self, other: &mut dyn Items) {
        let other: &mut Self = known(other);
        let own = mem::take(self);
        *self = mem::replace(other, own);
    }

    fn append(&mut self, from: &mut dyn Items) {
        self.append(known(from));
    }

    fn shift(&mut self, from: &mut dyn Items, items: usize) {
        let from: &mut Self = known(from);
        for _ in 0..items {
            let Some(item) = from.pop() else { return };
            self.push(item);
        }
    }

    fn clear(&mut self) {
        self.clear();
    }

    fn another(&self) -> Box<dyn Items> {
        Box::new(Self::new())
    }

    fn chunk(&self) -> Box<dyn Chunk> {
        Box::new(Self::new().into_iter())
    }
}

fn known<T: 'static>(items: &mut dyn Items) -> &mut T {
    let items: &mut dyn Any = items;
    let known = items.downcast_mut();
    known.expect("the heads of an edge and its queue are made for one type")
}

/// A chunk that is given out item by item.
pub(crate) trait Chunk: Send {
    /// How many items are left of it.
    fn left(&self) -> usize;
    /// Fills it anew when it is used up; its buffer is filled, so that buffers circulate.
    fn refill(&mut self, fill: &mut dyn FnMut(&mut dyn Items));
    /// Moves the next items to the end of a buffer.
    fn give(&mut self, to: &mut dyn Items, items: usize);
}

impl<T: Send + 'static> Chunk for vec::IntoIter<T> {
    fn left(&self) -> usize {
        self.len()
    }

    fn refill(&mut self, fill: &mut dyn FnMut(&mut dyn Items)) {
        // collecting in place keeps the allocation
        let mut buffer: Vec<T> = mem::take(self).take(0).collect();
        fill(&mut buffer);
        *self = buffer.into_iter();
    }

    fn give(&mut self, to: &mut dyn Items, items: usize) {
        let to: &mut Vec<T> = known(to);
        for item in self.take(items) {
            to.push(item);
        }
    }
}

/// How a head shows its buffer. It is kept by those that were made for a type which may be shown, so that the type of a
/// head asks for no bounds.
pub(super) type View<T> = for<'a> fn(&'a mut Vec<T>) -> &'a mut dyn Items;

/// How a head shows its chunk.
pub(super) type ChunkView<T> = for<'a> fn(&'a mut vec::IntoIter<T>) -> &'a mut dyn Chunk;

/// Shows a buffer.
pub(super) fn view<T: Send + 'static>(buffer: &mut Vec<T>) -> &mut dyn Items {
    buffer
}

/// Shows a chunk.
pub(super) fn view_chunk<T: Send + 'static>(chunk: &mut vec::IntoIter<T>) -> &mut dyn Chunk {
    chunk
}

/// The queue of an edge.
///
/// Where only some of the items are taken at once, they are given out one share at a time.
pub(super) struct Queue {
    front: Box<dyn Chunk>,
    back: Box<dyn Items>,
    /// How many items each of them holds: whoever asks needs not know their type.
    in_front: usize,
    behind: usize,
}

impl Queue {
    /// An empty queue for items as this buffer holds them. Nothing is allocated for items before the first hand-over.
    pub(super) fn of(items: &dyn Items) -> Self {
        Self {
            front: items.chunk(),
            back: items.another(),
            in_front: 0,
            behind: 0,
        }
    }

    /// The size of an item, in bytes.
    pub(super) fn item_bytes(&self) -> usize {
        self.back.item_bytes()
    }

    pub(super) fn len(&self) -> usize {
        self.in_front + self.behind
    }

    /// Moves the first items of a sender's buffer, which has so many, to the end. Where the queue is empty the two buffers
    /// change places, so that buffers circulate.
    pub(super) fn load(&mut self, from: &mut dyn Items, (items, of): (usize, usize)) {
        if items == 0 {
            return;
        }
        if items < of {
            from.turn();
            self.back.shift(from, items);
            from.turn();
        } else if self.behind == 0 {
            self.back.swap(from);
        } else {
            self.back.append(from);
        }
        self.behind += items;
    }

    /// Moves the first items to an empty buffer. The buffers change places where nothing, or a single item, stays.
    pub(super) fn unload(&mut self, to: &mut dyn Items, items: usize) {
        if self.in_front == 0 && self.behind <= items + 1 {
            let stays = self.behind - items;
            self.back.swap(to);
            if stays > 0 {
                self.back.shift(to, stays);
            }
            self.behind = stays;
            return;
        }
        let mut left = items;
        while left > 0 {
            if self.in_front == 0 {
                self.front
                    .refill(&mut |buffer| buffer.swap(&mut *self.back));
                self.in_front = mem::take(&mut self.behind);
            }
            let here = left.min(self.in_front);
            self.front.give(to, here);
            self.in_front -= here;
            left -= here;
        }
    }

    /// What is queued; nothing is queued any more.
    pub(super) fn take(&mut self) -> Self {
        let empty = Self::of(&*self.back);
        mem::replace(self, empty)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn loaded(items: impl IntoIterator<Item = u32>) -> Queue {
        let mut queue = Queue::of(&Vec::<u32>::new());
        let mut items: Vec<_> = items.into_iter().collect();
        let count = items.len();
        queue.load(&mut items, (count, count));
        queue
    }

    #[test]
    fn whole_buffers_change_places() {
        let mut chunk: Vec<u32> = Vec::with_capacity(64);
        let mut queue = loaded(0..10);
        queue.unload(&mut chunk, 10);
        assert_eq!(chunk, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        queue.load(&mut chunk, (10, 10));
        assert_eq!(chunk.capacity(), 64, "the buffer of the first chunk");
    }

    #[test]
    fn used_up_chunk_keeps_its_buffer() {
        let mut chunk = Vec::with_capacity(64);
        chunk.extend(0..10);
        let mut chunk = chunk.into_iter();
        assert_eq!(chunk.by_ref().count(), 10);
        chunk.refill(&mut |buffer| buffer.append(&mut vec![1]));
        let chunk: Vec<_> = chunk.collect();
        assert_eq!((&*chunk, chunk.capacity()), (&[1][..], 64));
    }

    proptest! {
        #[test]
        fn items_keep_their_order(steps in prop::collection::vec((0..9_usize, 0..9_usize), 1..40)) {
            let (mut queue, mut next, mut expected) = (Queue::of(&Vec::<usize>::new()), 0, 0);
            for (put, take) in steps {
                let mut buffer: Vec<_> = (next..next + put).collect();
                let fits = put - put / 3;
                queue.load(&mut buffer, (fits, put));
                next += fits;
                prop_assert_eq!(buffer.len(), put - fits);
                prop_assert!(buffer.iter().copied().eq(next..next + buffer.len()));
                let items = take.min(queue.len());
                let mut chunk: Vec<usize> = Vec::new();
                queue.unload(&mut chunk, items);
                prop_assert!(chunk.iter().copied().eq(expected..expected + items));
                expected += items;
                prop_assert_eq!(queue.len(), next - expected);
            }
        }
    }
}
