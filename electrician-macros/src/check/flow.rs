//! Whether every stage is wired, fed and emptied.

use std::collections::BTreeSet;

use crate::ast::{GroupKind, Node, plain};
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Port, Stage, StageId, StageKind};
use crate::message;

/// Declared, and named in no statement.
pub(super) fn never_wired(graph: &Graph, diag: &mut Diagnostics) {
    let used = used(graph);
    let unused = declared(graph).filter(|stage| !used.contains(&stage.id));
    for stage in unused.filter(|stage| !shares_out(graph, stage)) {
        let keyword = match stage.kind {
            StageKind::Generator(_) => "generator",
            StageKind::Input(_) => "input",
            StageKind::Output(_) => "output",
            _ => "handler",
        };
        diag.report(stage.span, message::never_wired(&stage.label, keyword));
    }
}

/// Named by a chain that starts with `any [a, b]`, which has been refused.
fn shares_out(graph: &Graph, stage: &Stage) -> bool {
    let heads = graph
        .pipeline
        .statements
        .iter()
        .filter_map(|statement| statement.chain.first());
    heads.into_iter().any(|link| match &link.node {
        Node::Group {
            kind: GroupKind::Any,
            members,
            ..
        } => members
            .iter()
            .any(|member| plain(&member.name) == stage.label),
        _ => false,
    })
}

/// A stage that takes needs an input, one that only gives needs an output; a handler without one is a sink.
pub(super) fn ends(graph: &Graph, diag: &mut Diagnostics) {
    let used = used(graph);
    for stage in fair(graph).filter(|stage| used.contains(&stage.id)) {
        if stage.inputs.is_empty()
            && !stage.is_source()
            && !matches!(stage.kind, StageKind::Zip | StageKind::Operator { .. })
        {
            diag.report(stage.span, message::no_input(&stage.label));
        }
        let open = matches!(stage.output, Port::Unwired);
        match &stage.kind {
            StageKind::Generator(_) | StageKind::Input(_) | StageKind::Sub(_) if open => {
                diag.report(stage.span, message::no_output(&stage.label));
            }
            StageKind::Operator { name, .. } if open => {
                diag.report(stage.span, message::operator_output(&format!("{name}(…)")));
            }
            StageKind::Zip if open => {
                diag.report(stage.span, message::operator_output("zip [a, b]"));
            }
            _ => {}
        }
    }
}

/// Stages that feed each other, with nothing that feeds them.
pub(super) fn unreached(graph: &Graph, diag: &mut Diagnostics) {
    let root = |stage: &&Stage| {
        stage.is_source() || stage.inputs.is_empty() || graph.excused.contains(&stage.id)
    };
    let mut seen = BTreeSet::new();
    for stage in graph.stages.iter().filter(root) {
        follow(graph, stage.id, &mut seen);
    }
    for stage in &graph.stages {
        if !seen.contains(&stage.id) {
            diag.report(stage.span, message::unreached(&stage.label));
            follow(graph, stage.id, &mut seen);
        }
    }
}

fn follow(graph: &Graph, start: StageId, seen: &mut BTreeSet<StageId>) {
    let mut open = vec![start];
    while let Some(stage) = open.pop() {
        if seen.insert(stage) {
            open.extend(
                graph
                    .edges_from(stage)
                    .flat_map(|edge| edge.to.iter().copied()),
            );
        }
    }
}

/// The stages that answer for what they lack.
fn fair<'g, 'a>(graph: &'g Graph<'a>) -> impl Iterator<Item = &'g Stage<'a>> {
    graph
        .stages
        .iter()
        .filter(|stage| !graph.excused.contains(&stage.id))
}

fn declared<'g, 'a>(graph: &'g Graph<'a>) -> impl Iterator<Item = &'g Stage<'a>> {
    fair(graph).filter(|stage| !matches!(stage.kind, StageKind::Zip | StageKind::Operator { .. }))
}

/// The stages that stand in the wiring.
fn used(graph: &Graph) -> BTreeSet<StageId> {
    let unnamed = graph
        .stages
        .iter()
        .filter(|stage| matches!(stage.kind, StageKind::Zip | StageKind::Operator { .. }));
    let named = graph.uses.iter().map(|named| named.stage);
    named.chain(unnamed.map(|stage| stage.id)).collect()
}
