//! From state to state: comes in a step and the time, goes out the next state, or that the step is none from here.

use tokio::time::Instant;

use super::{State, Status};

/// What moves a worker from state to state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Its task is spawned.
    Start,
    /// A run or a message begins.
    Begin,
    /// A run or a message has ended.
    Rest,
    /// It is told to stop.
    Stop,
    /// Its task has ended.
    End,
    /// Its task has ended because it broke too often.
    Fail,
}

impl State {
    /// The state after a step, if it is one from here.
    pub(super) const fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Stopped | Self::Failed, Step::Start) | (Self::Running, Step::Rest) => {
                Some(Self::Idle)
            }
            (Self::Idle, Step::Begin) => Some(Self::Running),
            (Self::Idle | Self::Running, Step::Stop) => Some(Self::Stopping),
            (Self::Idle | Self::Running | Self::Stopping, Step::End) => Some(Self::Stopped),
            (Self::Idle | Self::Running | Self::Stopping, Step::Fail) => Some(Self::Failed),
            _ => None,
        }
    }
}

impl Status {
    /// Takes a step, if it is one from here.
    pub(super) fn step(&mut self, step: Step, now: Instant) -> bool {
        let Some(next) = self.state.after(step) else {
            return false;
        };
        (self.state, self.since, self.until) = (next, now, None);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    const STATES: [State; 5] = [
        State::Stopped,
        State::Idle,
        State::Running,
        State::Stopping,
        State::Failed,
    ];

    #[test]
    fn what_was_told_to_stop_only_ends() {
        for step in [Step::Start, Step::Begin, Step::Rest, Step::Stop] {
            assert_eq!(State::Stopping.after(step), None);
        }
        assert_eq!(State::Stopping.after(Step::End), Some(State::Stopped));
    }

    #[test]
    fn only_a_start_leaves_an_end() {
        for state in STATES.into_iter().filter(|state| state.is_over()) {
            assert_eq!(state.after(Step::Start), Some(State::Idle));
            for step in [Step::Begin, Step::Rest, Step::Stop, Step::End, Step::Fail] {
                assert_eq!(state.after(step), None);
            }
        }
    }

    fn any_step() -> impl Strategy<Value = Step> {
        use Step::{Begin, End, Fail, Rest, Start, Stop};
        prop::sample::select(vec![Start, Begin, Rest, Stop, End, Fail])
    }

    proptest! {
        #[test]
        fn since_moves_with_the_state_and_never_back(steps in prop::collection::vec((any_step(), 1..9_u64), 0..200)) {
            let mut now = Instant::now();
            let mut status = Status::new("w".into(), now);
            for (step, gap) in steps {
                now += Duration::from_millis(gap);
                let before = status.clone();
                let moved = status.step(step, now);
                prop_assert_eq!(moved, before.state.after(step).is_some());
                prop_assert_eq!(moved, before.state != status.state);
                prop_assert_eq!(status.since, if moved { now } else { before.since });
            }
        }

        #[test]
        fn a_stop_and_an_end_always_lead_to_rest(steps in prop::collection::vec(any_step(), 0..50)) {
            let now = Instant::now();
            let mut status = Status::new("w".into(), now);
            for step in steps.into_iter().chain([Step::Stop, Step::End]) {
                status.step(step, now);
            }
            prop_assert!(status.state.is_over());
        }
    }
}
