//! What is no mistake, and seldom meant.

use proc_macro2::Span;

use crate::ast::{Literal, OnError, WhenLimited, WhenOpen};
use crate::diagnostics::Diagnostics;
use crate::graph::{Edge, Graph, Port, Stage};
use crate::message;

pub(super) fn warnings(graph: &Graph, diag: &mut Diagnostics) {
    let mut warn = |span, sentence| diag.warn(span, sentence, &graph.pipeline.allowed);
    for stage in &graph.stages {
        for (span, sentence) in [
            slow_branch(graph, stage),
            refused_while_open(stage),
            retry_of_every_error(stage),
            ordered_single_worker(stage),
            order_lost_at_once(graph, stage),
            order_of_nothing(graph, stage),
        ]
        .into_iter()
        .flatten()
        {
            warn(span, sentence);
        }
    }
}

type Warning = Option<(Span, String)>;

/// Branches of which one waits, where nothing says that the others wait with it.
fn slow_branch(graph: &Graph, stage: &Stage) -> Warning {
    let Port::Edges(edges) = &stage.output else {
        return None;
    };
    let branches: Vec<&Edge> = edges.iter().map(|id| graph.edge(*id)).collect();
    if branches.iter().any(|edge| edge.options.overflow.is_some()) {
        return None;
    }
    let targets: Vec<&Stage> = branches
        .iter()
        .map(|edge| graph.stage(edge.to[0]))
        .collect();
    let (slow, waits_for, span) = targets.iter().find_map(|target| {
        let (waits_for, span) = waits(target)?;
        Some((target, waits_for, span))
    })?;
    let others_are_quick = targets.iter().any(|target| waits(target).is_none());
    others_are_quick.then(|| {
        (
            span,
            message::slow_branch(&slow.label, &stage.label, waits_for),
        )
    })
}

/// What an item waits for in front of a stage, beside its handler.
fn waits(stage: &Stage) -> Option<(&'static str, Span)> {
    let options = &stage.options;
    let place = |name| options.names.span(name);
    let limit = options.rate_limit.as_ref().filter(|limit| {
        limit.queue.is_none()
            && !matches!(limit.when_limited, Some((WhenLimited::Reject, _)))
            && !stage.overflow.is_wired()
    });
    let breaker = options.breaker.as_ref();
    if limit.is_some() {
        return Some(("its rate limit", place("rate_limit")?));
    }
    match breaker.and_then(|breaker| breaker.when_open) {
        Some((WhenOpen::Wait, span)) => Some(("its breaker to close", span)),
        _ => None,
    }
}

/// A breaker that refuses, where nothing says so and nobody sees what it refuses.
fn refused_while_open(stage: &Stage) -> Warning {
    let options = &stage.options;
    let span = options.names.span("breaker")?;
    let says = options.breaker.as_ref()?.when_open.is_some();
    let skips = matches!(options.on_error, None | Some((OnError::Skip, _)));
    let seen = stage.neutral.is_wired() || stage.error.is_wired() || options.fallback.is_some();
    (skips && !says && !seen).then(|| (span, message::refused_while_open(&stage.label)))
}

/// A retry of all errors, where the breaker tells them apart.
fn retry_of_every_error(stage: &Stage) -> Warning {
    let (retry, breaker) = (
        stage.options.retry.as_ref()?,
        stage.options.breaker.as_ref()?,
    );
    let apart = breaker.when.is_some() && retry.when.is_none();
    apart.then(|| (retry.span, message::retry_of_every_error()))
}

fn ordered_single_worker(stage: &Stage) -> Warning {
    let one = stage.options.workers.as_ref()?.literal == Some(Literal::Int(1));
    let span = stage.options.ordered.filter(|_| one)?;
    Some((span, message::ordered_single_worker()))
}

fn order_lost_at_once(graph: &Graph, stage: &Stage) -> Warning {
    let span = stage.options.ordered?;
    let shared = match &stage.output {
        Port::Edges(edges) => edges.iter().any(|edge| graph.edge(*edge).to.len() > 1),
        _ => false,
    };
    shared.then(|| (span, message::order_lost_at_once(&stage.label)))
}

fn order_of_nothing(graph: &Graph, stage: &Stage) -> Warning {
    let ports = [&stage.output, &stage.error, &stage.neutral, &stage.overflow];
    let leaves = |port: &&Port| !matches!(port, Port::Unwired | Port::Discard(_));
    let excused = graph.excused.contains(&stage.id);
    let span = stage
        .options
        .ordered
        .filter(|_| stage.options.is_pool() && !excused)?;
    let nothing = !ports.iter().any(leaves);
    nothing.then(|| (span, message::order_of_nothing(&stage.label)))
}
