//! The word to stop: comes in the moment by which a worker has to end, goes out to everything that it waits for.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use tokio::{
    sync::watch,
    time::{Instant, timeout_at},
};

/// By when a worker has to end, once it was told to.
#[derive(Debug)]
pub(super) struct Halt(watch::Sender<Option<Instant>>);

impl Halt {
    pub(super) fn new() -> Self {
        Self(watch::Sender::new(None))
    }

    /// It may go on.
    pub(super) fn lift(&self) {
        self.0.send_replace(None);
    }

    /// It is to end by `at`. Said again, the earlier moment counts.
    pub(super) fn by(&self, at: Instant) {
        self.0
            .send_modify(|by| *by = Some(by.map_or(at, |by| by.min(at))));
    }

    /// By when it is to end, if it is to.
    pub(super) fn asked(&self) -> Option<Instant> {
        *self.0.borrow()
    }

    /// Whether its time is over.
    pub(super) fn is_over(&self) -> bool {
        self.asked().is_some_and(|by| by <= Instant::now())
    }

    /// Waits until it is told to end.
    pub(super) async fn told(&self) {
        // it cannot fail: the sender is this one
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits until its time is over.
    async fn over(&self) {
        let mut by = self.0.subscribe();
        loop {
            let at = *by.borrow_and_update();
            match at {
                Some(at) if at <= Instant::now() => return,
                Some(at) => drop(timeout_at(at, by.changed()).await),
                None => drop(by.changed().await),
            }
        }
    }

    /// What the future gives, unless the time is over before.
    pub(super) async fn cut<F: Future>(&self, future: F) -> Option<F::Output> {
        before(self.over(), future).await
    }

    /// What the future gives, unless it is told to end before.
    pub(super) async fn until_told<F: Future>(&self, future: F) -> Option<F::Output> {
        before(self.told(), future).await
    }
}

/// What the future gives, unless the end comes before.
async fn before<F: Future>(end: impl Future<Output = ()>, future: F) -> Option<F::Output> {
    let (mut end, mut future) = (pin!(end), pin!(future));
    poll_fn(|cx| match future.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => end.as_mut().poll(cx).map(|()| None),
    })
    .await
}
