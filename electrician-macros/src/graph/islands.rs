//! Stages and edges come in; the runs that need no queue between them become islands.

use super::{Edge, Graph, Island, Port, PortName, Stage, StageId, StageKind};
use crate::ast::Class;

/// The most stages of an island.
const LONGEST: usize = 32;
/// The same, where a call is made again or guarded: such calls stand in one async block, and one that is long is
/// superlinear to compile.
const LONGEST_GUARDED: usize = 8;

pub(super) fn fuse(graph: &mut Graph) {
    let candidates: Vec<bool> = graph
        .edges
        .iter()
        .map(|edge| can_fuse(graph, edge))
        .collect();
    let mut lines: Vec<Vec<StageId>> = Vec::new();
    for stage in heads(graph, &candidates) {
        let mut line = vec![stage];
        while let Some(target) =
            follow(graph, &candidates, line[line.len() - 1]).filter(|next| !line.contains(next))
        {
            line.push(target);
        }
        let is_guarded = line.iter().any(|id| graph.stage(*id).options.guards());
        let longest = if is_guarded { LONGEST_GUARDED } else { LONGEST };
        lines.extend(line.chunks(longest).map(<[StageId]>::to_vec));
    }
    let order = order(graph, &lines);
    for (id, line) in order.into_iter().enumerate() {
        for stage in &lines[line] {
            graph.stages[stage.0].island = id;
        }
        graph.islands.push(Island {
            id,
            stages: lines[line].clone(),
        });
    }
    for (at, candidate) in candidates.into_iter().enumerate() {
        let edge = &graph.edges[at];
        let together = graph.stage(edge.from.0).island == graph.stage(edge.to[0]).island;
        graph.edges[at].fused = candidate && together;
    }
}

/// The stages that no candidate edge leads to. A ring of candidates, which is a mistake, is cut at its first stage.
fn heads(graph: &Graph, candidates: &[bool]) -> Vec<StageId> {
    let mut placed = vec![false; graph.stages.len()];
    let led_to = |id: StageId| graph.stage(id).inputs.iter().any(|edge| candidates[edge.0]);
    let mut heads: Vec<StageId> = graph
        .stages
        .iter()
        .map(|stage| stage.id)
        .filter(|id| !led_to(*id))
        .collect();
    for head in heads.clone() {
        mark(graph, candidates, head, &mut placed);
    }
    for stage in &graph.stages {
        if !placed[stage.id.0] {
            heads.push(stage.id);
            mark(graph, candidates, stage.id, &mut placed);
        }
    }
    heads
}

fn mark(graph: &Graph, candidates: &[bool], head: StageId, placed: &mut [bool]) {
    let mut next = Some(head);
    while let Some(stage) = next.filter(|stage| !placed[stage.0]) {
        placed[stage.0] = true;
        next = follow(graph, candidates, stage);
    }
}

/// The stage behind the candidate edge that leaves `stage`, if there is one.
fn follow(graph: &Graph, candidates: &[bool], stage: StageId) -> Option<StageId> {
    graph
        .edges_from(stage)
        .find(|edge| candidates[edge.id.0])
        .map(|edge| edge.to[0])
}

fn can_fuse(graph: &Graph, edge: &Edge) -> bool {
    let [target] = edge.to[..] else { return false };
    let (source, target) = (graph.stage(edge.from.0), graph.stage(target));
    let alone = matches!(source.port(edge.from.1), Port::Edges(edges) if edges.len() == 1);
    edge.from.1 == PortName::Output
        && alone
        && target.inputs.len() == 1
        && !edge.feedback
        && edge.options.buffer.is_none()
        && edge.options.overflow.is_none()
        && runs_inline(source)
        && runs_inline(target)
        && !matches!(target.kind, StageKind::Generator(_))
}

/// Whether a stage is one slot that shares its task with its neighbours.
fn runs_inline(stage: &Stage) -> bool {
    let inline = matches!(
        stage.kind,
        StageKind::Generator(_)
            | StageKind::Handler(_)
            | StageKind::Operator {
                class: Class::Inline,
                ..
            }
    );
    let options = &stage.options;
    inline
        && !options.is_pool()
        && options.ordered.is_none()
        && options.key.is_none()
        && options.blocking.is_none()
}

/// The lines in topological order, feedback edges aside; those of an unmarked circle come last.
fn order(graph: &Graph, lines: &[Vec<StageId>]) -> Vec<usize> {
    let line_of = |stage: StageId| {
        lines
            .iter()
            .position(|line| line.contains(&stage))
            .unwrap_or(0)
    };
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); lines.len()];
    for edge in graph.edges.iter().filter(|edge| !edge.feedback) {
        for target in &edge.to {
            let (from, to) = (line_of(edge.from.0), line_of(*target));
            if from != to {
                before[to].push(from);
            }
        }
    }
    let mut rest: Vec<usize> = (0..lines.len()).collect();
    rest.sort_by_key(|line| lines[*line][0]);
    let mut order: Vec<usize> = Vec::new();
    while !rest.is_empty() {
        let ready = rest
            .iter()
            .position(|line| before[*line].iter().all(|earlier| order.contains(earlier)));
        order.push(rest.remove(ready.unwrap_or(0)));
    }
    order
}
