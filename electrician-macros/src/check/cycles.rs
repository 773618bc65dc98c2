//! Circles: each must be closed by an arrow that says so, and that neither grows nor waits for ever.

use std::collections::VecDeque;

use crate::ast::Overflow;
use crate::diagnostics::Diagnostics;
use crate::graph::{CycleRole, Edge, EdgeId, Graph, PortName, StageId, components};
use crate::message;

/// Circles in which no arrow is marked, each as the shortest path through its first stage.
pub(super) fn unmarked(graph: &Graph, diag: &mut Diagnostics) {
    for stages in components(graph, |edge| counts(graph, edge)) {
        let path = circle(graph, &stages, |edge| counts(graph, edge));
        let Some(first) = path.first() else { continue };
        let start = &graph.stage(graph.edge(*first).from.0).label;
        let arrows: Vec<_> = path.iter().map(|id| graph.edge(*id).arrow).collect();
        diag.report_all(&arrows, &message::circle(start, &names(graph, &path)));
    }
}

/// `a -> b.error -> a`
pub(super) fn names(graph: &Graph, path: &[EdgeId]) -> String {
    let ports = path.iter().map(|id| graph.edge(*id).from);
    let mut names: Vec<String> = ports
        .map(|(stage, port)| port.of(&graph.stage(stage).label))
        .collect();
    let start = path.first().map(|id| graph.edge(*id).from.0);
    names.extend(start.map(|start| graph.stage(start).label.clone()));
    names.join(" -> ")
}

/// An error edge back to its own stage has a sentence of its own, and so has an edge into a source.
fn counts(graph: &Graph, edge: &Edge) -> bool {
    let own_error = edge.from.1 == PortName::Error && edge.to.contains(&edge.from.0);
    !edge.feedback
        && !own_error
        && !edge
            .to
            .iter()
            .any(|target| graph.stage(*target).is_source())
}

/// The edges of the shortest way from the first of `stages` back to it.
pub(super) fn circle(
    graph: &Graph,
    stages: &[StageId],
    counts: impl Fn(&Edge) -> bool,
) -> Vec<EdgeId> {
    let Some(start) = stages.first().copied() else {
        return Vec::new();
    };
    let mut came: Vec<Option<EdgeId>> = vec![None; graph.stages.len()];
    let mut open = VecDeque::from([start]);
    while let Some(stage) = open.pop_front() {
        for edge in graph.edges_from(stage).filter(|edge| counts(edge)) {
            for target in edge.to.iter().filter(|target| stages.contains(target)) {
                if came[target.0].is_none() {
                    came[target.0] = Some(edge.id);
                    open.push_back(*target);
                }
            }
        }
    }
    let mut path = Vec::new();
    let mut at = start;
    while let Some(edge) = came[at.0] {
        path.insert(0, edge);
        at = graph.edge(edge).from.0;
        if at == start {
            break;
        }
    }
    path
}

/// `feedback` closes a circle, has a bound, and never waits.
pub(super) fn feedback(graph: &Graph, diag: &mut Diagnostics) {
    for edge in &graph.edges {
        let Some(span) = edge.options.feedback else {
            continue;
        };
        if !matches!(edge.cycle, Some((_, CycleRole::Feedback))) {
            let same = |other: &Edge| {
                other
                    .options
                    .feedback
                    .is_some_and(|at| at.start() == span.start())
            };
            if !graph
                .edges
                .iter()
                .any(|other| other.feedback && same(other))
            {
                diag.report(span, message::feedback_without_circle());
            }
            continue;
        }
        if edge.options.buffer.is_none() {
            diag.report(span, message::feedback_without_buffer());
        }
        match edge.options.overflow {
            None => diag.report(span, message::feedback_that_blocks()),
            Some((Overflow::Block, word)) => diag.report(word, message::feedback_that_blocks()),
            Some(_) => {}
        }
    }
}
