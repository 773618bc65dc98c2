//! The last item once it has been quiet.

use std::time::Duration;

use tokio::time::Instant;

use super::{
    Emission, Timed, TimedDraft,
    period::{above_zero, after},
};
use crate::stage::Port;

/// The last item once `duration` has passed without another: `keys -> debounce(50ms) -> search`.
///
/// An item that another one follows sooner is counted as filtered; while items keep coming, nothing leaves. At the end of
/// the input the last item is given at once. A `duration` of zero is refused when the pipeline starts.
pub fn debounce<T>(_: Port<T>, duration: Duration) -> TimedDraft<Debounce<T>, T, T> {
    TimedDraft::new(Debounce::new(duration), above_zero(duration))
}

/// The operator [`debounce`].
#[derive(Debug)]
pub struct Debounce<T> {
    duration: Duration,
    last: Option<(T, Instant)>,
}

impl<T> Debounce<T> {
    /// Waits for this much quiet.
    pub const fn new(duration: Duration) -> Self {
        Self {
            duration,
            last: None,
        }
    }

    fn give(&mut self, out: &mut Emission<T>) {
        if let Some((item, _)) = self.last.take() {
            out.give(item, 1);
        }
    }
}

impl<T: Send + 'static> Timed<T, T> for Debounce<T> {
    fn accept(&mut self, item: T, now: Instant, out: &mut Emission<T>) {
        let quiet = after(now, self.duration);
        if self.last.replace((item, quiet)).is_some() {
            out.leave_out(1);
        }
    }

    fn wake_at(&self) -> Option<Instant> {
        self.last.as_ref().map(|(_, quiet)| *quiet)
    }

    fn due(&mut self, now: Instant, out: &mut Emission<T>) {
        if self.wake_at().is_some_and(|quiet| quiet <= now) {
            self.give(out);
        }
    }

    fn finish(&mut self, _: Instant, out: &mut Emission<T>) {
        self.give(out);
    }

    fn held(&self) -> usize {
        usize::from(self.last.is_some())
    }
}
