//! Events go in, from any worker; each listener takes them out at its own pace, and is told how many it was too slow for.

use std::{
    collections::VecDeque,
    fmt,
    num::NonZeroUsize,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use futures_core::Stream;

use super::{Event, reader::Reader};

/// Where events are told. Telling never waits, and cannot fail; where nobody listens, no event is made.
#[derive(Debug, Default)]
pub(super) struct Bulletin {
    listeners: Mutex<Vec<Arc<Ring>>>,
    count: AtomicUsize,
}

impl Bulletin {
    /// Tells every listener.
    pub(super) fn tell(&self, event: impl FnOnce() -> Event) {
        if self.count.load(Relaxed) == 0 {
            return;
        }
        let (event, listeners) = (event(), lock(&self.listeners).clone());
        for ring in listeners {
            ring.push(event.clone());
        }
    }

    /// One more listener, for whom so many events are kept.
    pub(super) fn listen(self: &Arc<Self>, capacity: NonZeroUsize) -> Events {
        let ring = Arc::new(Ring {
            capacity: capacity.get(),
            kept: Mutex::default(),
        });
        let mut listeners = lock(&self.listeners);
        listeners.push(Arc::clone(&ring));
        self.count.store(listeners.len(), Relaxed);
        drop(listeners);
        Events {
            bulletin: Arc::clone(self),
            ring,
        }
    }

    /// Nothing more will be told.
    pub(super) fn close(&self) {
        self.count.store(0, Relaxed);
        let listeners = std::mem::take(&mut *lock(&self.listeners));
        for ring in listeners {
            ring.close();
        }
    }

    fn forget(&self, ring: &Arc<Ring>) {
        let mut listeners = lock(&self.listeners);
        listeners.retain(|other| !Arc::ptr_eq(other, ring));
        self.count.store(listeners.len(), Relaxed);
    }
}

/// What one listener has not taken yet.
#[derive(Debug)]
struct Ring {
    capacity: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    events: VecDeque<Event>,
    lost: u64,
    closed: bool,
    reader: Reader,
}

impl Ring {
    fn push(&self, event: Event) {
        let mut kept = lock(&self.kept);
        let oldest = if kept.events.len() == self.capacity {
            kept.lost += 1;
            kept.events.pop_front()
        } else {
            None
        };
        kept.events.push_back(event);
        let reader = kept.reader.called();
        drop(kept);
        reader.wake();
        drop(oldest);
    }

    fn close(&self) {
        let mut kept = lock(&self.kept);
        kept.closed = true;
        let reader = kept.reader.called();
        drop(kept);
        reader.wake();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What happens to the workers of an operator: a stream of [`Event`]s.
///
/// Each listener has events of its own and takes nothing from another. One that is slow loses the oldest, and
/// [`lost`](Self::lost) says how many; no worker ever waits for it. The stream outlives restarts, and ends when the operator
/// is dropped.
///
/// Use it for logs and metrics of everything that happens. To know how a worker is, use a [`Watch`](super::Watch): it loses
/// nothing that matters, however slow its reader is.
///
/// Cancel safety: dropping a wait for the next event loses none.
///
/// # Examples
/// ```
/// use electrician::operator::{Operator, What, answering};
/// use futures_util::StreamExt;
/// use std::{convert::Infallible, time::Duration};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// let echo = operator.add("echo", answering(async |n: u32| Ok::<_, Infallible>(n)))?;
/// operator.start("echo")?;
///
/// let mut events = operator.events(1);
/// echo.request(1, Duration::from_secs(1)).await?;
/// let last = events.next().await.unwrap();
/// assert!(matches!(last.what, What::Handled { message: true, error: None, .. }));
/// assert_eq!(events.lost(), 1, "that it was accepted");
/// # Ok(())
/// # }
/// ```
pub struct Events {
    bulletin: Arc<Bulletin>,
    ring: Arc<Ring>,
}

impl Events {
    /// How many events were lost so far, because they were not taken in time.
    pub fn lost(&self) -> u64 {
        lock(&self.ring.kept).lost
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event>> {
        let mut kept = lock(&self.ring.kept);
        if let Some(event) = kept.events.pop_front() {
            return Poll::Ready(Some(event));
        }
        if kept.closed {
            return Poll::Ready(None);
        }
        kept.reader.waits(cx);
        Poll::Pending
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.bulletin.forget(&self.ring);
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events")
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::What, *};
    use tokio::time::Instant;

    fn event() -> Event {
        Event {
            worker: "w".into(),
            at: Instant::now(),
            what: What::Dispatched { accepted: true },
        }
    }

    /// An event with a time of its own was made for each handling, for nobody.
    #[test]
    fn where_nobody_listens_no_event_is_made() {
        let bulletin = Arc::<Bulletin>::default();
        let made = || unreachable!("nobody listens");
        bulletin.tell(made);
        drop(bulletin.listen(NonZeroUsize::MIN));
        bulletin.tell(made);
        let _events = bulletin.listen(NonZeroUsize::MIN);
        bulletin.close();
        bulletin.tell(made);
    }

    #[test]
    fn what_is_kept_never_exceeds_the_capacity() {
        let bulletin = Arc::<Bulletin>::default();
        let capacity = NonZeroUsize::new(3).expect("three is not zero");
        let events = bulletin.listen(capacity);
        for told in 1..=10_u64 {
            bulletin.tell(event);
            let kept = lock(&events.ring.kept).events.len() as u64;
            assert_eq!((kept, events.lost()), (told.min(3), told.saturating_sub(3)));
        }
    }
}
