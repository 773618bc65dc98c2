//! A timed operator before it runs: its decisions, and the types that its ports carry.

use std::{convert::Infallible, fmt, marker::PhantomData, sync::Arc};

use super::{Timed, TimedIntake};
use crate::{
    edge::Merge,
    pipeline::Assembly,
    resilience::BadValue,
    stage::{Cell, Port, Settings, unfit},
};

/// A timed operator that is being defined.
pub struct TimedDraft<Op, In, Out> {
    op: Op,
    refused: Option<BadValue>,
    types: PhantomData<fn(In) -> Out>,
}

impl<Op, In, Out> TimedDraft<Op, In, Out> {
    pub(super) fn new(op: Op, refused: Option<BadValue>) -> Self {
        Self {
            op,
            refused,
            types: PhantomData,
        }
    }

    /// Makes the operator a part of the pipeline, or refuses its arguments.
    pub fn install(self, name: &'static str, run: &mut Assembly) -> TimedDefinition<Op, In, Out> {
        let cell = run.stage(name, &Settings::<Infallible>::default());
        if let Some(value) = self.refused {
            run.refuse(name, value);
        }
        TimedDefinition {
            op: self.op,
            cell,
            types: PhantomData,
        }
    }
}

/// A timed operator that is a part of a pipeline.
pub struct TimedDefinition<Op, In, Out> {
    op: Op,
    cell: Arc<Cell>,
    types: PhantomData<fn(In) -> Out>,
}

unfit!(TimedDefinition<Op, In, Out>);

impl<Op, In, Out> TimedDefinition<Op, In, Out> {
    /// The type of the input.
    pub fn input(&self) -> Port<In> {
        Port::new()
    }

    /// The type of the output.
    pub fn output(&self) -> Port<Out> {
        Port::new()
    }

    /// What the operator shares with the report.
    pub fn cell(&self) -> &Arc<Cell> {
        &self.cell
    }
}

impl<Op: Timed<In, Out>, In, Out> TimedDefinition<Op, In, Out> {
    /// The operator at work on these edges.
    pub fn intake(self, edges: Merge<In>) -> TimedIntake<Op, In, Out> {
        TimedIntake::new(self.op, edges, &self.cell)
    }
}

impl<Op, In, Out> fmt::Debug for TimedDraft<Op, In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedDraft").finish_non_exhaustive()
    }
}

impl<Op, In, Out> fmt::Debug for TimedDefinition<Op, In, Out> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimedDefinition")
            .field("stage", &self.cell.path)
            .finish_non_exhaustive()
    }
}
