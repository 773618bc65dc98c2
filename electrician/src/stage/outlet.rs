//! The way out of a generator that pushes: what is sent comes in, and is read by the generator's own island.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
};

use pin_project_lite::pin_project;

use super::Outputs;

/// The pipeline asks its generator to end.
///
/// The item of the `send` that returned it has been accepted: nothing is lost by returning now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped;

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pipeline asks its generator to end; the item was accepted")
    }
}

impl Error for Stopped {}

/// The way out of a push generator.
///
/// An outlet is a cell that holds a chunk of items in the generator's own task, not a channel.
pub struct Outlet<T> {
    cell: Arc<Mutex<Cell<T>>>,
    pub(super) signal: Arc<Signal>,
}

/// How many items a generator is ahead of its pipeline at most.
const CHUNK: usize = 64;

struct Cell<T> {
    items: VecDeque<T>,
    sender: Option<Waker>,
    reader: Option<Waker>,
}

/// What the pipeline tells a generator, and how many items the generator has in hand.
#[derive(Debug)]
pub(super) struct Signal {
    stopped: AtomicBool,
    in_hand: AtomicUsize,
    /// How many items the generator may be ahead.
    most: AtomicUsize,
}

impl Default for Signal {
    fn default() -> Self {
        Self {
            stopped: AtomicBool::new(false),
            in_hand: AtomicUsize::new(0),
            most: AtomicUsize::new(1),
        }
    }
}

/// An item that a generator has in hand, until it is read or given up.
pub(super) struct InHand<'a>(Option<&'a Signal>);

impl<'a> InHand<'a> {
    pub(super) fn new(signal: &'a Signal) -> Self {
        signal.in_hand.fetch_add(1, Relaxed);
        Self(Some(signal))
    }

    /// From here on somebody else knows of it.
    pub(super) fn keep(mut self) {
        self.0 = None;
    }

    /// The one that was kept.
    pub(super) fn kept(signal: &'a Signal) -> Self {
        Self(Some(signal))
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        if let Some(signal) = self.0 {
            signal.in_hand.fetch_sub(1, Relaxed);
        }
    }
}

impl<T> Outlet<T> {
    pub(crate) fn new() -> Self {
        Self::with(Arc::default())
    }

    /// Another cell with the same signal.
    pub(super) fn with(signal: Arc<Signal>) -> Self {
        let cell = Cell {
            items: VecDeque::new(),
            sender: None,
            reader: None,
        };
        Self {
            cell: Arc::new(Mutex::new(cell)),
            signal,
        }
    }

    pub(crate) fn share(&self) -> Self {
        Self {
            cell: Arc::clone(&self.cell),
            signal: Arc::clone(&self.signal),
        }
    }

    fn cell(&self) -> MutexGuard<'_, Cell<T>> {
        self.cell.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends an item. Waits while the pipeline is full or paused.
    ///
    /// # Errors
    /// [`Stopped`] when the pipeline wants no more. The item of this call has been accepted, so a generator that
    /// returns at once loses nothing.
    ///
    /// # Cancel safety
    /// Not cancel safe: a `send` that is dropped before it is ready drops its item.
    pub async fn send(&mut self, item: T) -> Result<(), Stopped> {
        let hand = InHand::new(&self.signal);
        let mut item = Some(item);
        poll_fn(|cx| {
            let mut cell = self.cell();
            if cell.items.len() >= self.signal.most.load(Relaxed) {
                cell.sender = Some(cx.waker().clone());
                return Poll::Pending;
            }
            cell.items.extend(item.take());
            let reader = cell.reader.take();
            drop(cell);
            if let Some(reader) = reader {
                reader.wake();
            }
            Poll::Ready(())
        })
        .await;
        hand.keep();
        if self.is_stopped() {
            Err(Stopped)
        } else {
            Ok(())
        }
    }

    /// Whether the pipeline has asked the generator to end.
    pub fn is_stopped(&self) -> bool {
        self.signal.stopped.load(Relaxed)
    }

    /// Asks the generator to end.
    pub(crate) fn stop(&self) {
        self.signal.stopped.store(true, Relaxed);
    }

    /// Lets the generator be so many items ahead.
    pub(crate) fn allow(&self, most: usize) {
        self.signal.most.store(most.clamp(1, CHUNK), Relaxed);
    }

    /// Whether the generator has an item in hand, or is in the middle of a poll: it is not to be dropped now.
    pub(crate) fn in_hand(&self) -> bool {
        self.signal.in_hand.load(Relaxed) > 0
    }

    /// The next item; if there is none, this waker is woken when one comes, or nobody.
    fn pop(&self, or_wake: Option<&Waker>) -> Option<T> {
        let mut cell = self.cell();
        let item = cell.items.pop_front();
        if item.is_none() {
            cell.reader = or_wake.cloned();
        } else {
            self.signal.in_hand.fetch_sub(1, Relaxed);
        }
        let sender = if cell.items.is_empty() {
            cell.sender.take()
        } else {
            None
        };
        drop(cell);
        if let Some(sender) = sender {
            sender.wake();
        }
        item
    }
}

impl<T> fmt::Debug for Outlet<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outlet")
            .field("signal", &self.signal)
            .finish_non_exhaustive()
    }
}

pin_project! {
    /// The items that a future pushes through its outlet.
    pub struct Pushed<T, E, F> {
        outlet: Outlet<T>,
        error: Option<E>,
        ended: bool,
        #[pin]
        push: F,
    }
}

impl<T, E, F: Future<Output = Result<(), E>>> Pushed<T, E, F> {
    /// The items of a generator that holds an outlet onto the same cell.
    pub fn new(outlet: &Outlet<T>, push: impl FnOnce(Outlet<T>) -> F) -> Self {
        Self {
            outlet: outlet.share(),
            error: None,
            ended: false,
            push: push(outlet.share()),
        }
    }
}

impl<T, E, F> fmt::Debug for Pushed<T, E, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pushed")
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

impl<T: Send, E: Send, F: Future<Output = Result<(), E>> + Send> Outputs<T, E> for Pushed<T, E, F> {
    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        let this = self.project();
        // what comes while the generator is polled here wakes nobody
        if let Some(item) = this.outlet.pop(None) {
            return Poll::Ready(Some(Ok(item)));
        }
        if !*this.ended
            && let Poll::Ready(result) = this.push.poll(cx)
        {
            *this.ended = true;
            // what a generator returns because it was asked to end is no failure of its own
            *this.error = result.err().filter(|_| !this.outlet.is_stopped());
        }
        match this.outlet.pop(Some(cx.waker())) {
            Some(item) => Poll::Ready(Some(Ok(item))),
            None if *this.ended => Poll::Ready(this.error.take().map(Err)),
            None => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{future::pending, task::Wake};

    use super::*;

    #[derive(Default)]
    struct Wakes(AtomicUsize);

    impl Wake for Wakes {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Relaxed);
        }
    }

    /// A generator that sent while it was polled woke its own task, which was then polled again in vain.
    #[test]
    fn what_is_sent_while_the_generator_is_polled_wakes_nobody() {
        let outlet = Outlet::new();
        let pushed = Pushed::<_, Stopped, _>::new(&outlet, async |mut outlet| {
            outlet.send(1).await?;
            pending().await
        });
        let (mut pushed, wakes) = (std::pin::pin!(pushed), Arc::<Wakes>::default());
        let reader = Waker::from(Arc::clone(&wakes));
        let mut cx = Context::from_waker(&reader);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(1))));
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Pending);
        assert_eq!(wakes.0.load(Relaxed), 0);
    }

    #[test]
    fn what_is_sent_from_elsewhere_wakes_the_reader() {
        let outlet = Outlet::new();
        let pushed = Pushed::<u32, Stopped, _>::new(&outlet, |_| pending());
        let (mut pushed, wakes) = (std::pin::pin!(pushed), Arc::<Wakes>::default());
        let reader = Waker::from(Arc::clone(&wakes));
        let mut cx = Context::from_waker(&reader);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Pending);
        let mut elsewhere = outlet.share();
        let sent = std::pin::pin!(elsewhere.send(1)).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(sent, Poll::Ready(Ok(())));
        assert_eq!(wakes.0.load(Relaxed), 1);
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(1))));
    }
}
