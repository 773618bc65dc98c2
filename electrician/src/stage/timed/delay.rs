//! Each item, so much later.

use std::{collections::VecDeque, time::Duration};

use tokio::time::Instant;

use super::{
    Emission, Timed, TimedDraft,
    period::{above_zero, after},
};
use crate::stage::Port;

/// How many items a delay holds; with so many it takes no more until one has left.
pub const HELD_MOST: usize = 1024;

/// Each item `duration` later, in the same order: `failed -> delay(5s) -> charge`.
///
/// Up to 1024 items are held; then what feeds the operator waits, so that no more than 1024 items leave in each `duration`.
/// At the end of the input the held items keep their time: a drain waits for them until its deadline. A `duration` of zero
/// is refused when the pipeline starts.
pub fn delay<T>(_: Port<T>, duration: Duration) -> TimedDraft<Delay<T>, T, T> {
    TimedDraft::new(Delay::new(duration), above_zero(duration))
}

/// The operator [`delay`].
#[derive(Debug)]
pub struct Delay<T> {
    duration: Duration,
    items: VecDeque<(T, Instant)>,
}

impl<T> Delay<T> {
    /// A delay of this length.
    pub const fn new(duration: Duration) -> Self {
        Self {
            duration,
            items: VecDeque::new(),
        }
    }
}

impl<T: Send + 'static> Timed<T, T> for Delay<T> {
    fn accept(&mut self, item: T, now: Instant, _: &mut Emission<T>) {
        self.items.push_back((item, after(now, self.duration)));
    }

    fn wake_at(&self) -> Option<Instant> {
        self.items.front().map(|(_, at)| *at)
    }

    fn due(&mut self, now: Instant, out: &mut Emission<T>) {
        while let Some((item, _)) = self.items.pop_front_if(|(_, at)| *at <= now) {
            out.give(item, 1);
        }
    }

    fn has_room(&self) -> bool {
        self.items.len() < HELD_MOST
    }

    fn held(&self) -> usize {
        self.items.len()
    }
}
