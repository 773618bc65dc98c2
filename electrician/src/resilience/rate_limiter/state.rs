//! Whether one may pass: comes in the time and who asks, goes out tokens, or until when not to ask.

use super::{
    Limited, RateLimit, RateLimiterSnapshot,
    blackout::{Schedule, opens},
    bucket::{Bucket, Loan, Slot},
};
use crate::value::Rate;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

/// The limiter without its lock, its clock and the line of those who wait.
#[derive(Debug)]
#[repr(C)]
pub(super) struct State {
    bucket: Bucket,
    schedules: Vec<Schedule>,
    /// Somebody's word decides when nothing passes, too, so nothing is given in advance.
    watched: bool,
    waiters: u32,
    waiting: u32,
    leases: u32,
    /// What a lease takes at once, if as much is free.
    share: u32,
    refused: u64,
}

/// What one who asks is given.
#[derive(Clone, Copy, Debug)]
pub(super) enum Grant {
    Token(Slot),
    Loan(Loan),
}

/// What one asks for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ask {
    Token,
    /// As much as a lease takes at once.
    Share,
}

/// A loan that has ended, and what is left of it.
pub(super) type Ended = Option<(Loan, u32)>;

/// A lease is for about so much work, and for so many tokens at most.
const LEASE_TIME: Duration = Duration::from_millis(1);
const LEASE_MOST: u32 = 64;

impl State {
    /// A full bucket, with nobody waiting.
    pub(super) fn new(limit: &RateLimit, now: Instant, wall: SystemTime) -> Self {
        let schedule = |blackout: &super::Blackout| blackout.schedule(now, wall);
        let (rate, burst) = limit.within_range();
        let mut state = Self {
            bucket: Bucket::new(rate, burst, now),
            schedules: limit.blackouts.iter().filter_map(schedule).collect(),
            watched: limit
                .blackouts
                .iter()
                .any(|each| each.predicate().is_some()),
            waiters: limit.waiters,
            waiting: 0,
            leases: 0,
            share: 1,
            refused: 0,
        };
        state.think();
        state
    }

    /// Takes tokens for one who does not wait, so nobody is overtaken. `from` is when something may
    /// pass at the earliest.
    pub(super) fn take(&mut self, now: Instant, from: Instant, ask: Ask) -> Result<Grant, Limited> {
        if self.waiting > 0 {
            return Err(self.limited(now, from));
        }
        self.take_in_turn(now, from, ask)
            .map_err(|_| self.limited(now, from))
    }

    /// Takes tokens for the one at the head of the line, or says when to ask again.
    pub(super) fn take_in_turn(
        &mut self,
        now: Instant,
        from: Instant,
        ask: Ask,
    ) -> Result<Grant, Instant> {
        let open = opens(&self.schedules, from.max(now));
        if open > now {
            return Err(open);
        }
        let share = match ask {
            Ask::Token => 1,
            Ask::Share => self
                .share
                .min(self.half().saturating_sub(self.bucket.held())),
        };
        Ok(if share > 1 {
            Grant::Loan(self.bucket.lease(now, share)?)
        } else {
            Grant::Token(self.bucket.take(now)?)
        })
    }

    /// Joins the line, unless it is full or the turn would come after `deadline`.
    pub(super) fn join(
        &mut self,
        now: Instant,
        from: Instant,
        deadline: Option<Instant>,
    ) -> Result<(), Limited> {
        let limited = self.limited(now, from);
        if self.waiting >= self.waiters || deadline.is_some_and(|end| limited.until > end) {
            return Err(limited);
        }
        self.waiting += 1;
        Ok(())
    }

    /// One has left the line, served or not.
    pub(super) fn left(&mut self) {
        self.waiting -= 1;
    }

    /// One went away with nothing; gives what to tell.
    pub(super) fn refuse(&mut self, limited: Limited) -> Limited {
        self.refused += 1;
        limited
    }

    /// When one would be served who comes now, at the earliest.
    pub(super) fn limited(&self, now: Instant, from: Instant) -> Limited {
        let free = self.bucket.free_from(now, u64::from(self.waiting) + 1);
        Limited {
            until: opens(&self.schedules, free.max(from)),
            waiting: self.waiting,
        }
    }

    /// A token was not used; says whether somebody waits for it.
    pub(super) fn give_back(&mut self, now: Instant, slot: Slot) -> bool {
        self.bucket.give_back(now, slot);
        self.waiting > 0
    }

    /// A loan ends; says whether somebody waits for what comes back.
    pub(super) fn settle(&mut self, now: Instant, ended: Ended) -> bool {
        let Some((loan, unused)) = ended else {
            return false;
        };
        self.bucket.settle(now, loan, unused);
        unused > 0 && self.waiting > 0
    }

    /// Changes the pace; says whether somebody waits who should ask again.
    pub(super) fn set(&mut self, now: Instant, rate: Rate, burst: u32) -> bool {
        self.bucket.set(now, rate, burst);
        self.think();
        self.waiting > 0
    }

    pub(super) fn rate(&self) -> Rate {
        self.bucket.rate()
    }

    pub(super) fn burst(&self) -> u32 {
        self.bucket.burst()
    }

    pub(super) fn begin_lease(&mut self) {
        self.leases += 1;
        self.think();
    }

    pub(super) fn end_lease(&mut self) {
        self.leases -= 1;
        self.think();
    }

    /// From when on it is as good as new, if nobody asks.
    pub(super) fn idle_from(&self, now: Instant) -> Instant {
        self.bucket.full_from(now)
    }

    pub(super) fn snapshot(&self, now: Instant, from: Instant) -> RateLimiterSnapshot {
        RateLimiterSnapshot {
            rate: self.bucket.rate(),
            burst: self.bucket.burst(),
            free: self.bucket.free_at(now),
            leased: self.bucket.held(),
            waiting: self.waiting,
            admitted: self.bucket.admitted(),
            refused: self.refused,
            until: Some(self.limited(now, from).until).filter(|&until| until > now),
        }
    }

    /// Thinks over what a lease takes at once: a millisecond's work of one worker. All of them hold at
    /// most half of the burst, so that what they sleep on never keeps the others out.
    fn think(&mut self) {
        if self.watched || !self.schedules.is_empty() {
            return;
        }
        let leases = self.leases.max(1);
        let rate = self.bucket.rate();
        let work = u128::from(rate.count()) * LEASE_TIME.as_nanos() / rate.per().as_nanos();
        let work = u32::try_from(work).unwrap_or(u32::MAX) / leases;
        self.share = work.min(LEASE_MOST).min(self.half() / leases).max(1);
    }

    fn half(&self) -> u32 {
        self.bucket.burst() / 2
    }
}
