//! What a breaker tells: goes out as changes of its state with their reasons, to those who listen, with a count of what they missed.

use super::BreakerState;
use std::fmt;
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::Instant,
};

/// How many events are kept for one who is slow to read them.
pub(super) const KEPT: usize = 64;

/// Something that happened to a breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerEvent {
    /// It has changed its state.
    Changed {
        /// The state that it left.
        from: BreakerState,
        /// The state that it is in now.
        to: BreakerState,
        /// Why.
        why: Reason,
        /// When. A change that only time brings about is made when somebody next asks.
        at: Instant,
    },
    /// It is disabled, and would have opened. It counts anew from here.
    Exceeded {
        /// Why it would have opened.
        why: Reason,
        /// When.
        at: Instant,
    },
}

/// Why a breaker has changed its state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// Too large a share of the calls has failed.
    FailureRate,
    /// Too many calls have failed, one after the other.
    Consecutive,
    /// Too large a share of the calls was slow.
    SlowRate,
    /// The cooldown is over, and a call has come.
    CooledDown,
    /// A probe has failed, or too many were slow.
    ProbeFailed,
    /// The probes have succeeded.
    ProbesSucceeded,
    /// No further probe has come for a cooldown.
    NoCalls,
    /// All calls are let through again.
    RampedUp,
    /// Somebody has said so.
    ByHand,
}

/// A subscription to what a breaker tells.
///
/// It holds the last 64 events. One who reads more slowly than they come misses the oldest, and is told
/// [how many](Self::lost): listening never slows a breaker down.
///
/// # Examples
///
/// ```
/// use electrician::resilience::{Breaker, BreakerEvent, BreakerState, CircuitBreaker};
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
/// # runtime.block_on(async {
/// let breaker = CircuitBreaker::new(Breaker::default());
/// let mut events = breaker.events();
/// breaker.trip();
/// let Some(BreakerEvent::Changed { to, .. }) = events.next().await else { panic!() };
/// assert_eq!(to, BreakerState::Open);
///
/// drop(breaker);
/// assert_eq!((events.next().await, events.lost()), (None, 0));
/// # });
/// ```
#[derive(Debug)]
pub struct BreakerEvents {
    receiver: Receiver<BreakerEvent>,
    lost: u64,
}

impl BreakerEvents {
    pub(super) fn new(receiver: Receiver<BreakerEvent>) -> Self {
        Self { receiver, lost: 0 }
    }

    /// The next event, or `None` once the breaker is gone.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future loses no event.
    pub async fn next(&mut self) -> Option<BreakerEvent> {
        loop {
            match self.receiver.recv().await {
                Ok(event) => return Some(event),
                Err(RecvError::Lagged(missed)) => self.lost += missed,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// How many events were gone before they were read.
    pub fn lost(&self) -> u64 {
        self.lost
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FailureRate => "too many calls have failed",
            Self::Consecutive => "too many calls have failed in a row",
            Self::SlowRate => "too many calls were slow",
            Self::CooledDown => "the cooldown is over",
            Self::ProbeFailed => "a probe has failed",
            Self::ProbesSucceeded => "the probes have succeeded",
            Self::NoCalls => "no further probe has come",
            Self::RampedUp => "all calls are let through again",
            Self::ByHand => "somebody has said so",
        })
    }
}
