//! Messages go in, as many as fit; the worker takes them out, in the order in which they came. Closing leaves nothing inside.

use std::{
    collections::VecDeque,
    future::poll_fn,
    num::NonZeroUsize,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use tokio::sync::{Notify, oneshot};

use super::{NoReply, Refused, reader::Reader};

/// A message, and where its reply goes if one is wanted. A letter that is dropped has told its sender `Stopped`.
pub(super) struct Letter<M, R> {
    pub(super) message: M,
    pub(super) reply: Option<Answer<R>>,
}

/// Where a reply goes.
pub(super) type Answer<R> = oneshot::Sender<Result<R, NoReply>>;

/// A bounded queue with one reader, which is open while its worker runs.
pub(super) struct Mailbox<M, R> {
    capacity: usize,
    inside: Mutex<Inside<M, R>>,
    /// There is room for a sender, or the mailbox was closed.
    room: Notify,
}

struct Inside<M, R> {
    letters: VecDeque<Letter<M, R>>,
    open: bool,
    /// The worker, when it waits for mail.
    reader: Reader,
}

impl<M, R> Letter<M, R> {
    /// A message that wants no reply.
    pub(super) const fn told(message: M) -> Self {
        Self {
            message,
            reply: None,
        }
    }

    /// A message, and where its reply comes.
    pub(super) fn asked(message: M) -> (Self, oneshot::Receiver<Result<R, NoReply>>) {
        let (reply, answer) = oneshot::channel();
        let letter = Self {
            message,
            reply: Some(reply),
        };
        (letter, answer)
    }

    /// Whether somebody asked, and has given up.
    fn is_forsaken(&self) -> bool {
        self.reply.as_ref().is_some_and(Answer::is_closed)
    }
}

impl<M, R> Mailbox<M, R> {
    /// A closed one.
    pub(super) fn new(capacity: NonZeroUsize) -> Self {
        let inside = Inside {
            letters: VecDeque::new(),
            open: false,
            reader: Reader::default(),
        };
        Self {
            capacity: capacity.get(),
            inside: Mutex::new(inside),
            room: Notify::new(),
        }
    }

    pub(super) fn open(&self) {
        self.lock().open = true;
    }

    /// Accepts nothing more. What is inside stays there.
    pub(super) fn shut(&self) {
        self.lock().open = false;
        self.room.notify_waiters();
    }

    /// Accepts nothing more, and gives up what is inside. Says how many messages that was, not counting forsaken ones.
    pub(super) fn clear(&self) -> u64 {
        self.shut();
        let letters = std::mem::take(&mut self.lock().letters);
        let lost = letters.iter().filter(|letter| !letter.is_forsaken());
        lost.count() as u64
    }

    /// Puts a letter in, if there is room.
    pub(super) fn try_push(&self, letter: Letter<M, R>) -> Result<(), Refused<Letter<M, R>>> {
        let mut inside = self.lock();
        if !inside.open {
            return Err(Refused::Stopped(letter));
        }
        if inside.letters.len() >= self.capacity {
            let capacity = self.capacity;
            return Err(Refused::Full {
                message: letter,
                capacity,
            });
        }
        inside.letters.push_back(letter);
        let more = inside.letters.len() < self.capacity;
        let reader = inside.reader.called();
        drop(inside);
        reader.wake();
        if more {
            // the room that this sender was called for may have been made twice
            self.room.notify_one();
        }
        Ok(())
    }

    /// Puts a letter in, when there is room.
    pub(super) async fn push(&self, mut letter: Letter<M, R>) -> Result<(), Refused<Letter<M, R>>> {
        loop {
            // listen first, so that no room is made between the question and the wait
            let mut room = pin!(self.room.notified());
            room.as_mut().enable();
            letter = match self.try_push(letter) {
                Err(Refused::Full { message, .. }) => message,
                other => return other,
            };
            room.await;
        }
    }

    /// Takes the next letter out that somebody still wants handled.
    pub(super) fn take(&self) -> Option<Letter<M, R>> {
        loop {
            let letter = self.lock().letters.pop_front()?;
            self.room.notify_one();
            if !letter.is_forsaken() {
                return Some(letter);
            }
        }
    }

    pub(super) fn has_mail(&self) -> bool {
        !self.lock().letters.is_empty()
    }

    /// How many messages wait.
    pub(super) fn len(&self) -> usize {
        self.lock().letters.len()
    }

    /// Waits until there is mail. Only the worker does.
    pub(super) async fn mail(&self) {
        poll_fn(|cx| self.poll_mail(cx)).await;
    }

    fn poll_mail(&self, cx: &Context<'_>) -> Poll<()> {
        let mut inside = self.lock();
        if !inside.letters.is_empty() {
            return Poll::Ready(());
        }
        inside.reader.waits(cx);
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, Inside<M, R>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Reply = oneshot::Receiver<Result<(), NoReply>>;

    fn mailbox(capacity: usize) -> Mailbox<u32, ()> {
        Mailbox::new(NonZeroUsize::new(capacity).expect("no test wants none"))
    }

    /// What may be done with a mailbox.
    #[derive(Debug, Clone, Copy)]
    enum Act {
        Push,
        Take,
        Open,
        Shut,
        Clear,
        /// The one who asked last gives up.
        GiveUp,
    }

    fn any_act() -> impl Strategy<Value = Act> {
        use Act::{Clear, GiveUp, Open, Push, Shut, Take};
        prop::sample::select(vec![
            Push, Push, Push, Take, Take, Open, Shut, Clear, GiveUp,
        ])
    }

    /// What a mailbox should hold, and the replies that are waited for.
    #[derive(Default)]
    struct Model {
        open: bool,
        inside: VecDeque<(u32, Option<Reply>)>,
    }

    impl Model {
        fn wanted(&self) -> usize {
            let wanted = self.inside.iter().filter(|(_, reply)| reply.is_some());
            wanted.count()
        }

        fn push(&mut self, mailbox: &Mailbox<u32, ()>, n: u32) {
            let (letter, reply) = Letter::asked(n);
            match mailbox.try_push(letter) {
                Ok(()) => {
                    assert!(self.open && self.inside.len() < mailbox.capacity);
                    self.inside.push_back((n, Some(reply)));
                }
                Err(Refused::Full { .. }) => {
                    assert!(self.open && self.inside.len() == mailbox.capacity);
                }
                Err(Refused::Stopped(_)) => assert!(!self.open),
            }
        }

        fn take(&mut self, mailbox: &Mailbox<u32, ()>) {
            let taken = mailbox.take().map(|letter| letter.message);
            while let Some((n, reply)) = self.inside.pop_front() {
                if reply.is_some() {
                    assert_eq!(taken, Some(n), "in the order in which they came");
                    return;
                }
            }
            assert_eq!(taken, None);
        }

        fn clear(&mut self, mailbox: &Mailbox<u32, ()>) {
            self.open = false;
            assert_eq!(mailbox.clear(), self.wanted() as u64);
            let replies = self.inside.drain(..).filter_map(|(_, reply)| reply);
            for mut reply in replies {
                assert_eq!(
                    reply.try_recv().unwrap_err(),
                    oneshot::error::TryRecvError::Closed,
                    "whoever asked is told at once"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn a_mailbox_is_bounded_in_order_and_leaves_nobody_waiting(
            capacity in 1..5_usize,
            acts in prop::collection::vec(any_act(), 0..200),
        ) {
            let (mailbox, mut model) = (mailbox(capacity), Model::default());
            for (n, act) in (0..).zip(acts) {
                match act {
                    Act::Push => model.push(&mailbox, n),
                    Act::Take => model.take(&mailbox),
                    Act::Open => {
                        mailbox.open();
                        model.open = true;
                    }
                    Act::Shut => {
                        mailbox.shut();
                        model.open = false;
                    }
                    Act::Clear => model.clear(&mailbox),
                    Act::GiveUp => {
                        if let Some((_, reply)) = model.inside.back_mut() {
                            *reply = None;
                        }
                    }
                }
                prop_assert!(mailbox.len() == model.inside.len() && mailbox.len() <= capacity);
            }
            model.clear(&mailbox);
            prop_assert_eq!(mailbox.len(), 0);
        }
    }
}
