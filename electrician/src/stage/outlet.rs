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
    task::{Context, Poll, Waker, ready},
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
    /// Whether the sender waits, with an item, for room.
    waits: bool,
    sender: Option<Waker>,
    /// Whether the reader waits. Its waker is kept over the polls in between.
    reads: bool,
    reader: Option<Waker>,
}

impl<T> Cell<T> {
    const fn new() -> Self {
        Self {
            items: VecDeque::new(),
            waits: false,
            sender: None,
            reads: false,
            reader: None,
        }
    }
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
        let cell = Arc::new(Mutex::new(Cell::new()));
        Self { cell, signal }
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
        let mut sending = Sending {
            outlet: self,
            item: Some(item),
            waits: false,
        };
        poll_fn(|cx| sending.poll(cx)).await;
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
        let cell = self.cell();
        cell.waits || !cell.items.is_empty() || self.signal.in_hand.load(Relaxed) > 0
    }

    /// Moves so many items at most into an empty buffer. Says whether there were any; if not, this waker is woken when one
    /// comes, or nobody.
    fn read(&self, into: &mut VecDeque<T>, most: usize, or_wake: Option<&Waker>) -> bool {
        let mut cell = self.cell();
        if cell.items.len() <= most {
            std::mem::swap(&mut cell.items, into);
        } else {
            into.extend(cell.items.drain(..most));
        }
        cell.reads = into.is_empty() && or_wake.is_some();
        let stale = or_wake.filter(|_| cell.reads).and_then(|waker| {
            let is_known = cell
                .reader
                .as_ref()
                .is_some_and(|known| known.will_wake(waker));
            if is_known {
                None
            } else {
                cell.reader.replace(waker.clone())
            }
        });
        let sender = if cell.items.is_empty() {
            cell.sender.take()
        } else {
            None
        };
        drop(cell);
        drop(stale);
        if let Some(sender) = sender {
            sender.wake();
        }
        !into.is_empty()
    }
}

/// An item on its way into the cell.
struct Sending<'a, T> {
    outlet: &'a Outlet<T>,
    item: Option<T>,
    waits: bool,
}

impl<T> Sending<'_, T> {
    fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        let mut cell = self.outlet.cell();
        self.waits = cell.items.len() >= self.outlet.signal.most.load(Relaxed);
        cell.waits = self.waits;
        if self.waits {
            let stale = cell.sender.replace(cx.waker().clone());
            drop(cell);
            drop(stale);
            return Poll::Pending;
        }
        cell.items.extend(self.item.take());
        let reader = if std::mem::take(&mut cell.reads) {
            cell.reader.take()
        } else {
            None
        };
        drop(cell);
        if let Some(reader) = reader {
            reader.wake();
        }
        Poll::Ready(())
    }
}

impl<T> Drop for Sending<'_, T> {
    fn drop(&mut self) {
        if self.waits {
            self.outlet.cell().waits = false;
        }
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
        // what has been read, and is given next
        read: VecDeque<T>,
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
            read: VecDeque::new(),
            error: None,
            ended: false,
            push: push(outlet.share()),
        }
    }

    /// Reads so many items at most, which the generator is asked for if there are none; `false` is the end.
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, most: usize) -> Poll<bool> {
        let this = self.project();
        // what comes while the generator is polled here wakes nobody
        if this.outlet.read(this.read, most, None) {
            return Poll::Ready(true);
        }
        if !*this.ended
            && let Poll::Ready(result) = this.push.poll(cx)
        {
            *this.ended = true;
            // what a generator returns because it was asked to end is no failure of its own
            *this.error = result.err().filter(|_| !this.outlet.is_stopped());
        }
        if this.outlet.read(this.read, most, Some(cx.waker())) {
            Poll::Ready(true)
        } else if *this.ended {
            Poll::Ready(false)
        } else {
            Poll::Pending
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
    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T, E>>> {
        if self.read.is_empty() && !ready!(self.as_mut().poll_read(cx, 1)) {
            return Poll::Ready(self.project().error.take().map(Err));
        }
        Poll::Ready(self.project().read.pop_front().map(Ok))
    }

    fn each(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        most: usize,
        mut give: impl FnMut(Result<T, E>) -> bool,
    ) -> bool {
        let mut left = most;
        while left > 0 {
            let given = if let Some(item) = self.as_mut().project().read.pop_front() {
                give(Ok(item))
            } else {
                match self.as_mut().poll_read(cx, left) {
                    Poll::Ready(true) => continue,
                    Poll::Ready(false) => match self.as_mut().project().error.take() {
                        Some(error) => give(Err(error)),
                        None => return false,
                    },
                    Poll::Pending => break,
                }
            };
            left -= 1;
            if !given {
                break;
            }
        }
        true
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

    /// A generator that sends these numbers without a wait.
    fn counting(outlet: &Outlet<u32>, to: u32) -> impl Outputs<u32, Stopped> {
        Pushed::new(outlet, move |mut outlet| async move {
            for n in 0..to {
                outlet.send(n).await?;
            }
            Err(Stopped)
        })
    }

    /// What is given of so many that are asked for, and whether more may come.
    fn given(pushed: Pin<&mut impl Outputs<u32, Stopped>>, most: usize) -> (Vec<u32>, bool) {
        let mut given = Vec::new();
        let goes_on = pushed.each(&mut Context::from_waker(Waker::noop()), most, |item| {
            given.extend(item.ok());
            true
        });
        (given, goes_on)
    }

    #[test]
    fn as_many_are_given_as_are_asked_for() {
        let outlet = Outlet::new();
        outlet.allow(3);
        let mut pushed = std::pin::pin!(counting(&outlet, 8));
        assert_eq!(given(pushed.as_mut(), 2), (vec![0, 1], true));
        assert!(outlet.in_hand(), "the third was sent, too");
        assert_eq!(given(pushed.as_mut(), 5), (vec![2, 3, 4, 5, 6], true));
        assert_eq!(given(pushed.as_mut(), 5), (vec![7], false));
        assert!(!outlet.in_hand());
    }

    #[test]
    fn what_is_not_wanted_yet_is_given_later() {
        let outlet = Outlet::new();
        outlet.allow(8);
        let (mut pushed, mut first) = (std::pin::pin!(counting(&outlet, 4)), None);
        let mut cx = Context::from_waker(Waker::noop());
        pushed.as_mut().each(&mut cx, 8, |item| {
            first = item.ok();
            false
        });
        assert_eq!(first, Some(0));
        assert_eq!(pushed.as_mut().poll_next(&mut cx), Poll::Ready(Some(Ok(1))));
        assert_eq!(given(pushed.as_mut(), 8), (vec![2, 3], false));
    }

    #[test]
    fn a_send_that_was_given_up_leaves_nothing_in_hand() {
        let outlet = Outlet::new();
        let mut sender = outlet.share();
        let mut cx = Context::from_waker(Waker::noop());
        {
            let sent = std::pin::pin!(sender.send(1));
            assert_eq!(sent.poll(&mut cx), Poll::Ready(Ok(())));
        }
        {
            let mut waits = std::pin::pin!(sender.send(2));
            assert_eq!(waits.as_mut().poll(&mut cx), Poll::Pending);
            assert!(outlet.read(&mut VecDeque::new(), 1, None));
            assert!(
                outlet.in_hand(),
                "there is room for it, and it has not come yet"
            );
        }
        assert!(!outlet.in_hand());
    }
}
