//! Stages and edges come in; the runs that need no queue between them become islands.

use std::collections::BTreeSet;

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
            follow(graph, &candidates, line[line.len() - 1]).filter(|next| *next != stage)
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

/// The lines in topological order, feedback edges aside, and else in that of their first stages; of an unmarked circle, the
/// first line goes first.
fn order(graph: &Graph, lines: &[Vec<StageId>]) -> Vec<usize> {
    let mut line_of = vec![0; graph.stages.len()];
    for (at, line) in lines.iter().enumerate() {
        for stage in line {
            line_of[stage.0] = at;
        }
    }
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); lines.len()];
    let mut waits = vec![0_usize; lines.len()];
    for edge in graph.edges.iter().filter(|edge| !edge.feedback) {
        let from = line_of[edge.from.0.0];
        for to in edge.to.iter().map(|target| line_of[target.0]) {
            if from != to {
                behind[from].push(to);
                waits[to] += 1;
            }
        }
    }
    let mut rest: BTreeSet<(bool, StageId, usize)> = (0..lines.len())
        .map(|line| (waits[line] > 0, lines[line][0], line))
        .collect();
    let mut order = Vec::new();
    while let Some((_, _, line)) = rest.pop_first() {
        order.push(line);
        for next in &behind[line] {
            waits[*next] -= 1;
            if waits[*next] == 0 && rest.remove(&(true, lines[*next][0], *next)) {
                rest.insert((false, lines[*next][0], *next));
            }
        }
    }
    order
}
