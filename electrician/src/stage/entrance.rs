//! What a call has to pass: comes in an attempt, goes out that it may begin, or which layer refuses it.
//!
//! ```text
//! rate limit -> bulkhead -> breaker -> the call
//! ```
//!
//! The breaker is asked before anything is taken, and who is refused further in gives back what it has taken.

use std::mem;

use tokio::time::{Instant, sleep_until, timeout_at};

use super::{WhenLimited, WhenOpen, keys::Key};
use crate::resilience::{
    breaker::{BreakerWorker, KeyedBreaker, Open, Token, Verdict},
    bulkhead::Seat,
    chain::Refusal,
    rate_limiter::{KeyedRateLimiter, Lease},
    retry::BudgetWorker,
};

/// One worker's way through the layers of its stage: its own part of each of them.
#[derive(Debug)]
pub(super) struct Entrance {
    pub(super) tokens: Option<Tokens>,
    pub(super) seat: Option<Seat>,
    /// Of a breaker for each key, that of the item in hand.
    pub(super) breaker: Option<BreakerWorker>,
    pub(super) breakers: Option<KeyedBreaker<u64>>,
    pub(super) budget: Option<BudgetWorker>,
    /// Whether there is a token for the next call already.
    pub(super) reserved: bool,
    pub(super) when_limited: WhenLimited,
    pub(super) when_open: WhenOpen,
    /// How many calls may be made before the layers are asked anew, whether their place is taken, and what the breaker knows
    /// them by. A streak does not outlast a wait.
    pub(super) streak: u32,
    pub(super) sits: bool,
    pub(super) generation: u64,
}

/// A worker's part of the limiter; of a limiter for each key, that of the item in hand.
#[derive(Debug)]
pub(super) enum Tokens {
    One(Lease),
    Keyed(KeyedRateLimiter<u64>, Option<Lease>),
}

/// An attempt that has passed the layers. They are told how it has ended: nothing, where it is dropped.
pub(super) struct Entered<'a> {
    entrance: &'a mut Entrance,
    /// What the breaker has given.
    token: Option<Token>,
}

/// The most calls for which the layers are asked once.
const LONGEST_STREAK: u32 = 64;

/// Who refuses an attempt; nobody, where it is to wait.
type NotNow = Option<Refusal>;

impl Entrance {
    /// Waits until one call may begin, for an item of these keys, and no longer than the deadline. A call that may begin at
    /// once costs the questions.
    pub(super) async fn enter(
        &mut self,
        key: Key,
        deadline: Option<Instant>,
    ) -> Result<Entered<'_>, Refusal> {
        if let Some(breakers) = &self.breakers {
            self.breaker = Some(breakers.get(key.breaker).worker());
        }
        let token = match self.try_enter(key.rate) {
            Ok(token) => Ok(token),
            Err(Some(refusal)) => Err(refusal),
            Err(None) => Box::pin(self.wait(key.rate, deadline)).await,
        };
        match token {
            Ok(token) => Ok(Entered {
                entrance: self,
                token,
            }),
            Err(refusal) => {
                self.cancel();
                Err(refusal)
            }
        }
    }

    /// Waits for a token before it is known which item it is for, and for the breaker; one that would refuse costs no token.
    pub(super) async fn reserve(&mut self) {
        if self.breakers.is_some() || self.wait_for_breaker(None).await.is_ok() {
            self.reserved = self.wait_for_token(0, None).await.is_ok();
        }
    }

    /// The call that a token was taken for is not made.
    pub(super) fn cancel(&mut self) {
        if mem::take(&mut self.reserved) {
            self.give_back();
        }
    }

    /// Enters, if nothing has to be waited for, and nothing refuses. [`succeeded`](Self::succeeded) or [`end`](Self::end) says
    /// how the call has ended.
    #[inline]
    pub(super) fn enter_at_once(&mut self) -> bool {
        if self.streak == 0 && !self.begin_streak() {
            return false;
        }
        self.streak -= 1;
        true
    }

    /// The call that has entered at once was ready at once, and has given what it was made for.
    #[inline]
    pub(super) fn succeeded(&mut self) {
        if let Some(budget) = &mut self.budget {
            budget.succeeded();
        }
        if let Some(breaker) = &mut self.breaker {
            breaker.succeeded(self.generation);
        }
    }

    /// The call that has entered at once, if one has, has ended, and shows this about the backend. The streak is over.
    #[cold]
    pub(super) fn end(&mut self, verdict: Verdict) {
        if let Some(breaker) = &mut self.breaker
            && self.sits
        {
            breaker.tell(Token::untimed(self.generation), verdict);
        }
        self.rest();
    }

    /// Takes what a few calls need that follow one another without a wait, if it is there. A layer that has to see more of a
    /// call, its key or its time, is asked by [`enter`](Self::enter).
    #[cold]
    fn begin_streak(&mut self) -> bool {
        self.rest();
        if self.breakers.is_some() {
            return false;
        }
        if let Some(breaker) = &self.breaker {
            let Some(generation) = breaker.untimed() else {
                return false;
            };
            self.generation = generation;
        }
        self.streak = match &mut self.tokens {
            None => LONGEST_STREAK,
            Some(Tokens::One(lease)) => lease.draw(LONGEST_STREAK),
            Some(Tokens::Keyed(..)) => 0,
        };
        self.sits = self.streak > 0 && self.seat.as_mut().is_none_or(Seat::sit);
        if !self.sits {
            self.rest();
        }
        self.sits
    }

    /// No call follows without a wait: what is left of a streak goes back.
    pub(super) fn rest(&mut self) {
        let unused = mem::take(&mut self.streak);
        if let Some(Tokens::One(lease)) = &mut self.tokens
            && unused > 0
        {
            lease.put_back(unused);
        }
        if mem::take(&mut self.sits) {
            self.leave(Verdict::Unknown);
        }
    }

    fn try_enter(&mut self, key: u64) -> Result<Option<Token>, NotNow> {
        self.ask()?;
        self.try_token(key)?;
        if !self.seat.as_mut().is_none_or(Seat::try_sit) {
            self.give_back();
            return Err(None);
        }
        self.begin()
    }

    async fn wait(
        &mut self,
        key: u64,
        deadline: Option<Instant>,
    ) -> Result<Option<Token>, Refusal> {
        loop {
            self.wait_for_breaker(deadline).await?;
            self.wait_for_token(key, deadline).await?;
            if let Some(seat) = &mut self.seat
                && !seat.sit()
                && let Err(full) = seat.ask(deadline).await
            {
                self.give_back();
                return Err(full.into());
            }
            match self.begin() {
                Ok(token) => return Ok(token),
                Err(Some(refusal)) => return Err(refusal),
                Err(None) => {}
            }
        }
    }

    /// Passes the breaker, the last of the layers.
    fn begin(&mut self) -> Result<Option<Token>, NotNow> {
        let token = self.breaker.as_ref().map(BreakerWorker::token);
        match token.transpose() {
            Ok(token) => Ok(token),
            Err(open) => {
                self.leave(Verdict::Unknown);
                self.give_back();
                Err(self.shut(open))
            }
        }
    }

    /// Asks the breaker whether it would refuse.
    fn ask(&self) -> Result<(), NotNow> {
        let asked = self.breaker.as_ref().map(BreakerWorker::would_permit);
        asked.unwrap_or(Ok(())).map_err(|open| self.shut(open))
    }

    fn shut(&self, open: Open) -> NotNow {
        (self.when_open != WhenOpen::Wait).then(|| open.into())
    }

    async fn wait_for_breaker(&mut self, deadline: Option<Instant>) -> Result<(), Refusal> {
        let Some(breaker) = &mut self.breaker else {
            return Ok(());
        };
        let Err(open) = breaker.would_permit() else {
            return Ok(());
        };
        let late = deadline.is_some_and(|deadline| deadline < open.until);
        if late || self.when_open != WhenOpen::Wait {
            return Err(open.into());
        }
        // The permit goes back at once: it is asked for again, once the other layers are passed.
        let ready = breaker.ready();
        match deadline {
            None => drop(ready.await),
            Some(deadline) => drop(timeout_at(deadline, ready).await.map_err(|_| open)?),
        }
        Ok(())
    }

    fn try_token(&mut self, key: u64) -> Result<(), NotNow> {
        let rejects = self.when_limited != WhenLimited::Wait;
        let Some(tokens) = &mut self.tokens else {
            return Ok(());
        };
        if mem::take(&mut self.reserved) {
            return Ok(());
        }
        tokens.forget_key();
        let lease = tokens.lease(key).map_err(|full| rejects.then_some(full))?;
        if rejects {
            return lease.try_acquire().map_err(|limited| Some(limited.into()));
        }
        lease.try_take().then_some(()).ok_or(None)
    }

    async fn wait_for_token(&mut self, key: u64, deadline: Option<Instant>) -> Result<(), Refusal> {
        match self.try_token(key) {
            Ok(()) => return Ok(()),
            Err(Some(refusal)) => return Err(refusal),
            Err(None) => {}
        }
        let Some(tokens) = &mut self.tokens else {
            return Ok(());
        };
        let lease = loop {
            match tokens.lease(key) {
                Ok(lease) => break lease,
                Err(full) => wait_until(full, deadline).await?,
            }
        };
        Ok(lease.acquire(deadline).await?)
    }

    /// The token that was taken last is not used.
    fn give_back(&mut self) {
        match &mut self.tokens {
            Some(Tokens::One(lease) | Tokens::Keyed(_, Some(lease))) => lease.give_back(),
            Some(Tokens::Keyed(_, None)) | None => {}
        }
    }

    /// The call in the bulkhead is over.
    fn leave(&mut self, verdict: Verdict) {
        if let Some(seat) = &mut self.seat {
            seat.leave(verdict);
        }
    }
}

impl Drop for Entrance {
    fn drop(&mut self) {
        self.rest();
    }
}

impl Tokens {
    fn lease(&mut self, key: u64) -> Result<&mut Lease, Refusal> {
        match self {
            Self::One(lease) | Self::Keyed(_, Some(lease)) => Ok(lease),
            Self::Keyed(limiters, none) => Ok(none.insert(limiters.of(&key)?.lease())),
        }
    }

    /// Lets go of the limiter of a key, which makes way for others once it is idle.
    fn forget_key(&mut self) {
        if let Self::Keyed(_, lease) = self {
            *lease = None;
        }
    }
}

/// Waits until it makes sense to ask again, if that is before the deadline.
async fn wait_until(refusal: Refusal, deadline: Option<Instant>) -> Result<(), Refusal> {
    match refusal.until {
        Some(until) if deadline.is_none_or(|deadline| until <= deadline) => {
            sleep_until(until).await;
            Ok(())
        }
        _ => Err(refusal),
    }
}

impl Entered<'_> {
    /// The handler has given what it was called for, which shows this. Where more of it is to come, the place is kept until
    /// what this gives is dropped.
    #[inline]
    pub(super) fn gave(mut self, verdict: Verdict, all: bool) -> Option<Self> {
        if verdict == Verdict::Healthy
            && let Some(budget) = &mut self.entrance.budget
        {
            budget.succeeded();
        }
        if all {
            self.end(verdict);
            return None;
        }
        self.tell_breaker(verdict);
        if let Some(seat) = &mut self.entrance.seat {
            seat.opened(verdict);
        }
        Some(self)
    }

    /// The call has ended, and shows this about the backend.
    pub(super) fn end(mut self, verdict: Verdict) {
        self.tell(verdict);
    }
}

impl Entered<'_> {
    fn tell(&mut self, verdict: Verdict) {
        self.tell_breaker(verdict);
        self.entrance.leave(verdict);
    }

    fn tell_breaker(&mut self, verdict: Verdict) {
        if let (Some(breaker), Some(token)) = (&mut self.entrance.breaker, self.token.take()) {
            breaker.tell(token, verdict);
        }
    }
}

impl Drop for Entered<'_> {
    /// Where the call has ended before, nothing is left to be told.
    fn drop(&mut self) {
        self.tell(Verdict::Unknown);
        if let Some(tokens) = &mut self.entrance.tokens {
            tokens.forget_key();
        }
    }
}
