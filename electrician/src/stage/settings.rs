//! What a stage was told: its protections and its policies, and what all its workers share.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{AnyFailure, BoxError, Failure, Latency, StageStats, Tally, tally::Tallies};
use crate::{
    pipeline::{Control, Error, ErrorKind},
    resilience::{
        BadValue,
        breaker::{Breaker, CircuitBreaker},
        retry::{Backoff, Retry},
        timeout,
    },
};

/// What happens when a handler panics.
///
/// The panic is caught at the single call, and the worker's state is made anew. Past the limit the pipeline fails.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `restarts` | panics | 16 | any; 0 fails at the first |
/// | `within` | a duration | `10s` | above zero |
/// | `backoff` | a duration, or a range that grows | none | as of a retry |
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct OnPanic {
    restarts: u32,
    within: Duration,
    backoff: Option<Backoff>,
}

impl OnPanic {
    /// Restarts the worker at most so often within this time.
    pub const fn restart(restarts: u32, within: Duration) -> Self {
        Self {
            restarts,
            within,
            backoff: None,
        }
    }

    /// Fails the pipeline at the first panic.
    pub const fn fail() -> Self {
        Self::restart(0, Duration::from_secs(1))
    }

    /// Waits before a worker that has panicked goes on.
    pub fn backoff(mut self, backoff: impl Into<Backoff>) -> Self {
        self.backoff = Some(backoff.into());
        self
    }

    fn check(&self) -> Result<(), BadValue> {
        if self.within.is_zero() {
            return Err(BadValue::new("within", "must be above zero"));
        }
        self.backoff.map_or(Ok(()), |backoff| backoff.check())
    }
}

impl Default for OnPanic {
    fn default() -> Self {
        Self::restart(16, Duration::from_secs(10))
    }
}

/// A question about an error, asked when a call has failed.
pub(crate) type Predicate<E> = Arc<dyn Fn(&E) -> bool + Send + Sync>;

/// The options of one stage.
pub struct Settings<E> {
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Box<Retry>>,
    pub(crate) retry_when: Option<Predicate<E>>,
    pub(crate) breaker: Option<Box<Breaker>>,
    pub(crate) breaker_when: Option<Predicate<E>>,
    pub(crate) when_open: WhenOpen,
    pub(crate) on_panic: Option<Box<OnPanic>>,
    /// An argument that cannot be meant.
    pub(crate) refused: Option<Box<BadValue>>,
}

/// What a stage does with an item while its breaker is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenOpen {
    /// The item fails, with the cause `Refused`. The default.
    #[default]
    Reject,
    /// The stage waits until the breaker lets calls through again, and so does what feeds it.
    Wait,
    /// The item leaves by the neutral port.
    Neutral,
}

impl<E> Default for Settings<E> {
    fn default() -> Self {
        Self {
            timeout: None,
            retry: None,
            retry_when: None,
            breaker: None,
            breaker_when: None,
            when_open: WhenOpen::default(),
            on_panic: None,
            refused: None,
        }
    }
}

impl<E> Settings<E> {
    /// The first option whose value cannot be meant.
    pub(crate) fn check(&self) -> Result<(), BadValue> {
        if let Some(refused) = self.refused.as_deref() {
            return Err(refused.clone());
        }
        if let Some(limit) = self.timeout {
            timeout::check(limit)?;
        }
        if let Some(retry) = &self.retry {
            retry.check()?;
        }
        if let Some(breaker) = &self.breaker {
            breaker.check()?;
        }
        self.on_panic
            .as_ref()
            .map_or(Ok(()), |on_panic| on_panic.check())
    }
}

impl<E> fmt::Debug for Settings<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("timeout", &self.timeout)
            .field("retry", &self.retry)
            .field("breaker", &self.breaker)
            .finish_non_exhaustive()
    }
}

/// What all the workers of a stage share.
#[derive(Debug)]
pub struct Cell {
    pub(crate) name: &'static str,
    pub(crate) path: String,
    pub(crate) control: Arc<Control>,
    pub(crate) breaker: Option<CircuitBreaker>,
    tallies: Tallies,
    on_panic: Option<Box<OnPanic>>,
    panics: Mutex<VecDeque<Instant>>,
}

impl Cell {
    pub(crate) fn new(
        name: &'static str,
        path: String,
        control: Arc<Control>,
        breaker: Option<CircuitBreaker>,
        on_panic: Option<Box<OnPanic>>,
    ) -> Arc<Self> {
        let (tallies, panics) = (Tallies::default(), Mutex::default());
        Arc::new(Self {
            name,
            path,
            control,
            breaker,
            tallies,
            on_panic,
            panics,
        })
    }

    pub(crate) fn tally(&self) -> Arc<Tally> {
        self.tallies.cell()
    }

    pub(crate) fn stats(&self) -> StageStats {
        self.tallies.stats()
    }

    pub(crate) fn latency(&self) -> Latency {
        self.tallies.latency()
    }

    pub(crate) fn progress(&self) -> u64 {
        self.tallies.progress()
    }

    /// Drains the pipeline because of this failure.
    pub fn stop<T, E: Into<BoxError>>(&self, failure: Failure<T, E>) {
        self.control.stop(self.error(failure));
    }

    /// Aborts the pipeline because of this failure.
    pub fn fail<T, E: Into<BoxError>>(&self, failure: Failure<T, E>) {
        self.control.fail(self.error(failure));
    }

    fn error<T, E: Into<BoxError>>(&self, failure: Failure<T, E>) -> Error {
        Error::new(ErrorKind::Failed, &*self.path).because(AnyFailure::from(failure))
    }

    /// Books an item whose call has panicked in a stage that cannot fail.
    #[cold]
    pub(crate) fn lost(&self, tally: &Tally, message: &str) {
        tally.panicked.add(1);
        tally.progress.set(self.control.millis());
        self.panicked(message, Instant::now());
    }

    /// Notes a panic. Says how long the worker waits before it goes on; past the limit the pipeline fails.
    pub(crate) fn panicked(&self, message: &str, now: Instant) -> Option<Duration> {
        let on_panic = self.on_panic.as_deref().copied().unwrap_or_default();
        let mut panics = self.panics.lock().unwrap_or_else(PoisonError::into_inner);
        while panics
            .front()
            .is_some_and(|&at| now.saturating_duration_since(at) > on_panic.within)
        {
            panics.pop_front();
        }
        panics.push_back(now);
        let count = u32::try_from(panics.len()).unwrap_or(u32::MAX);
        drop(panics);
        tracing::warn!(stage = self.path, message, count, "a handler panicked");
        if count > on_panic.restarts {
            self.control
                .fail(Error::new(ErrorKind::Panicked, &*self.path).because(message));
            return None;
        }
        let backoff = on_panic.backoff?;
        Some(backoff.delay(count, crate::resilience::retry::roll()))
    }
}
