//! The course of one call, or of what it has opened: begun once, and told of once, whatever becomes of it.

use super::{Act, Outcome, Seen, Sensor};
use std::{
    fmt::{self, Display},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use tokio::time::Instant;
use tracing::Instrument;

/// Who is told, and of whom.
pub(super) struct Watcher<S> {
    provider: Arc<str>,
    sensor: Arc<S>,
}

/// What is told when it has ended, and no later than when it is dropped.
pub(super) struct Course<S: Sensor> {
    watcher: Watcher<S>,
    act: Act,
    began: Instant,
    is_told: bool,
}

impl<S: Sensor> Watcher<S> {
    pub(super) fn new(provider: &str, sensor: S) -> Self {
        Self {
            provider: provider.into(),
            sensor: Arc::new(sensor),
        }
    }

    /// Makes a call within its span, and tells how it went.
    pub(super) fn watch<T, E, C>(
        &self,
        act: Act,
        call: impl FnOnce() -> C + Send,
    ) -> impl Future<Output = Result<T, E>> + Send
    where
        T: Send,
        E: Display + Send,
        C: Future<Output = Result<T, E>> + Send,
    {
        let watched = async move {
            let mut course = self.begin(act);
            let answer = call().await;
            course.end(answer.as_ref().err());
            answer
        };
        watched.instrument(self.sensor.span(&self.provider, act))
    }

    pub(super) fn begin(&self, act: Act) -> Course<S> {
        Course {
            watcher: Self {
                provider: Arc::clone(&self.provider),
                sensor: Arc::clone(&self.sensor),
            },
            act,
            began: Instant::now(),
            is_told: false,
        }
    }
}

impl<S: Sensor> Course<S> {
    /// One item more.
    pub(super) fn count(&mut self, is_error: bool) {
        self.act.count(is_error);
    }

    /// It has ended like this.
    pub(super) fn end<E: Display>(&mut self, error: Option<&E>) {
        match error {
            None => self.tell(Outcome::Succeeded),
            Some(error) => self.tell(Outcome::Failed(error)),
        }
    }

    fn tell(&mut self, outcome: Outcome<'_>) {
        if std::mem::replace(&mut self.is_told, true) {
            return;
        }
        let seen = Seen {
            provider: &self.watcher.provider,
            act: self.act,
            outcome,
            took: self.began.elapsed(),
        };
        let told = catch_unwind(AssertUnwindSafe(|| self.watcher.sensor.told(&seen)));
        if told.is_err() {
            tracing::error!(provider = seen.provider, "a sensor has panicked");
        }
    }
}

impl<S: Sensor> Drop for Course<S> {
    fn drop(&mut self) {
        self.tell(Outcome::GivenUp);
    }
}

impl<S> fmt::Debug for Watcher<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watcher").field(&self.provider).finish()
    }
}

impl<S: Sensor> fmt::Debug for Course<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Course").field(&self.act).finish()
    }
}
