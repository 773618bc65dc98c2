//! What a breaker shows of itself: goes out as plain values, changes nothing.

use std::fmt;
use tokio::time::Instant;

/// Whether a breaker lets calls through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BreakerState {
    /// Every call is let through, and counted.
    Closed,
    /// Calls are refused. Once the cooldown is over, the next call is a probe; the state stays open
    /// until that call comes.
    Open,
    /// Probes are let through, other calls are refused.
    HalfOpen,
    /// Probes have succeeded: a growing share of the calls is let through, the others are refused.
    Closing,
    /// Opened by hand, until it is left by hand.
    ForcedOpen,
    /// Closed by hand, until it is left by hand: calls are counted and never refused.
    ForcedClosed,
    /// Made to measure and nothing else, until it is left by hand: calls are counted and never refused,
    /// and what would have opened it is told to those who listen.
    Disabled,
}

/// How a breaker stood at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakerSnapshot {
    /// Whether it let calls through.
    pub state: BreakerState,
    /// When it came into this state.
    pub since: Instant,
    /// The results in the window. A breaker that has opened keeps those that opened it until they
    /// are too old; one that closes begins anew.
    pub calls: u64,
    /// How many of them were failures.
    pub failures: u64,
    /// How many of them were slow.
    pub slow: u64,
    /// When the cooldown of an open breaker is over, or a half-open one lets further probes through
    /// whatever became of the first ones, or a closing one lets all calls through. `None` in the other
    /// states.
    pub until: Option<Instant>,
    /// How often it has opened since it was made: by failures, by probes that failed, by hand.
    pub times_opened: u64,
}

impl BreakerSnapshot {
    /// The share of the calls in the window that failed; 0 where there were none.
    pub fn failure_rate(&self) -> f64 {
        share(self.failures, self.calls)
    }

    /// The share of the calls in the window that were slow; 0 where there were none.
    pub fn slow_rate(&self) -> f64 {
        share(self.slow, self.calls)
    }
}

/// So many of so many.
#[expect(clippy::cast_precision_loss, reason = "a share needs no 53 bits")]
pub(super) fn share(part: u64, of: u64) -> f64 {
    if of == 0 {
        0.0
    } else {
        part as f64 / of as f64
    }
}

impl fmt::Display for BreakerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half-open",
            Self::Closing => "closing",
            Self::ForcedOpen => "forced open",
            Self::ForcedClosed => "forced closed",
            Self::Disabled => "disabled",
        })
    }
}
