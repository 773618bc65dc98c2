//! Several edges into one consumer: a chunk at a time, from each input in its turn.

use std::future::poll_fn;
use std::iter;
use std::task::{Context, Poll};

use super::{Filled, Receiver, Sender};

/// Consumes several edges as if they were one.
///
/// Each chunk comes from one input; the next input that has items is next, so that none is starved. The items of
/// one input keep their order. A merge ends when all its inputs have ended.
#[derive(Debug)]
pub struct Merge<T> {
    inputs: Vec<Receiver<T>>,
    /// The input that the chunk is from.
    current: usize,
}

impl<T> Merge<T> {
    /// Merges these inputs; without any, it has ended.
    pub fn new(inputs: Vec<Receiver<T>>) -> Self {
        let current = inputs.len().saturating_sub(1);
        Self { inputs, current }
    }

    /// Takes a chunk of the next input that has one, if the last chunk is used up, else says what is left of it.
    /// `None` means that all inputs have ended. [`Filled::first`] counts the items of the chunk's own input.
    ///
    /// What was said of [`Receiver::poll_fill`] holds for every input.
    pub fn poll_fill(&mut self, cx: &mut Context<'_>) -> Poll<Option<Filled>> {
        if let [input] = &mut self.inputs[..] {
            return input.poll_fill(cx);
        }
        if let Some(filled) = self.take_now() {
            return Poll::Ready(Some(filled));
        }
        let mut ended = true;
        for turn in self.turns() {
            match self.inputs[turn].poll_fill(cx) {
                Poll::Ready(Some(filled)) => return Poll::Ready(Some(self.chose(turn, filled))),
                Poll::Ready(None) => {}
                Poll::Pending => ended = false,
            }
        }
        if ended {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
    }

    /// Takes so many items at most, of the next input that has some, if the last chunk is used up, else says what is left of it.
    /// `None` means that all inputs have ended. See [`Receiver::poll_take`].
    pub(crate) fn poll_take(&mut self, most: usize, cx: &mut Context<'_>) -> Poll<Option<Filled>> {
        let mut ended = true;
        for turn in self.turns() {
            match self.inputs[turn].poll_take(most, cx) {
                Poll::Ready(Some(filled)) => return Poll::Ready(Some(self.chose(turn, filled))),
                Poll::Ready(None) => {}
                Poll::Pending => ended = false,
            }
        }
        if ended {
            Poll::Ready(None)
        } else {
            Poll::Pending
        }
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
        if !self.is_empty() {
            return self.inputs[self.current].take_now();
        }
        for turn in self.turns() {
            if let Some(filled) = self.inputs[turn].take_now() {
                return Some(self.chose(turn, filled));
            }
        }
        None
    }

    /// The next item of the chunk.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        self.inputs.get_mut(self.current)?.pop()
    }

    /// Gives the next items of the chunk, `most` at most and as long as these are wanted.
    pub(crate) fn each(&mut self, most: usize, give: impl FnMut(T) -> bool) {
        if let Some(input) = self.inputs.get_mut(self.current) {
            input.each(most, give);
        }
    }

    /// Makes something of the next items of the chunk; see [`Receiver::pour`].
    pub(crate) fn pour<U>(
        &mut self,
        most: usize,
        into: &mut Sender<U>,
        always: bool,
        make: impl FnMut(T) -> Option<U>,
    ) {
        if let Some(input) = self.inputs.get_mut(self.current) {
            input.pour(most, into, always, make);
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
        self.inputs.get(self.current).map_or(0, Receiver::len)
    }

    /// Whether the chunk is used up.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Says to every input that no more is needed. What is queued is still delivered.
    pub fn enough(&mut self) {
        for input in &mut self.inputs {
            input.enough();
        }
    }

    /// Says that everything popped so far is done; see [`Receiver::settle`].
    pub fn settle(&mut self) {
        for input in &mut self.inputs {
            input.settle();
        }
    }

    /// The inputs, beginning with the one after the current one.
    fn turns(&self) -> impl Iterator<Item = usize> + use<T> {
        let (inputs, current) = (self.inputs.len(), self.current);
        (1..=inputs).map(move |turn| (current + turn) % inputs)
    }

    /// A consumer that is busy must not be called: it leaves the lines of the other inputs.
    fn chose(&mut self, turn: usize, filled: Filled) -> Filled {
        self.current = turn;
        self.step_back();
        filled
    }

    fn step_back(&mut self) {
        for input in &mut self.inputs {
            input.step_back();
        }
    }
}

/// A merge that waits, for as long as its future lives.
struct Waits<'a, T>(&'a mut Merge<T>);

impl<T> Drop for Waits<'_, T> {
    fn drop(&mut self) {
        self.0.step_back();
    }
}
