//! A limit that goes by how long calls take: comes in rounds of calls, goes out a limit at which they hardly queue.

use super::{
    super::BadValue,
    adaptive::{Bounds, Sample, check_share},
};

/// The gradient of the times that calls take.
///
/// Use it where being overloaded shows as waiting: the other side takes everything and becomes slow.
/// Calls of very different cost need a `tolerance` that covers the difference, or a bulkhead each. Do not use it for few calls, a
/// round of which takes minutes: it learns by the round.
///
/// After each round, of as many calls as the limit and ten at least, the mean time of the round is
/// compared with what calls take when they do not queue:
///
/// ```text
/// gradient = tolerance * unqueued / round         within 0.5..=1
/// limit    = limit * (1 - smoothing) + (limit * gradient + queue) * smoothing
/// ```
///
/// What calls take without a queue is the least mean of the last rounds. It is found anew in each fiftieth
/// round, for which only half of the limit is let in, so that neither a backend that has become slower
/// for good nor a queue that has grown slowly is taken for the other. A round that used less than half of
/// the limit changes nothing. A round with a failure counts as the smallest gradient, without a queue.
///
/// The formula is that of `Gradient2Limit` in Netflix's `concurrency-limits` ("Performance Under Load",
/// 2018), which compares with a long-term mean: that one follows a standing queue, and the limit drifts
/// upwards. The rounds at half of the limit are how Envoy's adaptive concurrency filter measures.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `least`, `most` | calls at once | none, they have to be said | 1 or more, `least` at most `most` |
/// | `initial` | calls at once | 20, or the nearest bound | `least..=most` |
/// | `tolerance` | a factor | 1.5 | 1 or more |
/// | `smoothing` | a share | 0.2 | above 0, below 1 |
/// | `queue` | calls at once | 4 | 1 or more |
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Bulkhead, Concurrency, Gradient};
///
/// let gradient = Gradient::between(4, 200).initial(20).tolerance(2.0);
/// let bulkhead = Bulkhead::new(Concurrency::from(gradient));
/// let call = bulkhead.try_enter().unwrap();
/// assert_eq!(bulkhead.snapshot().limit, 20);
/// call.success();
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Gradient {
    bounds: Bounds,
    tolerance: f64,
    smoothing: f64,
    queue: u32,
}

/// After so many rounds, what calls take without a queue is measured anew.
const ROUNDS: u32 = 50;

/// The fewest calls of a round.
const ROUND_LEAST: u32 = 10;

impl Gradient {
    /// From `least` to `most` calls at once.
    pub const fn between(least: u32, most: u32) -> Self {
        Self {
            bounds: Bounds::between(least, most),
            tolerance: 1.5,
            smoothing: 0.2,
            queue: 4,
        }
    }

    /// What it begins with.
    pub const fn initial(mut self, calls: u32) -> Self {
        self.bounds.initial = calls;
        self
    }

    /// How much longer than usual calls may take before the limit is lowered.
    pub const fn tolerance(mut self, factor: f64) -> Self {
        self.tolerance = factor;
        self
    }

    /// How much of the difference each round makes up.
    pub const fn smoothing(mut self, share: f64) -> Self {
        self.smoothing = share;
        self
    }

    /// How many calls may queue on the other side, which is what the limit grows by.
    pub const fn queue(mut self, calls: u32) -> Self {
        self.queue = calls;
        self
    }

    pub(super) fn check(&self) -> Result<(), BadValue> {
        self.bounds.check()?;
        if !(self.tolerance >= 1.0 && self.tolerance.is_finite()) {
            let why = format!("must be at least 1, not {}", self.tolerance);
            return Err(BadValue::new("tolerance", why));
        }
        check_share("smoothing", self.smoothing)?;
        if self.queue == 0 {
            return Err(BadValue::new("queue", "must be at least 1, not 0"));
        }
        Ok(())
    }

    fn within_range(mut self) -> Self {
        let plain = Self::between(1, 1);
        self.bounds = self.bounds.within_range();
        if !(self.tolerance >= 1.0 && self.tolerance.is_finite()) {
            self.tolerance = plain.tolerance;
        }
        if check_share("", self.smoothing).is_err() {
            self.smoothing = plain.smoothing;
        }
        self.queue = self.queue.max(1);
        self
    }
}

/// The limit at work. Times are in seconds.
#[derive(Debug)]
pub(super) struct GradientState {
    gradient: Gradient,
    limit: f64,
    /// What calls take without a queue, as far as is known.
    unqueued: f64,
    rounds: u32,
    round: Round,
}

/// The calls since the limit was last thought over.
#[derive(Debug, Default)]
struct Round {
    calls: u32,
    succeeded: u32,
    took: f64,
    pressed: bool,
}

impl GradientState {
    pub(super) fn new(gradient: Gradient) -> Self {
        let gradient = gradient.within_range();
        Self {
            gradient,
            limit: f64::from(gradient.bounds.initial),
            unqueued: f64::INFINITY,
            rounds: 0,
            round: Round::default(),
        }
    }

    pub(super) fn sample(&mut self, sample: &Sample) {
        let limit = self.limit();
        if f64::from(sample.running) > limit && self.measures() {
            return;
        }
        let round = &mut self.round;
        round.calls += 1;
        round.pressed |= sample.presses(limit);
        if !sample.failed {
            round.succeeded += 1;
            round.took += sample.took().as_secs_f64();
        }
        if f64::from(round.calls) >= limit.max(f64::from(ROUND_LEAST)) {
            let round = std::mem::take(round);
            self.think(&round);
        }
    }

    pub(super) fn limit(&self) -> f64 {
        let part = if self.measures() { 0.5 } else { 1.0 };
        self.gradient.bounds.clamp(self.limit * part)
    }

    /// Whether this round is the one that finds out what calls take without a queue.
    fn measures(&self) -> bool {
        self.rounds == ROUNDS
    }

    fn think(&mut self, round: &Round) {
        let mean = round.took / f64::from(round.succeeded);
        let measured = self.measures();
        self.rounds = if measured { 0 } else { self.rounds + 1 };
        if round.succeeded > 0 {
            self.unqueued = if measured {
                mean
            } else {
                self.unqueued.min(mean)
            };
        }
        let next = if round.succeeded < round.calls {
            self.limit * 0.5
        } else if round.pressed && !measured {
            // Calls that take no time at all do not queue: this is at most 1, whatever the quotient.
            let gradient = (self.gradient.tolerance * self.unqueued / mean).min(1.0);
            self.limit * gradient.max(0.5) + f64::from(self.gradient.queue)
        } else {
            return;
        };
        let smoothing = self.gradient.smoothing;
        let smooth = self.limit * (1.0 - smoothing) + next * smoothing;
        self.limit = self.gradient.bounds.clamp(smooth);
    }
}
