//! What the limit is now: comes in how calls went, goes out how many may run at once.

use super::{super::BadValue, Aimd, Gradient, aimd::AimdState, gradient::GradientState};
use std::time::Duration;
use tokio::time::Instant;

/// The limit as it is written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Limits {
    Fixed(u32),
    Aimd(Aimd),
    Gradient(Gradient),
}

/// The limit at work.
#[derive(Debug)]
pub(super) enum Limit {
    Fixed(u32),
    Aimd(AimdState),
    Gradient(GradientState),
}

/// How one call went.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    /// How many ran when it began, itself included.
    pub(super) running: u32,
    /// Whether the other side has had too much.
    pub(super) failed: bool,
}

impl Sample {
    pub(super) fn took(&self) -> Duration {
        self.ended.saturating_duration_since(self.began)
    }

    /// Whether so many calls were wanted that the limit mattered: one that is never reached says
    /// nothing about a higher one.
    pub(super) fn presses(&self, limit: f64) -> bool {
        f64::from(self.running) * 2.0 >= limit
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), BadValue> {
        match self {
            Self::Fixed(0) => Err(BadValue::new("limit", "must be at least 1, not 0")),
            Self::Fixed(_) => Ok(()),
            Self::Aimd(aimd) => aimd.check(),
            Self::Gradient(gradient) => gradient.check(),
        }
    }
}

impl Limit {
    pub(super) fn new(limits: Limits) -> Self {
        match limits {
            Limits::Fixed(calls) => Self::Fixed(calls.max(1)),
            Limits::Aimd(aimd) => Self::Aimd(AimdState::new(aimd)),
            Limits::Gradient(gradient) => Self::Gradient(GradientState::new(gradient)),
        }
    }

    pub(super) fn learns(&self) -> bool {
        !matches!(self, Self::Fixed(_))
    }

    pub(super) fn sample(&mut self, sample: &Sample) {
        match self {
            Self::Fixed(_) => {}
            Self::Aimd(aimd) => aimd.sample(sample),
            Self::Gradient(gradient) => gradient.sample(sample),
        }
    }

    pub(super) fn calls(&self) -> u32 {
        match self {
            Self::Fixed(calls) => *calls,
            Self::Aimd(aimd) => whole(aimd.limit()),
            Self::Gradient(gradient) => whole(gradient.limit()),
        }
    }
}

/// The bounds that a limit which finds its own keeps within.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) least: u32,
    pub(super) most: u32,
    pub(super) initial: u32,
}

impl Bounds {
    /// Begins at 20, as Netflix's limits do, or as near to it as the bounds are.
    pub(super) const fn between(least: u32, most: u32) -> Self {
        let initial = if most < 20 { most } else { 20 };
        let initial = if initial < least { least } else { initial };
        Self {
            least,
            most,
            initial,
        }
    }

    pub(super) fn check(self) -> Result<(), BadValue> {
        let Self {
            least,
            most,
            initial,
        } = self;
        if least == 0 {
            return Err(BadValue::new("least", "must be at least 1, not 0"));
        }
        if most < least {
            let why = format!("must be at least `least`, which is {least}, not {most}");
            return Err(BadValue::new("most", why));
        }
        if !(least..=most).contains(&initial) {
            let why = format!("must be in {least}..={most}, not {initial}");
            return Err(BadValue::new("initial", why));
        }
        Ok(())
    }

    pub(super) fn within_range(self) -> Self {
        let least = self.least.max(1);
        let most = self.most.max(least);
        Self {
            least,
            most,
            initial: self.initial.clamp(least, most),
        }
    }

    pub(super) fn clamp(self, limit: f64) -> f64 {
        limit.clamp(f64::from(self.least), f64::from(self.most))
    }
}

/// A share that is above zero and below one.
pub(super) fn check_share(option: &'static str, share: f64) -> Result<(), BadValue> {
    if share > 0.0 && share < 1.0 {
        return Ok(());
    }
    let why = format!("must be above 0 and below 1, not {share}");
    Err(BadValue::new(option, why))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is within bounds that are whole and positive"
)]
fn whole(limit: f64) -> u32 {
    limit as u32
}
