//! A pipeline that runs: it pauses, drains, stops, restarts; dropping it stops it.

use std::{
    fmt,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{runtime::Handle, time::timeout};

use super::{
    Assembly, Error, ErrorKind, Health, Pipeline, Report, Wired, assembly::Assembled,
    report::Snapshot,
};

/// How long a stage may work on items without finishing one before [`Running::health`] calls it stalled.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// How long an aborted run waits for threads that are still busy.
const GRACE: Duration = Duration::from_secs(1);

/// A pipeline that has been started.
///
/// Its inputs, outputs and [`stages()`](Self::stages) are fields and methods of its handles, which it derefs to. Dropping
/// it aborts the run: use [`drain`](Self::drain) to lose nothing.
pub struct Running<P: Wired> {
    pipeline: Arc<P>,
    handles: Arc<P::Handles>,
    run: Mutex<Arc<Assembled>>,
}

impl<P: Wired> Running<P> {
    /// Starts a pipeline.
    ///
    /// # Errors
    /// When an option has a value that it cannot have (nothing runs then), or outside of a tokio runtime.
    pub fn start(pipeline: P) -> Result<Self, Error>
    where
        P: Pipeline,
    {
        Self::begin(Arc::new(pipeline), Arc::new(P::handles()))
    }

    /// Starts a pipeline, and binds these handles to it.
    pub(crate) fn begin(pipeline: Arc<P>, handles: Arc<P::Handles>) -> Result<Self, Error>
    where
        P: Pipeline,
    {
        let run = Mutex::new(assemble(&pipeline, &handles)?);
        Ok(Self {
            pipeline,
            handles,
            run,
        })
    }

    fn run(&self) -> Arc<Assembled> {
        Arc::clone(&self.run.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Stops the sources: generators are asked for nothing, `send` waits. What is in flight completes.
    pub fn pause(&self) {
        self.run().control.pause();
    }

    /// Ends a pause.
    pub fn resume(&self) {
        self.run().control.resume();
    }

    /// Waits until the pipeline has ended by itself: its generators came to their end and everything was handled, or a
    /// stage failed it.
    ///
    /// # Cancel safety
    /// Dropping the future leaves the pipeline as it is.
    pub async fn wait(&self) -> Report {
        let run = self.run();
        run.control.tasks.wait().await;
        Report::of(P::NAME, &run)
    }

    /// Ends the sources, waits until everything behind them is handled, and reports.
    ///
    /// When `drain` returns, every task has ended, and every edge is empty unless the report names the stages that still
    /// held something at the deadline; these were aborted then.
    ///
    /// # Cancel safety
    /// Dropping the future aborts the run.
    pub async fn drain(self, deadline: Duration) -> Report {
        self.finish(deadline).await
    }

    /// As [`drain`](Self::drain), but that dropping the future leaves the run draining.
    pub(crate) async fn finish(&self, deadline: Duration) -> Report {
        drain::<P>(&self.run(), deadline).await
    }

    /// Aborts the run: every task ends at its next await, and what was in flight is counted as dropped.
    pub async fn stop(self) -> Report {
        let run = self.run();
        run.control.abort();
        ended::<P>(&run).await
    }

    /// Drains the run, and starts a new one of the same pipeline: fresh edges, sources that run, counters from zero. The
    /// handles stay.
    ///
    /// # Errors
    /// As of `start`; nothing runs then.
    ///
    /// # Cancel safety
    /// Dropping the future while it drains leaves the old run draining; nothing new has been started.
    pub async fn restart(&mut self, deadline: Duration) -> Result<Report, Error>
    where
        P: Pipeline,
    {
        let report = self.finish(deadline).await;
        let fresh = assemble(&self.pipeline, &self.handles)?;
        *self.run.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(report)
    }

    /// How every stage is. One that has had work for ten seconds and finished nothing is stalled.
    pub fn health(&self) -> Health {
        self.health_within(PATIENCE)
    }

    /// As [`health`](Self::health), with another patience.
    pub fn health_within(&self, patience: Duration) -> Health {
        Health::of(&self.run(), patience)
    }

    /// What every stage and edge has counted so far.
    pub fn report(&self) -> Report {
        Report::of(P::NAME, &self.run())
    }

    /// The handles of the stages: their counters and their knobs.
    pub fn stages(&self) -> &P::Stages {
        P::stages(&self.handles)
    }
}

fn assemble<P: Pipeline>(pipeline: &Arc<P>, handles: &P::Handles) -> Result<Arc<Assembled>, Error> {
    if Handle::try_current().is_err() {
        return Err(Error::new(ErrorKind::NoRuntime, ""));
    }
    let mut run = Assembly::new();
    P::assemble(pipeline, &mut run, handles);
    run.launch().map(Arc::new)
}

async fn drain<P: Wired>(run: &Arc<Assembled>, deadline: Duration) -> Report {
    run.control.drain();
    if timeout(deadline, run.control.tasks.wait()).await.is_ok() {
        return Report::of(P::NAME, run);
    }
    let left = Snapshot::of(P::NAME, run);
    run.control.abort();
    let mut report = ended::<P>(run).await;
    left.mark(&mut report);
    report
}

/// The report of a run that was aborted.
async fn ended<P: Wired>(run: &Arc<Assembled>) -> Report {
    let stuck = timeout(GRACE, run.control.tasks.wait()).await.is_err();
    let mut report = Report::of(P::NAME, run);
    report.stuck = stuck;
    report
}

impl<P: Wired> Deref for Running<P> {
    type Target = P::Handles;
    fn deref(&self) -> &P::Handles {
        &self.handles
    }
}

impl<P: Wired> Drop for Running<P> {
    fn drop(&mut self) {
        let run = self.run();
        if !run.control.tasks.is_empty() {
            run.control.abort();
        }
    }
}

impl<P: Wired> fmt::Debug for Running<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("pipeline", &P::NAME)
            .finish_non_exhaustive()
    }
}
