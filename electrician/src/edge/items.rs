//! Items of whatever type: the buffers and the queue of an edge, as code sees them that knows no item type.

use std::any::Any;
use std::mem;

/// A buffer.
pub(crate) trait Items: Any + Send {
    /// How many items it holds.
    fn count(&self) -> usize;
    /// Turns it around: a chunk is given out from its end, the first item last.
    fn turn(&mut self);
    /// Drops what it holds.
    fn clear(&mut self);
}

impl<T: Send + 'static> Items for Vec<T> {
    fn count(&self) -> usize {
        self.len()
    }

    fn turn(&mut self) {
        self.reverse();
    }

    fn clear(&mut self) {
        self.clear();
    }
}

/// How a head shows its buffer. It is kept by those that were made for a type which may be shown, so that the type of a
/// head asks for no bounds.
pub(super) type View<T> = for<'a> fn(&'a mut Vec<T>) -> &'a mut dyn Items;

/// Shows a buffer.
pub(super) fn view<T: Send + 'static>(buffer: &mut Vec<T>) -> &mut dyn Items {
    buffer
}

/// The queue of an edge.
pub(super) trait Queue: Send {
    fn len(&self) -> usize;
    /// Moves the first items of a sender's buffer to the end.
    fn load(&mut self, from: &mut dyn Items, items: usize);
    /// Moves the first items to the end of an empty buffer.
    fn unload(&mut self, to: &mut dyn Items, items: usize);
    /// What is queued; nothing is queued any more.
    fn take(&mut self) -> Box<dyn Queue>;
}

/// Where the first items are taken one share at a time, they are turned around, so that each is taken from an end.
struct Queued<T> {
    front: Vec<T>,
    back: Vec<T>,
}

/// An empty queue. Nothing is allocated for items before the first hand-over.
pub(super) fn queue<T: Send + 'static>() -> Box<dyn Queue> {
    Box::new(Queued::<T> {
        front: Vec::new(),
        back: Vec::new(),
    })
}

impl<T: Send + 'static> Queue for Queued<T> {
    fn len(&self) -> usize {
        self.front.len() + self.back.len()
    }

    /// Where the queue is empty the two buffers change places, so that buffers circulate.
    fn load(&mut self, from: &mut dyn Items, items: usize) {
        let from: &mut Vec<T> = known(from);
        if items < from.len() {
            from.reverse();
            shift(from, &mut self.back, items);
            from.reverse();
        } else if self.back.is_empty() {
            mem::swap(from, &mut self.back);
        } else {
            self.back.append(from);
        }
    }

    /// The buffers change places where nothing, or a single item, stays.
    fn unload(&mut self, to: &mut dyn Items, items: usize) {
        let to: &mut Vec<T> = known(to);
        if self.front.is_empty() && self.back.len() <= items + 1 {
            mem::swap(&mut self.back, to);
            if to.len() > items
                && let Some(last) = to.pop()
            {
                self.back.push(last);
            }
            return;
        }
        let mut left = items;
        while left > 0 {
            if self.front.is_empty() {
                mem::swap(&mut self.front, &mut self.back);
                self.front.reverse();
            }
            let here = left.min(self.front.len());
            shift(&mut self.front, to, here);
            left -= here;
        }
    }

    fn take(&mut self) -> Box<dyn Queue> {
        Box::new(Self {
            front: mem::take(&mut self.front),
            back: mem::take(&mut self.back),
        })
    }
}

fn known<T: 'static>(items: &mut dyn Items) -> &mut Vec<T> {
    let items: &mut dyn Any = items;
    let known = items.downcast_mut();
    known.expect("the heads of an edge and its queue are made for one type")
}

/// Moves so many items from the end of a buffer to the end of another, one by one.
fn shift<T>(from: &mut Vec<T>, to: &mut Vec<T>, items: usize) {
    for _ in 0..items {
        let Some(item) = from.pop() else { return };
        to.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn loaded(items: impl IntoIterator<Item = u32>) -> Box<dyn Queue> {
        let mut queue = queue::<u32>();
        let mut items: Vec<_> = items.into_iter().collect();
        let count = items.len();
        queue.load(&mut items, count);
        queue
    }

    #[test]
    fn whole_buffers_change_places() {
        let mut chunk: Vec<u32> = Vec::with_capacity(64);
        let mut queue = loaded(0..10);
        queue.unload(&mut chunk, 10);
        assert_eq!(chunk, Vec::from_iter(0..10));
        queue.load(&mut chunk, 10);
        assert_eq!(chunk.capacity(), 64, "the buffer of the first chunk");
    }

    proptest! {
        #[test]
        fn items_keep_their_order(steps in prop::collection::vec((0..9_usize, 0..9_usize), 1..40)) {
            let (mut queue, mut next, mut expected) = (queue::<usize>(), 0, 0);
            for (put, take) in steps {
                let mut buffer: Vec<_> = (next..next + put).collect();
                let fits = put - put / 3;
                queue.load(&mut buffer, fits);
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
