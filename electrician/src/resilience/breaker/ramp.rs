//! Closing by degrees: comes in calls and the time, goes out which of them may go.

use super::super::moment::after;
use std::time::Duration;
use tokio::time::Instant;

/// A whole call, in the parts that credit is counted in.
const CALL: u64 = 1_000;

/// A share of the calls that grows evenly, from a tenth to all of them.
///
/// No dice are thrown: each call that asks adds the share to a credit, and each one that goes takes a
/// whole call off it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ramp {
    began: Instant,
    lasts: Duration,
    credit: u64,
}

impl Ramp {
    pub(super) fn new(lasts: Duration, now: Instant) -> Self {
        Self {
            began: now,
            lasts,
            credit: CALL,
        }
    }

    /// Lets a call through, or says when the share will have grown.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        self.credit += self.share(now);
        if self.credit < CALL {
            return Err(after(now, self.lasts / 10).min(self.until()).max(now));
        }
        self.credit -= CALL;
        Ok(())
    }

    /// From here on, all calls go.
    pub(super) fn until(&self) -> Instant {
        after(self.began, self.lasts)
    }

    fn share(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.began).as_nanos();
        let share = passed.saturating_mul(u128::from(CALL)) / self.lasts.as_nanos().max(1);
        u64::try_from(share).unwrap_or(CALL).clamp(CALL / 10, CALL)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_grows_evenly_from_a_tenth() {
        let start = Instant::now();
        let lasts = Duration::from_secs(100);
        for (second, of_a_thousand) in [
            (0, 100),
            (5, 100),
            (10, 100),
            (50, 500),
            (90, 900),
            (100, 1_000),
        ] {
            let now = start + Duration::from_secs(second);
            let mut ramp = Ramp::new(lasts, start);
            ramp.credit = 0;
            let passed = (0..1_000).filter(|_| ramp.take(now).is_ok()).count();
            assert_eq!(passed, of_a_thousand, "after {second} s");
        }
    }

    #[test]
    fn the_first_call_goes_and_a_refusal_ends_within_the_ramp() {
        let start = Instant::now();
        let mut ramp = Ramp::new(Duration::from_secs(100), start);
        assert_eq!(ramp.take(start), Ok(()));
        assert_eq!(ramp.take(start), Err(start + Duration::from_secs(10)));
        let late = start + Duration::from_secs(95);
        ramp.credit = 0;
        assert_eq!(ramp.take(late), Err(ramp.until()));
    }
}
