//! The queue that two sides share: comes in items from the one, goes out the next one to the other, at the limiter's rate.

use super::{
    super::RateLimiter, Held, Next, NotQueued, Smoothing, SmoothingSnapshot, queue::Queue,
};
use std::{
    fmt,
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::Poll,
};
use tokio::{
    sync::Notify,
    time::{Instant, sleep_until, timeout_at},
};

/// Items that wait for a limiter, and leave at its rate.
///
/// A clone is the same queue. Values that are out of their range are taken to the nearest one inside;
/// [`Smoothing::check`] refuses them.
///
/// - It never holds more than its capacity; what does not fit is given back.
/// - The higher priority leaves first, and of two with the same priority the one that came first. One that
///   comes back after a failure stands where it stood.
/// - While somebody asks for the [`next`](Self::next) one, whatever was pushed leaves as soon as the
///   limiter lets it, or when its time is over. Nothing waits for another push, nor for a tick.
/// - When it is closed, what is in it still leaves.
///
/// # Examples
///
/// ```
/// use electrician::{resilience::{RateLimit, RateLimiter, Smoothing, SmoothingQueue, smoothing_queue::Next}, value::Rate};
/// use std::time::Duration;
/// use tokio::time::Instant;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(10)).burst(1));
/// let queue = SmoothingQueue::new(Smoothing::up_to(100), limiter);
/// for (priority, order) in [(0, "a"), (0, "b"), (9, "urgent")] {
///     queue.push(priority, order).unwrap();
/// }
/// queue.close();
///
/// let start = Instant::now();
/// let mut left = Vec::new();
/// while let Some(next) = queue.next().await {
///     if let Next::Due(held) = next {
///         left.push(held.item);
///     }
/// }
/// assert_eq!(left, ["urgent", "a", "b"]);
/// assert_eq!(start.elapsed(), Duration::from_millis(200));
/// # });
/// ```
#[doc(alias = "resister")]
#[doc(alias = "Resister")]
pub struct SmoothingQueue<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    queue: Mutex<Queue<T>>,
    limiter: RateLimiter,
    /// It is empty now, or is not any more, or was closed.
    changed: Notify,
}

impl<T> SmoothingQueue<T> {
    /// An empty queue that drains at the rate of `limiter`, which others may use as well.
    pub fn new(smoothing: Smoothing, limiter: RateLimiter) -> Self {
        let queue = Queue::new(smoothing, Instant::now());
        Self {
            shared: Arc::new(Shared {
                queue: Mutex::new(queue),
                limiter,
                changed: Notify::new(),
            }),
        }
    }

    /// Takes an item in; the higher priority leaves first.
    ///
    /// # Errors
    ///
    /// [`NotQueued`] with the item, when the queue is full or closed.
    pub fn push(&self, priority: i32, item: T) -> Result<(), NotQueued<T>> {
        let now = Instant::now();
        self.queue().push(now, priority, item)?;
        self.shared.changed.notify_waiters();
        Ok(())
    }

    /// Takes an item back that could not be dealt with, to where it stood; also while the queue is closed.
    ///
    /// # Errors
    ///
    /// [`NotQueued`] with the item, when it was handed over as often as it may be, or its place was
    /// taken by another one and the queue is full.
    pub fn push_back(&self, held: Held<T>) -> Result<(), NotQueued<Held<T>>> {
        self.queue().push_back(held)?;
        self.shared.changed.notify_waiters();
        Ok(())
    }

    /// The next item, as soon as there is one and a token for it, or its time is over; `None` when the
    /// queue is closed and empty. Several may ask at once.
    ///
    /// # Panics
    ///
    /// When it has to wait outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes neither an item nor a token.
    pub async fn next(&self) -> Option<Next<T>> {
        loop {
            // Listen first, so that no change falls between the look and the wait.
            let mut changed = pin!(self.shared.changed.notified());
            changed.as_mut().enable();
            match self.look() {
                Look::Expired(expired) => return Some(expired),
                Look::Over => return None,
                Look::Empty => changed.await,
                Look::Waiting(expires) => {
                    let turn = first(self.turn(), changed);
                    let next = match expires {
                        Some(expires) => timeout_at(expires, turn).await.ok().flatten(),
                        None => turn.await,
                    };
                    if next.is_some() {
                        return next;
                    }
                }
            }
        }
    }

    /// Nothing is taken in any more; what is in it still leaves.
    pub fn close(&self) {
        self.queue().close();
        self.shared.changed.notify_waiters();
    }

    /// How it stands now. Looking changes nothing.
    pub fn snapshot(&self) -> SmoothingSnapshot {
        self.queue().snapshot()
    }

    fn look(&self) -> Look<T> {
        let now = Instant::now();
        let mut queue = self.queue();
        match queue.pop_expired(now) {
            Some(expired) => Look::Expired(expired),
            None if !queue.is_empty() => Look::Waiting(queue.expires()),
            None if queue.is_closed() => Look::Over,
            None => Look::Empty,
        }
    }

    /// Waits for a token and gives what there is then; `None` is to look again.
    async fn turn(&self) -> Option<Next<T>> {
        let token = match self.shared.limiter.acquire().await {
            Ok(token) => token,
            Err(limited) => {
                sleep_until(limited.until).await;
                return None;
            }
        };
        let next = self.pop();
        if !matches!(next, Some(Next::Due(_))) {
            token.give_back();
        }
        next
    }

    /// What is next now. Whoever waits for the last item is told when another one has taken it.
    fn pop(&self) -> Option<Next<T>> {
        let now = Instant::now();
        let mut queue = self.queue();
        let next = queue.pop_expired(now).or_else(|| queue.pop());
        let emptied = queue.is_empty();
        drop(queue);
        if emptied {
            self.shared.changed.notify_waiters();
        }
        next
    }

    fn queue(&self) -> MutexGuard<'_, Queue<T>> {
        // Nothing panics while it holds the lock, and every value of the queue is a good one.
        self.shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// What there is to do.
enum Look<T> {
    Expired(Next<T>),
    Waiting(Option<Instant>),
    Empty,
    Over,
}

/// What `one` gives, or `None` as soon as `other` is ready.
async fn first<T>(one: impl Future<Output = Option<T>>, other: impl Future) -> Option<T> {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| match one.as_mut().poll(cx) {
        Poll::Pending => other.as_mut().poll(cx).map(|_| None),
        ready @ Poll::Ready(_) => ready,
    })
    .await
}

impl<T> Clone for SmoothingQueue<T> {
    fn clone(&self) -> Self {
        Self {
            shared: self.shared.clone(),
        }
    }
}

impl<T> fmt::Debug for SmoothingQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SmoothingQueue")
            .field(&self.snapshot())
            .finish()
    }
}
