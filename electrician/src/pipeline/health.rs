//! How the stages of a run are: fine, paused, stalled, ended, or dead.

use std::{fmt, time::Duration};

use super::{
    Error, Phase,
    assembly::{Assembled, EdgeRecord},
};
use crate::stage::Cell;

/// How one stage is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum State {
    /// It works, or waits for work.
    Fine,
    /// It brings items in, and the pipeline is paused.
    Paused,
    /// It has had items to work on, and has finished none for this long. One that waits for what follows is not stalled.
    Stalled(Duration),
    /// It has ended as it should.
    Ended,
    /// It has failed, or was aborted.
    Dead(Option<Error>),
}

/// How one stage is.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StageHealth {
    /// The stage.
    pub name: String,
    /// How it is.
    pub state: State,
}

/// How the stages of a pipeline are.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Health {
    /// The stages, in the order in which they were declared.
    pub stages: Vec<StageHealth>,
}

impl Health {
    pub(crate) fn of(run: &Assembled, patience: Duration) -> Self {
        let stages = run.cells.iter().map(|cell| {
            let state = state(run, cell, patience);
            StageHealth {
                name: cell.path.clone(),
                state,
            }
        });
        Self {
            stages: stages.collect(),
        }
    }

    /// Whether no stage is dead or stalled.
    pub fn is_fine(&self) -> bool {
        !self
            .stages
            .iter()
            .any(|stage| matches!(stage.state, State::Dead(_) | State::Stalled(_)))
    }

    /// How one stage is.
    pub fn stage(&self, name: &str) -> Option<&State> {
        self.stages
            .iter()
            .find(|stage| stage.name == name)
            .map(|stage| &stage.state)
    }
}

fn state(run: &Assembled, cell: &Cell, patience: Duration) -> State {
    let control = &run.control;
    match control.phase() {
        Phase::Aborted => {
            return State::Dead(
                control
                    .failure()
                    .filter(|failure| failure.stage() == cell.path),
            );
        }
        _ if control.tasks.is_empty() => return State::Ended,
        Phase::Paused if run.sources.contains(&cell.path) => return State::Paused,
        Phase::Running | Phase::Paused | Phase::Draining => {}
    }
    let has_work = cell.stats().in_flight() > 0
        || run
            .edges
            .iter()
            .any(|edge| edge.to.contains(&cell.path) && is_queued(edge));
    let idle = Duration::from_millis(control.millis().saturating_sub(cell.progress()));
    if has_work && idle >= patience && !is_held_up(run, cell) {
        State::Stalled(idle)
    } else {
        State::Fine
    }
}

/// Whether what follows still has items of the stage: then it waits, and one of those that follow may be stalled.
fn is_held_up(run: &Assembled, cell: &Cell) -> bool {
    run.edges
        .iter()
        .filter(|edge| edge.from == cell.path)
        .any(|edge| match edge.probe {
            Some(_) => is_queued(edge),
            None => run
                .cells
                .iter()
                .any(|next| edge.to.contains(&next.path) && next.stats().in_flight() > 0),
        })
}

fn is_queued(edge: &EdgeRecord) -> bool {
    edge.probe
        .as_ref()
        .is_some_and(|probe| probe.stats().queued > 0)
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fine => f.write_str("fine"),
            Self::Paused => f.write_str("paused"),
            Self::Stalled(idle) => write!(f, "stalled for {idle:?}"),
            Self::Ended => f.write_str("ended"),
            Self::Dead(Some(error)) => write!(f, "dead: {error}"),
            Self::Dead(None) => f.write_str("dead: the pipeline was aborted"),
        }
    }
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, StageHealth { name, state }) in self.stages.iter().enumerate() {
            let line = if n == 0 { "" } else { "\n" };
            write!(f, "{line}{name}: {state}")?;
        }
        Ok(())
    }
}
