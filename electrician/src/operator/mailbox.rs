//! Messages go in, as many as fit; the worker takes them out, in the order in which they came. Closing leaves nothing inside.

use std::{
    collections::VecDeque,
    num::NonZeroUsize,
    pin::pin,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Notify, oneshot};

use super::{NoReply, Refused};

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
    /// There is mail for the worker.
    mail: Notify,
    /// There is room for a sender, or the mailbox was closed.
    room: Notify,
}

struct Inside<M, R> {
    letters: VecDeque<Letter<M, R>>,
    open: bool,
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
        };
        Self {
            capacity: capacity.get(),
            inside: Mutex::new(inside),
            mail: Notify::new(),
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
        drop(inside);
        self.mail.notify_one();
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

    /// Waits until there is mail.
    pub(super) async fn mail(&self) {
        while !self.has_mail() {
            self.mail.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inside<M, R>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
