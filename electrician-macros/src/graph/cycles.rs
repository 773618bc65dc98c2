//! The edges come in; the circles that a feedback edge closes go out, and each edge learns its part in them.
//! An edge that is marked and closes none is an ordinary edge here.

use std::collections::BTreeSet;

use super::{CycleRole, Edge, Graph, StageId};

pub(super) fn find(graph: &mut Graph) {
    let mut circles = components(graph, |_| true);
    let numbers = numbers(graph, &circles);
    let marked = graph.edges.iter().filter(|edge| edge.feedback);
    let closed: BTreeSet<usize> = marked.filter_map(|edge| inside(&numbers, edge)).collect();
    let mut number = 0..;
    circles.retain(|_| number.next().is_some_and(|number| closed.contains(&number)));
    let numbers = self::numbers(graph, &circles);
    for edge in &mut graph.edges {
        let entry = || edge.to.iter().find_map(|target| numbers[target.0]);
        edge.cycle = match inside(&numbers, edge) {
            Some(number) if edge.feedback => Some((number, CycleRole::Feedback)),
            Some(number) => Some((number, CycleRole::Inside)),
            None => entry().map(|number| (number, CycleRole::Entry)),
        };
        edge.feedback &= matches!(edge.cycle, Some((_, CycleRole::Feedback)));
    }
    graph.cycles = circles;
}

/// For each stage the circle that it is in.
fn numbers(graph: &Graph, circles: &[Vec<StageId>]) -> Vec<Option<usize>> {
    let mut numbers = vec![None; graph.stages.len()];
    for (number, stages) in circles.iter().enumerate() {
        for stage in stages {
            numbers[stage.0] = Some(number);
        }
    }
    numbers
}

/// The circle that both ends of an edge are in.
fn inside(numbers: &[Option<usize>], edge: &Edge) -> Option<usize> {
    let from = numbers[edge.from.0.0]?;
    let into = |target: &StageId| numbers[target.0] == Some(from);
    edge.to.iter().any(into).then_some(from)
}

/// The sets of stages that reach each other over the edges that `keep` keeps, in the order of their first stage.
pub(crate) fn components(graph: &Graph, keep: impl Fn(&Edge) -> bool) -> Vec<Vec<StageId>> {
    let mut next: Vec<Vec<StageId>> = vec![Vec::new(); graph.stages.len()];
    let mut before = next.clone();
    for edge in graph.edges.iter().filter(|edge| keep(edge)) {
        for target in &edge.to {
            next[edge.from.0.0].push(*target);
            before[target.0].push(edge.from.0);
        }
    }
    // Kosaraju: against the arrows, from those that were left last
    let mut left = Vec::new();
    let mut seen = vec![false; next.len()];
    for stage in &graph.stages {
        walk(&next, stage.id, &mut seen, &mut left);
    }
    seen.fill(false);
    let mut found = Vec::new();
    for start in left.into_iter().rev() {
        let mut together = Vec::new();
        walk(&before, start, &mut seen, &mut together);
        together.sort();
        if together.len() > 1 || together.iter().any(|one| next[one.0].contains(one)) {
            found.push(together);
        }
    }
    found.sort();
    found
}

/// Adds what is reached from `start` and not seen yet, each stage behind those that lie ahead of it.
fn walk(next: &[Vec<StageId>], start: StageId, seen: &mut [bool], left: &mut Vec<StageId>) {
    if std::mem::replace(&mut seen[start.0], true) {
        return;
    }
    let mut open = vec![(start, 0)];
    while let Some((stage, at)) = open.last_mut() {
        let Some(target) = next[stage.0].get(*at) else {
            left.push(*stage);
            open.pop();
            continue;
        };
        *at += 1;
        if !std::mem::replace(&mut seen[target.0], true) {
            open.push((*target, 0));
        }
    }
}
