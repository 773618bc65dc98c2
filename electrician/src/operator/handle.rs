//! The way to a worker that takes messages: typed, cheap to clone, and good for as long as the worker is registered.

use std::{
    fmt,
    future::{Future, ready},
    sync::Arc,
    time::Duration,
};

use tokio::{sync::oneshot::Receiver, time::timeout};

use super::{
    NoReply, Refused,
    desk::Desk,
    mailbox::{Letter, Mailbox},
};

/// Sends messages to one worker, and asks it for replies.
///
/// Handles outlive a restart. While the worker does not run, they refuse, and give the message back.
///
/// | | a full mailbox | the reply |
/// |---|---|---|
/// | [`send`](Self::send) | is waited for | none |
/// | [`try_send`](Self::try_send) | is an error | none |
/// | [`request`](Self::request) | is waited for | always resolves |
/// | [`try_request`](Self::try_request) | is an error | always resolves |
///
/// Messages are handled one by one, in the order in which they were accepted.
pub struct Handle<M, R> {
    desk: Arc<Desk>,
    mailbox: Arc<Mailbox<M, R>>,
}

impl<M: Send, R: Send> Handle<M, R> {
    pub(super) fn new(desk: &Arc<Desk>, mailbox: &Arc<Mailbox<M, R>>) -> Self {
        Self {
            desk: Arc::clone(desk),
            mailbox: Arc::clone(mailbox),
        }
    }

    /// The name of the worker.
    pub fn worker(&self) -> &str {
        self.desk.name()
    }

    /// How many messages wait to be handled.
    pub fn queued(&self) -> usize {
        self.mailbox.len()
    }

    /// Sends a message that wants no reply. Waits while the mailbox is full.
    ///
    /// # Errors
    /// [`Refused::Stopped`], when the worker does not run, or is stopped while this waits.
    ///
    /// # Cancel safety
    /// A `send` that is dropped before it is ready drops its message, which then was not accepted.
    pub async fn send(&self, message: M) -> Result<(), Refused<M>> {
        let pushed = self.mailbox.push(Letter::told(message)).await;
        self.booked(pushed)
    }

    /// Sends a message that wants no reply, if there is room for it now.
    ///
    /// # Errors
    /// [`Refused`], with the message, when the mailbox is full or the worker does not run.
    pub fn try_send(&self, message: M) -> Result<(), Refused<M>> {
        self.booked(self.mailbox.try_push(Letter::told(message)))
    }

    /// Sends a message, and waits for its reply. The deadline is for all of it, the wait for room included.
    ///
    /// # Errors
    /// Why there is no reply: it always comes to an end.
    ///
    /// # Cancel safety
    /// Dropped before the message is begun, it is never handled; after that, it is handled and the reply is dropped.
    pub async fn request(&self, message: M, deadline: Duration) -> Result<R, NoReply> {
        let (letter, answer) = Letter::asked(message);
        let pushed = async {
            let pushed = self.mailbox.push(letter).await;
            self.booked(pushed)
        };
        reply(deadline, pushed, answer).await
    }

    /// Sends a message if there is room for it now, and waits for its reply.
    ///
    /// # Errors
    /// Why there is no reply; [`NoReply::Full`] at once.
    ///
    /// # Cancel safety
    /// As of [`request`](Self::request).
    pub async fn try_request(&self, message: M, deadline: Duration) -> Result<R, NoReply> {
        let (letter, answer) = Letter::asked(message);
        let pushed = self.booked(self.mailbox.try_push(letter));
        reply(deadline, ready(pushed), answer).await
    }

    fn booked(&self, pushed: Result<(), Refused<Letter<M, R>>>) -> Result<(), Refused<M>> {
        self.desk.dispatched(pushed.is_ok());
        pushed.map_err(|refused| match refused {
            Refused::Full {
                message: Letter { message, .. },
                capacity,
            } => Refused::Full { message, capacity },
            Refused::Stopped(Letter { message, .. }) => Refused::Stopped(message),
        })
    }
}

/// The reply to a message that is being sent.
async fn reply<M, R>(
    deadline: Duration,
    pushed: impl Future<Output = Result<(), Refused<M>>>,
    answer: Receiver<Result<R, NoReply>>,
) -> Result<R, NoReply> {
    let replied = async {
        pushed.await?;
        // an answer that was dropped is that of a worker that has gone
        answer.await.unwrap_or(Err(NoReply::Stopped))
    };
    let replied = timeout(deadline, replied).await;
    replied.unwrap_or(Err(NoReply::TimedOut(deadline)))
}

impl<M, R> Clone for Handle<M, R> {
    fn clone(&self) -> Self {
        Self {
            desk: Arc::clone(&self.desk),
            mailbox: Arc::clone(&self.mailbox),
        }
    }
}

impl<M, R> fmt::Debug for Handle<M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("worker", &self.desk.name())
            .finish_non_exhaustive()
    }
}
