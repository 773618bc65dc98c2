//! Names on the wrong side of an arrow, and ports that a stage does not have.

use proc_macro2::Span;

use crate::ast::WhenOpen;
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Port, PortName, Side, Stage, StageKind, Use};
use crate::message;

/// What only gives is no target, what only takes is no source.
pub(super) fn directions(graph: &Graph, diag: &mut Diagnostics) {
    for named in &graph.uses {
        let stage = graph.stage(named.stage);
        match (named.side, &stage.kind) {
            (Side::Into, StageKind::Generator(_) | StageKind::Input(_)) => {
                diag.report(
                    named.span,
                    message::source_as_target(&stage.label, stage.kind.noun()),
                );
            }
            (Side::From(PortName::Output), StageKind::Output(_)) => {
                diag.report(named.span, message::sink_as_source(&stage.label));
            }
            _ => {}
        }
    }
    for stage in graph
        .stages
        .iter()
        .filter(|stage| matches!(stage.kind, StageKind::Output(_)))
    {
        if let Some(span) = leaves_in_a_chain(graph, stage) {
            diag.report(span, message::sink_as_source(&stage.label));
        }
    }
}

/// The arrow that leaves a stage in the middle of a chain, where the stage is not named again.
fn leaves_in_a_chain(graph: &Graph, stage: &Stage) -> Option<Span> {
    let named = |named: &Use| named.stage == stage.id && named.side == Side::From(PortName::Output);
    if graph.uses.iter().any(named) {
        return None;
    }
    match &stage.output {
        Port::Unwired => None,
        Port::Discard(span) | Port::Route { span, .. } => Some(*span),
        Port::Edges(edges) => edges.first().map(|edge| graph.edge(*edge).arrow),
    }
}

/// Ports that the kind or the options of a stage do not give it.
pub(super) fn existence(graph: &Graph, diag: &mut Diagnostics) {
    for named in &graph.uses {
        let Side::From(port) = named.side else {
            continue;
        };
        if let Some(sentence) = missing(graph.stage(named.stage), port) {
            diag.report(named.span, sentence);
        }
    }
}

fn missing(stage: &Stage, port: PortName) -> Option<String> {
    let label = &stage.label;
    let has = match (port, &stage.kind) {
        (PortName::Output, _) | (_, StageKind::Handler(_)) => true,
        (port, StageKind::Generator(_)) => port == PortName::Error,
        _ => false,
    };
    if !has {
        return Some(message::no_such_port(port.word(), label, stage.kind.noun()));
    }
    match (port, &stage.options.breaker) {
        (PortName::Neutral, None) => Some(message::neutral_without_breaker(label)),
        (PortName::Neutral, Some(breaker))
            if matches!(
                breaker.when_open,
                Some((WhenOpen::Wait | WhenOpen::Reject, _))
            ) =>
        {
            Some(message::neutral_while_rejecting(label))
        }
        (PortName::Overflow, _) => match &stage.options.rate_limit {
            None => Some(message::overflow_without_limit(label)),
            Some(limit) => {
                (limit.when_limited.is_some()).then(|| message::overflow_while_rejecting(label))
            }
        },
        _ => None,
    }
}

/// `stage.error -> stage`
pub(super) fn error_feeds_itself(graph: &Graph, diag: &mut Diagnostics) {
    for edge in &graph.edges {
        let (stage, port) = edge.from;
        if port == PortName::Error && edge.to.contains(&stage) {
            diag.report(
                edge.arrow,
                message::error_feeds_itself(&graph.stage(stage).label),
            );
        }
    }
}
