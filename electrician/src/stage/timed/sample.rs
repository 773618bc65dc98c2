//! The latest item of each span of time.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Emission, Timed, TimedDraft,
    period::{Periods, above_zero},
};
use crate::stage::Port;

/// The latest item of each span of time, at its end: `position -> sample(1s) -> show`.
///
/// The first span begins with the first item, and each next one where the last one ended. A span without items gives
/// nothing. Items that a later one of their span replaces are counted as filtered. At the end of the input the latest item
/// is given at once. A `duration` of zero is refused when the pipeline starts.
pub fn sample<T>(_: Port<T>, duration: Duration) -> TimedDraft<Sample<T>, T, T> {
    TimedDraft::new(Sample::new(duration), above_zero(duration))
}

/// The operator [`sample`].
#[derive(Debug)]
pub struct Sample<T> {
    periods: Periods,
    latest: Option<(T, Instant)>,
}

impl<T> Sample<T> {
    /// A sample of each span of this length.
    pub const fn new(duration: Duration) -> Self {
        Self {
            periods: Periods::new(duration),
            latest: None,
        }
    }

    fn give(&mut self, out: &mut Emission<T>) {
        if let Some((item, _)) = self.latest.take() {
            out.give(item, 1);
        }
    }
}

impl<T: Send + 'static> Timed<T, T> for Sample<T> {
    fn accept(&mut self, item: T, now: Instant, out: &mut Emission<T>) {
        let at = match &self.latest {
            Some((_, at)) => *at,
            None => self.periods.end(now),
        };
        if self.latest.replace((item, at)).is_some() {
            out.leave_out(1);
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        self.latest.as_ref().map(|(_, at)| *at)
    }

    fn due(&mut self, now: Instant, out: &mut Emission<T>) {
        if self.wake_at().is_some_and(|at| at <= now) {
            self.give(out);
        }
    }

    fn finish(&mut self, _: Instant, out: &mut Emission<T>) {
        self.give(out);
    }

    fn held(&self) -> usize {
        usize::from(self.latest.is_some())
    }
}
