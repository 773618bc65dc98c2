//! The limiter that calls share: comes in a call that asks, goes out a token, a refusal, or a wait for one.

use super::{
    super::{BadValue, apart::Apart, line::Line, moment::after},
    Blackout, Lease, Limited, RateLimit, RateLimiterSnapshot,
    blackout::Predicate,
    bucket::Slot,
    check_burst, check_rate,
    state::{Ask, Ended, Grant, State},
};
use crate::value::Rate;
use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};
use tokio::time::Instant;

/// Lets no more pass than a rate, and a burst after a quiet time.
///
/// A clone is the same limiter; [`RateLimit`] says how much may pass. Values that are out of their range
/// are taken to the nearest one inside; [`RateLimit::check`] refuses them.
///
/// - In any stretch of time `t`, at most `burst + rate * t` pass, whatever is waited for, leased, given
///   back or changed meanwhile. While the rate or the burst is changed, the larger one counts.
/// - Those who wait are served in the order in which they came; nobody who asks without waiting
///   overtakes them. One who gives up makes the wait of all behind it shorter.
/// - A wait that cannot end in time is refused at once, and so is one that too many wait before.
/// - Nothing runs in the background.
///
/// The runtime's timers fire at whole milliseconds, and what a late timer has missed counts against the
/// burst. Those who wait are served at the full rate if the burst is at least what two milliseconds
/// bring.
///
/// # Examples
///
/// ```
/// use electrician::{resilience::{RateLimit, RateLimiter}, value::Rate};
/// use std::time::Duration;
/// use tokio::time::Instant;
///
/// # let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
/// # runtime.block_on(async {
/// let limiter = RateLimiter::new(RateLimit::new(Rate::per_second(10)).burst(1));
/// let start = Instant::now();
///
/// let token = limiter.try_acquire().expect("the burst is one");
/// token.give_back();
/// limiter.try_acquire().expect("it came back");
///
/// let limited = limiter.try_acquire().unwrap_err();
/// assert_eq!(limited.until, start + Duration::from_millis(100));
///
/// limiter.acquire().await.expect("nobody else waits");
/// assert_eq!(start.elapsed(), Duration::from_millis(100));
///
/// let hurry = Instant::now() + Duration::from_millis(50);
/// assert!(limiter.acquire_by(hurry).await.is_err(), "refused at once, it takes 100ms");
/// assert_eq!(start.elapsed(), Duration::from_millis(100));
/// # });
/// ```
#[derive(Clone)]
#[doc(alias = "surge protector")]
#[doc(alias = "SurgeProtector")]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

struct Shared {
    state: Apart<Mutex<State>>,
    line: Line,
    predicates: Box<[Predicate]>,
    /// How often the pace was changed, for leases to see without the lock.
    changes: Apart<AtomicU32>,
}

/// Something may pass. A token that is dropped is used.
#[derive(Debug)]
pub struct Token<'a> {
    limiter: &'a RateLimiter,
    slot: Slot,
}

/// How long those who wait leave a predicate alone.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

impl RateLimiter {
    /// A limiter that has its whole burst.
    pub fn new(limit: impl Into<RateLimit>) -> Self {
        let limit = limit.into();
        let state = State::new(&limit, Instant::now(), SystemTime::now());
        let predicates = limit.blackouts.iter().filter_map(Blackout::predicate);
        Self {
            shared: Arc::new(Shared {
                state: Apart(Mutex::new(state)),
                line: Line::new(),
                predicates: predicates.collect(),
                changes: Apart(AtomicU32::new(0)),
            }),
        }
    }

    /// Asks for a token that is free now.
    ///
    /// # Errors
    ///
    /// [`Limited`], when none is free, when others wait for one, and during a blackout.
    #[doc(alias = "TryTake")]
    pub fn try_acquire(&self) -> Result<Token<'_>, Limited> {
        self.try_grant(Ask::Token, None)
            .map(|grant| self.token(grant))
    }

    /// Waits for a token.
    ///
    /// # Errors
    ///
    /// [`Limited`], at once, when too many wait already.
    ///
    /// # Panics
    ///
    /// When it has to wait outside a tokio runtime, or in one without a clock.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future takes nothing, and makes the wait of those behind it shorter.
    pub async fn acquire(&self) -> Result<Token<'_>, Limited> {
        let grant = self.grant(Ask::Token, None, None).await;
        grant.map(|grant| self.token(grant))
    }

    /// Waits for a token until `deadline`.
    ///
    /// # Errors
    ///
    /// [`Limited`], at once, when its turn would come after `deadline` or too many wait already; at
    /// `deadline`, when the turn has come later than it seemed.
    ///
    /// # Panics
    ///
    /// As [`acquire`](Self::acquire) does.
    ///
    /// # Cancel safety
    ///
    /// As [`acquire`](Self::acquire).
    pub async fn acquire_by(&self, deadline: Instant) -> Result<Token<'_>, Limited> {
        let grant = self.grant(Ask::Token, Some(deadline), None).await;
        grant.map(|grant| self.token(grant))
    }

    /// A worker's own share, from which it takes without asking the others.
    pub fn lease(&self) -> Lease {
        self.state().begin_lease();
        Lease::new(self.clone())
    }

    /// Changes the rate; the burst stays as it is. Those who wait are served at the new rate, what is
    /// free stays free, and leases begin anew.
    ///
    /// # Errors
    ///
    /// A rate that is out of its range; nothing is changed then.
    pub fn set(&self, rate: Rate) -> Result<(), BadValue> {
        check_rate(rate)?;
        self.change(|state| (rate, state.burst()));
        Ok(())
    }

    /// Changes the burst; a larger one fills up at the rate.
    ///
    /// # Errors
    ///
    /// A burst of 0; nothing is changed then.
    pub fn set_burst(&self, burst: u32) -> Result<(), BadValue> {
        check_burst(burst)?;
        self.change(|state| (state.rate(), burst));
        Ok(())
    }

    /// How it stands now. Looking changes nothing.
    pub fn snapshot(&self) -> RateLimiterSnapshot {
        let (now, from) = self.now();
        self.state().snapshot(now, from)
    }

    pub(super) fn changes(&self) -> u32 {
        self.shared.changes.load(Relaxed)
    }

    /// Tokens that are free now, once the loan that has `ended` is settled.
    pub(super) fn try_grant(&self, ask: Ask, ended: Ended) -> Result<Grant, Limited> {
        let grant = self.grant_now(ask, ended);
        grant.map_err(|limited| self.state().refuse(limited))
    }

    /// The same, where it is no refusal that none are free.
    pub(super) fn grant_now(&self, ask: Ask, ended: Ended) -> Result<Grant, Limited> {
        let (now, from) = self.now();
        let mut state = self.state();
        state.settle(now, ended);
        state.take(now, from, ask)
    }

    /// As [`try_grant`](Self::try_grant), for one who asks again: nothing is counted as refused.
    pub(super) fn grant_by_the_way(&self, ask: Ask, ended: Ended) -> Option<Grant> {
        let (now, from) = self.now();
        let mut state = self.state();
        state.settle(now, ended);
        state.take(now, from, ask).ok()
    }

    /// Waits for tokens, once the loan that has `ended` is settled.
    pub(super) async fn grant(
        &self,
        ask: Ask,
        deadline: Option<Instant>,
        ended: Ended,
    ) -> Result<Grant, Limited> {
        if let Some(grant) = self.grant_or_join(ask, deadline, ended)? {
            return Ok(grant);
        }
        let place = Place(self);
        let turn = || {
            let (now, from) = self.now();
            self.state().take_in_turn(now, from, ask).map_err(Some)
        };
        let grant = self.shared.line.wait(deadline, turn).await;
        drop(place);
        grant.ok_or_else(|| {
            let (now, from) = self.now();
            let mut state = self.state();
            let limited = state.limited(now, from);
            state.refuse(limited)
        })
    }

    pub(super) fn give_back(&self, slot: Slot) {
        let now = Instant::now();
        let ask_again = self.state().give_back(now, slot);
        self.ask_again(ask_again);
    }

    pub(super) fn settle(&self, ended: Ended) {
        let now = Instant::now();
        let ask_again = self.state().settle(now, ended);
        self.ask_again(ask_again);
    }

    pub(super) fn end_lease(&self) {
        self.state().end_lease();
    }

    /// From when on it is as good as new; `None` while anybody else has it in hand.
    pub(super) fn idle_from(&self, now: Instant) -> Option<Instant> {
        (Arc::strong_count(&self.shared) == 1).then(|| self.state().idle_from(now))
    }

    /// A token, a place in the line, or neither.
    fn grant_or_join(
        &self,
        ask: Ask,
        deadline: Option<Instant>,
        ended: Ended,
    ) -> Result<Option<Grant>, Limited> {
        let (now, from) = self.now();
        let late = deadline.is_some_and(|deadline| deadline < now);
        let mut state = self.state();
        state.settle(now, ended);
        if !late && let Ok(grant) = state.take(now, from, ask) {
            return Ok(Some(grant));
        }
        match state.join(now, from, deadline) {
            Ok(()) => Ok(None),
            Err(limited) => Err(state.refuse(limited)),
        }
    }

    fn token(&self, grant: Grant) -> Token<'_> {
        match grant {
            Grant::Token(slot) => Token {
                limiter: self,
                slot,
            },
            Grant::Loan(_) => unreachable!("only a lease is given a loan"),
        }
    }

    fn change(&self, pace: impl FnOnce(&State) -> (Rate, u32)) {
        let now = Instant::now();
        let mut state = self.state();
        let (rate, burst) = pace(&state);
        let ask_again = state.set(now, rate, burst);
        self.shared.changes.fetch_add(1, Relaxed);
        drop(state);
        self.ask_again(ask_again);
    }

    fn ask_again(&self, anybody: bool) {
        if anybody {
            self.shared.line.ask_again();
        }
    }

    /// The time, and when something may pass at the earliest as far as predicates know.
    fn now(&self) -> (Instant, Instant) {
        let now = Instant::now();
        let closed = self.shared.predicates.iter().any(|closed| closed());
        (now, if closed { after(now, LOOK_AGAIN) } else { now })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock, and every value of the state is a good one.
        self.shared
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Token<'_> {
    /// What it was for did not begin: the next one may have it, for as much as it is still worth. A
    /// token is worth nothing any more once the bucket would have been full without it.
    #[doc(alias = "ReleaseToken")]
    pub fn give_back(self) {
        self.limiter.give_back(self.slot);
    }
}

/// A place in the line, which is left in any case.
struct Place<'a>(&'a RateLimiter);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.state().left();
    }
}

impl fmt::Debug for RateLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RateLimiter")
            .field(&self.snapshot())
            .finish()
    }
}
