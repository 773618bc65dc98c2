//! What a timed operator is: comes in an item or the time, goes out what is due.

use std::collections::VecDeque;

use tokio::time::Instant;

/// The decisions of a timed operator.
///
/// `now` never goes back from one call to the next. What is due at a moment is asked for before an item is accepted
/// at that moment. Held items that no further item sets free have a moment to wake at once [`finish`](Self::finish)
/// has been called, and so has an operator without room.
pub trait Timed<In, Out>: Send + 'static {
    /// Takes an item. There is [room](Self::has_room).
    fn accept(&mut self, item: In, now: Instant, out: &mut Emission<Out>);

    /// When the operator has something to do, even if no item comes.
    fn wake_at(&self) -> Option<Instant>;

    /// Gives what is due.
    fn due(&mut self, now: Instant, out: &mut Emission<Out>);

    /// No further item comes. What is not given now is due at some time.
    fn finish(&mut self, _now: Instant, _out: &mut Emission<Out>) {}

    /// Whether another item can be taken.
    fn has_room(&self) -> bool {
        true
    }

    /// How many items came in and did not leave.
    fn held(&self) -> usize;
}

/// What a timed operator gives, and how many items that came in are settled by it.
#[derive(Debug)]
pub struct Emission<Out> {
    ready: VecDeque<(Out, usize)>,
    held: usize,
    filtered: usize,
}

impl<Out> Emission<Out> {
    /// Nothing.
    pub const fn new() -> Self {
        Self {
            ready: VecDeque::new(),
            held: 0,
            filtered: 0,
        }
    }

    /// Gives an item that is made of so many items that came in.
    pub fn give(&mut self, output: Out, made_of: usize) {
        self.ready.push_back((output, made_of));
        self.held += made_of;
    }

    /// Leaves out so many items that came in.
    pub fn leave_out(&mut self, items: usize) {
        self.filtered += items;
    }

    /// The next item, and of how many it is made.
    pub fn pop(&mut self) -> Option<(Out, usize)> {
        let next = self.ready.pop_front();
        self.held -= next.as_ref().map_or(0, |(_, made_of)| *made_of);
        next
    }

    /// How many items were left out since this was last asked.
    pub fn take_left_out(&mut self) -> usize {
        std::mem::take(&mut self.filtered)
    }

    /// Of how many items those are made that have not left yet.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Whether nothing waits to leave.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty()
    }
}

impl<Out> Default for Emission<Out> {
    fn default() -> Self {
        Self::new()
    }
}
