//! What `#[generator]` implements: where items come from, pulled one by one or pushed through an outlet.

use std::{
    collections::VecDeque,
    convert::Infallible,
    error::Error,
    fmt,
    future::{Future, poll_fn},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use pin_project_lite::pin_project;
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::Outputs;

/// A function that produces items: the source of a pipeline.
///
/// Implemented by `#[generator]` for a type of the function's own name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a generator with these arguments",
    label = "this generator",
    note = "a generator is a function marked `#[generator]`; it takes as many arguments as the pipeline passes, each of the type that it names"
)]
pub trait Generator<Out, Err, Args>: Send + Sync + 'static {
    /// Whether the function asks for a thread of its own.
    const BLOCKING: bool;
    /// Whether it is told to end through its outlet; otherwise it is not asked for more.
    const PUSHES: bool;
    /// What one run owns: the evaluated arguments and the state of its own.
    type Slot: Send;

    /// Evaluates the arguments for one run.
    fn slot(&self, args: &Args) -> Self::Slot;

    /// Opens the source.
    fn open(slot: &mut Self::Slot, outlet: Outlet<Out>) -> impl Outputs<Out, Err>;
}

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
    signal: Arc<Signal>,
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
struct Signal {
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
struct InHand<'a>(Option<&'a Signal>);

impl<'a> InHand<'a> {
    fn new(signal: &'a Signal) -> Self {
        signal.in_hand.fetch_add(1, Relaxed);
        Self(Some(signal))
    }

    fn keep(mut self) {
        self.0 = None;
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

    fn with(signal: Arc<Signal>) -> Self {
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

    /// The next item; if there is none, the context is woken when one comes.
    fn poll_pop(&self, cx: &Context<'_>) -> Option<T> {
        let mut cell = self.cell();
        let item = cell.items.pop_front();
        if item.is_none() {
            cell.reader = Some(cx.waker().clone());
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
        if let Some(item) = this.outlet.poll_pop(cx) {
            return Poll::Ready(Some(Ok(item)));
        }
        if !*this.ended
            && let Poll::Ready(result) = this.push.poll(cx)
        {
            *this.ended = true;
            // what a generator returns because it was asked to end is no failure of its own
            *this.error = result.err().filter(|_| !this.outlet.is_stopped());
        }
        match this.outlet.poll_pop(cx) {
            Some(item) => Poll::Ready(Some(Ok(item))),
            None if *this.ended => Poll::Ready(this.error.take().map(Err)),
            None => Poll::Pending,
        }
    }
}

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
        InHand::new(&self.cell.signal).keep();
    }

    /// Sends what was found. Says whether to ask again.
    pub async fn found(&mut self, found: impl Polled<T, E>) -> bool {
        let Found { item, next } = found.into_found();
        let stopped = match item {
            Some(item) => self.cell.send(item).await.is_err(),
            None => self.cell.is_stopped(),
        };
        drop(InHand(Some(&self.cell.signal)));
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
