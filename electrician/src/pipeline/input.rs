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
use crate::edge::{Merge, Sender};

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
    Open(Box<dyn Fn() -> Lent<T> + Send>, Arc<Control>),
}

/// The heads that nobody sends with at present, so that few are made.
struct Spares<T> {
    first: Sender<T>,
    idle: Vec<Sender<T>>,
}

/// As many heads are kept for the next items.
const SPARES: usize = 16;

/// A head that one item is sent with.
struct Lent<T> {
    sender: Option<Sender<T>>,
    home: Arc<Mutex<Spares<T>>>,
}

impl<T> Lent<T> {
    fn of(home: &Arc<Mutex<Spares<T>>>) -> Self {
        let mut spares = lock(home);
        let idle = spares.idle.pop();
        Self {
            sender: Some(idle.unwrap_or_else(|| spares.first.clone())),
            home: Arc::clone(home),
        }
    }

    async fn send(mut self, item: T) -> Result<(), SendError<T>> {
        let sender = self.sender.as_mut().expect("it goes home at the end");
        sender.offer(item).await.map_err(SendError)
    }
}

impl<T> Drop for Lent<T> {
    fn drop(&mut self) {
        let mut spares = lock(&self.home);
        let is_wanted = spares.idle.len() < SPARES;
        let idle = self.sender.take_if(|sender| is_wanted && sender.is_empty());
        spares.idle.extend(idle);
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
        let Some((sender, control)) = self.open() else {
            return Err(SendError(item));
        };
        if !may_go_on(&control).await {
            return Err(SendError(item));
        }
        sender.send(item).await
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
        let spares = Spares {
            first: sender,
            idle: Vec::new(),
        };
        let home = Arc::new(Mutex::new(spares));
        *self.entry() = Entry::Open(Box::new(move || Lent::of(&home)), control);
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

    fn open(&self) -> Option<(Lent<T>, Arc<Control>)> {
        match &*self.entry() {
            Entry::Open(sender, control) => Some((sender(), Arc::clone(control))),
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

    /// An edge for so many items, and the heads that send into it.
    fn spares(capacity: usize) -> (Arc<Mutex<Spares<u32>>>, Receiver<u32>) {
        let options = EdgeOptions {
            capacity,
            ..EdgeOptions::default()
        };
        let (first, receiver, _) = edge(options);
        let idle = Vec::new();
        (Arc::new(Mutex::new(Spares { first, idle })), receiver)
    }

    fn poll(
        sent: impl Future<Output = Result<(), SendError<u32>>>,
    ) -> Poll<Result<(), SendError<u32>>> {
        pin!(sent).poll(&mut Context::from_waker(Waker::noop()))
    }

    fn taken(receiver: &mut Receiver<u32>) -> Vec<u32> {
        std::iter::from_fn(|| {
            receiver.take_now();
            receiver.pop()
        })
        .collect()
    }

    #[test]
    fn a_head_that_has_sent_sends_the_next_item() {
        let (home, mut receiver) = spares(8);
        for item in [1, 2] {
            assert_eq!(poll(Lent::of(&home).send(item)), Poll::Ready(Ok(())));
            assert_eq!(lock(&home).idle.len(), 1);
        }
        assert_eq!(taken(&mut receiver), [1, 2]);
    }

    #[test]
    fn items_that_are_sent_at_once_have_a_head_each_and_few_are_kept() {
        let (home, _receiver) = spares(8);
        let lent: Vec<_> = (0..SPARES + 5).map(|_| Lent::of(&home)).collect();
        assert_eq!(lock(&home).idle.len(), 0);
        drop(lent);
        assert_eq!(lock(&home).idle.len(), SPARES);
    }

    #[test]
    fn a_send_that_was_given_up_leaves_no_item_in_its_head() {
        let (home, mut receiver) = spares(1);
        assert_eq!(poll(Lent::of(&home).send(1)), Poll::Ready(Ok(())));
        assert_eq!(poll(Lent::of(&home).send(2)), Poll::Pending);
        assert_eq!(taken(&mut receiver), [1]);
        assert_eq!(poll(Lent::of(&home).send(3)), Poll::Ready(Ok(())));
        assert_eq!(taken(&mut receiver), [3]);
    }
}
