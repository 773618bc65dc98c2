//! Several edges into one consumer: a chunk at a time, from each input in its turn.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::{fmt, iter, vec};

use super::inputs::Inputs;
use super::items::{Chunk, ChunkView};
use super::pour::{Certainty, each, pour};
use super::{Filled, Receiver, Sender};

/// Consumes several edges as if they were one.
///
/// Each chunk comes from one input; the next input that has items is next, so that none is starved. The items of
/// one input keep their order. A merge ends when all its inputs have ended.
///
/// # Examples
///
/// ```
/// use electrician::edge::{EdgeOptions, Merge, edge};
///
/// let (mut odd, odds, _) = edge(EdgeOptions::default());
/// let (mut even, evens, _) = edge(EdgeOptions::default());
/// odd.push(1);
/// odd.flush_now();
/// even.push(2);
/// even.flush_now();
/// let mut numbers = Merge::of(odds).and(evens);
/// numbers.take_now();
/// assert_eq!(numbers.pop(), Some(1));
/// numbers.take_now();
/// assert_eq!(numbers.pop(), Some(2));
/// ```
pub struct Merge<T> {
    inputs: Inputs,
    chunk: vec::IntoIter<T>,
    view: ChunkView<T>,
}

impl<T> Merge<T> {
    /// A merge of this input alone. What is left of its chunk comes first.
    pub fn of(input: Receiver<T>) -> Self {
        Self {
            inputs: Inputs::of(input.head),
            chunk: input.local,
            view: input.view,
        }
    }

    /// With one more input.
    ///
    /// # Panics
    ///
    /// When an input has a chunk that is not used up.
    #[must_use]
    pub fn and(mut self, input: Receiver<T>) -> Self {
        let used_up = self.chunk.as_slice().is_empty() && input.is_empty();
        assert!(used_up, "inputs are merged before anything is taken");
        self.inputs.add(input.head);
        self
    }

    /// Takes a chunk of the next input that has one, if the last chunk is used up, else says what is left of it.
    /// `None` means that all inputs have ended. [`Filled::first`] counts the items of the chunk's own input.
    ///
    /// What was said of [`Receiver::poll_fill`] holds for every input.
    pub fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Option<Filled>> {
        let (inputs, chunk) = self.parts();
        inputs.poll_fill(chunk, None, cx)
    }

    /// Takes a chunk as [`poll_fill`](Self::poll_fill) does, and waits for it.
    ///
    /// # Cancel safety
    ///
    /// Nothing is taken when the wait is given up, and other consumers are called instead.
    pub async fn fill(&mut self) -> Option<Filled> {
        let merge = Waits(self);
        poll_fn(|cx| merge.0.poll_fill(cx)).await
    }

    /// Takes a chunk if an input has one now.
    pub fn take_now(&mut self) -> Option<Filled> {
        let (inputs, chunk) = self.parts();
        inputs.take_now(chunk, None)
    }

    /// The next item of the chunk.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.chunk.next()
    }

    /// Gives the next items of the chunk, `most` at most and as long as these are wanted.
    pub(crate) fn each(&mut self, most: usize, give: impl FnMut(T) -> bool) {
        each(&mut self.chunk, most, give);
    }

    /// Makes something of the next items of the chunk, `most` at most, in the buffer of a producer.
    pub(crate) fn pour<U, G: Certainty>(
        &mut self,
        most: usize,
        into: &mut Sender<U>,
        make: impl FnMut(T) -> Option<U>,
    ) {
        pour::<_, _, G>(&mut self.chunk, most, into, make);
    }

    /// The rest of the chunk, item by item. What is not iterated stays in the chunk.
    #[inline]
    pub fn drain(&mut self) -> impl Iterator<Item = T> {
        iter::from_fn(|| self.pop())
    }

    /// How many items are left of the chunk.
    #[inline]
    pub fn len(&self) -> usize {
        self.chunk.len()
    }

    /// Whether the chunk is used up.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.chunk.as_slice().is_empty()
    }

    /// Says to every input that no more is needed. What is queued is still delivered.
    pub fn enough(&mut self) {
        self.inputs.enough();
    }

    /// Says that everything popped so far is done; see [`Receiver::settle`].
    pub fn settle(&mut self) {
        self.inputs.settle(self.chunk.len());
    }

    /// The inputs and the chunk, as code sees them that knows no item type.
    pub(crate) fn parts(&mut self) -> (&mut Inputs, &mut dyn Chunk) {
        (&mut self.inputs, (self.view)(&mut self.chunk))
    }
}

impl<T> Clone for Merge<T> {
    /// Another consumer of the same edges, with an empty chunk.
    fn clone(&self) -> Self {
        Self {
            inputs: self.inputs.another(),
            chunk: vec::IntoIter::default(),
            view: self.view,
        }
    }
}

impl<T> fmt::Debug for Merge<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Merge")
            .field("inputs", &self.inputs.len())
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// A merge that waits, for as long as its future lives.
struct Waits<'a, T>(&'a mut Merge<T>);

impl<T> Drop for Waits<'_, T> {
    fn drop(&mut self) {
        self.0.inputs.step_back();
    }
}
