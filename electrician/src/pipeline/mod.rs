//! A pipeline and its life: configured, running, drained, reported.

mod assembly;
mod control;
mod error;
mod handle;
mod health;
mod input;
mod knobs;
mod output;
mod plan;
mod ready;
mod report;
mod running;
mod topology;

use std::sync::Arc;

pub use assembly::{Assembly, Inner};
pub use error::{Error, ErrorKind};
pub use handle::StageHandle;
pub use health::{Health, StageHealth, State};
pub use input::{Input, SendError};
pub use knobs::{BreakerHandle, Knob, KnobAndQueue, KnobPerKey, ProtectedHandle};
pub use output::Output;
pub use plan::{BUFFER, CAPACITY, EdgePlan};
pub use ready::{Ready, Shares, shares};
pub use report::{EdgeReport, Imbalance, Outcome, Report, StageReport};
pub use running::{PATIENCE, Running};
pub use topology::{EdgeShape, StageKind, StageShape, Topology};

pub(crate) use control::{Bell, Control, Phase};

/// A checked graph, configured and ready to start.
pub trait Pipeline: Wired + Send + Sync {}

impl<P: Wired + Send + Sync> Pipeline for P {}

/// A checked graph. Implemented by `pipeline!`, whatever the parameters are: of one that tasks cannot [share](Shares) it is told once.
pub trait Wired: Sized + 'static {
    /// The name.
    const NAME: &'static str;
    /// The graph.
    const TOPOLOGY: Topology;
    /// The inputs, outputs and stages of a running pipeline.
    type Handles: Send + Sync + 'static;
    /// The handles of the stages.
    type Stages: Send + Sync + 'static;

    /// Handles that are bound to no run yet.
    fn handles() -> Self::Handles;
    /// The stages among the handles.
    fn stages(handles: &Self::Handles) -> &Self::Stages;
    /// Puts a run together, and binds the handles to it.
    fn assemble(this: &Arc<Self>, run: &mut Assembly, handles: &Self::Handles)
    where
        Self: Send + Sync;
}

/// A pipeline with one input and one output, which can be a stage of another one. Implemented by `pipeline!`.
#[diagnostic::on_unimplemented(
    message = "[E0915] `{Self}` cannot be a stage: it has not exactly one `input` and one `output`",
    label = "this pipeline",
    note = "declare `input name: Type` and `output name: Type` in it, once each"
)]
pub trait Through<In, Out>: Wired {
    /// The two ends.
    fn ends(handles: &Self::Handles) -> (&Input<In>, &Output<Out>);
}
