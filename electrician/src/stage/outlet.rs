//! The way out of a generator that pushes: what is sent comes in, and is read by the generator's own island.

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    future::poll_fn,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll, Waker},
};

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

    /// Wakes this reader when an item comes. Gives back the waker that this replaces.
    fn wakes(&mut self, reader: &Waker) -> Option<Waker> {
        self.reads = true;
        match &self.reader {
            Some(known) if known.will_wake(reader) => None,
            _ => self.reader.replace(reader.clone()),
        }
    }
}

/// What the pipeline tells a generator, and whether the generator is being asked.
#[derive(Debug)]
pub(super) struct Signal {
    stopped: AtomicBool,
    /// A generator that is asked once a period is in the middle of a poll.
    pub(super) asked: AtomicBool,
    /// How many items the generator may be ahead.
    most: AtomicUsize,
}

impl Default for Signal {
    fn default() -> Self {
        Self {
            stopped: AtomicBool::new(false),
            asked: AtomicBool::new(false),
            most: AtomicUsize::new(1),
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
        cell.waits || !cell.items.is_empty() || self.signal.asked.load(Relaxed)
    }

    /// Moves so many items at most into an empty buffer. Says whether there are more, or the sender waits with one.
    ///
    /// If not, or if nothing came, this waker is woken when an item comes, or nobody.
    pub(super) fn read(
        &self,
        into: &mut VecDeque<T>,
        most: usize,
        or_wake: Option<&Waker>,
    ) -> bool {
        let mut cell = self.cell();
        if cell.items.len() <= most {
            std::mem::swap(&mut cell.items, into);
        } else {
            into.extend(cell.items.drain(..most));
        }
        let sender = if cell.items.is_empty() {
            cell.sender.take()
        } else {
            None
        };
        let has_more = cell.waits || !cell.items.is_empty();
        let stale = match or_wake {
            Some(waker) if into.is_empty() || !has_more => cell.wakes(waker),
            _ => {
                cell.reads = false;
                None
            }
        };
        drop(cell);
        drop(stale);
        if let Some(sender) = sender {
            sender.wake();
        }
        has_more
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

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin};

    use proptest::prelude::*;

    use super::*;
    use crate::stage::wakes::Wakes;

    #[test]
    fn a_send_that_was_given_up_leaves_nothing_in_hand() {
        let outlet = Outlet::new();
        let mut sender = outlet.share();
        let mut cx = Context::from_waker(Waker::noop());
        {
            let sent = pin!(sender.send(1));
            assert_eq!(sent.poll(&mut cx), Poll::Ready(Ok(())));
        }
        {
            let mut waits = pin!(sender.send(2));
            assert_eq!(waits.as_mut().poll(&mut cx), Poll::Pending);
            let mut read = VecDeque::new();
            assert!(outlet.read(&mut read, 1, None), "the sender waits");
            assert_eq!(read, [1]);
            assert!(
                outlet.in_hand(),
                "there is room for it, and it has not come yet"
            );
        }
        assert!(!outlet.in_hand());
    }

    /// What happens to a cell, whose sender is in another task than its reader.
    #[derive(Debug, Clone, Copy)]
    enum Step {
        /// An item is sent, or the one that waits is polled.
        Send,
        GiveUp,
        /// So many are read; the reader waits if there is none.
        Read(usize),
        /// So many are read before the generator is polled.
        Look(usize),
        Allow(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => Just(Step::Send),
            1 => Just(Step::GiveUp),
            3 => (1..4_usize).prop_map(Step::Read),
            1 => (1..4_usize).prop_map(Step::Look),
            1 => (1..4_usize).prop_map(Step::Allow),
        ]
    }

    proptest! {
        #[test]
        fn nobody_waits_for_what_is_there(steps in prop::collection::vec(step(), 1..60)) {
            let (outlet, [sends, reads]) = (Outlet::new(), [(); 2].map(|()| Arc::<Wakes>::default()));
            let (sender, reader) = (Waker::from(Arc::clone(&sends)), Waker::from(Arc::clone(&reads)));
            let (mut sending, mut sent, mut accepted, mut got) = (None, 0, Vec::new(), Vec::new());
            // how often they had been woken when they began to wait
            let (mut sender_waits, mut reader_waits) = (None, None);
            for step in steps {
                let mut read = VecDeque::new();
                match step {
                    Step::Send => {
                        let mut now = sending.take().unwrap_or_else(|| {
                            sent += 1;
                            Sending { outlet: &outlet, item: Some(sent), waits: false }
                        });
                        if now.poll(&Context::from_waker(&sender)).is_ready() {
                            accepted.push(sent);
                            sender_waits = None;
                        } else {
                            sending = Some(now);
                            sender_waits = Some(sends.count());
                        }
                    }
                    Step::GiveUp => (sending, sender_waits) = (None, None),
                    Step::Read(most) => {
                        outlet.read(&mut read, most, Some(&reader));
                        reader_waits = read.is_empty().then(|| reads.count());
                    }
                    Step::Look(most) => {
                        outlet.read(&mut read, most, None);
                        reader_waits = None;
                    }
                    Step::Allow(most) => outlet.allow(most),
                }
                got.extend(read);
                let is_empty = outlet.cell().items.is_empty();
                prop_assert!(is_empty || reader_waits != Some(reads.count()), "the reader sleeps");
                prop_assert!(!is_empty || sender_waits != Some(sends.count()), "the sender sleeps");
                prop_assert_eq!(outlet.in_hand(), sending.is_some() || !is_empty);
            }
            drop(sending);
            let mut rest = VecDeque::new();
            outlet.read(&mut rest, usize::MAX, None);
            got.extend(rest);
            prop_assert_eq!(got, accepted);
        }
    }
}
