//! A registered worker: how its task is spawned, told to stop, and waited for.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    time::{Instant, timeout_at},
};

use super::{
    Ended, Error, ErrorKind, SharedError,
    desk::{Desk, Start},
    events::Bulletin,
    options::Options,
};
use crate::{
    resilience::{BadValue, moment::after},
    stage::BoxError,
};

/// How long something that was cut off may take to give way.
const LEEWAY: Duration = Duration::from_secs(2);

/// Something that an [`Operator`](super::Operator) supervises: a [`Job`](super::Job), or a [`Line`](super::Line).
pub trait Register: Sized {
    /// What adding it gives.
    type Handle;

    #[doc(hidden)]
    fn register(self, at: Place) -> Result<(Member, Self::Handle), BadValue>;
}

/// Where something is registered.
#[doc(hidden)]
#[derive(Debug)]
pub struct Place {
    name: Arc<str>,
    bulletin: Arc<Bulletin>,
}

/// Something that is registered.
#[doc(hidden)]
pub struct Member {
    pub(super) desk: Arc<Desk>,
    launch: Box<dyn Fn() -> Result<Task, BoxError> + Send + Sync>,
}

/// The task of a member. It gives the error that it failed of, if it did.
pub(super) type Task = Pin<Box<dyn Future<Output = Option<SharedError>> + Send>>;

impl Place {
    pub(super) fn new(name: &Arc<str>, bulletin: &Arc<Bulletin>) -> Self {
        Self {
            name: Arc::clone(name),
            bulletin: Arc::clone(bulletin),
        }
    }

    pub(super) fn desk(self, options: Options) -> Result<Arc<Desk>, BadValue> {
        options.restart.check()?;
        Ok(Desk::new(self.name, self.bulletin, options))
    }
}

impl Member {
    /// One whose task is put together by `launch`; an error is why it cannot start.
    pub(super) fn new(
        desk: Arc<Desk>,
        launch: impl Fn() -> Result<Task, BoxError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            desk,
            launch: Box::new(launch),
        }
    }

    /// Spawns its task, unless it runs.
    pub(super) fn start(&self) -> Result<(), Error> {
        let refuse = |kind| Err(Error::new(kind, self.desk.name()));
        let Ok(runtime) = Handle::try_current() else {
            return refuse(ErrorKind::NoRuntime);
        };
        match self.desk.start() {
            Start::Begins => {}
            Start::Runs => return Ok(()),
            Start::Stopping => return refuse(ErrorKind::Stopping),
            Start::Removed => return refuse(ErrorKind::Unknown),
        }
        let on_duty = OnDuty(Some(Arc::clone(&self.desk)));
        match (self.launch)() {
            Ok(task) => {
                runtime.spawn(async move { on_duty.leaves(task.await.as_ref()) });
                Ok(())
            }
            Err(error) => {
                let error = SharedError::from(error);
                on_duty.leaves(Some(&error));
                Err(Error::new(ErrorKind::NotStarted, self.desk.name()).because(error))
            }
        }
    }

    /// Tells it to end at once, within its grace or the limit; the future waits until it has.
    pub(super) fn stop(&self, limit: Duration) -> impl Future<Output = Ended> + Send {
        let grace = self.desk.options.grace.min(limit);
        let runs = self.desk.stop(grace);
        let patience = after(after(Instant::now(), grace), LEEWAY);
        let desk = Arc::clone(&self.desk);
        async move {
            if !runs {
                return Ended::NotRunning;
            }
            if timeout_at(patience, desk.board.over()).await.is_err() {
                return Ended::Stuck;
            }
            if desk.board.read(|record| record.cut_off) {
                Ended::CutOff
            } else {
                Ended::Clean
            }
        }
    }

    /// Ends it, and sees to it that it does not start again.
    pub(super) fn cancel(&self) {
        self.desk.retire();
        self.desk.stop(Duration::ZERO);
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.desk.fmt(f)
    }
}

/// Sees to it that whoever leaves is not taken to be at work, however it comes to that.
struct OnDuty(Option<Arc<Desk>>);

impl OnDuty {
    fn leaves(mut self, error: Option<&SharedError>) {
        if let Some(desk) = self.0.take() {
            desk.ended(error);
        }
    }
}

impl Drop for OnDuty {
    fn drop(&mut self) {
        if let Some(desk) = self.0.take() {
            let died = BoxError::from("its task has ended before its time");
            desk.ended(Some(&died.into()));
        }
    }
}
