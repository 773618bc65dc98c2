//! Which calls are timed: of a worker one in eight that wait and one in 64 others, of a pool one after each look at the clock.

use std::{mem, sync::Arc};

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

/// The calls of a pool: the first one after each reading of the clock is timed.
#[derive(Debug)]
pub(super) struct Samples {
    control: Arc<Control>,
    tally: Arc<Tally>,
    now: Option<u64>,
    untimed: u64,
    timed: Vec<Sample>,
}

/// A call that is timed.
#[derive(Debug)]
struct Sample {
    slot: usize,
    began: u64,
    /// How many calls it stands for.
    of: u64,
}

impl Samples {
    pub(super) fn new(control: Arc<Control>, tally: Arc<Tally>) -> Self {
        Self {
            control,
            tally,
            now: None,
            untimed: 0,
            timed: Vec::new(),
        }
    }

    /// The clock was read: nanoseconds since the start of the run.
    pub(super) fn clock(&mut self, now: u64) {
        self.now = Some(now);
    }

    /// A call begins in this slot. Says whether it is timed.
    #[inline]
    pub(super) fn begin(&mut self, slot: usize) -> bool {
        self.untimed += 1;
        let Some(began) = self.now.take() else {
            return false;
        };
        let of = mem::take(&mut self.untimed);
        self.timed.push(Sample { slot, began, of });
        true
    }

    /// The call that was timed in this slot is done.
    #[cold]
    pub(super) fn end(&mut self, slot: usize) {
        if let Some(timed) = self.timed.iter().position(|timed| timed.slot == slot) {
            let Sample { began, of, .. } = self.timed.swap_remove(timed);
            let took = self.control.nanos().saturating_sub(began);
            self.tally.latency.record(took, of);
        }
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

    #[tokio::test(start_paused = true)]
    async fn a_call_of_a_pool_stands_for_those_begun_since_the_last_one() {
        let (control, tally) = (Arc::new(Control::new()), Arc::new(Tally::default()));
        let mut samples = Samples::new(Arc::clone(&control), Arc::clone(&tally));
        assert!((0..9).all(|slot| !samples.begin(slot)));
        samples.clock(control.nanos());
        assert!(samples.begin(9));
        assert!(!samples.begin(10), "the clock has not been read again");
        samples.end(9);
        assert_eq!(tally.latency.latency().count(), 10);
    }
}
