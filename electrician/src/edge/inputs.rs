//! The heads of several edges that one consumer takes from, whatever they carry: a chunk at a time, from each in its turn.

use std::task::{Context, Poll};

use super::Filled;
use super::consumer::Consumer;
use super::items::Chunk;

/// The inputs of a consumer, which has one chunk at a time.
pub(crate) struct Inputs {
    heads: Vec<Consumer>,
    /// The input that the chunk is from.
    current: usize,
}

impl Inputs {
    pub(super) fn of(head: Consumer) -> Self {
        let (heads, current) = (vec![head], 0);
        Self { heads, current }
    }

    /// One more input; its turn comes after the others.
    pub(super) fn add(&mut self, head: Consumer) {
        self.current = self.heads.len();
        self.heads.reserve_exact(1);
        self.heads.push(head);
    }

    /// Another consumer of the same edges.
    pub(super) fn another(&self) -> Self {
        Self {
            heads: self.heads.iter().map(Consumer::another).collect(),
            current: self.current,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.heads.len()
    }

    /// Takes a chunk, of so many items at most, of the next input that has one; see [`Merge::poll_fill`](super::Merge).
    pub(crate) fn poll_fill(
        &mut self,
        chunk: &mut dyn Chunk,
        most: Option<usize>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Filled>> {
        if let [input] = &mut self.heads[..] {
            return input.poll_fill(chunk, most, cx);
        }
        if let Some(filled) = self.take_now(chunk, most) {
            return Poll::Ready(Some(filled));
        }
        let mut ended = true;
        for turn in self.turns() {
            match self.heads[turn].poll_fill(chunk, most, cx) {
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

    /// Takes a chunk if an input has one now.
    pub(super) fn take_now(
        &mut self,
        chunk: &mut dyn Chunk,
        most: Option<usize>,
    ) -> Option<Filled> {
        let left = chunk.left();
        if left > 0 {
            return Some(self.heads[self.current].filled(left));
        }
        for turn in self.turns() {
            if let Some(filled) = self.heads[turn].take_now(chunk, most) {
                return Some(self.chose(turn, filled));
            }
        }
        None
    }

    /// Says to every input that no more is needed.
    pub(super) fn enough(&mut self) {
        for input in &mut self.heads {
            input.enough();
        }
    }

    /// All that was taken is done, but for so many items of the chunk.
    pub(crate) fn settle(&mut self, left: usize) {
        for (at, input) in self.heads.iter_mut().enumerate() {
            input.settle(if at == self.current { left } else { 0 });
        }
    }

    /// Leaves the lines of all inputs.
    pub(super) fn step_back(&mut self) {
        for input in &mut self.heads {
            input.step_back();
        }
    }

    /// The inputs, beginning with the one after the current one.
    fn turns(&self) -> impl Iterator<Item = usize> + use<> {
        let (inputs, current) = (self.heads.len(), self.current);
        (1..=inputs).map(move |turn| (current + turn) % inputs)
    }

    /// A consumer that is busy must not be called: it leaves the lines of the other inputs.
    fn chose(&mut self, turn: usize, filled: Filled) -> Filled {
        self.current = turn;
        self.step_back();
        filled
    }
}
