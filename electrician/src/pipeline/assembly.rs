//! A run while it is put together: its stages, its edges, and the tasks that are not spawned before all is checked.

mod edges;

use std::{
    future::Future,
    marker::PhantomData,
    sync::{Arc, Once},
};

use super::{Control, EdgePlan, Error, ErrorKind, Pipeline, Through};
use crate::{
    edge::{Alarm, Cycle, CyclePlace, EdgeOptions, Heads, Items, Merge, Overflow, Probe, Sender},
    resilience::BadValue,
    stage::{Cell, Layers, Port, Settings, Task, pool, spawn, unfit, workers},
};

/// A pipeline that is to be a stage of another one.
#[derive(Debug)]
pub struct Inner<P, In, Out> {
    pipeline: P,
    types: PhantomData<fn(In) -> Out>,
}

unfit!(Inner<P, In, Out>);

impl<P, In, Out> Inner<P, In, Out> {
    /// A stage of this pipeline.
    pub fn new(pipeline: P) -> Self
    where
        P: Through<In, Out>,
    {
        Self {
            pipeline,
            types: PhantomData,
        }
    }

    /// The type of its input.
    pub fn input(&self) -> Port<In> {
        Port::new()
    }

    /// The type of its output.
    pub fn output(&self) -> Port<Out> {
        Port::new()
    }
}

impl<P, In, Out> Inner<P, In, Out>
where
    P: Through<In, Out> + Pipeline,
    In: Send + 'static,
    Out: Send + 'static,
{
    /// Becomes a stage of another pipeline's run.
    pub fn join(
        self,
        run: &mut Assembly,
        name: &'static str,
        inputs: Merge<In>,
        output: Sender<Out>,
    ) {
        let handles = P::handles();
        let (way_in, way_out) = P::ends(&handles);
        way_in.feed(inputs);
        way_out.pipe(output);
        let prefix = format!("{}/", run.path(name));
        let outer = std::mem::replace(&mut run.prefix, prefix);
        P::assemble(&Arc::new(self.pipeline), run, &handles);
        run.prefix = outer;
    }
}

/// A run that is being put together.
pub struct Assembly {
    control: Arc<Control>,
    prefix: String,
    cells: Vec<Arc<Cell>>,
    sources: Vec<String>,
    edges: Vec<EdgeRecord>,
    errors: Vec<Error>,
    tasks: Vec<Launch>,
}

type Launch = Box<dyn FnOnce(&Arc<Control>) + Send>;

/// One edge of a run, as the report names it.
#[derive(Debug, Clone)]
pub(crate) struct EdgeRecord {
    pub(crate) from: String,
    pub(crate) port: &'static str,
    pub(crate) to: Vec<String>,
    pub(crate) probe: Option<Probe>,
}

impl Assembly {
    pub(crate) fn new() -> Self {
        Self {
            control: Control::new(),
            prefix: String::new(),
            cells: Vec::new(),
            sources: Vec::new(),
            edges: Vec::new(),
            errors: Vec::new(),
            tasks: Vec::new(),
        }
    }

    /// Adds a stage.
    pub(crate) fn stage<E>(&mut self, name: &'static str, settings: &Settings<E>) -> Arc<Cell> {
        let path = self.path(name);
        if let Err(value) = settings.check() {
            self.errors.push(Error::bad_value(&*path, value));
        }
        let cell = Cell::new(
            name,
            path,
            Arc::clone(&self.control),
            Layers::of(settings),
            settings.on_panic.clone(),
        );
        self.cells.push(Arc::clone(&cell));
        cell
    }

    /// Notes that a stage brings items in, so that a pause stops it.
    pub fn source(&mut self, name: &'static str) {
        self.sources.push(self.path(name));
    }

    /// Checks a number that must be at least one.
    pub fn at_least_one(
        &mut self,
        stage: &'static str,
        option: &'static str,
        value: usize,
    ) -> usize {
        if value == 0 {
            self.refuse(stage, BadValue::new(option, "must be at least 1"));
        }
        value.max(1)
    }

    /// Refuses a value: the pipeline will not start.
    pub fn refuse(&mut self, stage: &'static str, value: BadValue) {
        self.errors.push(Error::bad_value(self.path(stage), value));
    }

    /// A feedback loop.
    pub fn cycle(&self) -> Cycle {
        Cycle::new()
    }

    /// Two stages of one island: there is no queue between them.
    pub fn fused(&mut self, from: &'static str, to: &'static str) {
        let (from, to) = (self.path(from), vec![self.path(to)]);
        self.edges.push(EdgeRecord {
            from,
            port: "output",
            to,
            probe: None,
        });
    }

    /// The task of an island; `blocking` gives it a thread of its own.
    pub fn island(
        &mut self,
        stage: &'static str,
        blocking: bool,
        island: impl Future<Output = ()> + Send + 'static,
    ) {
        self.task(stage, blocking, Box::pin(island));
    }

    /// The tasks of a stage's workers.
    pub fn workers<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        stage: &'static str,
        (plain, blocking): (bool, bool),
        count: usize,
        worker: impl Fn(usize) -> F + Send + 'static,
    ) {
        let stage = self.path(stage);
        self.tasks.push(Box::new(move |control| {
            workers(control, &stage, (plain, blocking), count, worker);
        }));
    }

    /// The tasks of a pool, each of which has so many workers.
    pub fn pool<F: Future<Output = ()> + Send + 'static>(
        &mut self,
        stage: &'static str,
        blocking: bool,
        count: usize,
        task: impl Fn(usize) -> F + Send + 'static,
    ) {
        let stage = self.path(stage);
        self.tasks.push(Box::new(move |control| {
            pool(control, &stage, blocking, count, task);
        }));
    }

    /// Spawns everything, if nothing was refused.
    pub(crate) fn launch(self) -> Result<Assembled, Error> {
        if let Some(error) = self.errors.into_iter().next() {
            return Err(error);
        }
        let launching = Launching(&self.control);
        for task in self.tasks {
            task(&self.control);
        }
        drop(launching);
        self.control.tasks.close();
        let Self {
            control,
            cells,
            sources,
            edges,
            ..
        } = self;
        Ok(Assembled {
            control,
            cells,
            sources,
            edges,
        })
    }

    fn task(&mut self, stage: &'static str, blocking: bool, task: Task) {
        let stage = self.path(stage);
        self.tasks.push(Box::new(move |control| {
            spawn(control, &stage, blocking, task);
        }));
    }

    fn heads(&mut self, items: &dyn Items, plan: EdgePlan) -> Heads {
        let plan = self.checked(plan);
        let (heads, probe) = Heads::of(items, self.options(&plan));
        self.record(&plan, Some(probe));
        heads
    }

    fn path(&self, stage: &str) -> String {
        format!("{}{stage}", self.prefix)
    }

    fn checked(&mut self, mut plan: EdgePlan) -> EdgePlan {
        plan.buffer = self.at_least_one(plan.to[0], "buffer", plan.buffer);
        plan
    }

    fn record(&mut self, plan: &EdgePlan, probe: Option<Probe>) {
        let to = plan.to.iter().map(|to| self.path(to)).collect();
        self.edges.push(EdgeRecord {
            from: self.path(plan.from),
            port: plan.port,
            to,
            probe,
        });
    }

    fn options(&self, plan: &EdgePlan) -> EdgeOptions {
        let cycle = plan
            .cycle
            .clone()
            .map(|(cycle, role)| CyclePlace { cycle, role });
        EdgeOptions {
            capacity: plan.buffer,
            overflow: plan.overflow,
            senders: plan.senders,
            receivers: plan.receivers,
            single: plan.single,
            alarm: (plan.overflow == Overflow::Fail).then(|| self.alarm(plan)),
            cycle,
        }
    }

    fn alarm(&self, plan: &EdgePlan) -> Alarm {
        let edge = format!("{} -> {}", self.path(plan.from), plan.to.join(", "));
        let (control, once) = (Arc::downgrade(&self.control), Once::new());
        Arc::new(move || {
            once.call_once(|| {
                if let Some(control) = control.upgrade() {
                    control.fail(Error::new(ErrorKind::Overflowed, &*edge));
                }
            });
        })
    }
}

impl std::fmt::Debug for Assembly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assembly")
            .field("stages", &self.cells.len())
            .finish_non_exhaustive()
    }
}

/// Ends what was spawned when an argument of a later worker panics.
struct Launching<'a>(&'a Control);

impl Drop for Launching<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.abort();
        }
    }
}

/// What is left of an assembly when it runs.
#[derive(Debug)]
pub(crate) struct Assembled {
    pub(crate) control: Arc<Control>,
    pub(crate) cells: Vec<Arc<Cell>>,
    pub(crate) sources: Vec<String>,
    pub(crate) edges: Vec<EdgeRecord>,
}
