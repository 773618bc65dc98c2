//! The supervisor: names come in, and what is to be done with the workers of these names.

use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::{
    Ended, Error, ErrorKind, Events, Register, Status, StopReport, Watch,
    events::Bulletin,
    member::{Member, Place},
};

/// Supervises named workers and whole pipelines.
///
/// - No call waits for a worker, but for `stop`, `stop_all` and `remove`, which wait until the workers have ended or their time is
///   over. A worker may ask its own operator anything, even to stop itself: hand it a [`Weak`](std::sync::Weak) of an
///   `Arc<Operator>`.
/// - Adding to a running operator is the same as adding to another one: what is added is stopped, until it is started.
/// - Dropping the operator cancels everything: workers end at their next await, pipelines are aborted, requests resolve.
///
/// # Examples
/// ```
/// use electrician::operator::{Ended, Operator, Ran, State, answering, polling};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// operator.add("sweep", polling(async || Ran::Idle(Duration::from_secs(60))))?;
/// let echo = operator.add("echo", answering(async |text: String| Ok::<_, std::io::Error>(text)))?;
/// assert!(operator.start_all().is_empty());
///
/// assert_eq!(echo.request("hello".into(), Duration::from_secs(1)).await?, "hello");
/// assert_eq!(operator.status("sweep")?.state, State::Idle);
///
/// let taken = operator.add("echo", polling(async || Ran::Done)).unwrap_err();
/// assert_eq!(taken.to_string(), "there is a worker `echo` already; remove it first, or choose another name");
///
/// let report = operator.stop_all(Duration::from_secs(5)).await;
/// assert_eq!(report.worker("sweep"), Some(Ended::Clean));
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Default)]
#[doc(alias = "supervisor")]
#[doc(alias = "smoothoperator")]
pub struct Operator {
    members: Mutex<BTreeMap<Arc<str>, Arc<Member>>>,
    bulletin: Arc<Bulletin>,
}

impl Operator {
    /// One without workers.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a worker or a pipeline under a name. It does not run yet.
    ///
    /// A [`Job`](super::Job) gives the [`Handle`](super::Handle) that messages are sent by, a [`Line`](super::Line) the handles of
    /// its pipeline.
    ///
    /// # Errors
    /// When the name is taken, or an option has a value that it cannot have.
    pub fn add<J: Register>(&self, name: impl Into<Arc<str>>, job: J) -> Result<J::Handle, Error> {
        let name = name.into();
        let (member, handle) = job
            .register(Place::new(&name, &self.bulletin))
            .map_err(|value| Error::new(ErrorKind::BadValue, &*name).because(Arc::new(value)))?;
        let mut members = self.members();
        if members.contains_key(&name) {
            return Err(Error::new(ErrorKind::Taken, name));
        }
        members.insert(name, Arc::new(member));
        Ok(handle)
    }

    /// Starts a worker. One that runs goes on; one that has failed begins anew.
    ///
    /// # Errors
    /// When there is no such worker, it is stopping, its pipeline does not start, or this is outside of a tokio runtime.
    pub fn start(&self, name: &str) -> Result<(), Error> {
        self.member(name)?.start()
    }

    /// Starts every worker. Those that cannot start do not keep the others from it: here are their errors.
    #[must_use = "each of these says which worker did not start, and why"]
    pub fn start_all(&self) -> Vec<Error> {
        let members = self.all();
        let started = members.iter().map(|(_, member)| member.start());
        started.filter_map(Result::err).collect()
    }

    /// Stops a worker: it is not idle any longer, and what is under way is cancelled when its `grace` is over. Waits until its
    /// task has ended.
    ///
    /// # Errors
    /// When there is no such worker.
    ///
    /// # Cancel safety
    /// Once it was polled, the worker ends whether this is waited for or not.
    pub async fn stop(&self, name: &str) -> Result<Ended, Error> {
        let member = self.member(name)?;
        Ok(member.stop(Duration::MAX).await)
    }

    /// Stops every worker, all at the same time. Each has its own `grace`, but none more than the deadline.
    ///
    /// # Cancel safety
    /// As of [`stop`](Self::stop).
    pub async fn stop_all(&self, deadline: Duration) -> StopReport {
        let all = self.all();
        let members = all.iter();
        // all are told before any is waited for
        let stopped: Vec<_> = members
            .map(|(name, member)| (name, member.stop(deadline)))
            .collect();
        let mut workers = Vec::with_capacity(stopped.len());
        for (name, stopped) in stopped {
            workers.push((Arc::clone(name), stopped.await));
        }
        StopReport { workers }
    }

    /// Removes a worker: it is stopped, and does not start again. Its name is free at once.
    ///
    /// # Errors
    /// When there is no such worker.
    ///
    /// # Cancel safety
    /// As of [`stop`](Self::stop).
    pub async fn remove(&self, name: &str) -> Result<Ended, Error> {
        let member = self.members().remove(name);
        let member = member.ok_or_else(|| Error::new(ErrorKind::Unknown, name))?;
        member.desk.retire();
        Ok(member.stop(Duration::MAX).await)
    }

    /// How a worker is.
    ///
    /// # Errors
    /// When there is no such worker.
    pub fn status(&self, name: &str) -> Result<Status, Error> {
        Ok(self.member(name)?.desk.board.status())
    }

    /// How every worker is, in the order of their names.
    pub fn statuses(&self) -> Vec<Status> {
        let members = self.all();
        let statuses = members.iter().map(|(_, member)| member.desk.board.status());
        statuses.collect()
    }

    /// The latest status of a worker, to be looked at and waited for.
    ///
    /// # Errors
    /// When there is no such worker.
    pub fn watch(&self, name: &str) -> Result<Watch, Error> {
        Ok(Watch::new(&self.member(name)?.desk.board))
    }

    /// What happens to the workers from now on. So many events are kept for this listener until it takes them, at least one.
    pub fn events(&self, capacity: usize) -> Events {
        let capacity = NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN);
        self.bulletin.listen(capacity)
    }

    fn member(&self, name: &str) -> Result<Arc<Member>, Error> {
        let member = self.members().get(name).cloned();
        member.ok_or_else(|| Error::new(ErrorKind::Unknown, name))
    }

    fn all(&self) -> Vec<(Arc<str>, Arc<Member>)> {
        let members = self.members();
        let pairs = members.iter();
        pairs
            .map(|(name, member)| (Arc::clone(name), Arc::clone(member)))
            .collect()
    }

    fn members(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Arc<Member>>> {
        self.members.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Operator {
    fn drop(&mut self) {
        for (_, member) in self.all() {
            member.cancel();
        }
        self.bulletin.close();
    }
}
