//! What a consumer does with the items of its chunk, in loops that the optimiser sees all of.

use std::{iter, mem, vec};

use super::Sender;

/// What is known of how items are made, before any is: the compiler knows, so that one of two loops is compiled.
pub trait Certainty {
    /// Whether something is made of every item.
    const ALWAYS: bool;
}

/// Gives the next items of a chunk, `most` at most and as long as these are wanted. The rest stays in the chunk, also when
/// `give` panics.
pub(super) fn each<T>(chunk: &mut vec::IntoIter<T>, most: usize, mut give: impl FnMut(T) -> bool) {
    let mut lent = Borrowed::of(chunk);
    repeat(most, || lent.chunk.next().is_some_and(&mut give));
}

/// Takes so many steps, or until one says that it is the last.
///
/// The number is looked at once for a few of them: the optimiser makes straight-line code of those that are short.
#[inline]
pub(crate) fn repeat(steps: usize, mut step: impl FnMut() -> bool) {
    const FEW: usize = 8;
    for _ in 0..steps / FEW {
        for _ in 0..FEW {
            if !step() {
                return;
            }
        }
    }
    for _ in 0..steps % FEW {
        if !step() {
            return;
        }
    }
}

/// Makes something of the next items of a chunk, `most` at most, in the buffer of a producer. The rest stays in the chunk,
/// also when `make` panics.
///
/// Where it always gives something, the buffer is made large enough once.
pub(super) fn pour<T, U, G: Certainty>(
    chunk: &mut vec::IntoIter<T>,
    most: usize,
    into: &mut Sender<U>,
    mut make: impl FnMut(T) -> Option<U>,
) {
    if !G::ALWAYS {
        each(chunk, most, |item| {
            if let Some(made) = make(item) {
                into.push(made);
            }
            true
        });
        return;
    }
    let mut lent = Borrowed::of(chunk);
    let items = most.min(lent.chunk.len());
    // all of it is inlined, unlike a `map`, so that the chunk is in registers
    let outputs = iter::repeat_with(|| {
        let next = lent.chunk.next().and_then(&mut make);
        next.expect("something is made of every item")
    });
    into.extend(outputs.take(items));
}

/// Takes a chunk home: while it is worked through, the optimiser may keep its place in registers.
struct Borrowed<'a, T> {
    chunk: vec::IntoIter<T>,
    home: &'a mut vec::IntoIter<T>,
}

impl<'a, T> Borrowed<'a, T> {
    fn of(home: &'a mut vec::IntoIter<T>) -> Self {
        let chunk = mem::take(home);
        Self { chunk, home }
    }
}

impl<T> Drop for Borrowed<'_, T> {
    fn drop(&mut self) {
        mem::swap(self.home, &mut self.chunk);
    }
}
