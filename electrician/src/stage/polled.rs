//! A generator that is asked once a period: what it found comes in, items go out.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::Ordering::Relaxed},
    task::{Context, Poll},
    time::Duration,
};

use pin_project_lite::pin_project;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{Outlet, Outputs, Pushed};

/// What a polled generator found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work<T, E = std::convert::Infallible> {
    /// An item; the generator is asked again at once.
    Item(T),
    /// Nothing; the generator is asked again after this time.
    Idle(Duration),
    /// A failure; the generator is asked again after this time.
    Failed(E, Duration),
    /// Nothing, and nothing will come: the generator ends.
    Done,
}

/// What a polled generator may return.
pub trait Polled<T, E> {
    /// Reads it as what was found.
    fn into_found(self) -> Found<T, E>;
}

/// What one poll found, and when to ask again.
#[derive(Debug)]
pub struct Found<T, E> {
    item: Option<Result<T, E>>,
    next: Next,
}

#[derive(Debug)]
enum Next {
    AtTick,
    After(Duration),
    Never,
}

impl<T, E> Polled<T, E> for Option<T> {
    fn into_found(self) -> Found<T, E> {
        Found {
            item: self.map(Ok),
            next: Next::AtTick,
        }
    }
}

impl<T, E> Polled<T, E> for Result<Option<T>, E> {
    fn into_found(self) -> Found<T, E> {
        Found {
            item: self.transpose(),
            next: Next::AtTick,
        }
    }
}

impl<T, E> Polled<T, E> for Work<T, E> {
    fn into_found(self) -> Found<T, E> {
        let (item, next) = match self {
            Self::Item(item) => (Some(Ok(item)), Next::After(Duration::ZERO)),
            Self::Idle(idle) => (None, Next::After(idle)),
            Self::Failed(error, idle) => (Some(Err(error)), Next::After(idle)),
            Self::Done => (None, Next::Never),
        };
        Found { item, next }
    }
}

/// The clock of a polled generator: the first poll is at once, then one a period; a late tick delays the next.
#[derive(Debug)]
pub struct Ticks<T, E> {
    cell: Outlet<Result<T, E>>,
    interval: Interval,
}

impl<T, E> Ticks<T, E> {
    /// Waits until the generator is to be asked. From here on it has something in hand.
    pub async fn tick(&mut self) {
        self.interval.tick().await;
        self.cell.signal.asked.store(true, Relaxed);
    }

    /// Sends what was found. Says whether to ask again.
    pub async fn found(&mut self, found: impl Polled<T, E>) -> bool {
        let Found { item, next } = found.into_found();
        let stopped = match item {
            Some(item) => self.cell.send(item).await.is_err(),
            None => self.cell.is_stopped(),
        };
        self.cell.signal.asked.store(false, Relaxed);
        match next {
            Next::AtTick => {}
            Next::After(idle) => self.interval.reset_after(idle),
            Next::Never => return false,
        }
        !stopped
    }
}

pin_project! {
    /// The items of a polled generator.
    #[derive(Debug)]
    pub struct Polls<T, E, F> {
        #[pin]
        pushed: Pushed<Result<T, E>, Infallible, F>,
    }
}

impl<T, E, F: Future<Output = Result<(), Infallible>>> Polls<T, E, F> {
    /// Polls once a period. `outlet` is how the generator is told to end.
    ///
    /// # Panics
    /// When the period is zero.
    pub fn every(
        period: Duration,
        outlet: &Outlet<T>,
        poll: impl FnOnce(Ticks<T, E>) -> F,
    ) -> Self {
        let cell = Outlet::with(Arc::clone(&outlet.signal));
        let pushed = Pushed::new(&cell, |cell| {
            let mut interval = interval(period);
            interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
            poll(Ticks { cell, interval })
        });
        Self { pushed }
    }
}

impl<T: Send, E: Send, F: Future<Output = Result<(), Infallible>> + Send> Outputs<T, E>
    for Polls<T, E, F>
{
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        self.project()
            .pushed
            .poll_next(cx)
            .map(|next| next.map(|Ok(item)| item))
    }
}
