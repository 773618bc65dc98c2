//! Whether another call may run: comes in who asks and how calls went, goes out a place, or how full it is.

use super::{
    BulkheadFull, BulkheadSnapshot, Concurrency,
    adaptive::{Limit, Sample},
};

/// The bulkhead without its lock, its clock and the line of those who wait.
///
/// What each call writes stands first, on one cache line with the lock around it.
#[derive(Debug)]
#[repr(C)]
pub(super) struct State {
    running: u32,
    waiting: u32,
    admitted: u64,
    refused: u64,
    waiters: u32,
    limit: Limit,
}

impl State {
    /// Empty.
    pub(super) fn new(concurrency: &Concurrency) -> Self {
        Self {
            running: 0,
            waiting: 0,
            admitted: 0,
            refused: 0,
            waiters: concurrency.waiters,
            limit: Limit::new(concurrency.limits),
        }
    }

    /// Whether it wants to know how long calls take.
    pub(super) fn learns(&self) -> bool {
        self.limit.learns()
    }

    /// Lets one in that does not wait, so nobody is overtaken; gives how many run now.
    pub(super) fn enter(&mut self) -> Option<u32> {
        (self.waiting == 0).then(|| self.enter_in_turn()).flatten()
    }

    /// Lets the one at the head of the line in.
    pub(super) fn enter_in_turn(&mut self) -> Option<u32> {
        if self.running >= self.limit.calls() {
            return None;
        }
        self.running += 1;
        self.admitted += 1;
        Some(self.running)
    }

    /// Joins the line, unless it is full.
    pub(super) fn join(&mut self) -> bool {
        let room = self.waiting < self.waiters;
        self.waiting += u32::from(room);
        room
    }

    /// One has left the line, served or not.
    pub(super) fn left(&mut self) {
        self.waiting -= 1;
    }

    /// One went away without having been let in; gives what to tell.
    pub(super) fn refuse(&mut self) -> BulkheadFull {
        self.refused += 1;
        BulkheadFull {
            running: self.running,
            limit: self.limit.calls(),
            waiting: self.waiting,
        }
    }

    /// A call has ended.
    pub(super) fn leave(&mut self, sample: Option<Sample>) {
        self.running -= 1;
        if let Some(sample) = sample {
            self.limit.sample(&sample);
        }
    }

    /// From here on, so many at once.
    pub(super) fn set(&mut self, calls: u32) {
        self.limit = Limit::Fixed(calls);
    }

    pub(super) fn snapshot(&self) -> BulkheadSnapshot {
        BulkheadSnapshot {
            limit: self.limit.calls(),
            running: self.running,
            waiting: self.waiting,
            admitted: self.admitted,
            refused: self.refused,
        }
    }

    /// Whether places that are kept between calls are wanted back.
    pub(super) fn wants(&self) -> bool {
        self.waiting > 0 || self.running > self.limit.calls()
    }

    /// Whether somebody waits who may be let in now.
    pub(super) fn ask_again(&self) -> bool {
        self.waiting > 0 && self.running < self.limit.calls()
    }
}
