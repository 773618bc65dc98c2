//! What the breaker remembers: comes in results with their time, goes out how many calls, failures and slow ones still count.

use super::Window;
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// A window of time is kept in this many parts.
const PARTS: u32 = 10;

/// How a call ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) failed: bool,
    pub(super) slow: bool,
}

/// Calls, and how many of them failed or were slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: u64,
    pub(super) failures: u64,
    pub(super) slow: u64,
}

/// The results that still count.
#[derive(Debug)]
pub(super) enum Results {
    Recent(Box<Recent>),
    Last(Last),
}

impl Results {
    /// An empty window that begins at `now`. A size of zero is taken as the smallest one.
    pub(super) fn new(window: Window, now: Instant) -> Self {
        match window {
            Window::Time(span) => Self::Recent(Box::new(Recent::new(span, now))),
            Window::Calls(calls) => Self::Last(Last::new(calls.max(1))),
        }
    }

    pub(super) fn book(&mut self, now: Instant, outcome: Outcome) {
        match self {
            Self::Recent(recent) => recent.book(now, outcome, 1),
            Self::Last(last) => last.book(outcome, 1),
        }
    }

    /// Books the quick successes between two moments. A window that is shorter than that gets its share
    /// of them, as if they had come evenly.
    pub(super) fn book_successes(&mut self, since: Instant, now: Instant, calls: u64) {
        match self {
            Self::Recent(recent) => {
                let calls = recent.share_of(calls, now.saturating_duration_since(since));
                recent.book(now, Outcome::default(), calls);
            }
            Self::Last(last) => last.book(Outcome::default(), calls),
        }
    }

    pub(super) fn tally(&self, now: Instant) -> Tally {
        match self {
            Self::Recent(recent) => recent.tally(now),
            Self::Last(last) => last.tally,
        }
    }
}

impl Tally {
    fn add(&mut self, outcome: Outcome, calls: u64) {
        self.calls += calls;
        self.failures += u64::from(outcome.failed) * calls;
        self.slow += u64::from(outcome.slow) * calls;
    }

    fn subtract(&mut self, outcome: Outcome, calls: u64) {
        self.calls -= calls;
        self.failures -= u64::from(outcome.failed) * calls;
        self.slow -= u64::from(outcome.slow) * calls;
    }
}

/// The results of the last so much time, in a ring of parts.
#[derive(Debug)]
pub(super) struct Recent {
    parts: [Tally; PARTS as usize],
    /// How long a part is.
    width: Duration,
    origin: Instant,
    /// The number of the newest part, counted from the origin.
    newest: u64,
}

impl Recent {
    fn new(span: Duration, now: Instant) -> Self {
        Self {
            parts: [Tally::default(); PARTS as usize],
            width: part_of(span),
            origin: now,
            newest: 0,
        }
    }

    fn book(&mut self, now: Instant, outcome: Outcome, calls: u64) {
        let part = self.part_at(now);
        for passed in (self.newest + 1..=part).rev().take(PARTS as usize) {
            self.parts[place(passed)] = Tally::default();
        }
        self.newest = part;
        self.parts[place(part)].add(outcome, calls);
    }

    /// How many of the calls of `passed` lie within the window, one at least.
    fn share_of(&self, calls: u64, passed: Duration) -> u64 {
        let span = self.width.saturating_mul(PARTS).as_nanos();
        if passed.as_nanos() <= span {
            return calls;
        }
        let share = u128::from(calls)
            .saturating_mul(span)
            .div_ceil(passed.as_nanos());
        u64::try_from(share).unwrap_or(calls)
    }

    fn tally(&self, now: Instant) -> Tally {
        let oldest = (self.part_at(now) + 1).saturating_sub(u64::from(PARTS));
        let mut tally = Tally::default();
        for part in (oldest..=self.newest).rev().take(PARTS as usize) {
            let held = self.parts[place(part)];
            tally.calls += held.calls;
            tally.failures += held.failures;
            tally.slow += held.slow;
        }
        tally
    }

    /// A time that lies before the newest part, as two threads may bring it, belongs to the newest.
    fn part_at(&self, now: Instant) -> u64 {
        let passed = now.saturating_duration_since(self.origin).as_nanos() / self.width.as_nanos();
        u64::try_from(passed)
            .unwrap_or(u64::MAX - 1)
            .max(self.newest)
    }
}

/// How long a part of a window of time is.
pub(super) fn part_of(span: Duration) -> Duration {
    (span / PARTS).max(Duration::from_nanos(1))
}

fn place(part: u64) -> usize {
    usize::try_from(part % u64::from(PARTS)).expect("a remainder of ten fits")
}

/// The results of the last so many calls, as runs of calls that ended alike.
#[derive(Debug)]
pub(super) struct Last {
    runs: VecDeque<(Outcome, u64)>,
    size: u64,
    tally: Tally,
}

impl Last {
    fn new(size: u32) -> Self {
        Self {
            runs: VecDeque::new(),
            size: u64::from(size),
            tally: Tally::default(),
        }
    }

    fn book(&mut self, outcome: Outcome, calls: u64) {
        let calls = calls.min(self.size);
        match self.runs.back_mut() {
            Some((last, run)) if *last == outcome => *run += calls,
            _ => self.runs.push_back((outcome, calls)),
        }
        self.tally.add(outcome, calls);
        self.forget();
    }

    /// Drops the oldest calls until no more than the window's are left.
    fn forget(&mut self) {
        while self.tally.calls > self.size
            && let Some((outcome, run)) = self.runs.front_mut()
        {
            let gone = (*run).min(self.tally.calls - self.size);
            *run -= gone;
            self.tally.subtract(*outcome, gone);
            if *run == 0 {
                self.runs.pop_front();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SPAN: Duration = Duration::from_secs(10);

    fn tally(calls: u64, failures: u64) -> Tally {
        let slow = 0;
        Tally {
            calls,
            failures,
            slow,
        }
    }

    fn ended(failed: bool) -> Outcome {
        Outcome {
            failed,
            slow: false,
        }
    }

    #[test]
    fn results_age_out_of_a_window_of_time() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut results = Results::new(Window::Time(SPAN), start);
        results.book(at(0), ended(true));
        results.book(at(4), ended(false));
        for (seconds, left) in [
            (4, (2, 1)),
            (9, (2, 1)),
            (10, (1, 0)),
            (13, (1, 0)),
            (14, (0, 0)),
            (900, (0, 0)),
        ] {
            assert_eq!(
                results.tally(at(seconds)),
                tally(left.0, left.1),
                "after {seconds} s"
            );
        }
        results.book(at(900), ended(true));
        assert_eq!(
            results.tally(at(900)),
            tally(1, 1),
            "old parts are cleared when they are used again"
        );
    }

    #[test]
    fn a_result_from_before_the_newest_part_is_kept() {
        let start = Instant::now();
        let mut results = Results::new(Window::Time(SPAN), start);
        results.book(start + SPAN / 2, ended(true));
        results.book(start, ended(true));
        assert_eq!(results.tally(start), tally(2, 2));
    }

    #[test]
    fn a_tiny_and_an_endless_window_count() {
        let start = Instant::now();
        for span in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            let mut results = Results::new(Window::Time(span), start);
            for seconds in [0, 1, 1_000_000_000] {
                let now = start + Duration::from_secs(seconds);
                results.book(now, ended(true));
                assert!(results.tally(now).calls >= 1);
            }
        }
    }

    #[test]
    fn slow_calls_are_counted_beside_the_failed_ones() {
        let now = Instant::now();
        for window in [Window::Time(SPAN), Window::Calls(3)] {
            let mut results = Results::new(window, now);
            for (failed, slow) in [(true, true), (false, true), (false, false)] {
                results.book(now, Outcome { failed, slow });
            }
            let Tally {
                calls,
                failures,
                slow,
            } = results.tally(now);
            assert_eq!((calls, failures, slow), (3, 1, 2), "{window:?}");
        }
    }

    #[test]
    fn successes_of_a_long_time_are_spread_over_it() {
        let start = Instant::now();
        for (passed, within) in [(5, 1_000), (10, 1_000), (100, 100), (1_000_000, 1)] {
            let now = start + Duration::from_secs(passed);
            let mut results = Results::new(Window::Time(SPAN), start);
            results.book_successes(start, now, 1_000);
            assert_eq!(results.tally(now).calls, within, "after {passed} s");
        }
    }

    proptest! {
        #[test]
        fn successes_at_once_are_as_many_one_by_one(
            size in 1..20_u32,
            booked in prop::collection::vec((0..30_u64, any::<bool>()), 1..40),
        ) {
            let now = Instant::now();
            let mut at_once = Results::new(Window::Calls(size), now);
            let mut one_by_one = Results::new(Window::Calls(size), now);
            for (successes, failed) in booked {
                at_once.book_successes(now, now, successes);
                for _ in 0..successes {
                    one_by_one.book(now, ended(false));
                }
                at_once.book(now, ended(failed));
                one_by_one.book(now, ended(failed));
                prop_assert_eq!(at_once.tally(now), one_by_one.tally(now));
            }
        }

        #[test]
        fn a_window_of_time_holds_nine_to_ten_parts(
            steps in prop::collection::vec((0..4_000_u64, any::<bool>()), 1..80),
        ) {
            let mut now = Instant::now();
            let mut results = Results::new(Window::Time(SPAN), now);
            let mut booked = Vec::new();
            for (step, failed) in steps {
                now += Duration::from_millis(step);
                results.book(now, ended(failed));
                booked.push((now, failed));
                let younger = |age: Duration| {
                    let young = booked.iter().filter(|(then, _)| now - *then < age);
                    let mut tally = Tally::default();
                    young.for_each(|(_, failed)| tally.add(ended(*failed), 1));
                    tally
                };
                let (least, most, held) = (younger(SPAN * 9 / 10), younger(SPAN), results.tally(now));
                prop_assert!(least.calls <= held.calls && held.calls <= most.calls);
                prop_assert!(least.failures <= held.failures && held.failures <= most.failures);
            }
        }

        #[test]
        fn a_window_of_calls_holds_the_last_ones(
            size in 1..20_u32,
            booked in prop::collection::vec(any::<bool>(), 1..80),
        ) {
            let now = Instant::now();
            let mut results = Results::new(Window::Calls(size), now);
            for end in 1..=booked.len() {
                results.book(now, ended(booked[end - 1]));
                let last = &booked[end.saturating_sub(size as usize)..end];
                let failures = last.iter().filter(|failed| **failed).count();
                prop_assert_eq!(results.tally(now), tally(last.len() as u64, failures as u64));
            }
        }
    }
}
