//! So many items at once, or what came within a time of the first.

use std::{mem, time::Duration};

use tokio::time::Instant;

use super::{
    Emission, Timed, TimedDraft,
    period::{above_zero, after},
};
use crate::{resilience::BadValue, stage::Port};

/// Up to `count` items at once, or those that came within `duration` of the first: `orders -> batch(500, 20ms) -> store`.
///
/// Batches are never empty. At the end of the input what is left is given at once. A `count` or `duration` of zero is
/// refused when the pipeline starts.
pub fn batch<T>(_: Port<T>, count: usize, duration: Duration) -> TimedDraft<Batch<T>, T, Vec<T>> {
    let refused = (count == 0).then(|| BadValue::new("count", "must be at least 1"));
    TimedDraft::new(
        Batch::new(count, duration),
        refused.or_else(|| above_zero(duration)),
    )
}

/// The operator [`batch`].
#[derive(Debug)]
pub struct Batch<T> {
    count: usize,
    duration: Duration,
    items: Vec<T>,
    closes: Option<Instant>,
}

impl<T> Batch<T> {
    /// A batch of so many items, or of what comes in this time.
    pub const fn new(count: usize, duration: Duration) -> Self {
        Self {
            count,
            duration,
            items: Vec::new(),
            closes: None,
        }
    }

    fn close(&mut self, out: &mut Emission<Vec<T>>) {
        self.closes = None;
        if !self.items.is_empty() {
            let len = self.items.len();
            out.give(mem::take(&mut self.items), len);
        }
    }
}

impl<T: Send + 'static> Timed<T, Vec<T>> for Batch<T> {
    fn accept(&mut self, item: T, now: Instant, out: &mut Emission<Vec<T>>) {
        if self.items.is_empty() {
            self.closes = Some(after(now, self.duration));
        }
        self.items.push(item);
        if self.items.len() >= self.count {
            self.close(out);
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        self.closes
    }

    fn due(&mut self, now: Instant, out: &mut Emission<Vec<T>>) {
        if self.closes.is_some_and(|at| at <= now) {
            self.close(out);
        }
    }

    fn finish(&mut self, _: Instant, out: &mut Emission<Vec<T>>) {
        self.close(out);
    }

    fn held(&self) -> usize {
        self.items.len()
    }
}
