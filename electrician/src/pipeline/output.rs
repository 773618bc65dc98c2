//! The ways out of a running pipeline.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll, Wake, Waker},
};

use futures_core::Stream;

use super::control::lock;
use crate::{
    edge::Sender,
    stage::{Intake, Tally},
};

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

/// The next item of a run; without a context, if it is at hand.
type Run<T> = dyn FnMut(Option<&mut Context<'_>>) -> Poll<Option<T>> + Send;

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
        lock(&self.0)
    }
}

impl Wake for Readers {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let mut readers = std::mem::take(&mut *self.lock());
        readers.drain(..).for_each(Waker::wake);
        // whoever waits next finds the place of those who waited
        let mut since = self.lock();
        if since.is_empty() {
            *since = readers;
        }
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
            let polled = match cx {
                _ if !intake.is_empty() => Poll::Ready(intake.pop()),
                Some(cx) => intake.poll_pop(cx),
                None => Poll::Pending,
            };
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
        lock(&self.0)
    }
}

impl<T> Exit<T> {
    /// The next item of the oldest run that has one; the end is the end of the last run. Without a context, what is at hand.
    fn poll_next(&mut self, mut cx: Option<&mut Context<'_>>) -> Poll<Option<T>> {
        let Way::Open(runs) = &mut self.way else {
            return Poll::Ready(None);
        };
        while let Some(next) = runs.front_mut() {
            let polled = next(cx.as_deref_mut());
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
        let at_hand = exit.poll_next(None);
        if at_hand.is_ready() {
            return at_hand;
        }
        let readers = Arc::clone(&exit.readers);
        // listen first, so that no item falls between the question and the wait
        readers.add(cx.waker());
        let everybody = Waker::from(Arc::clone(&readers));
        let polled = exit.poll_next(Some(&mut Context::from_waker(&everybody)));
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
