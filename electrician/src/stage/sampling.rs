//! Which calls of a worker are timed: one in eight of a stage whose calls wait, one in 64 of others.

use super::Tally;
use crate::pipeline::Control;

/// Of calls that wait, and of those that do not, one in so many is timed: a clock costs more than a short wait.
const OF_WAITING: u64 = 8;
const OF_OTHERS: u64 = 64;

/// The calls of one worker since one of them was last timed.
#[derive(Debug, Default)]
pub(super) struct Sampling {
    untimed: u64,
    /// Whether the next call is not to be timed.
    rests: bool,
}

impl Sampling {
    /// When a call began that is to be timed, in nanoseconds since the start of the run.
    pub(super) fn begin(&self, control: &Control) -> Option<u64> {
        (!self.rests).then(|| control.nanos())
    }

    /// A call is done.
    pub(super) fn end(
        &mut self,
        began: Option<u64>,
        waited: bool,
        tally: &Tally,
        control: &Control,
    ) {
        self.untimed += 1;
        if let Some(began) = began {
            let took = control.nanos().saturating_sub(began);
            tally.latency.record(took, self.untimed);
            self.untimed = 0;
        }
        let of = if waited { OF_WAITING } else { OF_OTHERS };
        self.rests = self.untimed + 1 < of;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(sampling: &mut Sampling, tally: &Tally, control: &Control, waits: bool) {
        let began = sampling.begin(control);
        sampling.end(began, waits, tally, control);
    }

    #[tokio::test(start_paused = true)]
    async fn one_of_64_calls_that_do_not_wait_stands_for_all() {
        let (mut sampling, tally, control) =
            (Sampling::default(), Tally::default(), Control::new());
        for calls in 1..=129 {
            timed(&mut sampling, &tally, &control, false);
            let expected = [1, 65, 129].into_iter().rfind(|sample| *sample <= calls);
            assert_eq!(Some(tally.latency.latency().count()), expected);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_of_8_calls_that_wait_stands_for_all() {
        let (mut sampling, tally, control) =
            (Sampling::default(), Tally::default(), Control::new());
        for _ in 0..100 {
            timed(&mut sampling, &tally, &control, true);
        }
        assert_eq!(tally.latency.latency().count(), 97);
    }
}
