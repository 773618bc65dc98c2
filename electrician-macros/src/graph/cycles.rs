//! The edges come in; the circles that a feedback edge closes go out, and each edge learns its part in them.
//! An edge that is marked and closes none is an ordinary edge here.

use super::{CycleRole, Graph, StageId};

pub(super) fn find(graph: &mut Graph) {
    let all = components(graph, |_| true);
    let closed = all.into_iter().filter(|stages| {
        graph.edges.iter().any(|edge| {
            edge.feedback
                && stages.contains(&edge.from.0)
                && edge.to.iter().any(|target| stages.contains(target))
        })
    });
    graph.cycles = closed.collect();
    for edge in &mut graph.edges {
        edge.cycle = graph.cycles.iter().enumerate().find_map(|(index, stages)| {
            let inside = stages.contains(&edge.from.0);
            let into = edge.to.iter().any(|target| stages.contains(target));
            match (inside, into) {
                (true, true) if edge.feedback => Some((index, CycleRole::Feedback)),
                (true, true) => Some((index, CycleRole::Inside)),
                (false, true) => Some((index, CycleRole::Entry)),
                _ => None,
            }
        });
        edge.feedback &= matches!(edge.cycle, Some((_, CycleRole::Feedback)));
    }
}

/// The sets of stages that reach each other over the edges that `keep` keeps, in the order of their first stage.
pub(crate) fn components(graph: &Graph, keep: impl Fn(&super::Edge) -> bool) -> Vec<Vec<StageId>> {
    let mut next: Vec<Vec<StageId>> = vec![Vec::new(); graph.stages.len()];
    for edge in graph.edges.iter().filter(|edge| keep(edge)) {
        next[edge.from.0.0].extend(&edge.to);
    }
    let reach: Vec<Vec<bool>> = graph
        .stages
        .iter()
        .map(|stage| reached(&next, stage.id))
        .collect();
    let mut found: Vec<Vec<StageId>> = Vec::new();
    for (id, ahead) in reach.iter().enumerate() {
        if ahead[id] && !found.iter().any(|stages| stages.contains(&StageId(id))) {
            let together = (0..reach.len()).filter(|other| ahead[*other] && reach[*other][id]);
            found.push(together.map(StageId).collect());
        }
    }
    found
}

/// The stages that lie behind at least one edge from `start`.
fn reached(next: &[Vec<StageId>], start: StageId) -> Vec<bool> {
    let mut seen = vec![false; next.len()];
    let mut open = vec![start];
    while let Some(stage) = open.pop() {
        for target in &next[stage.0] {
            if !std::mem::replace(&mut seen[target.0], true) {
                open.push(*target);
            }
        }
    }
    seen
}
