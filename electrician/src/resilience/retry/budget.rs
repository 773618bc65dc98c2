//! How many retries all callers may make together: comes in calls, time and wishes, goes out which of the wishes are granted.

use super::super::{
    BadValue,
    cells::{Counter, Counters},
};
use crate::value::Rate;
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::time::Instant;

/// What a budget of retries is filled by.
///
/// Use it where many callers retry against one backend: when everything fails, attempts would multiply
/// the load by their number; with a budget of a tenth, the load grows by a tenth. Do not use it for calls
/// so rare that a share of them is nothing; say a rate then.
///
/// # Options
///
/// | option | unit | default | range |
/// |---|---|---|---|
/// | `ratio` | retries earned by each call that succeeds | 0.1 | 0 to 1,000 |
/// | `rate` | retries earned by time | none | above zero |
/// | `saved` | retries that can be saved up; it begins with as many | 10 | 1 or more |
///
/// # Examples
///
/// ```
/// use electrician::{resilience::{Budget, RetryBudget}, value::Rate};
///
/// let budget = RetryBudget::new(Budget::ratio(0.2).saved(3));
/// let mut worker = budget.worker();
/// assert_eq!((0..10).filter(|_| worker.take()).count(), 3, "what was saved");
/// for _ in 0..10 {
///     worker.succeeded();
/// }
/// assert_eq!((0..10).filter(|_| worker.take()).count(), 2, "a fifth of ten");
///
/// Budget::rate(Rate::per_second(5)).check()?;
/// # Ok::<(), electrician::resilience::BadValue>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Budget {
    ratio: f64,
    rate: Option<Rate>,
    saved: u32,
}

/// A budget of retries that callers share. A clone is the same.
#[derive(Clone)]
pub struct RetryBudget {
    held: Arc<Mutex<Held>>,
}

/// One caller's way to a [`RetryBudget`]: what it earns is counted without writing to anything shared.
pub struct BudgetWorker {
    budget: RetryBudget,
    counter: Option<Arc<Counter>>,
}

struct Held {
    purse: Purse,
    counters: Counters,
}

impl Budget {
    const DEFAULT: Self = Self {
        ratio: 0.1,
        rate: None,
        saved: 10,
    };

    /// Each call that succeeds earns this part of a retry.
    pub const fn ratio(ratio: f64) -> Self {
        Self {
            ratio,
            ..Self::DEFAULT
        }
    }

    /// Retries are earned by time alone: tokens.
    pub const fn rate(rate: Rate) -> Self {
        Self::ratio(0.0).and_rate(rate)
    }

    /// Retries are earned by time, too: for hours in which few calls are made.
    pub const fn and_rate(mut self, rate: Rate) -> Self {
        self.rate = Some(rate);
        self
    }

    /// How many retries can be saved up.
    pub const fn saved(mut self, retries: u32) -> Self {
        self.saved = retries;
        self
    }

    /// Whether the values can be meant.
    ///
    /// # Errors
    ///
    /// The first option whose value is out of its range.
    pub fn check(&self) -> Result<(), BadValue> {
        if !(0.0..=1_000.0).contains(&self.ratio) {
            return Err(BadValue::new("ratio", "must be from 0 to 1000"));
        }
        if self
            .rate
            .is_some_and(|rate| rate.count() == 0 || rate.per().is_zero())
        {
            return Err(BadValue::new("rate", "must be above zero"));
        }
        if self.saved == 0 {
            return Err(BadValue::new("saved", "must be at least 1"));
        }
        Ok(())
    }
}

impl Default for Budget {
    /// A tenth of the calls that succeed, and ten to begin with.
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl From<f64> for Budget {
    fn from(ratio: f64) -> Self {
        Self::ratio(ratio)
    }
}

impl From<Rate> for Budget {
    fn from(rate: Rate) -> Self {
        Self::rate(rate)
    }
}

/// The budget without its lock and its clock. A retry is a million parts.
#[derive(Debug)]
struct Purse {
    parts: u64,
    most: u64,
    by_call: u64,
    rate: Option<Rate>,
    calls: u64,
    filled: Instant,
}

const RETRY: u64 = 1_000_000;

impl Purse {
    fn new(budget: Budget, now: Instant) -> Self {
        let most = u64::from(budget.saved.max(1)) * RETRY;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a thousand million fits, and what is out of range is taken to its ends"
        )]
        let by_call = (budget.ratio.clamp(0.0, 1_000.0) * 1e6).round() as u64;
        Self {
            parts: most,
            most,
            by_call,
            rate: budget.rate,
            calls: 0,
            filled: now,
        }
    }

    /// Takes one retry, after `calls` calls have succeeded in all.
    fn take(&mut self, now: Instant, calls: u64) -> bool {
        let earned = (calls - self.calls).saturating_mul(self.by_call);
        self.calls = calls;
        let earned = earned.saturating_add(self.by_time(now));
        self.parts = self.parts.saturating_add(earned).min(self.most);
        let enough = self.parts >= RETRY;
        if enough {
            self.parts -= RETRY;
        }
        enough
    }

    /// What the time since it was filled has earned. Time that has earned nothing yet is kept.
    fn by_time(&mut self, now: Instant) -> u64 {
        let Some(rate) = self.rate else { return 0 };
        let passed = now.saturating_duration_since(self.filled).as_nanos();
        let parts = passed
            .saturating_mul(u128::from(rate.count()))
            .saturating_mul(u128::from(RETRY))
            / rate.per().as_nanos().max(1);
        if parts > 0 {
            self.filled = now;
        }
        u64::try_from(parts).unwrap_or(u64::MAX)
    }
}

impl RetryBudget {
    /// A full budget. Values that are out of their range are taken to the nearest one inside.
    pub fn new(budget: Budget) -> Self {
        let held = Held {
            purse: Purse::new(budget, Instant::now()),
            counters: Counters::default(),
        };
        Self {
            held: Arc::new(Mutex::new(held)),
        }
    }

    /// A caller's own way to the budget.
    pub fn worker(&self) -> BudgetWorker {
        BudgetWorker {
            budget: self.clone(),
            counter: None,
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Nothing panics while it holds the lock.
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl BudgetWorker {
    /// A call has succeeded, and earns its part.
    #[inline]
    pub fn succeeded(&mut self) {
        if self.counter.is_none() {
            self.take_counter();
        }
        if let Some(counter) = &self.counter {
            counter.count();
        }
    }

    #[cold]
    fn take_counter(&mut self) {
        self.counter = Some(self.budget.held().counters.take());
    }

    /// Takes a retry out of the budget, if there is one.
    pub fn take(&mut self) -> bool {
        let now = Instant::now();
        let mut held = self.budget.held();
        let calls = held.counters.total();
        held.purse.take(now, calls)
    }
}

impl Clone for BudgetWorker {
    /// Another worker of the same budget.
    fn clone(&self) -> Self {
        self.budget.worker()
    }
}

impl Drop for BudgetWorker {
    fn drop(&mut self) {
        if let Some(counter) = self.counter.take() {
            self.budget.held().counters.give_back(counter);
        }
    }
}

impl fmt::Debug for RetryBudget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RetryBudget")
            .field(&self.held().purse)
            .finish()
    }
}

impl fmt::Debug for BudgetWorker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BudgetWorker").field(&self.budget).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::time::Duration;

    #[test]
    fn check_names_the_option() {
        let refuses = |budget: Budget| budget.check().unwrap_err().option;
        assert_eq!(refuses(Budget::ratio(f64::NAN)), "ratio");
        assert_eq!(refuses(Budget::ratio(-0.1)), "ratio");
        assert_eq!(refuses(Budget::rate(Rate::per_second(0))), "rate");
        assert_eq!(refuses(Budget::default().saved(0)), "saved");
        assert_eq!(Budget::default().check(), Ok(()));
    }

    #[test]
    fn workers_share_one_budget() {
        let budget = RetryBudget::new(Budget::ratio(0.5).saved(1));
        let (mut one, mut other) = (budget.worker(), budget.worker());
        assert!(one.take() && !other.take());
        for worker in [&mut one, &mut other] {
            worker.succeeded();
        }
        drop(one);
        assert!(other.take() && !other.clone().take());
    }

    proptest! {
        #[test]
        fn retries_never_exceed_what_was_saved_and_earned(
            saved in 1..20_u32,
            ratio in 0.0..2.0,
            per_second in prop::option::of(1..50_u32),
            steps in prop::collection::vec((0..5_u32, 0..500_u64, 0..5_u8), 1..100),
        ) {
            let start = Instant::now();
            let budget = Budget { ratio, rate: per_second.map(|count| Rate::per_second(count.into())), saved };
            let mut purse = Purse::new(budget, start);
            let (mut now, mut calls, mut taken) = (start, 0_u32, 0_u32);
            for (called, millis, wishes) in steps {
                calls += called;
                now += Duration::from_millis(millis);
                for _ in 0..wishes {
                    taken += u32::from(purse.take(now, calls.into()));
                }
                let by_time = f64::from(per_second.unwrap_or(0)) * (now - start).as_secs_f64();
                let most = f64::from(saved) + ratio * f64::from(calls) + by_time;
                prop_assert!(f64::from(taken) <= most + 0.001, "{taken} of {most}");
            }
        }
    }
}
