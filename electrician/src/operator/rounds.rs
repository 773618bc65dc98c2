//! The task of a worker: it runs and takes messages until it is told to stop, or has panicked too often.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    task::coop::{consume_budget, has_budget_remaining},
    time::Instant,
};

use super::{
    NoReply, Ran, SharedError, Worker,
    desk::{Began, Desk},
    job::Make,
    mailbox::{Answer, Letter, Mailbox},
    schedule::{Pick, Schedule},
};
use crate::{
    resilience::{Restarts, retry::roll},
    stage::{BoxError, Caught, caught},
};

/// One worker at work.
pub(super) struct Rounds<W: Worker> {
    desk: Arc<Desk>,
    make: Make<W>,
    open: Open<W>,
    restarts: Restarts,
}

/// A mailbox that is open for as long as this lives.
struct Open<W: Worker> {
    desk: Arc<Desk>,
    mailbox: Arc<Mailbox<W::Message, W::Reply>>,
}

/// A run or a message that is under way. Dropped, it was not done: it was cut off, or its runtime has ended.
struct InHand<'d>(&'d Desk);

/// The worker has panicked. It starts again after the wait, if there is one.
struct Broke {
    error: SharedError,
    restart: Option<Duration>,
}

impl<W: Worker> Rounds<W> {
    /// Opens the mailbox.
    pub(super) fn new(
        desk: &Arc<Desk>,
        make: &Make<W>,
        mailbox: &Arc<Mailbox<W::Message, W::Reply>>,
    ) -> Self {
        mailbox.open();
        Self {
            desk: Arc::clone(desk),
            make: Arc::clone(make),
            open: Open {
                desk: Arc::clone(desk),
                mailbox: Arc::clone(mailbox),
            },
            restarts: Restarts::new(desk.options.restart),
        }
    }

    /// Goes the rounds, and starts again after a panic. Gives the error that it failed of, if it did.
    pub(super) async fn go(mut self) -> Option<SharedError> {
        loop {
            let Broke { error, restart } = self.serve().await.err()?;
            match restart {
                Some(wait) if self.desk.sleep(wait).await => self.desk.restarted(),
                Some(_) => return None,
                None => return (!self.desk.halt.is_told()).then_some(error),
            }
        }
    }

    /// Makes the worker and lets it work, until it is told to stop.
    async fn serve(&mut self) -> Result<(), Broke> {
        let mut now = Instant::now();
        let mut worker = self.make(now)?;
        let mut schedule = Schedule::new(W::RUNS, now);
        while !self.desk.halt.is_told() {
            now = match schedule.pick(self.mailbox().has_mail(), now) {
                Pick::Run => self.run(&mut worker, &mut schedule, now).await?,
                Pick::Message => self.receive(&mut worker, now).await?,
                Pick::Wait(until) => {
                    self.desk.wait(until, self.mailbox().mail()).await;
                    Instant::now()
                }
            };
            now = give_way(now).await;
        }
        self.finish(&mut worker, now).await
    }

    /// Handles what is in the mailbox, until the grace is over.
    async fn finish(&mut self, worker: &mut W, mut now: Instant) -> Result<(), Broke> {
        self.mailbox().shut();
        while self.mailbox().has_mail() && !self.desk.halt.is_over() {
            now = self.receive(worker, now).await?;
            now = give_way(now).await;
        }
        Ok(())
    }

    /// One run, from now on. Says when it has ended.
    async fn run(
        &mut self,
        worker: &mut W,
        schedule: &mut Schedule,
        now: Instant,
    ) -> Result<Instant, Broke> {
        let began = self.desk.begin(false, now);
        let ran = self.call(began, async { worker.run().await }).await?;
        let now = Instant::now();
        if let Some(ran) = ran {
            schedule.rest(ran.idle(), now);
            let error = match ran {
                Ran::Failed(error, _) => Some(SharedError::from(error)),
                Ran::Done | Ran::Idle(_) => None,
            };
            self.desk.handled(began, error, now);
        }
        Ok(now)
    }

    /// One message, from now on. Says when it has been handled.
    async fn receive(&mut self, worker: &mut W, now: Instant) -> Result<Instant, Broke> {
        let Some(Letter { message, reply }) = self.mailbox().take() else {
            return Ok(now);
        };
        let began = self.desk.begin(true, now);
        let called = self.call(began, async { worker.receive(message).await });
        let result = match called.await {
            Ok(Some(result)) => result.map_err(SharedError::from),
            Ok(None) => return Ok(now), // the reply is dropped, which says `Stopped`
            Err(broke) => {
                answer(reply, Err(NoReply::Panicked(broke.error.to_string())));
                return Err(broke);
            }
        };
        let now = Instant::now();
        let error = result.as_ref().err().cloned();
        self.desk.handled(began, error, now);
        answer(reply, result.map_err(NoReply::Failed));
        Ok(now)
    }

    /// Calls the worker. None, if it was cut off.
    async fn call<T>(
        &mut self,
        began: Began,
        call: impl Future<Output = T>,
    ) -> Result<Option<T>, Broke> {
        let mut waited = false;
        let in_hand = InHand(&self.desk);
        let Some(output) = self.desk.halt.cut(Caught::new(call, &mut waited)).await else {
            return Ok(None);
        };
        in_hand.over();
        match output {
            Ok(output) => Ok(Some(output)),
            Err(panic) => Err(self.broke(began, panic)),
        }
    }

    fn make(&mut self, now: Instant) -> Result<W, Broke> {
        caught(&*self.make).map_err(|panic| self.broke(self.desk.begin(false, now), panic))
    }

    /// Decides whether it starts again; one that is to stop does not.
    #[cold]
    fn broke(&mut self, began: Began, panic: String) -> Broke {
        let restart = if self.desk.halt.is_told() {
            None
        } else {
            self.restarts.again(Instant::now(), roll())
        };
        let error = SharedError::from(BoxError::from(panic));
        self.desk.panicked(began, &error, restart);
        Broke { error, restart }
    }

    fn mailbox(&self) -> &Mailbox<W::Message, W::Reply> {
        &self.open.mailbox
    }
}

/// Lets others run when it is their turn. Says what time it is then.
async fn give_way(now: Instant) -> Instant {
    let tired = !has_budget_remaining();
    consume_budget().await;
    if tired { Instant::now() } else { now }
}

/// Replies, if somebody asked; who asked may have given up.
fn answer<R>(reply: Option<Answer<R>>, result: Result<R, NoReply>) {
    if let Some(reply) = reply {
        let _ = reply.send(result);
    }
}

impl InHand<'_> {
    /// It has come to its end.
    fn over(self) {
        std::mem::forget(self);
    }
}

impl Drop for InHand<'_> {
    fn drop(&mut self) {
        self.0.dropped(1);
    }
}

impl<W: Worker> Drop for Open<W> {
    fn drop(&mut self) {
        self.desk.dropped(self.mailbox.clear());
    }
}
