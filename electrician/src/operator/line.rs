//! A pipeline as a worker: it is started, drained when it is stopped, and started again when it fails.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    SharedError,
    desk::{Began, Desk},
    member::{Member, Place, Register, Task},
    options::Options,
};
use crate::{
    pipeline::{Health, Pipeline, Report, Running},
    resilience::{BadValue, Restart, Restarts, retry::roll},
    stage::{BoxError, caught},
};

/// A pipeline that is to be supervised.
///
/// When it is stopped it drains, within its `grace`. When it fails it is started again, with fresh edges and the same handles.
/// When its generators come to their end, it has stopped.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `grace` | a duration | `30s` | any |
/// | `restart` | see [`Restart`] | 5 within a minute, after `100ms..10s` | see [`Restart`] |
///
/// # Examples
/// ```
/// use electrician::{operator::{Ended, Operator, pipeline}, prelude::*};
/// use futures_util::StreamExt;
/// use std::time::Duration;
///
/// electrician::pipeline! {
///     Doubled {
///         input  numbers : u64;
///         output doubled : u64;
///         numbers -> map(|n| n * 2) -> doubled;
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let operator = Operator::new();
/// let doubled = operator.add("doubled", pipeline(Doubled))?;
/// operator.start("doubled")?;
///
/// doubled.numbers.send(21).await?;
/// assert_eq!(doubled.doubled.clone().next().await, Some(42));
/// assert_eq!(operator.stop("doubled").await?, Ended::Clean);
/// assert!(doubled.report().unwrap().is_clean());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "a pipeline is not supervised before it is added to an operator"]
pub struct Line<P> {
    pipeline: P,
    options: Options,
}

/// A pipeline that is to be supervised.
pub fn pipeline<P: Pipeline>(pipeline: P) -> Line<P> {
    Line {
        pipeline,
        options: Options::with_grace(Duration::from_secs(30)),
    }
}

impl<P: Pipeline> Line<P> {
    /// How much time a stop gives it to drain. When it is over, the pipeline is aborted.
    pub fn grace(mut self, grace: Duration) -> Self {
        self.options.grace = grace;
        self
    }

    /// How often it is started again when it fails. Past that it stays down.
    pub fn restart(mut self, restart: Restart) -> Self {
        self.options.restart = restart;
        self
    }
}

/// What a supervised pipeline derefs to its handles by: its inputs, outputs and stages.
///
/// The handles outlive restarts. While the pipeline does not run, its inputs give the items back.
pub struct Supervised<P: Pipeline>(Arc<Shared<P>>);

struct Shared<P: Pipeline> {
    pipeline: Arc<P>,
    handles: Arc<P::Handles>,
    /// The run, or the last one.
    run: Mutex<Option<Arc<Running<P>>>>,
}

/// A run, and when it began.
type Run<P> = (Arc<Running<P>>, Began);

impl<P: Pipeline> Supervised<P> {
    /// The handles of the stages: their counters and their knobs.
    pub fn stages(&self) -> &P::Stages {
        P::stages(self)
    }

    /// How every stage is; none before the first start.
    pub fn health(&self) -> Option<Health> {
        Some(self.0.run().as_ref()?.health())
    }

    /// What every stage and edge has counted, in this run or the last one; none before the first start.
    pub fn report(&self) -> Option<Report> {
        Some(self.0.run().as_ref()?.report())
    }
}

impl<P: Pipeline> Shared<P> {
    /// Starts a run. An argument of a stage that panics is why it cannot.
    fn start(&self, desk: &Desk) -> Result<Run<P>, BoxError> {
        let begin = || Running::begin(Arc::clone(&self.pipeline), Arc::clone(&self.handles));
        let run = Arc::new(caught(begin)??);
        *self.run() = Some(Arc::clone(&run));
        Ok((run, desk.begin(false, Instant::now())))
    }

    /// Lets it run, and starts it again when it has failed, until it is told to stop or comes to its end.
    async fn supervise(&self, mut run: Run<P>, desk: &Desk) -> Option<SharedError> {
        let mut restarts = Restarts::new(desk.options.restart);
        loop {
            let (running, began) = run;
            let ended = desk.halt.until_told(running.wait()).await;
            let told = ended.is_none();
            let report = match ended {
                Some(report) => report,
                None => drain(&running, desk).await,
            };
            let error = report
                .failure()
                .cloned()
                .map(|error| Arc::new(error) as SharedError);
            desk.handled(began, error.clone(), Instant::now());
            if told {
                return None;
            }
            let error = error?;
            let Some(wait) = restarts.again(Instant::now(), roll()) else {
                return Some(error);
            };
            if !desk.sleep(wait).await {
                return None;
            }
            desk.restarted();
            match self.start(desk) {
                Ok(again) => run = again,
                Err(error) => return Some(error.into()),
            }
        }
    }

    fn run(&self) -> MutexGuard<'_, Option<Arc<Running<P>>>> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Drains within the grace, or what is left of it when it is cut short.
async fn drain<P: Pipeline>(run: &Running<P>, desk: &Desk) -> Report {
    let drained = desk.halt.cut(run.finish(Duration::MAX)).await;
    let report = match drained {
        Some(report) => report,
        None => run.finish(Duration::ZERO).await,
    };
    desk.dropped(u64::from(!report.is_clean()));
    report
}

impl<P: Pipeline> Register for Line<P> {
    type Handle = Supervised<P>;

    fn register(self, at: Place) -> Result<(Member, Self::Handle), BadValue> {
        let desk = at.desk(self.options)?;
        let shared = Arc::new(Shared {
            pipeline: Arc::new(self.pipeline),
            handles: Arc::new(P::handles()),
            run: Mutex::new(None),
        });
        let handle = Supervised(Arc::clone(&shared));
        let member = Member::new(Arc::clone(&desk), move || {
            let run = shared.start(&desk)?;
            let (shared, desk) = (Arc::clone(&shared), Arc::clone(&desk));
            let task = async move { shared.supervise(run, &desk).await };
            Ok(Box::pin(task) as Task)
        });
        Ok((member, handle))
    }
}

impl<P: Pipeline> Deref for Supervised<P> {
    type Target = P::Handles;
    fn deref(&self) -> &P::Handles {
        &self.0.handles
    }
}

impl<P: Pipeline> Clone for Supervised<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: Pipeline> fmt::Debug for Supervised<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Supervised")
            .field("pipeline", &P::NAME)
            .finish_non_exhaustive()
    }
}
