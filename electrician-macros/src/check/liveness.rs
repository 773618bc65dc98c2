//! Wirings that are complete and do not live: circles without a way out, zips that wait for ever.

use proc_macro2::Span;

use super::cycles;
use crate::ast::{Callee, OnError, Overflow, WhenLimited, WhenOpen};
use crate::diagnostics::Diagnostics;
use crate::graph::{Edge, EdgeId, Graph, Port, PortName, Stage, StageId, StageKind};
use crate::message;

/// Circles whose items can neither leave nor vanish, as far as the block says.
pub(super) fn way_out(graph: &Graph, diag: &mut Diagnostics) {
    for stages in &graph.cycles {
        if stages.iter().any(|id| lets_out(graph, *id, stages)) {
            continue;
        }
        let path = cycles::circle(graph, stages, |_| true);
        let arrows: Vec<Span> = path.iter().map(|id| graph.edge(*id).arrow).collect();
        diag.report_all(&arrows, &message::no_way_out(&cycles::names(graph, &path)));
    }
}

fn lets_out(graph: &Graph, id: StageId, circle: &[StageId]) -> bool {
    let stage = graph.stage(id);
    let ports = [
        PortName::Output,
        PortName::Error,
        PortName::Neutral,
        PortName::Overflow,
    ];
    let discards = ports.iter().any(|port| match stage.port(*port) {
        Port::Discard(_) => true,
        Port::Route { arms, .. } => arms.iter().any(|arm| arm.target.is_none()),
        Port::Unwired | Port::Edges(_) => false,
    });
    let mut targets = graph.edges_from(id).flat_map(|edge| &edge.to);
    discards || targets.any(|to| !circle.contains(to)) || may_drop(stage)
}

/// Whether an item may end in a stage. Of a function the block does not say what it returns.
fn may_drop(stage: &Stage) -> bool {
    match &stage.kind {
        StageKind::Handler(Callee::Function { .. }) | StageKind::Sub(_) => true,
        StageKind::Handler(Callee::Closure(_)) => {
            stage.options.guards() || stage.options.on_error.is_some()
        }
        StageKind::Operator { name, .. } => {
            name == "take" || uneven_operator(&name.to_string()).is_some()
        }
        _ => false,
    }
}

/// What an operator does that gives other than one item for each. One that is only ahead, as `skip` is, or that ends, does not count.
fn uneven_operator(name: &str) -> Option<&'static str> {
    Some(match name {
        "filter" | "filter_map" | "dedupe" | "distinct" => "leaves items out",
        "debounce" | "sample" => "gives only some of the items",
        "batch" | "window" => "makes one item of several",
        "flat_map" | "flatten" => "makes several items of one",
        _ => return None,
    })
}

/// Zips over the branches of one broadcast, of which one gives other than one item for each.
pub(super) fn even_branches(graph: &Graph, diag: &mut Diagnostics) {
    for zip in zips(graph) {
        let ways: Vec<Vec<EdgeId>> = (zip.inputs.iter())
            .map(|edge| way_back(graph, *edge))
            .collect();
        for (at, way) in ways.iter().enumerate() {
            for other in &ways[..at] {
                if let Some((fork, branches)) = fork(graph, other, way)
                    && let Some(uneven) = branches
                        .iter()
                        .flat_map(|way| way.iter())
                        .find_map(|edge| uneven(graph, *edge))
                {
                    let broadcast = &graph.stage(graph.edge(fork).from.0).label;
                    let sentence =
                        message::zip_of_uneven_branches(broadcast, &uneven.name, uneven.does);
                    diag.report_all(&[graph.edge(fork).arrow, uneven.span, zip.span], &sentence);
                }
            }
        }
    }
}

fn zips<'g, 'a>(graph: &'g Graph<'a>) -> impl Iterator<Item = &'g Stage<'a>> {
    let stages = graph.stages.iter();
    stages.filter(|stage| matches!(stage.kind, StageKind::Zip))
}

/// The edges from a member of a zip back to where several meet.
fn way_back(graph: &Graph, member: EdgeId) -> Vec<EdgeId> {
    let mut way = vec![member];
    while let [before] = graph.stage(graph.edge(way[way.len() - 1]).from.0).inputs[..]
        && !way.contains(&before)
    {
        way.push(before);
    }
    way
}

/// Where two ways part, by the branches of one port, and what of each lies behind it.
fn fork<'w>(
    graph: &Graph,
    left: &'w [EdgeId],
    right: &'w [EdgeId],
) -> Option<(EdgeId, [&'w [EdgeId]; 2])> {
    left.iter().enumerate().find_map(|(at, edge)| {
        let from = graph.edge(*edge).from;
        let also = right
            .iter()
            .position(|other| graph.edge(*other).from == from && other != edge)?;
        matches!(graph.stage(from.0).port(from.1), Port::Edges(_))
            .then(|| (*edge, [&left[..=at], &right[..=also]]))
    })
}

/// Something on the way of a branch that gives other than one item for each.
struct Uneven {
    name: String,
    does: &'static str,
    span: Span,
}

/// What is uneven about an edge, or about the stage that it leads into on its way to a zip.
fn uneven(graph: &Graph, id: EdgeId) -> Option<Uneven> {
    let edge = graph.edge(id);
    let [to] = edge.to[..] else {
        return Some(at(
            graph.stage(edge.to[0]),
            "gets only its share of the items",
            edge.arrow,
        ));
    };
    edge_drops(graph, edge).or_else(|| stage_drops(graph.stage(to)))
}

fn at(stage: &Stage, does: &'static str, span: Span) -> Uneven {
    let name = stage.label.clone();
    Uneven { name, does, span }
}

fn edge_drops(graph: &Graph, edge: &Edge) -> Option<Uneven> {
    let from = graph.stage(edge.from.0);
    if let Some((Overflow::DropNewest | Overflow::DropOldest, span)) = edge.options.overflow {
        let name = graph.stage(edge.to[0]).label.clone();
        let does = "loses items where its edge is full";
        return Some(Uneven { name, does, span });
    }
    match from.port(edge.from.1) {
        Port::Route { span, .. } => Some(at(from, "sends each item to one of several", *span)),
        _ if edge.from.1 != PortName::Output => {
            let name = edge.from.1.of(&from.label);
            let does = "takes only some of the items";
            Some(Uneven {
                name,
                does,
                span: edge.arrow,
            })
        }
        _ => None,
    }
}

fn stage_drops(stage: &Stage) -> Option<Uneven> {
    let options = &stage.options;
    if let StageKind::Operator { name, .. } = &stage.kind {
        let name = name.to_string();
        let does = uneven_operator(&name)?;
        return Some(Uneven {
            name,
            does,
            span: stage.span,
        });
    }
    let limit = options
        .rate_limit
        .as_ref()
        .and_then(|limit| limit.when_limited);
    let open = options
        .breaker
        .as_ref()
        .and_then(|breaker| breaker.when_open);
    let skips = options
        .names
        .span("on_error")
        .filter(|_| matches!(options.on_error, Some((OnError::Skip, _))));
    match (limit, open, skips) {
        _ if options.fallback.is_some() => None,
        (Some((WhenLimited::Reject, span)), ..) | (_, Some((WhenOpen::Reject, span)), _) => {
            Some(at(stage, "refuses items", span))
        }
        (_, _, Some(span)) => Some(at(stage, "leaves out the items that fail", span)),
        _ => {
            let mut ports = [&stage.error, &stage.neutral, &stage.overflow].into_iter();
            let leaves = ports.any(Port::is_wired);
            leaves.then(|| at(stage, "lets items out by another port", stage.span))
        }
    }
}

/// Zips of which a member has no source but the zip itself.
pub(super) fn zip_feeds_itself(graph: &Graph, diag: &mut Diagnostics) {
    let turns = |zip: &&Stage| graph.cycles.iter().any(|circle| circle.contains(&zip.id));
    for zip in zips(graph).filter(turns) {
        let fed = fed_without(graph, zip.id);
        for edge in zip.inputs.iter().map(|id| graph.edge(*id)) {
            let (member, port) = edge.from;
            let excused = graph.excused.contains(&member);
            if !excused && !fed[member.0] && leads_to(graph, zip.id, member) {
                let sentence = message::zip_waits_for_itself(&port.of(&graph.stage(member).label));
                diag.report_all(&[edge.arrow, zip.span], &sentence);
            }
        }
    }
}

/// The stages that a source reaches by ways on which `zip` does not stand.
fn fed_without(graph: &Graph, zip: StageId) -> Vec<bool> {
    let sources = graph.stages.iter().filter(|stage| stage.inputs.is_empty());
    reached(graph, sources.map(|stage| stage.id).collect(), Some(zip))
}

fn leads_to(graph: &Graph, from: StageId, to: StageId) -> bool {
    reached(graph, vec![from], None)[to.0]
}

fn reached(graph: &Graph, mut open: Vec<StageId>, without: Option<StageId>) -> Vec<bool> {
    let mut seen = vec![false; graph.stages.len()];
    while let Some(stage) = open.pop() {
        if Some(stage) != without && !std::mem::replace(&mut seen[stage.0], true) {
            open.extend(graph.edges_from(stage).flat_map(|edge| &edge.to));
        }
    }
    seen
}
