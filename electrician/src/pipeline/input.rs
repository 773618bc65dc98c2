//! The ways into a running pipeline.

use std::{
    error::Error,
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use super::{
    Control, Phase,
    control::{lock, may_go_on},
};
use crate::{
    edge::{Merge, Sender},
    spares::Spares,
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
    Open(Box<dyn Fn() -> Arc<Door<T>> + Send>, Arc<Control>),
}

/// What items are sent through: a head for each of those at once, of which a few are kept.
struct Door<T> {
    first: Mutex<Sender<T>>,
    spares: Spares<Sender<T>>,
}

impl<T> Door<T> {
    fn of(first: Sender<T>) -> Self {
        let (first, spares) = (Mutex::new(first), Spares::new());
        Self { first, spares }
    }

    async fn send(&self, item: T) -> Result<(), SendError<T>> {
        let mut sender = self.spares.lend_or(|| lock(&self.first).clone());
        sender.offer(item).await.map_err(SendError)
    }
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
        let Some((door, control)) = self.open() else {
            return Err(SendError(item));
        };
        if !may_go_on(&control).await {
            return Err(SendError(item));
        }
        door.send(item).await
    }

    /// Whether the pipeline takes items: it runs, or is paused.
    pub fn is_open(&self) -> bool {
        match &*self.entry() {
            Entry::Open(_, control) => control.phase() < Phase::Draining,
            Entry::Closed | Entry::Fed(_) => false,
        }
    }

    pub(crate) fn bind(&self, sender: Sender<T>, control: Arc<Control>)
    where
        T: Send + 'static,
    {
        let door = Arc::new(Door::of(sender));
        *self.entry() = Entry::Open(Box::new(move || Arc::clone(&door)), control);
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

    fn open(&self) -> Option<(Arc<Door<T>>, Arc<Control>)> {
        match &*self.entry() {
            Entry::Open(door, control) => Some((door(), Arc::clone(control))),
            Entry::Closed | Entry::Fed(_) => None,
        }
    }

    fn entry(&self) -> MutexGuard<'_, Entry<T>> {
        lock(&self.0)
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

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Poll, Waker},
    };

    use super::*;
    use crate::edge::{EdgeOptions, Receiver, edge};

    fn poll(
        sent: impl Future<Output = Result<(), SendError<u32>>>,
    ) -> Poll<Result<(), SendError<u32>>> {
        pin!(sent).poll(&mut Context::from_waker(Waker::noop()))
    }

    fn taken(receiver: &mut Receiver<u32>) -> Option<u32> {
        receiver.take_now();
        receiver.pop()
    }

    #[test]
    fn a_send_that_was_given_up_leaves_no_item_in_its_head() {
        let (first, mut receiver, _) = edge(EdgeOptions {
            capacity: 1,
            ..EdgeOptions::default()
        });
        let door = Door::of(first);
        assert_eq!(poll(door.send(1)), Poll::Ready(Ok(())));
        assert_eq!(poll(door.send(2)), Poll::Pending);
        assert_eq!(taken(&mut receiver), Some(1));
        assert_eq!(poll(door.send(3)), Poll::Ready(Ok(())));
        assert_eq!(taken(&mut receiver), Some(3));
        assert_eq!(taken(&mut receiver), None);
    }
}
