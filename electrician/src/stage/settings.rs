//! What a stage was told: its protections and its policies, and what all its workers share.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    AnyFailure, Depth, Failure, Latency, Layers, Reported, StageStats, Tally, tally::Tallies,
};
use crate::{
    pipeline::{Control, Error, ErrorKind},
    resilience::{
        BadValue, Smoothing,
        breaker::Breaker,
        bulkhead::Concurrency,
        deadline::Deadline,
        rate_limiter::RateLimit,
        restart::{Restart, Restarts},
        retry::{Backoff, Budget, Retry, roll},
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
pub struct OnPanic(Restart);

impl OnPanic {
    /// Restarts the worker at most so often within this time.
    pub const fn restart(restarts: u32, within: Duration) -> Self {
        Self(Restart::up_to(restarts, within).at_once())
    }

    /// Fails the pipeline at the first panic.
    pub const fn fail() -> Self {
        Self(Restart::never())
    }

    /// Waits before a worker that has panicked goes on.
    pub fn backoff(self, backoff: impl Into<Backoff>) -> Self {
        Self(self.0.backoff(backoff))
    }
}

impl Default for OnPanic {
    fn default() -> Self {
        Self::restart(16, Duration::from_secs(10))
    }
}

/// How long an error asks to be waited.
pub(crate) type Patience<E> = Box<dyn Fn(&E) -> Option<Duration> + Send + Sync>;

/// A question about what came of a call.
pub(crate) type Predicate<E> = Box<dyn Fn(&E) -> bool + Send + Sync>;

/// The options of one stage.
pub struct Settings<E> {
    pub(crate) deadline: Option<Duration>,
    pub(crate) limits: Option<Box<Limits>>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) retry: Option<Box<Retry>>,
    pub(crate) retry_when: Option<Predicate<E>>,
    /// What an error says of when to try again.
    pub(crate) retry_after: Option<Patience<E>>,
    pub(crate) breaker: Option<Box<Breaker>>,
    /// How many keys have a breaker, where each has its own.
    pub(crate) breaker_keys: Option<usize>,
    pub(crate) breaker_when: Option<Predicate<E>>,
    pub(crate) when_open: WhenOpen,
    pub(crate) on_panic: Option<Box<OnPanic>>,
    /// An argument that cannot be meant.
    pub(crate) refused: Option<Box<BadValue>>,
}

/// What bounds the calls of all the workers of a stage together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Limits {
    pub(crate) rate: Option<RateLimit>,
    /// How many keys have a limiter, where each has its own.
    pub(crate) keys: Option<usize>,
    pub(crate) when_limited: WhenLimited,
    pub(crate) bulkhead: Option<Concurrency>,
    pub(crate) smoothing: Option<Smoothing>,
    pub(crate) queue: Option<Arc<dyn Depth>>,
    /// Of retries.
    pub(crate) budget: Option<Budget>,
}

impl Limits {
    fn check(&self) -> Result<(), BadValue> {
        if let Some(rate) = &self.rate {
            rate.check()?;
        }
        check_keys(self.keys)?;
        if let Some(smoothing) = &self.smoothing {
            smoothing.check()?;
        }
        if let Some(bulkhead) = &self.bulkhead {
            bulkhead
                .check()
                .map_err(|BadValue { why, .. }| BadValue::new("bulkhead", why))?;
        }
        self.budget.map_or(Ok(()), |budget| {
            let bad =
                |BadValue { option, why }| BadValue::new("budget", format!("`{option}` {why}"));
            budget.check().map_err(bad)
        })
    }
}

fn check_keys(keys: Option<usize>) -> Result<(), BadValue> {
    match keys {
        Some(0) => Err(BadValue::new("keys", "must be at least 1")),
        _ => Ok(()),
    }
}

/// What a stage does with an item while its rate limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhenLimited {
    /// The stage waits until the item may pass, and so does what feeds it. The default.
    #[default]
    Wait,
    /// The item fails, with the cause `Refused`.
    Reject,
    /// The item leaves by the overflow port.
    Overflow,
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
            deadline: None,
            limits: None,
            timeout: None,
            retry: None,
            retry_when: None,
            retry_after: None,
            breaker: None,
            breaker_keys: None,
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
        Deadline(self.deadline).check(self.timeout)?;
        if let Some(limits) = &self.limits {
            limits.check()?;
        }
        if let Some(retry) = &self.retry {
            retry.check()?;
        }
        if let Some(breaker) = &self.breaker {
            breaker.check()?;
        }
        check_keys(self.breaker_keys)?;
        if let Some(OnPanic(restart)) = self.on_panic.as_deref() {
            restart.check()?;
        }
        Ok(())
    }
}

impl<E> fmt::Debug for Settings<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("deadline", &self.deadline)
            .field("limits", &self.limits)
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
    pub(crate) layers: Option<Box<Layers>>,
    tallies: Tallies,
    on_panic: Option<Box<OnPanic>>,
    /// Begun at the first panic.
    restarts: Mutex<Option<Box<Restarts>>>,
}

impl Cell {
    pub(crate) fn new(
        name: &'static str,
        path: String,
        control: Arc<Control>,
        layers: Option<Box<Layers>>,
        on_panic: Option<Box<OnPanic>>,
    ) -> Arc<Self> {
        Arc::new(Self {
            name,
            path,
            control,
            layers,
            tallies: Tallies::default(),
            on_panic,
            restarts: Mutex::default(),
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
    pub fn stop<T, E: Reported>(&self, failure: Failure<T, E>) {
        self.control.stop(self.error(failure));
    }

    /// Aborts the pipeline because of this failure.
    pub fn fail<T, E: Reported>(&self, failure: Failure<T, E>) {
        self.control.fail(self.error(failure));
    }

    fn error<T, E: Reported>(&self, failure: Failure<T, E>) -> Error {
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
        let begun = || {
            Box::new(Restarts::new(
                self.on_panic.as_deref().copied().unwrap_or_default().0,
            ))
        };
        let mut restarts = self.restarts.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = restarts.get_or_insert_with(begun).again(now, roll());
        drop(restarts);
        tracing::warn!(stage = self.path, message, "a handler panicked");
        if wait.is_none() {
            self.control
                .fail(Error::new(ErrorKind::Panicked, &*self.path).because(message));
        }
        wait
    }
}
