//! Stages and the edges between them: what follows from the words of a pipeline.

mod build;
mod cycles;
mod draw;
mod islands;
mod labels;
mod resolve;
mod wire;

use proc_macro2::{Ident, Span, TokenStream};
use std::collections::BTreeSet;

use crate::ast::{Callee, Class, EdgeOptions, Pipeline, StageOptions, Words};

use labels::Labels;

pub(crate) use build::build;
pub(crate) use cycles::components;
pub(crate) use draw::{dot, mermaid};

/// A checked pipeline, seen as a graph.
#[derive(Debug)]
pub(crate) struct Graph<'a> {
    pub(crate) pipeline: &'a Pipeline,
    /// The declared ones in their order, then operators and zips in theirs; a stage's id is its index.
    pub(crate) stages: Vec<Stage<'a>>,
    pub(crate) labels: Labels,
    /// An edge's id is its index.
    pub(crate) edges: Vec<Edge>,
    /// In topological order, feedback edges aside; an island's id is its index.
    pub(crate) islands: Vec<Island>,
    /// The stages of each circle that a feedback edge closes.
    pub(crate) cycles: Vec<Vec<StageId>>,
    /// Every place where a wiring statement names a stage.
    pub(crate) uses: Vec<Use>,
    /// Stages that stood beside a mistake that is reported already: what they lack is not their fault.
    pub(crate) excused: BTreeSet<StageId>,
    /// The words of the statements that could not be read.
    broken: Words,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StageId(pub(crate) usize);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EdgeId(pub(crate) usize);

/// A generator, a handler, an operator … at its place in the pipeline.
#[derive(Debug)]
pub(crate) struct Stage<'a> {
    pub(crate) id: StageId,
    /// The user's; operators are `filter_1`, `filter_2` …, and never clash with a declared name.
    pub(crate) name: Ident,
    /// The name as it is shown, without `r#`.
    pub(crate) label: String,
    pub(crate) kind: StageKind<'a>,
    /// Those of the stage, and the defaults that it takes over.
    pub(crate) options: StageOptions,
    pub(crate) output: Port,
    pub(crate) error: Port,
    pub(crate) neutral: Port,
    pub(crate) overflow: Port,
    /// For a zip, in the order of its members.
    pub(crate) inputs: Vec<EdgeId>,
    pub(crate) island: usize,
    /// The doc comments of its declaration.
    pub(crate) docs: &'a [syn::Attribute],
    /// The statement that it comes from, for headings.
    pub(crate) text: TokenStream,
    pub(crate) span: Span,
}

/// What a stage does.
#[derive(Debug)]
pub(crate) enum StageKind<'a> {
    Generator(&'a Callee),
    Handler(&'a Callee),
    Sub(&'a Callee),
    Input(&'a syn::Type),
    Output(&'a syn::Type),
    Operator {
        name: Ident,
        class: Class,
        args: Vec<syn::Expr>,
    },
    Zip,
}

/// A way out of a stage.
#[derive(Debug, Clone)]
pub(crate) enum Port {
    Unwired,
    Discard(Span),
    /// One edge, or one for each branch of a broadcast.
    Edges(Vec<EdgeId>),
    Route {
        arms: Vec<RouteArm>,
        span: Span,
    },
}

/// One arm of a route.
#[derive(Debug, Clone)]
pub(crate) struct RouteArm {
    pub(crate) pattern: syn::Pat,
    pub(crate) guard: Option<syn::Expr>,
    pub(crate) payload: Option<syn::Expr>,
    /// `None` for `_`.
    pub(crate) target: Option<EdgeId>,
    /// Of the arm's arrow.
    pub(crate) span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PortName {
    Output,
    Error,
    Neutral,
    Overflow,
}

/// A path from one port to one stage, or to the several stages of an `any` group, which share its queue.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) id: EdgeId,
    pub(crate) from: (StageId, PortName),
    pub(crate) to: Vec<StageId>,
    pub(crate) arrow: Span,
    /// What `with` says, and else what the target says of its buffer.
    pub(crate) options: EdgeOptions,
    pub(crate) feedback: bool,
    /// No queue: its two ends are neighbours in one island.
    pub(crate) fused: bool,
    /// Which arm of a route it is.
    pub(crate) arm: Option<usize>,
    /// The circle that it leads into or belongs to.
    pub(crate) cycle: Option<(usize, CycleRole)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CycleRole {
    Entry,
    Inside,
    Feedback,
}

/// A run of stages that become one task.
#[derive(Debug)]
pub(crate) struct Island {
    pub(crate) id: usize,
    /// A line, in order.
    pub(crate) stages: Vec<StageId>,
}

/// A name in a wiring statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Use {
    pub(crate) stage: StageId,
    pub(crate) side: Side,
    pub(crate) span: Span,
}

/// The side of the arrow on which a name stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    From(PortName),
    Into,
}

impl<'a> Graph<'a> {
    pub(crate) fn stage(&self, id: StageId) -> &Stage<'a> {
        &self.stages[id.0]
    }

    pub(crate) fn edge(&self, id: EdgeId) -> &Edge {
        &self.edges[id.0]
    }

    /// The edges that leave a stage, by any port.
    pub(crate) fn edges_from(&self, id: StageId) -> impl Iterator<Item = &Edge> {
        let stage = self.stage(id);
        let ports = [&stage.output, &stage.error, &stage.neutral, &stage.overflow];
        let edges = ports.into_iter().flat_map(Port::edges);
        edges.map(|edge| self.edge(edge))
    }
}

impl Edge {
    /// The arm of the route that it belongs to.
    pub(crate) fn arm<'g>(&self, graph: &'g Graph) -> Option<&'g RouteArm> {
        match graph.stage(self.from.0).port(self.from.1) {
            Port::Route { arms, .. } => arms.get(self.arm?),
            _ => None,
        }
    }
}

impl Stage<'_> {
    pub(crate) fn port(&self, name: PortName) -> &Port {
        match name {
            PortName::Output => &self.output,
            PortName::Error => &self.error,
            PortName::Neutral => &self.neutral,
            PortName::Overflow => &self.overflow,
        }
    }

    fn port_mut(&mut self, name: PortName) -> &mut Port {
        match name {
            PortName::Output => &mut self.output,
            PortName::Error => &mut self.error,
            PortName::Neutral => &mut self.neutral,
            PortName::Overflow => &mut self.overflow,
        }
    }

    /// Whether it makes items rather than take them.
    pub(crate) fn is_source(&self) -> bool {
        matches!(self.kind, StageKind::Generator(_) | StageKind::Input(_))
    }
}

impl StageKind<'_> {
    /// With its article, as it stands in messages.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            StageKind::Generator(_) => "a generator",
            StageKind::Handler(_) => "a handler",
            StageKind::Sub(_) => "a pipeline",
            StageKind::Input(_) => "an input",
            StageKind::Output(_) => "an output",
            StageKind::Operator { .. } => "an operator",
            StageKind::Zip => "a zip",
        }
    }

    /// The options that a stage of this kind can have.
    pub(crate) fn options(&self) -> &'static [&'static str] {
        match self {
            StageKind::Generator(_) => &["on_error", "blocking"],
            StageKind::Handler(_) => &[
                "workers",
                "buffer",
                "ordered",
                "blocking",
                "keep_item",
                "key",
                "overflow",
                "on_error",
                "on_panic",
                "deadline",
                "rate_limit",
                "bulkhead",
                "breaker",
                "retry",
                "hedge",
                "timeout",
                "fallback",
                "chaos",
            ],
            StageKind::Sub(_) | StageKind::Input(_) | StageKind::Output(_) => {
                &["buffer", "overflow"]
            }
            StageKind::Operator { .. } | StageKind::Zip => &[],
        }
    }

    /// The defaults that a stage of this kind takes over.
    fn defaults(&self) -> &'static [&'static str] {
        match self {
            StageKind::Generator(_) => &["on_error"],
            other => other.options(),
        }
    }
}

impl Port {
    pub(crate) fn is_wired(&self) -> bool {
        !matches!(self, Port::Unwired)
    }

    /// Its edges, in the order in which they are written.
    pub(crate) fn edges(&self) -> Vec<EdgeId> {
        match self {
            Port::Unwired | Port::Discard(_) => Vec::new(),
            Port::Edges(edges) => edges.clone(),
            Port::Route { arms, .. } => arms.iter().filter_map(|arm| arm.target).collect(),
        }
    }
}

impl PortName {
    pub(crate) const NAMED: [PortName; 3] =
        [PortName::Error, PortName::Neutral, PortName::Overflow];

    /// The word behind the dot.
    pub(crate) fn word(self) -> &'static str {
        match self {
            PortName::Output => "output",
            PortName::Error => "error",
            PortName::Neutral => "neutral",
            PortName::Overflow => "overflow",
        }
    }

    /// The port as it is written: `stage` or `stage.error`.
    pub(crate) fn of(self, stage: &str) -> String {
        match self {
            PortName::Output => stage.to_owned(),
            named => format!("{stage}.{}", named.word()),
        }
    }
}

#[cfg(test)]
mod tests;
