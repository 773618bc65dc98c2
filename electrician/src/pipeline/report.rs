//! What a run came to: every stage's counters, every edge's, and how it ended.

use std::{fmt, sync::Arc, time::Duration};

use super::{
    Error, Phase,
    assembly::{Assembled, EdgeRecord},
};
use crate::{
    edge::{EdgeStats, Probe},
    stage::{Latency, StageStats, rounded},
};

#[cfg(test)]
mod tests;

/// How a run ended, or that it has not.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outcome {
    /// It still runs.
    Running,
    /// Its generators came to their end, and everything was handled.
    Completed,
    /// It was drained, and everything was handled.
    Drained,
    /// It was drained because of this failure: a stage said `on_error: stop`.
    StoppedBy(Error),
    /// It was aborted because of this failure.
    Failed(Error),
    /// It was aborted by `stop`, by a drop, or at the deadline of a drain.
    Aborted,
}

/// What one stage came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StageReport {
    /// The stage; one of an inner pipeline has that stage's name before it, `inner/stage`.
    pub name: String,
    /// Its counters.
    pub stats: StageStats,
    /// How long the calls of its handler took.
    pub latency: Latency,
    /// Items that it had in hand when the report was made, or when the deadline of a drain was over.
    pub in_flight: u64,
}

/// What one edge came to.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EdgeReport {
    /// The stage that it leaves.
    pub from: String,
    /// The port that it leaves by.
    pub port: &'static str,
    /// The stages that it leads to.
    pub to: Vec<String>,
    /// Its counters. An edge inside of an island has no queue: what the next stage received was sent and taken.
    pub stats: EdgeStats,
    /// Items that waited when the report was made, or when the deadline of a drain was over.
    pub queued: u64,
}

/// What a run came to.
///
/// Its `Display` is a table of the stages' counters, and of their latencies where any were measured.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Report {
    /// The pipeline.
    pub pipeline: &'static str,
    /// How the run ended.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
    /// The stages, in the order in which they were declared.
    pub stages: Vec<StageReport>,
    /// The edges, in the order in which they were wired.
    pub edges: Vec<EdgeReport>,
    /// The stages that held items when the deadline of a drain was over.
    pub left: Vec<String>,
    /// Whether a thread was still busy a second after the run was aborted.
    pub stuck: bool,
}

/// An account that does not balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imbalance(String);

impl fmt::Display for Imbalance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Imbalance {}

impl Report {
    pub(crate) fn of(pipeline: &'static str, run: &Assembled) -> Self {
        let stages: Vec<_> = run
            .cells
            .iter()
            .map(|cell| {
                let stats = cell.stats();
                StageReport {
                    name: cell.path.clone(),
                    stats,
                    latency: cell.latency(),
                    in_flight: stats.in_flight(),
                }
            })
            .collect();
        let edges = run
            .edges
            .iter()
            .map(|edge| EdgeReport::of(edge, &stages))
            .collect();
        Self {
            pipeline,
            outcome: outcome(run),
            elapsed: run.control.started.elapsed(),
            stages,
            edges,
            left: Vec::new(),
            stuck: false,
        }
    }

    /// The report of one stage.
    pub fn stage(&self, name: &str) -> Option<&StageReport> {
        self.stages.iter().find(|stage| stage.name == name)
    }

    /// Whether the run ended by itself or by a drain, without a failure, and nothing was dropped on the way.
    pub fn is_clean(&self) -> bool {
        matches!(self.outcome, Outcome::Completed | Outcome::Drained)
            && !self.stuck
            && self.left.is_empty()
            && self
                .stages
                .iter()
                .all(|stage| stage.stats.dropped == 0 && stage.in_flight == 0)
            && self.edges.iter().all(|edge| edge.stats.dropped == 0)
    }

    /// The failure that ended the run, if one did.
    pub fn failure(&self) -> Option<&Error> {
        match &self.outcome {
            Outcome::StoppedBy(error) | Outcome::Failed(error) => Some(error),
            _ => None,
        }
    }

    /// Whether every item is accounted for: over each stage, over each edge, and between them.
    ///
    /// # Errors
    /// The first account that does not balance. A run that has not ended may be between two counters.
    pub fn balance(&self) -> Result<(), Imbalance> {
        for stage in &self.stages {
            self.balance_stage(stage)?;
        }
        self.edges.iter().try_for_each(balance_edge)
    }

    fn balance_stage(&self, stage: &StageReport) -> Result<(), Imbalance> {
        let StageReport { name, stats, .. } = stage;
        // a thread that is still busy has its items in hand
        let ended = !matches!(self.outcome, Outcome::Running) && !self.stuck;
        if stats.settled() > stats.received || (ended && stats.settled() != stats.received) {
            return Err(Imbalance(format!(
                "stage `{name}` received {} and settled {}",
                stats.received,
                stats.settled()
            )));
        }
        let (mut into, mut shared, mut taken) = (false, false, 0);
        let (mut out_of, mut sent) = (false, 0);
        for edge in &self.edges {
            if edge.to.contains(name) {
                into = true;
                shared |= edge.to.len() > 1;
                taken += edge.stats.taken;
            }
            if edge.from == *name && edge.port == "output" {
                out_of = true;
                sent += edge.stats.sent;
            }
        }
        if into && !shared && taken != stats.received {
            return Err(Imbalance(format!(
                "stage `{name}` received {}, its edges gave it {taken}",
                stats.received
            )));
        }
        if out_of && sent + stats.discarded != stats.emitted {
            let (emitted, discarded) = (stats.emitted, stats.discarded);
            return Err(Imbalance(format!(
                "stage `{name}` emitted {emitted}, its edges were sent {sent} and {discarded} were discarded"
            )));
        }
        Ok(())
    }
}

fn balance_edge(edge: &EdgeReport) -> Result<(), Imbalance> {
    let EdgeStats {
        sent,
        taken,
        dropped,
        queued,
        ..
    } = edge.stats;
    if sent == taken + dropped + queued {
        return Ok(());
    }
    let (from, to) = (&edge.from, edge.to.join(", "));
    Err(Imbalance(format!(
        "edge `{from} -> {to}` was sent {sent}: {taken} taken, {dropped} dropped, {queued} queued"
    )))
}

impl EdgeReport {
    fn of(edge: &EdgeRecord, stages: &[StageReport]) -> Self {
        let stats = edge
            .probe
            .as_ref()
            .map_or_else(|| fused(edge, stages), Probe::stats);
        let EdgeRecord { from, port, to, .. } = edge.clone();
        Self {
            from,
            port,
            to,
            stats,
            queued: stats.queued,
        }
    }
}

fn fused(edge: &EdgeRecord, stages: &[StageReport]) -> EdgeStats {
    let to = stages.iter().find(|stage| edge.to.contains(&stage.name));
    let through = to.map_or(0, |stage| stage.stats.received);
    EdgeStats {
        sent: through,
        taken: through,
        ..EdgeStats::default()
    }
}

fn outcome(run: &Assembled) -> Outcome {
    let control = &run.control;
    match (control.phase(), control.failure()) {
        (Phase::Aborted, Some(failure)) => Outcome::Failed(failure),
        (Phase::Aborted, None) => Outcome::Aborted,
        _ if !control.tasks.is_empty() => Outcome::Running,
        (_, Some(failure)) => Outcome::StoppedBy(failure),
        (Phase::Draining, None) => Outcome::Drained,
        (Phase::Running | Phase::Paused, None) => Outcome::Completed,
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Running => f.write_str("running"),
            Self::Completed => f.write_str("completed"),
            Self::Drained => f.write_str("drained"),
            Self::StoppedBy(error) => write!(f, "stopped: {error}"),
            Self::Failed(error) => write!(f, "failed: {error}"),
            Self::Aborted => f.write_str("aborted"),
        }
    }
}

const COLUMNS: [&str; 9] = [
    "received",
    "completed",
    "filtered",
    "failed",
    "panicked",
    "refused",
    "dropped",
    "retried",
    "in flight",
];

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} after {:.3?}",
            self.pipeline, self.outcome, self.elapsed
        )?;
        let names = self.stages.iter().map(|stage| stage.name.len());
        let width = names.max().unwrap_or(0).max("stage".len());
        write!(f, "{:width$}", "stage")?;
        for column in COLUMNS {
            write!(f, " {column:>9}")?;
        }
        if self.stages.iter().any(|stage| !stage.latency.is_empty()) {
            write!(f, " {:>6} {:>6}", "p50", "p99")?;
        }
        for StageReport {
            name,
            stats,
            latency,
            in_flight,
        } in &self.stages
        {
            write!(f, "\n{name:width$}")?;
            let StageStats {
                received,
                completed,
                filtered,
                failed,
                panicked,
                refused,
                dropped,
                retried,
                ..
            } = *stats;
            for count in [
                received, completed, filtered, failed, panicked, refused, dropped, retried,
                *in_flight,
            ] {
                write!(f, " {count:>9}")?;
            }
            for quantile in [latency.p50(), latency.p99()].into_iter().flatten() {
                write!(f, " {:>6?}", rounded(quantile))?;
            }
        }
        for edge in self
            .edges
            .iter()
            .filter(|edge| edge.stats.dropped > 0 || edge.queued > 0)
        {
            let (from, to) = (&edge.from, edge.to.join(", "));
            write!(
                f,
                "\n{from} -> {to}: {} dropped, {} queued",
                edge.stats.dropped, edge.queued
            )?;
        }
        if !self.left.is_empty() {
            write!(f, "\nnot empty at the deadline: {}", self.left.join(", "))?;
        }
        if self.stuck {
            f.write_str("\na thread did not end: a blocking function is still busy")?;
        }
        Ok(())
    }
}

/// Keeps what a run held at a deadline, over the abort that follows.
pub(crate) struct Snapshot(Report);

impl Snapshot {
    pub(crate) fn of(pipeline: &'static str, run: &Arc<Assembled>) -> Self {
        Self(Report::of(pipeline, run))
    }

    /// Names what was left in the report that is made after the abort.
    pub(crate) fn mark(self, report: &mut Report) {
        let held = |stage: &StageReport| {
            stage.in_flight > 0
                || self
                    .0
                    .edges
                    .iter()
                    .any(|edge| edge.queued > 0 && edge.to.contains(&stage.name))
        };
        report.left = self
            .0
            .stages
            .iter()
            .filter(|stage| held(stage))
            .map(|stage| stage.name.clone())
            .collect();
        for (stage, before) in report.stages.iter_mut().zip(&self.0.stages) {
            stage.in_flight = before.in_flight;
        }
        for (edge, before) in report.edges.iter_mut().zip(&self.0.edges) {
            edge.queued = before.queued;
        }
    }
}
