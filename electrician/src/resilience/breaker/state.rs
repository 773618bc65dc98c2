//! Whether a call may go: comes in the time and how calls ended, goes out permission, or until when not to ask.

use super::{
    super::moment::after, Breaker, BreakerSnapshot, BreakerState, Trip, probes::Probes,
    window::Results,
};
use tokio::time::Instant;

/// The breaker without its lock and its clock.
///
/// A permission carries the generation that it was given in, and each change of phase begins a new one:
/// how a call ended is booked only on the phase that let it through. The methods that return a `bool`
/// say whether those who were refused should ask again.
#[derive(Debug)]
pub(super) struct State {
    breaker: Breaker,
    phase: Phase,
    since: Instant,
    generation: u64,
    results: Results,
    failures_in_a_row: u32,
    times_opened: u64,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed,
    Open { until: Instant },
    HalfOpen(Probes),
    ForcedOpen,
    ForcedClosed,
}

impl State {
    /// Closed, with nothing counted.
    pub(super) fn new(breaker: Breaker, now: Instant) -> Self {
        let breaker = breaker.within_range();
        Self {
            phase: Phase::Closed,
            since: now,
            generation: 0,
            results: Results::new(breaker.window, now),
            failures_in_a_row: 0,
            times_opened: 0,
            breaker,
        }
    }

    /// Lets a call through and gives the generation that it belongs to, or says until when not to ask.
    pub(super) fn permit(&mut self, now: Instant) -> Result<u64, Instant> {
        if let Phase::Open { until } = self.phase {
            if now < until {
                return Err(until);
            }
            let probes = Probes::new(self.breaker.probes, self.breaker.cooldown, now);
            self.enter(Phase::HalfOpen(probes), now);
        }
        match &mut self.phase {
            Phase::HalfOpen(probes) => probes.take(now)?,
            Phase::ForcedOpen => return Err(after(now, self.breaker.cooldown)),
            Phase::Open { .. } | Phase::Closed | Phase::ForcedClosed => {}
        }
        Ok(self.generation)
    }

    /// A call has ended well.
    pub(super) fn success(&mut self, now: Instant, generation: u64) -> bool {
        if generation != self.generation {
            return false;
        }
        match &mut self.phase {
            Phase::HalfOpen(probes) => {
                let enough = probes.succeed();
                if enough {
                    self.close(now);
                }
                enough
            }
            _ => self.book(now, false),
        }
    }

    /// A call has failed.
    pub(super) fn failure(&mut self, now: Instant, generation: u64) -> bool {
        if generation != self.generation {
            return false;
        }
        match self.phase {
            Phase::HalfOpen(_) => self.open(now),
            _ => self.book(now, true),
        }
    }

    /// A call has ended without showing how things are.
    pub(super) fn cancelled(&mut self, generation: u64) -> bool {
        match &mut self.phase {
            Phase::HalfOpen(probes) if generation == self.generation => probes.cancel(),
            _ => false,
        }
    }

    /// Opens for a cooldown, unless it is forced. One that is open begins its cooldown anew.
    pub(super) fn trip(&mut self, now: Instant) -> bool {
        match self.phase {
            Phase::ForcedOpen | Phase::ForcedClosed => false,
            _ => self.open(now),
        }
    }

    /// Closed, with nothing counted and nothing forced.
    pub(super) fn reset(&mut self, now: Instant) -> bool {
        self.close(now)
    }

    /// Refuses everything.
    pub(super) fn force_open(&mut self, now: Instant) -> bool {
        if !matches!(self.phase, Phase::ForcedOpen) {
            self.times_opened += u64::from(!matches!(self.phase, Phase::Open { .. }));
            self.enter(Phase::ForcedOpen, now);
        }
        false
    }

    /// Refuses nothing.
    pub(super) fn force_closed(&mut self, now: Instant) -> bool {
        if !matches!(self.phase, Phase::ForcedClosed) {
            self.enter(Phase::ForcedClosed, now);
        }
        true
    }

    /// Ends what was forced: what was open sends probes, what was closed judges again.
    pub(super) fn auto(&mut self, now: Instant) -> bool {
        match self.phase {
            Phase::ForcedOpen => self.enter(Phase::Open { until: now }, now),
            Phase::ForcedClosed => self.enter(Phase::Closed, now),
            _ => return false,
        }
        true
    }

    /// How it stands at `now`.
    pub(super) fn snapshot(&self, now: Instant) -> BreakerSnapshot {
        let (state, until) = match self.phase {
            Phase::Closed => (BreakerState::Closed, None),
            Phase::Open { until } => (BreakerState::Open, Some(until)),
            Phase::HalfOpen(probes) => (BreakerState::HalfOpen, Some(probes.until())),
            Phase::ForcedOpen => (BreakerState::ForcedOpen, None),
            Phase::ForcedClosed => (BreakerState::ForcedClosed, None),
        };
        let tally = self.results.tally(now);
        BreakerSnapshot {
            state,
            since: self.since,
            calls: tally.calls,
            failures: tally.failures,
            until,
            times_opened: self.times_opened,
        }
    }

    fn book(&mut self, now: Instant, failed: bool) -> bool {
        self.results.book(now, failed);
        self.failures_in_a_row = if failed {
            self.failures_in_a_row.saturating_add(1)
        } else {
            0
        };
        matches!(self.phase, Phase::Closed) && self.is_too_much(now) && self.open(now)
    }

    fn is_too_much(&self, now: Instant) -> bool {
        match self.breaker.trip {
            Trip::Consecutive(failures) => self.failures_in_a_row >= failures,
            Trip::FailureRate(share) => {
                let tally = self.results.tally(now);
                #[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
                let failed = tally.failures as f64 / tally.calls as f64;
                tally.calls >= u64::from(self.breaker.min_calls) && failed >= share
            }
        }
    }

    fn open(&mut self, now: Instant) -> bool {
        let until = after(now, self.breaker.cooldown);
        if let Phase::Open { until: before } = &mut self.phase {
            *before = until;
        } else {
            self.times_opened += 1;
            self.enter(Phase::Open { until }, now);
        }
        true
    }

    fn close(&mut self, now: Instant) -> bool {
        self.results = Results::new(self.breaker.window, now);
        self.failures_in_a_row = 0;
        self.enter(Phase::Closed, now);
        true
    }

    fn enter(&mut self, phase: Phase, now: Instant) {
        self.phase = phase;
        self.since = now;
        self.generation += 1;
    }
}

#[cfg(test)]
mod tests;
