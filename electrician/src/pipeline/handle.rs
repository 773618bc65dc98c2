//! The handles of a running pipeline: what is sent in, what is taken out, what its stages say.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Wake, Waker},
};

use futures_core::Stream;

use super::{Control, Phase, control::may_go_on};
use crate::{
    edge::{Merge, Sender},
    stage::{Cell, Intake, Latency, StageStats, Tally},
};

/// The way into a running pipeline, by one of its `input`s.
///
/// Handles are cheap to clone, outlive a restart, and may be used from any task.
pub struct Input<T>(Arc<Mutex<Entry<T>>>);

/// It keeps no items, but functions that give what has some: so it is `Send` whatever they are. Items that are not are told of where
/// they are declared, and nowhere else.
enum Entry<T> {
    Closed,
    /// Fed by the pipeline that this one is a stage of.
    Fed(Box<dyn FnOnce() -> Merge<T> + Send>),
    Open(Box<dyn Fn() -> Sender<T> + Send>, Arc<Control>),
}

/// The item could not be sent: nothing runs that would take it. Here it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pipeline is not running, the item was not sent")
    }
}

impl<T> Error for SendError<T> {}

impl<T> Input<T> {
    /// An input that leads nowhere yet.
    pub fn closed() -> Self {
        Self(Arc::new(Mutex::new(Entry::Closed)))
    }

    /// Sends an item. Waits while the pipeline is full or paused.
    ///
    /// When it returns `Ok`, the item has been accepted, and a drain will deliver it.
    ///
    /// # Errors
    /// Gives the item back if the pipeline is draining, has stopped, or never ran.
    ///
    /// # Cancel safety
    /// A `send` that is dropped before it is ready drops its item, which then was not accepted.
    pub async fn send(&self, item: T) -> Result<(), SendError<T>> {
        let Some((mut sender, control)) = self.open() else {
            return Err(SendError(item));
        };
        if !may_go_on(&control).await {
            return Err(SendError(item));
        }
        sender.offer(item).await.map_err(SendError)
    }

    /// Whether the pipeline takes items: it runs, or is paused.
    pub fn is_open(&self) -> bool {
        self.open()
            .is_some_and(|(_, control)| control.phase() < Phase::Draining)
    }

    pub(crate) fn bind(&self, sender: Sender<T>, control: Arc<Control>)
    where
        T: Send + 'static,
    {
        *self.entry() = Entry::Open(Box::new(move || sender.clone()), control);
    }

    pub(crate) fn feed(&self, receivers: Merge<T>)
    where
        T: Send + 'static,
    {
        *self.entry() = Entry::Fed(Box::new(move || receivers));
    }

    pub(crate) fn fed(&self) -> Option<Merge<T>> {
        let mut entry = self.entry();
        match std::mem::replace(&mut *entry, Entry::Closed) {
            Entry::Fed(receivers) => Some(receivers()),
            other => {
                *entry = other;
                None
            }
        }
    }

    fn open(&self) -> Option<(Sender<T>, Arc<Control>)> {
        match &*self.entry() {
            Entry::Open(sender, control) => Some((sender(), Arc::clone(control))),
            Entry::Closed | Entry::Fed(_) => None,
        }
    }

    fn entry(&self) -> MutexGuard<'_, Entry<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Input<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Input<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").finish_non_exhaustive()
    }
}

/// The way out of a running pipeline, by one of its `output`s: a stream of items.
///
/// The stream ends when the pipeline has ended and everything was taken. After a restart the same handle gives what is
/// left of the run before, and then the items of the new one. Clones share the items: each goes to one of them.
pub struct Output<T>(Arc<Mutex<Exit<T>>>);

struct Exit<T> {
    way: Way<T>,
    readers: Arc<Readers>,
}

/// As an [`Entry`], it keeps no items.
enum Way<T> {
    Closed,
    /// Leads on into the pipeline that this one is a stage of.
    Piped(Box<dyn FnOnce() -> Sender<T> + Send>),
    /// The runs that are not read to their end, the oldest first.
    Open(VecDeque<Box<Run<T>>>),
}

/// The next item of a run.
type Run<T> = dyn FnMut(&mut Context<'_>) -> Poll<Option<T>> + Send;

/// Everybody who waits for an item. The edge knows one waker: it wakes them all, since any of them may have given up.
#[derive(Debug, Default)]
struct Readers(Mutex<Vec<Waker>>);

impl Readers {
    fn add(&self, reader: &Waker) {
        let mut readers = self.lock();
        if !readers.iter().any(|other| other.will_wake(reader)) {
            readers.push(reader.clone());
        }
    }

    fn remove(&self, reader: &Waker) {
        self.lock().retain(|other| !other.will_wake(reader));
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Waker>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Wake for Readers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let readers = std::mem::take(&mut *self.lock());
        readers.into_iter().for_each(Waker::wake);
    }
}

impl<T> Output<T> {
    /// An output that nothing leads to yet.
    pub fn closed() -> Self {
        Self(Arc::new(Mutex::new(Exit {
            way: Way::Closed,
            readers: Arc::default(),
        })))
    }

    pub(crate) fn bind(&self, mut intake: Intake<T>, tally: Arc<Tally>)
    where
        T: Send + 'static,
    {
        let run: Box<Run<T>> = Box::new(move |cx| {
            let polled = intake.poll_pop(cx);
            if let Poll::Ready(Some(_)) = &polled {
                tally.completed.add(1);
            }
            polled
        });
        let mut exit = self.exit();
        let readers = Arc::clone(&exit.readers);
        match &mut exit.way {
            Way::Open(runs) => runs.push_back(run),
            way => *way = Way::Open(VecDeque::from([run])),
        }
        drop(exit);
        readers.wake();
    }

    pub(crate) fn pipe(&self, sender: Sender<T>)
    where
        T: Send + 'static,
    {
        self.exit().way = Way::Piped(Box::new(move || sender));
    }

    pub(crate) fn piped(&self) -> Option<Sender<T>> {
        let mut exit = self.exit();
        match std::mem::replace(&mut exit.way, Way::Closed) {
            Way::Piped(sender) => Some(sender()),
            other => {
                exit.way = other;
                None
            }
        }
    }

    fn exit(&self) -> MutexGuard<'_, Exit<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Exit<T> {
    /// The next item of the oldest run that has one; the end is the end of the last run.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let Way::Open(runs) = &mut self.way else {
            return Poll::Ready(None);
        };
        while let Some(next) = runs.front_mut() {
            let polled = next(cx);
            if !matches!(polled, Poll::Ready(None)) || runs.len() == 1 {
                return polled;
            }
            runs.pop_front();
        }
        Poll::Ready(None)
    }
}

impl<T> Stream for Output<T> {
    type Item = T;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<T>> {
        let mut exit = self.exit();
        let readers = Arc::clone(&exit.readers);
        // listen first, so that no item falls between the question and the wait
        readers.add(cx.waker());
        let everybody = Waker::from(Arc::clone(&readers));
        let polled = exit.poll_next(&mut Context::from_waker(&everybody));
        if polled.is_ready() {
            readers.remove(cx.waker());
        }
        polled
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> fmt::Debug for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Output").finish_non_exhaustive()
    }
}

/// What a stage says while it runs.
///
/// Handles are cheap to clone and outlive a restart; the counters begin anew with each run.
#[derive(Debug, Clone)]
pub struct StageHandle(Arc<Mutex<Option<Arc<Cell>>>>);

impl StageHandle {
    /// The handle of a stage that has not run yet.
    pub fn idle() -> Self {
        Self(Arc::default())
    }

    /// What the stage has counted in this run.
    pub fn stats(&self) -> StageStats {
        self.cell().map(|cell| cell.stats()).unwrap_or_default()
    }

    /// How long the calls of the handler took in this run.
    pub fn latency(&self) -> Latency {
        self.cell().map(|cell| cell.latency()).unwrap_or_default()
    }

    /// Binds the handle to a run.
    pub fn bind(&self, cell: &Arc<Cell>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(cell));
    }

    pub(super) fn cell(&self) -> Option<Arc<Cell>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
