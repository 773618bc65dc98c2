//! What a worker's task, its supervisor and its handles share: where its status hangs, how it is told to stop, who is told what.
//!
//! Only the task counts; the supervisor only starts and stops.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until, timeout_at};

use super::{
    Event, SharedError, State, Status, What,
    board::{Board, Record},
    events::Bulletin,
    halt::Halt,
    life::Step,
    options::Options,
    reader::Called,
};
use crate::resilience::moment::after;

/// What belongs to one worker.
#[derive(Debug)]
pub(super) struct Desk {
    name: Arc<str>,
    bulletin: Arc<Bulletin>,
    pub(super) board: Arc<Board>,
    pub(super) halt: Halt,
    pub(super) options: Options,
}

/// A run or a message that is under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Began {
    message: bool,
    at: Instant,
}

/// What a worker that was asked to start says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    Begins,
    Runs,
    Stopping,
    Removed,
}

impl Desk {
    pub(super) fn new(name: Arc<str>, bulletin: Arc<Bulletin>, options: Options) -> Arc<Self> {
        let status = Status::new(Arc::clone(&name), Instant::now());
        Arc::new(Self {
            name,
            bulletin,
            board: Arc::new(Board::new(status)),
            halt: Halt::default(),
            options,
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// It is to start. Its task is to be spawned if it begins.
    pub(super) fn start(&self) -> Start {
        let start = self.board.change(|record| {
            if record.retired {
                return Start::Removed;
            }
            if !record.status.step(Step::Start, Instant::now()) {
                return match record.status.state {
                    State::Stopping => Start::Stopping,
                    _ => Start::Runs,
                };
            }
            record.cut_off = false;
            self.halt.lift();
            Start::Begins
        });
        if start == Start::Begins {
            self.entered(State::Idle);
        }
        start
    }

    /// It is to end within this time. Says whether it runs.
    pub(super) fn stop(&self, grace: Duration) -> bool {
        let now = Instant::now();
        let (called, told) = self.board.change(|record| {
            let runs = !record.status.state.is_over();
            let called = runs.then(|| self.halt.by(after(now, grace)));
            (called, record.status.step(Step::Stop, now))
        });
        if told {
            self.entered(State::Stopping);
        }
        let runs = called.is_some();
        called.into_iter().for_each(Called::wake);
        runs
    }

    /// It is not to start again.
    pub(super) fn retire(&self) {
        self.board.change(|record| record.retired = true);
    }

    /// A run or a message begins.
    pub(super) fn begin(&self, message: bool, at: Instant) -> Began {
        self.board
            .change(|record| record.status.step(Step::Begin, at));
        Began { message, at }
    }

    /// It was handled, now.
    pub(super) fn handled(&self, began: Began, error: Option<SharedError>, now: Instant) {
        let Began { message, at } = began;
        self.board.change(|record| {
            rest(record, message, now);
            record.status.failures += u64::from(error.is_some());
            blame(record, error.as_ref(), now);
        });
        if let Some(error) = &error {
            tracing::warn!(worker = self.name(), %error, "a worker failed");
        }
        self.tell(|| What::Handled {
            message,
            error,
            took: now - at,
        });
    }

    /// It panicked, and the worker is restarted after this time, or not at all.
    pub(super) fn panicked(&self, began: Began, error: &SharedError, restart: Option<Duration>) {
        let now = Instant::now();
        self.board.change(|record| {
            rest(record, began.message, now);
            record.status.panics += 1;
            blame(record, Some(error), now);
        });
        tracing::warn!(worker = self.name(), %error, ?restart, "a worker panicked");
        self.tell(|| What::Panicked {
            error: Arc::clone(error),
            restart,
        });
    }

    /// Waits until this moment, for mail, or until it is told to stop.
    pub(super) async fn wait(&self, until: Option<Instant>, mail: impl Future<Output = ()>) {
        let woken = self.halt.until_told(mail);
        match until {
            Some(until) => {
                self.rests(until);
                drop(timeout_at(until, woken).await);
            }
            None => drop(woken.await),
        }
    }

    /// Waits for so long. False, if it is told to stop before.
    pub(super) async fn sleep(&self, wait: Duration) -> bool {
        let until = after(Instant::now(), wait);
        self.rests(until);
        self.halt.until_told(sleep_until(until)).await.is_some()
    }

    fn rests(&self, until: Instant) {
        self.board.change(|record| {
            if record.status.state == State::Idle {
                record.status.until = Some(until);
            }
        });
    }

    /// It goes on after a restart.
    pub(super) fn restarted(&self) {
        self.board.change(|record| record.status.restarts += 1);
    }

    /// So much was not done.
    pub(super) fn dropped(&self, count: u64) {
        if count > 0 {
            self.board.change(|record| {
                record.status.dropped += count;
                record.cut_off = true;
            });
        }
    }

    /// Its task has ended: as it should, or because of this error.
    pub(super) fn ended(&self, error: Option<&SharedError>) {
        let (step, state) = match error {
            None => (Step::End, State::Stopped),
            Some(_) => (Step::Fail, State::Failed),
        };
        let now = Instant::now();
        self.board.change(|record| {
            blame(record, error, now);
            record.status.step(step, now);
        });
        if let Some(error) = error {
            tracing::error!(worker = self.name(), %error, "a worker has failed, and is not restarted");
        }
        self.entered(state);
    }

    /// A message was sent to it.
    pub(super) fn dispatched(&self, accepted: bool) {
        self.tell(|| What::Dispatched { accepted });
    }

    fn entered(&self, state: State) {
        tracing::debug!(worker = self.name(), %state, "a worker");
        self.tell(|| What::Entered(state));
    }

    fn tell(&self, what: impl FnOnce() -> What) {
        self.bulletin.tell(|| Event {
            worker: Arc::clone(&self.name),
            at: Instant::now(),
            what: what(),
        });
    }
}

/// A run or a message has ended.
fn rest(record: &mut Record, message: bool, now: Instant) {
    let status = &mut record.status;
    status.step(Step::Rest, now);
    status.messages += u64::from(message);
    status.runs += u64::from(!message);
}

fn blame(record: &mut Record, error: Option<&SharedError>, now: Instant) {
    if let Some(error) = error {
        record.status.last_error = Some((Arc::clone(error), now));
    }
}
