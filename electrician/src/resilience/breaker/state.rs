//! Whether a call may go: comes in the time and how calls ended, goes out permission, or until when not to ask.

use super::{
    super::moment::after,
    Breaker, BreakerEvent, BreakerSnapshot, BreakerState, Reason,
    gate::Gate,
    probes::Probes,
    ramp::Ramp,
    settings::Trip,
    snapshot::share,
    window::{Outcome, Results},
};
use tokio::time::Instant;

/// The breaker without its lock and its clock.
///
/// A permission carries the generation that it was given in, and each change of phase begins a new one
/// (but for the end of a ramp): how a call ended is booked only on the phase that let it through. The
/// methods that return a `bool` say whether those who were refused should ask again.
#[derive(Debug)]
pub(super) struct State {
    breaker: Breaker,
    phase: Phase,
    since: Instant,
    generation: u64,
    results: Results,
    /// How many quick successes workers have counted, and when they were last asked.
    gathered: (u64, Instant),
    failures_in_a_row: u32,
    /// How often it has opened since it was last closed.
    opened_in_a_row: u32,
    times_opened: u64,
    events: Vec<BreakerEvent>,
}

#[derive(Clone, Copy, Debug)]
enum Phase {
    Closed,
    Open { until: Instant },
    HalfOpen(Probes),
    Closing(Ramp),
    ForcedOpen,
    ForcedClosed,
    Disabled,
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
            gathered: (0, now),
            failures_in_a_row: 0,
            opened_in_a_row: 0,
            times_opened: 0,
            events: Vec::new(),
            breaker,
        }
    }

    /// Books the quick successes that workers have counted by themselves: `total` since the beginning.
    pub(super) fn gather(&mut self, now: Instant, total: u64) {
        let (before, since) = std::mem::replace(&mut self.gathered, (total, now));
        if total > before {
            self.results.book_successes(since, now, total - before);
            self.failures_in_a_row = 0;
        }
    }

    /// Changes what time alone changes.
    pub(super) fn tick(&mut self, now: Instant) {
        match self.phase {
            Phase::HalfOpen(probes) if probes.is_idle(now) => {
                if probes.has_succeeded() {
                    self.close(now, Reason::NoCalls);
                } else {
                    self.enter(Phase::Open { until: now }, now, Reason::NoCalls);
                }
            }
            Phase::Closing(ramp) if now >= ramp.until() => {
                self.opened_in_a_row = 0;
                self.go_on_as(Phase::Closed, now, Reason::RampedUp);
            }
            _ => {}
        }
    }

    /// Lets a call through and gives the generation that it belongs to, or says until when not to ask.
    pub(super) fn permit(&mut self, now: Instant) -> Result<u64, Instant> {
        self.ask(now)?;
        if let Phase::Open { .. } = self.phase {
            let patience = self.breaker.cooldown_after(1);
            let probes = Probes::new(self.breaker.probes, patience, now);
            self.enter(Phase::HalfOpen(probes), now, Reason::CooledDown);
        }
        match &mut self.phase {
            Phase::HalfOpen(probes) => probes.take(now)?,
            Phase::Closing(ramp) => ramp.take(now)?,
            _ => {}
        }
        Ok(self.generation)
    }

    /// Whether it would let a call through, or until when not to ask. A closing one may still refuse.
    pub(super) fn ask(&self, now: Instant) -> Result<(), Instant> {
        match self.phase {
            Phase::Open { until } if now < until => Err(until),
            Phase::HalfOpen(probes) => probes.ask(now),
            Phase::ForcedOpen => Err(after(now, self.breaker.cooldown_after(1))),
            _ => Ok(()),
        }
    }

    /// A call has ended well.
    pub(super) fn success(&mut self, now: Instant, generation: u64, slow: bool) -> bool {
        if generation != self.generation {
            return false;
        }
        let Phase::HalfOpen(probes) = &mut self.phase else {
            let failed = false;
            return self.book(now, Outcome { failed, slow });
        };
        let enough = probes.succeed(slow);
        let too_slow = self.breaker.slow_share();
        if too_slow.is_some_and(|share| probes.slow_share() >= share) {
            return self.open(now, Reason::ProbeFailed);
        }
        if enough {
            self.close(now, Reason::ProbesSucceeded);
        }
        enough
    }

    /// A call has failed.
    pub(super) fn failure(&mut self, now: Instant, generation: u64, slow: bool) -> bool {
        if generation != self.generation {
            return false;
        }
        let failed = true;
        match self.phase {
            Phase::HalfOpen(_) => self.open(now, Reason::ProbeFailed),
            _ => self.book(now, Outcome { failed, slow }),
        }
    }

    /// A call has ended without showing how things are.
    pub(super) fn cancelled(&mut self, generation: u64) -> bool {
        match &mut self.phase {
            Phase::HalfOpen(probes) if generation == self.generation => probes.cancel(),
            _ => false,
        }
    }

    /// Opens for a cooldown, unless it is held. One that is open begins its cooldown anew.
    pub(super) fn trip(&mut self, now: Instant) -> bool {
        match self.phase {
            Phase::ForcedOpen | Phase::ForcedClosed | Phase::Disabled => false,
            _ => self.open(now, Reason::ByHand),
        }
    }

    /// Closed at once, with nothing counted and nothing held.
    pub(super) fn reset(&mut self, now: Instant) -> bool {
        self.count_anew(now);
        self.opened_in_a_row = 0;
        self.enter(Phase::Closed, now, Reason::ByHand);
        true
    }

    /// Refuses everything.
    pub(super) fn force_open(&mut self, now: Instant) -> bool {
        if !matches!(self.phase, Phase::ForcedOpen) {
            self.times_opened += u64::from(!matches!(self.phase, Phase::Open { .. }));
            self.enter(Phase::ForcedOpen, now, Reason::ByHand);
        }
        false
    }

    /// Refuses nothing.
    pub(super) fn force_closed(&mut self, now: Instant) -> bool {
        if !matches!(self.phase, Phase::ForcedClosed) {
            self.enter(Phase::ForcedClosed, now, Reason::ByHand);
        }
        true
    }

    /// Refuses nothing, and says when it would.
    pub(super) fn disable(&mut self, now: Instant) -> bool {
        if !matches!(self.phase, Phase::Disabled) {
            self.enter(Phase::Disabled, now, Reason::ByHand);
        }
        true
    }

    /// Lets go by hand: what was held open sends probes, what was held closed judges again.
    pub(super) fn auto(&mut self, now: Instant) -> bool {
        let phase = match self.phase {
            Phase::ForcedOpen => Phase::Open { until: now },
            Phase::ForcedClosed | Phase::Disabled => Phase::Closed,
            _ => return false,
        };
        self.enter(phase, now, Reason::ByHand);
        true
    }

    /// How it stands at `now`.
    pub(super) fn snapshot(&self, now: Instant) -> BreakerSnapshot {
        let until = match self.phase {
            Phase::Open { until } => Some(until),
            Phase::HalfOpen(probes) => Some(probes.until()),
            Phase::Closing(ramp) => Some(ramp.until()),
            _ => None,
        };
        let tally = self.results.tally(now);
        BreakerSnapshot {
            state: self.phase.shown(),
            since: self.since,
            calls: tally.calls,
            failures: tally.failures,
            slow: tally.slow,
            until,
            times_opened: self.times_opened,
        }
    }

    /// What may be known of it without asking.
    pub(super) fn gate(&self) -> Gate {
        match self.phase {
            Phase::Closed | Phase::ForcedClosed | Phase::Disabled => Gate::Wide(self.generation),
            Phase::Open { until } => Gate::Shut(until),
            Phase::HalfOpen(_) | Phase::Closing(_) | Phase::ForcedOpen => Gate::Ask,
        }
    }

    /// What has happened since the last call of this.
    pub(super) fn take_events(&mut self) -> Vec<BreakerEvent> {
        std::mem::take(&mut self.events)
    }

    fn book(&mut self, now: Instant, outcome: Outcome) -> bool {
        self.results.book(now, outcome);
        self.failures_in_a_row = if outcome.failed {
            self.failures_in_a_row.saturating_add(1)
        } else {
            0
        };
        let Some(why) = self.too_much(now, outcome) else {
            return false;
        };
        match self.phase {
            Phase::Closed | Phase::Closing(_) => self.open(now, why),
            Phase::Disabled => {
                self.count_anew(now);
                self.events.push(BreakerEvent::Exceeded { why, at: now });
                false
            }
            _ => false,
        }
    }

    /// Why this outcome is one too many, if it is.
    fn too_much(&self, now: Instant, Outcome { failed, slow }: Outcome) -> Option<Reason> {
        let tally = self.results.tally(now);
        let judged = tally.calls >= u64::from(self.breaker.min_calls);
        let reached = |part, limit| judged && share(part, tally.calls) >= limit;
        match self.breaker.trip {
            Trip::Consecutive(most) if failed && self.failures_in_a_row >= most => {
                return Some(Reason::Consecutive);
            }
            Trip::FailureRate(limit) if failed && reached(tally.failures, limit) => {
                return Some(Reason::FailureRate);
            }
            _ => {}
        }
        let limit = self.breaker.slow_share().filter(|_| slow)?;
        reached(tally.slow, limit).then_some(Reason::SlowRate)
    }

    fn open(&mut self, now: Instant, why: Reason) -> bool {
        let again = matches!(self.phase, Phase::Open { .. });
        if !again {
            self.times_opened += 1;
            self.opened_in_a_row = self.opened_in_a_row.saturating_add(1);
        }
        let until = after(now, self.breaker.cooldown_after(self.opened_in_a_row));
        if again {
            self.phase = Phase::Open { until };
        } else {
            self.enter(Phase::Open { until }, now, why);
        }
        true
    }

    fn close(&mut self, now: Instant, why: Reason) {
        self.count_anew(now);
        if self.breaker.ramp.is_zero() {
            self.opened_in_a_row = 0;
            self.enter(Phase::Closed, now, why);
        } else {
            let ramp = Ramp::new(self.breaker.ramp, now);
            self.enter(Phase::Closing(ramp), now, why);
        }
    }

    fn count_anew(&mut self, now: Instant) {
        self.results = Results::new(self.breaker.window, now);
        self.failures_in_a_row = 0;
    }

    fn enter(&mut self, phase: Phase, now: Instant, why: Reason) {
        self.generation += 1;
        self.go_on_as(phase, now, why);
    }

    /// Another phase of the same generation.
    fn go_on_as(&mut self, phase: Phase, now: Instant, why: Reason) {
        let (from, to) = (self.phase.shown(), phase.shown());
        self.phase = phase;
        self.since = now;
        let at = now;
        self.events
            .push(BreakerEvent::Changed { from, to, why, at });
    }
}

impl Phase {
    const fn shown(&self) -> BreakerState {
        match self {
            Self::Closed => BreakerState::Closed,
            Self::Open { .. } => BreakerState::Open,
            Self::HalfOpen(_) => BreakerState::HalfOpen,
            Self::Closing(_) => BreakerState::Closing,
            Self::ForcedOpen => BreakerState::ForcedOpen,
            Self::ForcedClosed => BreakerState::ForcedClosed,
            Self::Disabled => BreakerState::Disabled,
        }
    }
}

#[cfg(test)]
mod tests;
