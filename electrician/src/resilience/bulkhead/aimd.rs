//! A limit that goes by failures: comes in how calls went, goes out one more or a tenth less.

use super::{
    super::BadValue,
    adaptive::{Bounds, Sample, check_share},
};
use std::time::Duration;
use tokio::time::Instant;

/// Additive increase, multiplicative decrease.
///
/// Use it where being overloaded shows as failures: refusals, timeouts. The limit grows by one for each
/// round of calls that went well while at least half of it was in use, and is multiplied by `back_off`
/// when a call fails or is too slow, once for all calls that ran at that time. Do not use it where failures say nothing about
/// load, an order that is not valid: every one of them would lower the limit. Tell such calls as successes.
///
/// As TCP does (RFC 5681, sections 3.1 and 3.2), and `AIMDLimit` of Netflix's `concurrency-limits`; the
/// latter grows by one for each call, and a burst of failures multiplies it as often.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `least`, `most` | calls at once | none, they have to be said | 1 or more, `least` at most `most` |
/// | `initial` | calls at once | 20, or the nearest bound | `least..=most` |
/// | `back_off` | a factor | 0.9 | above 0, below 1 |
/// | `slow` | a duration | 5 s | above zero |
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Aimd, Bulkhead, Concurrency};
///
/// let bulkhead = Bulkhead::new(Concurrency::from(Aimd::between(1, 100).initial(10).back_off(0.5)));
/// bulkhead.try_enter().unwrap().failure();
/// assert_eq!(bulkhead.snapshot().limit, 5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Aimd {
    bounds: Bounds,
    back_off: f64,
    slow: Duration,
}

impl Aimd {
    /// From `least` to `most` calls at once.
    pub const fn between(least: u32, most: u32) -> Self {
        Self {
            bounds: Bounds::between(least, most),
            back_off: 0.9,
            slow: Duration::from_secs(5),
        }
    }

    /// What it begins with.
    pub const fn initial(mut self, calls: u32) -> Self {
        self.bounds.initial = calls;
        self
    }

    /// What the limit is multiplied by when there was too much.
    pub const fn back_off(mut self, factor: f64) -> Self {
        self.back_off = factor;
        self
    }

    /// A call that took longer than this counts as one that failed.
    pub const fn slow(mut self, took: Duration) -> Self {
        self.slow = took;
        self
    }

    pub(super) fn check(&self) -> Result<(), BadValue> {
        self.bounds.check()?;
        check_share("back_off", self.back_off)?;
        if self.slow.is_zero() {
            return Err(BadValue::new("slow", "must be above zero, not 0ns"));
        }
        Ok(())
    }
}

/// The limit at work.
#[derive(Debug)]
pub(super) struct AimdState {
    aimd: Aimd,
    limit: f64,
    /// When it was lowered. Calls that began before say nothing about the limit since then.
    lowered: Option<Instant>,
}

impl AimdState {
    pub(super) fn new(aimd: Aimd) -> Self {
        let bounds = aimd.bounds.within_range();
        let back_off = if check_share("", aimd.back_off).is_ok() {
            aimd.back_off
        } else {
            0.9
        };
        Self {
            aimd: Aimd {
                bounds,
                back_off,
                ..aimd
            },
            limit: f64::from(bounds.initial),
            lowered: None,
        }
    }

    pub(super) fn sample(&mut self, sample: &Sample) {
        if sample.failed || sample.took() > self.aimd.slow {
            if self.lowered.is_none_or(|lowered| sample.began >= lowered) {
                self.lowered = Some(sample.ended);
                self.limit *= self.aimd.back_off;
            }
        } else if sample.presses(self.limit) {
            self.limit += 1.0 / self.limit;
        }
        self.limit = self.aimd.bounds.clamp(self.limit);
    }

    pub(super) fn limit(&self) -> f64 {
        self.limit
    }
}
