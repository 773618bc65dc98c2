//! Options that a stage cannot have, or that do not go together.

use crate::ast::{Literal, StageOptions, show};
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Stage};
use crate::message;

pub(super) fn fit(graph: &Graph, diag: &mut Diagnostics) {
    for stage in &graph.stages {
        kind(stage, diag);
        order(&stage.options, diag);
        times(&stage.options, diag);
    }
}

fn kind(stage: &Stage, diag: &mut Diagnostics) {
    let known = stage.kind.options();
    for (name, span) in stage
        .options
        .names
        .iter()
        .filter(|(name, _)| !known.contains(name))
    {
        diag.report(
            span,
            message::option_not_for(name, stage.kind.noun(), known),
        );
    }
}

fn order(options: &StageOptions, diag: &mut Diagnostics) {
    let lone = options
        .workers
        .as_ref()
        .is_none_or(|workers| workers.literal == Some(Literal::Int(1)));
    let ordered = options
        .names
        .span("ordered")
        .filter(|_| options.ordered.is_some());
    let key = options.names.span("key").filter(|_| options.key.is_some());
    if let (Some(_), Some(key)) = (ordered, key) {
        diag.report(key, message::ordered_with_key());
    } else if let (true, Some(span)) = (lone, ordered) {
        diag.report(span, message::ordered_without_workers());
    } else if let (true, Some(span)) = (lone, key) {
        diag.report(span, message::key_without_workers());
    }
}

/// One attempt cannot take longer than all of them.
fn times(options: &StageOptions, diag: &mut Diagnostics) {
    let Some(timeout) = &options.timeout else {
        return;
    };
    let Some(total) = options
        .retry
        .as_ref()
        .and_then(|retry| retry.total.as_ref())
    else {
        return;
    };
    if let (Some(Literal::Duration(one)), Some(Literal::Duration(all))) =
        (timeout.literal, total.literal)
        && one > all
    {
        diag.report(
            total.span,
            message::timeout_exceeds_total(&show(one), &show(all)),
        );
    }
}
