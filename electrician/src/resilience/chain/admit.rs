//! The layers that admit calls before they are made: comes in a wish, goes out that the call may begin, or who refused it.

use super::{
    super::{Lease, Seat},
    Refusal, Verdict,
};
use std::future::{Future, ready};
use tokio::time::Instant;

/// A limiter or a bulkhead, as a chain uses it: one caller's way to what callers share.
///
/// A [`Lease`] is one, and a [`Seat`]. A chain asks before each attempt, and says in any case what became of it: an
/// admission that is not followed by a call is given back, one that is followed by a call is released when
/// the call has ended, was cancelled, or has panicked.
///
/// ```text
/// admit -> begin -> release             the call was made
/// admit -> begin -> opened -> release   the call was made, and has opened a stream
/// admit -> give_back                    a layer further in has refused it
/// ```
pub trait Admit: Send {
    /// Takes what is at hand, if anything is: without a wait, and without a lock or a look at a clock where
    /// it can be helped. `false` says no more than that: whoever wants to know asks for an admission.
    #[inline]
    fn at_hand(&mut self) -> bool {
        false
    }

    /// Waits until one call may begin. Refuses, at once where it is known, what would wait beyond
    /// `deadline`. A future that is dropped before it is ready has taken nothing.
    fn admit(
        &mut self,
        deadline: Option<Instant>,
    ) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// What was admitted will not be called: it is as if it had never been asked for.
    fn give_back(&mut self);

    /// The call that was admitted has opened something that goes on, and shows this about the backend.
    /// Its place is taken until the release.
    fn opened(&mut self, verdict: Verdict) {
        let _ = verdict;
    }

    /// The call that was admitted has ended, and shows this about the backend: nothing, where it was
    /// cancelled or has panicked. A limit that finds itself learns from it.
    #[inline]
    fn release(&mut self, verdict: Verdict) {
        let _ = verdict;
    }
}

impl Admit for () {
    #[inline]
    fn at_hand(&mut self) -> bool {
        true
    }

    fn admit(&mut self, _: Option<Instant>) -> impl Future<Output = Result<(), Refusal>> + Send {
        ready(Ok(()))
    }

    #[inline]
    fn give_back(&mut self) {}
}

/// A token for each attempt. What is left in the lease returns when the chain is dropped.
impl Admit for Lease {
    #[inline]
    fn at_hand(&mut self) -> bool {
        self.at_hand()
    }

    async fn admit(&mut self, deadline: Option<Instant>) -> Result<(), Refusal> {
        Ok(self.ask(deadline).await?)
    }

    fn give_back(&mut self) {
        Self::give_back(self);
    }
}

/// A place for each attempt, as long as it runs.
impl Admit for Seat {
    #[inline]
    fn at_hand(&mut self) -> bool {
        self.sit()
    }

    async fn admit(&mut self, deadline: Option<Instant>) -> Result<(), Refusal> {
        Ok(self.ask(deadline).await?)
    }

    fn give_back(&mut self) {
        self.leave(Verdict::Unknown);
    }

    fn opened(&mut self, verdict: Verdict) {
        Self::opened(self, verdict);
    }

    #[inline]
    fn release(&mut self, verdict: Verdict) {
        self.leave(verdict);
    }
}
