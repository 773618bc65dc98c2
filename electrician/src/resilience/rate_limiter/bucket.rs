//! How much may pass: comes in the time and how many are wanted, goes out a grant, or from when on to ask.

use super::super::moment::after;
use crate::value::Rate;
use std::time::Duration;
use tokio::time::Instant;

/// The generic cell rate algorithm (ITU-T I.371, Annex A), as a meter that leaks.
///
/// `spent` is what the bucket lacks of its burst: a token costs `rate.per()` of it, in nanoseconds, and
/// each nanosecond works `rate.count()` off. So every number is whole, and no rate drifts by rounding.
///
/// Tokens that are `held` by leases are neither spent nor free. They lower what the bucket can save up,
/// so that a lease that has slept through a quiet time adds nothing to the burst: at any moment
/// `free + held + spent = burst`, hence no window sees more than `burst + rate * t`.
///
/// What a lease writes stands first, on one cache line with the lock around it.
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Bucket {
    spent: u128,
    at: Instant,
    admitted: u64,
    held: u32,
    /// How often the pace was changed. What was given before a change is neither taken back nor held.
    changes: u32,
    burst: u32,
    rate: Rate,
    /// The number of the last token that was taken.
    taken: u64,
    gone: Gone,
}

/// Where a token stands in its bucket, so that it can be given back for what it is still worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    number: u64,
    changes: u32,
}

/// The numbers of tokens that were given back while later ones were not, so that those before them are not taken to lie deeper
/// than they do. So many are known; of more, the oldest are forgotten, and tokens before them come back for less.
#[derive(Clone, Copy, Debug, Default)]
struct Gone {
    numbers: [u64; 14],
    count: usize,
}

/// Tokens that a lease holds, those that it has used included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Loan {
    pub(super) tokens: u32,
    pub(super) changes: u32,
}

impl Bucket {
    /// A full bucket. The rate and the burst are within their ranges.
    pub(super) fn new(rate: Rate, burst: u32, now: Instant) -> Self {
        Self {
            spent: 0,
            at: now,
            admitted: 0,
            held: 0,
            changes: 0,
            burst,
            rate,
            taken: 0,
            gone: Gone::default(),
        }
    }

    pub(super) fn rate(&self) -> Rate {
        self.rate
    }

    pub(super) fn burst(&self) -> u32 {
        self.burst
    }

    /// How many have passed; what leases hold counts until it comes back.
    pub(super) fn admitted(&self) -> u64 {
        self.admitted
    }

    pub(super) fn held(&self) -> u32 {
        self.held
    }

    /// Spends one token.
    pub(super) fn take(&mut self, now: Instant) -> Result<Slot, Instant> {
        self.leak(now);
        if self.lacks(1) > 0 {
            return Err(self.until(1));
        }
        self.spent += self.token();
        self.admitted += 1;
        self.taken += 1;
        Ok(Slot {
            number: self.taken,
            changes: self.changes,
        })
    }

    /// Gives as many tokens as there are, `most` at most, to a lease that says later what became of them.
    pub(super) fn lease(&mut self, now: Instant, most: u32) -> Result<Loan, Instant> {
        self.leak(now);
        // Dividing takes longer than all the rest, so it is only done when it matters.
        let tokens = match self.lacks(u64::from(most)) {
            0 => most,
            _ => self.free().min(most),
        };
        if tokens == 0 {
            return Err(self.until(1));
        }
        self.held += tokens;
        self.admitted += u64::from(tokens);
        Ok(Loan {
            tokens,
            changes: self.changes,
        })
    }

    /// A lease ends its loan, and `unused` of its tokens come back.
    pub(super) fn settle(&mut self, now: Instant, loan: Loan, unused: u32) {
        self.admitted -= u64::from(unused);
        if loan.changes != self.changes {
            return;
        }
        self.leak(now);
        self.held -= loan.tokens;
        self.spent += u128::from(loan.tokens - unused) * self.token();
        self.taken += u64::from(loan.tokens - unused);
    }

    /// Takes back a token that was not used, as far as the bucket has not filled up without it.
    pub(super) fn give_back(&mut self, now: Instant, slot: Slot) {
        self.admitted -= 1;
        if slot.changes != self.changes {
            return;
        }
        self.leak(now);
        let rest = self.rest(slot.number);
        self.spent -= rest;
        if slot.number == self.taken {
            self.taken -= 1;
            while self.gone.remove(self.taken) {
                self.taken -= 1;
            }
        } else if rest > 0 {
            self.gone.add(slot.number);
        }
    }

    /// What is left of a token: those that were taken first are worked off first.
    fn rest(&self, number: u64) -> u128 {
        let later = self.taken - number - self.gone.after(number);
        let later = u128::from(later).saturating_mul(self.token());
        self.spent.saturating_sub(later).min(self.token())
    }

    /// Changes the pace. What is free stays free, and what leases hold counts as spent.
    pub(super) fn set(&mut self, now: Instant, rate: Rate, burst: u32) {
        self.leak(now);
        let before = self.token();
        let held = u128::from(self.held) * before;
        let free = (u128::from(self.burst) * before).saturating_sub(self.spent + held);
        *self = Self {
            admitted: self.admitted,
            changes: self.changes.wrapping_add(1),
            ..Self::new(rate, burst, self.at)
        };
        // In two steps, because a burst of long tokens times a token is more than 128 bits.
        let free = free / before * self.token() + free % before * self.token() / before;
        self.spent = (u128::from(burst) * self.token()).saturating_sub(free);
    }

    /// The whole tokens that are free.
    pub(super) fn free_at(&self, now: Instant) -> u32 {
        self.clone().leaked(now).free()
    }

    /// From when on `tokens` tokens are free, if nobody takes any.
    pub(super) fn free_from(&self, now: Instant, tokens: u64) -> Instant {
        self.clone().leaked(now).until(tokens)
    }

    /// From when on the bucket is full, if nobody takes any.
    pub(super) fn full_from(&self, now: Instant) -> Instant {
        self.free_from(now, u64::from(self.burst - self.held))
    }

    fn leaked(mut self, now: Instant) -> Self {
        self.leak(now);
        self
    }

    /// Works off what has been spent; a clock that goes back works off nothing.
    fn leak(&mut self, now: Instant) {
        let now = now.max(self.at);
        let before = std::mem::replace(&mut self.at, now);
        self.spent = self.spent.saturating_sub(self.worked_off(before));
    }

    /// What was worked off since then.
    fn worked_off(&self, since: Instant) -> u128 {
        let passed = self.at.saturating_duration_since(since).as_nanos();
        passed.saturating_mul(u128::from(self.rate.count()))
    }

    fn token(&self) -> u128 {
        self.rate.per().as_nanos()
    }

    fn free(&self) -> u32 {
        let most = u128::from(self.burst - self.held) * self.token();
        u32::try_from(most.saturating_sub(self.spent) / self.token()).unwrap_or(u32::MAX)
    }

    /// How much has to be worked off before so many tokens are free.
    fn lacks(&self, tokens: u64) -> u128 {
        let wanted = u128::from(tokens) + u128::from(self.held);
        let after = self.spent + wanted * self.token();
        after.saturating_sub(u128::from(self.burst) * self.token())
    }

    fn until(&self, tokens: u64) -> Instant {
        let nanos = self.lacks(tokens).div_ceil(u128::from(self.rate.count()));
        let wait = u64::try_from(nanos).map_or(Duration::MAX, Duration::from_nanos);
        after(self.at, wait)
    }
}

impl Gone {
    fn numbers(&self) -> &[u64] {
        &self.numbers[..self.count]
    }

    /// How many of them were taken after this one.
    fn after(&self, number: u64) -> u64 {
        self.numbers().iter().filter(|gone| **gone > number).count() as u64
    }

    fn add(&mut self, number: u64) {
        if self.count == self.numbers.len() {
            let oldest = self.numbers().iter().copied().min();
            oldest.map(|oldest| self.remove(oldest));
        }
        self.numbers[self.count] = number;
        self.count += 1;
    }

    fn remove(&mut self, number: u64) -> bool {
        let place = self.numbers().iter().position(|gone| *gone == number);
        if let Some(place) = place {
            self.count -= 1;
            self.numbers.swap(place, self.count);
        }
        place.is_some()
    }
}
