//! Whose turn it is: comes in the time and items with a priority, goes out the one that matters most.

use super::{Held, Next, NotQueued, Smoothing, SmoothingSnapshot, WhyNot};
use std::collections::BTreeMap;
use tokio::time::Instant;

/// The queue without its lock, its clock and its limiter.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    smoothing: Smoothing,
    /// The first one is the next one.
    items: BTreeMap<Rank, Held<T>>,
    /// The first one has waited longest.
    ranks: BTreeMap<u64, Rank>,
    start: Instant,
    last: Instant,
    came: u64,
    closed: bool,
    queued: u64,
    handed_over: u64,
    expired: u64,
    refused: u64,
}

/// The smallest goes first. Ageing needs no looking at the clock: while all items age alike, it only
/// says how much earlier an item of a higher priority would have had to come.
///
/// Items of the same priority differ in nothing but their number.
type Rank = (i128, u64);

impl<T> Queue<T> {
    /// Empty.
    pub(crate) fn new(smoothing: Smoothing, now: Instant) -> Self {
        Self {
            smoothing: smoothing.within_range(),
            items: BTreeMap::new(),
            ranks: BTreeMap::new(),
            start: now,
            last: now,
            came: 0,
            closed: false,
            queued: 0,
            handed_over: 0,
            expired: 0,
            refused: 0,
        }
    }

    /// Takes an item in.
    pub(crate) fn push(
        &mut self,
        now: Instant,
        priority: i32,
        item: T,
    ) -> Result<(), NotQueued<T>> {
        // A clock that goes back does not let an item overtake.
        self.last = now.max(self.last);
        let number = self.came;
        self.came += 1;
        let held = Held {
            item,
            priority,
            came: self.last,
            attempts: 0,
            number,
        };
        self.put(held).map_err(|(held, why)| NotQueued {
            item: held.item,
            why,
        })
    }

    /// Takes an item back, to where it was: it is as old as before, and those that came after it go after it.
    pub(super) fn push_back(&mut self, held: Held<T>) -> Result<(), NotQueued<Held<T>>> {
        let put = self.put(held);
        put.map_err(|(item, why)| NotQueued { item, why })
    }

    /// The one that has waited for longer than it may.
    pub(crate) fn pop_expired(&mut self, now: Instant) -> Option<Next<T>> {
        let ttl = self.smoothing.ttl?;
        let (_, &rank) = self.ranks.first_key_value()?;
        let held = self.items.get(&rank)?;
        if now.saturating_duration_since(held.came) < ttl {
            return None;
        }
        self.expired += 1;
        self.remove(rank).map(Next::Expired)
    }

    /// The one whose turn it is, for a token.
    pub(crate) fn pop(&mut self) -> Option<Next<T>> {
        let (&rank, _) = self.items.first_key_value()?;
        self.handed_over += 1;
        self.remove(rank).map(Next::Due)
    }

    /// When the next item expires.
    pub(crate) fn expires(&self) -> Option<Instant> {
        self.oldest()?.checked_add(self.smoothing.ttl?)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Nothing is taken any more; what is here goes out.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn snapshot(&self) -> SmoothingSnapshot {
        SmoothingSnapshot {
            depth: self.items.len(),
            capacity: self.smoothing.capacity,
            oldest: self.oldest(),
            queued: self.queued,
            handed_over: self.handed_over,
            expired: self.expired,
            refused: self.refused,
        }
    }

    fn oldest(&self) -> Option<Instant> {
        let (_, rank) = self.ranks.first_key_value()?;
        self.items.get(rank).map(|held| held.came)
    }

    fn put(&mut self, held: Held<T>) -> Result<(), (Held<T>, WhyNot)> {
        if let Some(why) = self.why_not(&held) {
            self.refused += 1;
            return Err((held, why));
        }
        self.queued += 1;
        let rank = self.rank(&held);
        self.ranks.insert(held.number, rank);
        self.items.insert(rank, held);
        Ok(())
    }

    fn why_not(&self, held: &Held<T>) -> Option<WhyNot> {
        if self.closed && held.attempts == 0 {
            Some(WhyNot::Closed)
        } else if held.attempts >= self.smoothing.attempts {
            Some(WhyNot::Spent(held.attempts))
        } else if self.items.len() >= self.smoothing.capacity {
            Some(WhyNot::Full(self.items.len()))
        } else {
            None
        }
    }

    fn rank(&self, held: &Held<T>) -> Rank {
        let priority = i128::from(held.priority);
        let Some(step) = self.smoothing.ageing else {
            return (-priority, held.number);
        };
        let came = nanos(held.came.saturating_duration_since(self.start));
        (came - priority.saturating_mul(nanos(step)), held.number)
    }

    fn remove(&mut self, rank: Rank) -> Option<Held<T>> {
        self.ranks.remove(&rank.1);
        let mut held = self.items.remove(&rank)?;
        held.attempts += 1;
        Some(held)
    }
}

fn nanos(time: std::time::Duration) -> i128 {
    i128::try_from(time.as_nanos()).unwrap_or(i128::MAX)
}
