//! What the breaker remembers: comes in results with their time, goes out how many calls and failures still count.

use super::Window;
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// A window of time is kept in this many parts.
const PARTS: u32 = 10;

/// Calls, and how many of them failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) calls: u64,
    pub(super) failures: u64,
}

/// The results that still count.
#[derive(Debug)]
pub(super) enum Results {
    Recent(Recent),
    Last(Last),
}

impl Results {
    /// An empty window that begins at `now`. A size of zero is taken as the smallest one.
    pub(super) fn new(window: Window, now: Instant) -> Self {
        match window {
            Window::Time(span) => Self::Recent(Recent::new(span, now)),
            Window::Calls(calls) => Self::Last(Last::new(calls.max(1))),
        }
    }

    pub(super) fn book(&mut self, now: Instant, failed: bool) {
        match self {
            Self::Recent(recent) => recent.book(now, failed),
            Self::Last(last) => last.book(failed),
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
    fn add(&mut self, failed: bool) {
        self.calls += 1;
        self.failures += u64::from(failed);
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
            width: (span / PARTS).max(Duration::from_nanos(1)),
            origin: now,
            newest: 0,
        }
    }

    fn book(&mut self, now: Instant, failed: bool) {
        let part = self.part_at(now);
        for passed in (self.newest + 1..=part).rev().take(PARTS as usize) {
            self.parts[place(passed)] = Tally::default();
        }
        self.newest = part;
        self.parts[place(part)].add(failed);
    }

    fn tally(&self, now: Instant) -> Tally {
        let oldest = (self.part_at(now) + 1).saturating_sub(u64::from(PARTS));
        let mut tally = Tally::default();
        for part in (oldest..=self.newest).rev().take(PARTS as usize) {
            tally.calls += self.parts[place(part)].calls;
            tally.failures += self.parts[place(part)].failures;
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

fn place(part: u64) -> usize {
    usize::try_from(part % u64::from(PARTS)).expect("a remainder of ten fits")
}

/// The results of the last so many calls.
#[derive(Debug)]
pub(super) struct Last {
    failed: VecDeque<bool>,
    size: usize,
    tally: Tally,
}

impl Last {
    fn new(size: u32) -> Self {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        Self {
            failed: VecDeque::new(),
            size,
            tally: Tally::default(),
        }
    }

    fn book(&mut self, failed: bool) {
        if self.failed.len() == self.size
            && let Some(oldest) = self.failed.pop_front()
        {
            self.tally.calls -= 1;
            self.tally.failures -= u64::from(oldest);
        }
        self.failed.push_back(failed);
        self.tally.add(failed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SPAN: Duration = Duration::from_secs(10);

    fn tally(calls: u64, failures: u64) -> Tally {
        Tally { calls, failures }
    }

    #[test]
    fn results_age_out_of_a_window_of_time() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut results = Results::new(Window::Time(SPAN), start);
        results.book(at(0), true);
        results.book(at(4), false);
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
        results.book(at(900), true);
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
        results.book(start + SPAN / 2, true);
        results.book(start, true);
        assert_eq!(results.tally(start), tally(2, 2));
    }

    #[test]
    fn a_tiny_and_an_endless_window_count() {
        let start = Instant::now();
        for span in [Duration::ZERO, Duration::from_nanos(1), Duration::MAX] {
            let mut results = Results::new(Window::Time(span), start);
            for seconds in [0, 1, 1_000_000_000] {
                let now = start + Duration::from_secs(seconds);
                results.book(now, true);
                assert!(results.tally(now).calls >= 1);
            }
        }
    }

    proptest! {
        #[test]
        fn a_window_of_time_holds_nine_to_ten_parts(
            steps in prop::collection::vec((0..4_000_u64, any::<bool>()), 1..80),
        ) {
            let mut now = Instant::now();
            let mut results = Results::new(Window::Time(SPAN), now);
            let mut booked = Vec::new();
            for (step, failed) in steps {
                now += Duration::from_millis(step);
                results.book(now, failed);
                booked.push((now, failed));
                let younger = |age: Duration| {
                    let young = booked.iter().filter(|(then, _)| now - *then < age);
                    let mut tally = Tally::default();
                    young.for_each(|(_, failed)| tally.add(*failed));
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
                results.book(now, booked[end - 1]);
                let last = &booked[end.saturating_sub(size as usize)..end];
                let failures = last.iter().filter(|failed| **failed).count();
                prop_assert_eq!(results.tally(now), tally(last.len() as u64, failures as u64));
            }
        }
    }
}
