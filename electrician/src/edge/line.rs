//! The heads of one side of an edge, and those of them that wait, in the order in which they came.

use std::collections::VecDeque;
use std::task::{Context, Waker};

/// One head's place.
#[derive(Debug, Default)]
pub(super) struct Seat {
    state: State,
    waker: Option<Waker>,
    /// When the head came into the line, counted in heads.
    came: u64,
    /// Items that this sender waits to hand over.
    pub(super) offered: usize,
    /// Room in the queue that is kept for this sender since it was called.
    pub(super) granted: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum State {
    #[default]
    Idle,
    /// In the line, with a waker.
    Waiting,
    /// Woken, and not polled since.
    Called,
}

/// The heads of one side.
#[derive(Debug, Default)]
pub(super) struct Line {
    seats: Vec<Option<Seat>>,
    waiting: VecDeque<usize>,
    heads: usize,
    /// How many came into the line so far.
    came: u64,
}

impl Line {
    /// A seat for a new head.
    pub(super) fn join(&mut self) -> usize {
        self.heads += 1;
        let seat = self.seats.iter().position(Option::is_none);
        let seat = seat.unwrap_or_else(|| {
            self.seats.reserve_exact(1);
            self.seats.push(None);
            self.seats.len() - 1
        });
        self.seats[seat] = Some(Seat::default());
        seat
    }

    /// Gives the seat of a head that is gone to the next one who comes.
    pub(super) fn leave(&mut self, seat: usize) {
        self.rest(seat);
        self.seats[seat] = None;
        self.heads -= 1;
    }

    pub(super) fn heads(&self) -> usize {
        self.heads
    }

    /// The head that has waited longest and was not called.
    pub(super) fn first(&self) -> Option<usize> {
        self.waiting.front().copied()
    }

    pub(super) fn seat(&mut self, seat: usize) -> &mut Seat {
        self.seats[seat]
            .as_mut()
            .expect("a head keeps its seat until it leaves")
    }

    pub(super) fn seats(&self) -> impl Iterator<Item = &Seat> {
        self.seats.iter().flatten()
    }

    /// Puts a head into the line: a newcomer at its end, one that was called in vain before all who came after it,
    /// and one that waits already keeps its place. The waker that this replaces is to be dropped outside of the lock.
    pub(super) fn wait(&mut self, seat: usize, cx: &Context<'_>) -> Option<Waker> {
        match self.state(seat) {
            State::Idle => {
                self.came += 1;
                self.seat(seat).came = self.came;
                self.waiting.push_back(seat);
            }
            State::Called => self.come_back(seat),
            State::Waiting => {}
        }
        let seat = self.seat(seat);
        seat.state = State::Waiting;
        match &seat.waker {
            Some(waker) if waker.will_wake(cx.waker()) => None,
            _ => seat.waker.replace(cx.waker().clone()),
        }
    }

    /// Takes the first head out of the line; it is woken outside of the lock.
    pub(super) fn call(&mut self) -> Option<(&mut Seat, Waker)> {
        let seat = self.waiting.pop_front()?;
        let seat = self.seat(seat);
        seat.state = State::Called;
        let waker = seat
            .waker
            .take()
            .expect("a head that waits has left a waker");
        Some((seat, waker))
    }

    /// The head waits no more. Says what it did before, and gives back the waker that it had left.
    pub(super) fn rest(&mut self, seat: usize) -> (State, Option<Waker>) {
        let place = self.seat(seat);
        let before = std::mem::take(&mut place.state);
        let waker = place.waker.take();
        if before == State::Waiting {
            self.waiting.retain(|waiting| *waiting != seat);
        }
        (before, waker)
    }

    /// The head was woken and has not been polled since.
    pub(super) fn is_called(&mut self, seat: usize) -> bool {
        self.state(seat) == State::Called
    }

    fn state(&mut self, seat: usize) -> State {
        self.seat(seat).state
    }

    fn come_back(&mut self, seat: usize) {
        let came = |seat: usize| self.seats[seat].as_ref().map(|seat| seat.came);
        let place = self
            .waiting
            .partition_point(|other| came(*other) < came(seat));
        self.waiting.insert(place, seat);
    }
}
