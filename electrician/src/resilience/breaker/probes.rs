//! The places of a half-open breaker: comes in calls and how they ended, goes out which of them may go.

use super::super::moment::after;
use std::time::Duration;
use tokio::time::Instant;

/// The calls that find out how things are.
///
/// A probe takes a place, and gives it back when it is cancelled. Probes that say nothing for a whole
/// cooldown lose their places to others, so that a call that hangs cannot keep the breaker half-open
/// for ever; what they say later still counts, because slow is not the same as failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Probes {
    places: u32,
    running: u32,
    /// Of those that run, the ones that lost their places.
    overdue: u32,
    succeeded: u32,
    /// Of those that succeeded, the ones that took too long.
    slow: u32,
    patience: Duration,
    until: Instant,
}

impl Probes {
    pub(super) fn new(places: u32, patience: Duration, now: Instant) -> Self {
        Self {
            places,
            running: 0,
            overdue: 0,
            succeeded: 0,
            slow: 0,
            patience,
            until: after(now, patience),
        }
    }

    /// Takes a place, or says when those that run will have lost theirs.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Instant> {
        self.ask(now)?;
        if self.taken() >= self.places {
            self.overdue = self.running;
        }
        self.running += 1;
        self.until = after(now, self.patience);
        Ok(())
    }

    /// Whether a place could be taken, or when those that run will have lost theirs.
    pub(super) fn ask(&self, now: Instant) -> Result<(), Instant> {
        if self.taken() >= self.places && now < self.until {
            return Err(self.until);
        }
        Ok(())
    }

    /// One has succeeded; says whether that is enough.
    pub(super) fn succeed(&mut self, slow: bool) -> bool {
        self.end();
        self.succeeded += 1;
        self.slow += u32::from(slow);
        self.succeeded >= self.places
    }

    /// The share of the places whose probes have succeeded too slowly.
    pub(super) fn slow_share(&self) -> f64 {
        f64::from(self.slow) / f64::from(self.places)
    }

    /// Whether none runs, and none has come for so long that no more may be expected.
    pub(super) fn is_idle(&self, now: Instant) -> bool {
        self.running == 0 && now >= self.until
    }

    /// Whether one has succeeded.
    pub(super) fn has_succeeded(&self) -> bool {
        self.succeeded > 0
    }

    /// One has ended without saying anything; says whether a place is free now.
    pub(super) fn cancel(&mut self) -> bool {
        self.end();
        self.taken() < self.places
    }

    /// From here on, places are taken from probes that have not ended.
    pub(super) fn until(&self) -> Instant {
        self.until
    }

    /// Those that have not ended.
    #[cfg(test)]
    pub(super) fn running(&self) -> u32 {
        self.running
    }

    /// The places that nobody can have: those of probes in time, and those of successes.
    fn taken(&self) -> u32 {
        self.running - self.overdue + self.succeeded
    }

    /// Which probe has ended is not known, so it is taken for one that is overdue: never too many.
    fn end(&mut self) {
        self.running = self.running.saturating_sub(1);
        self.overdue = self.overdue.saturating_sub(1);
    }
}
