//! The word to stop: comes in the moment by which a worker has to end, goes out to everything that its task waits for.

use std::{
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use tokio::time::{Instant, timeout_at};

use super::reader::{Called, Reader};

/// By when a worker has to end, once it was told to. Only its task waits for that.
#[derive(Debug, Default)]
pub(super) struct Halt {
    told: AtomicBool,
    word: Mutex<Word>,
}

#[derive(Debug, Default)]
struct Word {
    by: Option<Instant>,
    reader: Reader,
}

impl Halt {
    /// It may go on.
    pub(super) fn lift(&self) {
        self.told.store(false, Relaxed);
        self.word().by = None;
    }

    /// It is to end by `at`. Said again, the earlier moment counts.
    pub(super) fn by(&self, at: Instant) -> Called {
        let mut word = self.word();
        word.by = Some(word.by.map_or(at, |by| by.min(at)));
        self.told.store(true, Relaxed);
        word.reader.called()
    }

    /// Whether it is to end.
    pub(super) fn is_told(&self) -> bool {
        self.told.load(Relaxed)
    }

    /// Whether its time is over.
    pub(super) fn is_over(&self) -> bool {
        self.word().by.is_some_and(|by| by <= Instant::now())
    }

    /// What the future gives, unless the time is over before.
    pub(super) async fn cut<F: Future>(&self, future: F) -> Option<F::Output> {
        before(self.over(), future).await
    }

    /// What the future gives, unless it is told to end before.
    pub(super) async fn until_told<F: Future>(&self, future: F) -> Option<F::Output> {
        let told = async { _ = self.other_than(None).await };
        before(told, future).await
    }

    /// Waits until its time is over.
    async fn over(&self) {
        let mut by = None;
        loop {
            by = match by {
                None => self.other_than(by).await,
                Some(at) if at <= Instant::now() => return,
                Some(at) => match timeout_at(at, self.other_than(by)).await {
                    Ok(other) => other,
                    Err(_) => return,
                },
            }
        }
    }

    /// Waits until it is to end by another moment than this.
    async fn other_than(&self, known: Option<Instant>) -> Option<Instant> {
        poll_fn(|cx| self.poll_other_than(known, cx)).await
    }

    fn poll_other_than(&self, known: Option<Instant>, cx: &Context<'_>) -> Poll<Option<Instant>> {
        let mut word = self.word();
        if word.by != known {
            return Poll::Ready(word.by);
        }
        word.reader.waits(cx);
        Poll::Pending
    }

    fn word(&self) -> MutexGuard<'_, Word> {
        self.word.lock().unwrap_or_else(PoisonError::into_inner)
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
