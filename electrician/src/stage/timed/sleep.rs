//! The one timer of an operator: comes in a moment, goes out that it has come.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::time::{Instant, Sleep, sleep_until};

/// A timer that is made when it is first waited for, and then moved.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Alarm {
    /// Ready from `at` on. A timer that is armed for an earlier moment stays so: it is cheaper to look again when it fires
    /// than to move it with every item.
    pub(super) fn poll_until(&mut self, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
        if sleep.deadline() > at {
            sleep.as_mut().reset(at);
        }
        while sleep.deadline() < at {
            ready!(sleep.as_mut().poll(cx));
            sleep.as_mut().reset(at);
        }
        sleep.as_mut().poll(cx)
    }
}
