//! The items of each span of time, one span after the other.

use std::{mem, time::Duration};

use tokio::time::Instant;

use super::{
    Emission, Timed, TimedDraft,
    period::{Periods, above_zero},
};
use crate::stage::Port;

/// How many items a window holds; with so many it closes early.
pub const WINDOW_MOST: usize = 65_536;

/// The items of each span of time, one span after the other: `readings -> window(1s) -> average`.
///
/// The first window begins with the first item, and each next one where the last one ended. A window without items gives
/// nothing. One that holds 65,536 items closes early, and what comes after that in the same span is another window. At
/// the end of the input what is left is given at once. A `duration` of zero is refused when the pipeline starts.
pub fn window<T>(_: Port<T>, duration: Duration) -> TimedDraft<Window<T>, T, Vec<T>> {
    TimedDraft::new(Window::new(duration), above_zero(duration))
}

/// The operator [`window`].
#[derive(Debug)]
pub struct Window<T> {
    periods: Periods,
    items: Vec<T>,
    closes: Option<Instant>,
}

impl<T> Window<T> {
    /// Windows of this length.
    pub const fn new(duration: Duration) -> Self {
        Self {
            periods: Periods::new(duration),
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

impl<T: Send + 'static> Timed<T, Vec<T>> for Window<T> {
    fn accept(&mut self, item: T, now: Instant, out: &mut Emission<Vec<T>>) {
        if self.items.is_empty() {
            self.closes = Some(self.periods.end(now));
        }
        self.items.push(item);
        if self.items.len() >= WINDOW_MOST {
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
