//! The one task that waits for something: kept under the lock of what it waits for, and woken when that is open again.

use std::task::{Context, Waker};

/// A task that waits, if one does.
#[derive(Debug, Default)]
pub(super) struct Reader(Option<Waker>);

/// A task that is to be woken, once no lock is held.
#[must_use = "it is not woken yet"]
pub(super) struct Called(Option<Waker>);

impl Reader {
    /// This task waits.
    pub(super) fn waits(&mut self, cx: &Context<'_>) {
        match &mut self.0 {
            Some(waker) => waker.clone_from(cx.waker()),
            None => self.0 = Some(cx.waker().clone()),
        }
    }

    /// What it waits for is there.
    pub(super) fn called(&mut self) -> Called {
        Called(self.0.take())
    }
}

impl Called {
    pub(super) fn wake(self) {
        if let Some(waker) = self.0 {
            waker.wake();
        }
    }
}
