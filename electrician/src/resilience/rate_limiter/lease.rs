//! A worker's own share of a limiter: comes in a call that asks, goes out a token without a lock or a clock while there are any.

use super::{
    Limited, RateLimiter,
    bucket::{Loan, Slot},
    state::{Ask, Ended, Grant},
};
use std::{fmt, mem};
use tokio::time::Instant;

/// A few tokens at once, for one worker.
///
/// Use one for each worker that calls often; it costs a comparison where a token costs a lock and a
/// clock. A lease takes what its worker needs for a millisecond, 64 tokens at most, and all leases
/// of a limiter hold half of its burst at most. At low rates, or with a blackout, it takes one by one.
///
/// The limit stays as strict as without leases: what a lease holds is missing from the burst. Call
/// [`release`](Self::release) before a worker rests, so that the others have it meanwhile. Dropping the
/// lease returns what is unused, too.
///
/// # Examples
///
/// ```
/// use electrician::{resilience::{RateLimit, RateLimiter}, value::Rate};
///
/// let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(10_000)).burst(100));
/// let mut lease = limiter.lease();
/// lease.try_acquire().expect("the burst is there");
/// assert_eq!(limiter.snapshot().leased, 10);
///
/// lease.release();
/// assert_eq!(limiter.snapshot().admitted, 1);
/// ```
pub struct Lease {
    limiter: RateLimiter,
    from: From,
    /// How many are left of a loan, and how often the pace had been changed when it was given.
    left: u32,
    changes: u32,
}

/// What the last token was taken from.
#[derive(Clone, Copy, Debug)]
enum From {
    Nothing,
    Token(Slot),
    Loan(Loan),
}

impl Lease {
    pub(super) fn new(limiter: RateLimiter) -> Self {
        Self {
            limiter,
            from: From::Nothing,
            left: 0,
            changes: 0,
        }
    }

    /// Takes a token that is free now.
    ///
    /// # Errors
    ///
    /// As [`RateLimiter::try_acquire`].
    #[inline]
    pub fn try_acquire(&mut self) -> Result<(), Limited> {
        if self.take() {
            return Ok(());
        }
        let ended = self.end();
        let grant = self.limiter.try_grant(Ask::Share, ended)?;
        self.begin(grant);
        Ok(())
    }

    /// Takes a token if one is free now. None is no refusal: who asked will wait.
    #[inline]
    pub(crate) fn try_take(&mut self) -> bool {
        if self.take() {
            return true;
        }
        let ended = self.end();
        let grant = self.limiter.grant_now(Ask::Share, ended);
        grant.is_ok_and(|grant| {
            self.begin(grant);
            true
        })
    }

    /// Waits for a token, until `deadline` if there is one.
    ///
    /// # Errors
    ///
    /// As [`RateLimiter::acquire_by`].
    ///
    /// # Panics
    ///
    /// As [`RateLimiter::acquire`] does.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing.
    #[inline]
    pub async fn acquire(&mut self, deadline: Option<Instant>) -> Result<(), Limited> {
        if self.take() {
            return Ok(());
        }
        self.ask(deadline).await
    }

    /// The token that was taken last was not used. Each one can be given back once.
    pub fn give_back(&mut self) {
        self.put_back(1);
    }

    /// Returns what is unused.
    pub fn release(&mut self) {
        let ended = self.end();
        if ended.is_some() {
            self.limiter.settle(ended);
        }
    }

    fn end(&mut self) -> Ended {
        let left = mem::take(&mut self.left);
        match mem::replace(&mut self.from, From::Nothing) {
            From::Loan(loan) => Some((loan, left)),
            From::Token(_) | From::Nothing => None,
        }
    }

    /// Takes a token that is here, or that the limiter has for one who asks by the way.
    #[inline]
    pub(in super::super) fn at_hand(&mut self) -> bool {
        self.take() || self.refill()
    }

    /// Takes as many as are at hand, `most` at most.
    pub(crate) fn draw(&mut self, most: u32) -> u32 {
        if !self.at_hand() {
            return 0;
        }
        let more = self.left.min(most - 1);
        self.left -= more;
        more + 1
    }

    /// So many of those that were taken last were not used.
    pub(crate) fn put_back(&mut self, tokens: u32) {
        match self.from {
            From::Loan(loan) => self.left = (self.left + tokens).min(loan.tokens),
            From::Token(slot) => {
                self.from = From::Nothing;
                self.limiter.give_back(slot);
            }
            From::Nothing => {}
        }
    }

    #[cold]
    fn refill(&mut self) -> bool {
        let ended = self.end();
        let grant = self.limiter.grant_by_the_way(Ask::Share, ended);
        grant.map(|grant| self.begin(grant)).is_some()
    }

    /// Waits for tokens of the limiter's.
    pub(in super::super) async fn ask(&mut self, deadline: Option<Instant>) -> Result<(), Limited> {
        let ended = self.end();
        let grant = self.limiter.grant(Ask::Share, deadline, ended).await?;
        self.begin(grant);
        Ok(())
    }

    /// One of those at hand, unless the pace has changed since they were given.
    #[inline]
    fn take(&mut self) -> bool {
        if self.left == 0 || self.changes != self.limiter.changes() {
            return false;
        }
        self.left -= 1;
        true
    }

    fn begin(&mut self, grant: Grant) {
        match grant {
            Grant::Token(slot) => self.from = From::Token(slot),
            Grant::Loan(loan) => {
                (self.from, self.left) = (From::Loan(loan), loan.tokens - 1);
                self.changes = loan.changes;
            }
        }
    }
}

impl Clone for Lease {
    /// Another worker's, of the same limiter.
    fn clone(&self) -> Self {
        self.limiter.lease()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.release();
        self.limiter.end_lease();
    }
}

impl fmt::Debug for Lease {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lease")
            .field("left", &self.left)
            .finish_non_exhaustive()
    }
}
