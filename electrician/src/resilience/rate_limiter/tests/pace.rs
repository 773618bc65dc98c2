//! The pure limiter: never more than `burst + rate * t`, whatever is taken, leased, given back or changed.

use super::super::{
    RateLimit,
    bucket::{Bucket, Loan, Slot},
    state::{Ask, Grant, State},
};
use crate::value::Rate;
use proptest::prelude::*;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

const SECOND: Duration = Duration::from_secs(1);

/// What can happen to a limiter. The numbers choose among what there is.
#[derive(Clone, Copy, Debug)]
enum Event {
    Take,
    TakeAll,
    GiveBack(usize),
    Spend(usize),
    SpendAll(usize),
    SpendNot(usize),
    Return(usize),
    Sleep(u64),
    Set(Rate, u32),
}

/// What a lease does, without its shell.
#[derive(Clone, Copy, Default)]
struct Worker {
    loan: Option<Loan>,
    left: u32,
    /// The last one that it let pass.
    last: Option<usize>,
}

/// All that has passed, and when; `None` once it was given back.
struct World {
    state: State,
    start: Instant,
    now: Instant,
    passed: Vec<Option<Instant>>,
    slots: Vec<(usize, Slot)>,
    workers: Vec<Worker>,
    changes: u32,
    /// The pace from each moment on.
    pace: Vec<(Instant, Rate, u32)>,
}

impl World {
    fn new(rate: Rate, burst: u32, workers: usize) -> Self {
        let now = Instant::now();
        let limit = RateLimit::new(rate).burst(burst);
        let mut state = State::new(&limit, now, SystemTime::now());
        (0..workers).for_each(|_| state.begin_lease());
        Self {
            state,
            start: now,
            now,
            passed: Vec::new(),
            slots: Vec::new(),
            workers: vec![Worker::default(); workers],
            changes: 0,
            pace: vec![(now, rate, burst)],
        }
    }

    fn pass(&mut self) -> usize {
        self.passed.push(Some(self.now));
        self.passed.len() - 1
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Take => _ = self.take(),
            Event::TakeAll => while self.take() {},
            Event::GiveBack(which) if !self.slots.is_empty() => {
                let (call, slot) = self.slots.swap_remove(which % self.slots.len());
                self.state.give_back(self.now, slot);
                self.passed[call] = None;
            }
            Event::GiveBack(_) => {}
            Event::Spend(which) => self.spend(which % self.workers.len()),
            Event::SpendAll(which) => {
                let which = which % self.workers.len();
                for _ in 0..self.workers[which].left {
                    self.spend(which);
                }
            }
            Event::SpendNot(which) => {
                let count = self.workers.len();
                let worker = &mut self.workers[which % count];
                if let (Some(_), Some(call)) = (worker.loan, worker.last.take()) {
                    worker.left += 1;
                    self.passed[call] = None;
                }
            }
            Event::Return(which) => self.settle(which % self.workers.len()),
            Event::Sleep(nanos) => self.now += Duration::from_nanos(nanos),
            Event::Set(rate, burst) => {
                self.state.set(self.now, rate, burst);
                self.changes += 1;
                self.pace.push((self.now, rate, burst));
            }
        }
    }

    fn take(&mut self) -> bool {
        match self.state.take(self.now, self.now, Ask::Token) {
            Ok(Grant::Token(slot)) => {
                let call = self.pass();
                self.slots.push((call, slot));
                true
            }
            Ok(Grant::Loan(_)) => unreachable!("a token was asked for"),
            Err(_) => false,
        }
    }

    fn spend(&mut self, which: usize) {
        let worker = self.workers[which];
        let at_hand = worker.loan.filter(|loan| loan.changes == self.changes);
        if worker.left == 0 || at_hand.is_none() {
            self.settle(which);
            match self.state.take(self.now, self.now, Ask::Share) {
                Ok(Grant::Loan(loan)) => {
                    self.workers[which].loan = Some(loan);
                    self.workers[which].left = loan.tokens;
                }
                Ok(Grant::Token(slot)) => {
                    let call = self.pass();
                    self.slots.push((call, slot));
                    return;
                }
                Err(_) => return,
            }
        }
        let call = self.pass();
        self.workers[which].left -= 1;
        self.workers[which].last = Some(call);
    }

    fn settle(&mut self, which: usize) {
        let worker = std::mem::take(&mut self.workers[which]);
        let ended = worker.loan.map(|loan| (loan, worker.left));
        self.state.settle(self.now, ended);
    }

    /// What may pass from one moment to another, both included.
    fn most(&self, from: Instant, to: Instant) -> f64 {
        let (mut burst, mut refill) = (0, 0.0);
        for (index, &(begin, rate, most)) in self.pace.iter().enumerate() {
            let end = self.pace.get(index + 1).map_or(to, |next| next.0.min(to));
            if begin <= to && end >= from {
                burst = burst.max(most);
                let seconds = end.saturating_duration_since(begin.max(from)).as_secs_f64();
                #[expect(clippy::cast_precision_loss, reason = "small rates")]
                let count = rate.count() as f64;
                refill += seconds * count / rate.per().as_secs_f64();
            }
        }
        f64::from(burst) + refill
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let passed: Vec<_> = self.passed.iter().copied().flatten().collect();
        for (first, &from) in passed.iter().enumerate() {
            for (last, &to) in passed.iter().enumerate().skip(first) {
                #[expect(clippy::cast_precision_loss, reason = "few calls")]
                let count = (last - first + 1) as f64;
                prop_assert!(
                    count <= self.most(from, to) + 1e-6,
                    "{count} from {:?} to {:?}",
                    from - self.start,
                    to - self.start
                );
            }
        }
        Ok(())
    }
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Take),
        1 => Just(Event::TakeAll),
        2 => any::<usize>().prop_map(Event::GiveBack),
        6 => any::<usize>().prop_map(Event::Spend),
        2 => any::<usize>().prop_map(Event::SpendAll),
        2 => any::<usize>().prop_map(Event::SpendNot),
        1 => any::<usize>().prop_map(Event::Return),
        4 => (0..200_000_u64).prop_map(Event::Sleep),
        1 => (0..20_000_000_u64).prop_map(Event::Sleep),
        1 => (any_rate(), 1..60_u32).prop_map(|(rate, burst)| Event::Set(rate, burst)),
    ]
}

/// Up to 40,000 a second, in periods of any length: what is free is worth another number of nanoseconds in each.
fn any_rate() -> impl Strategy<Value = Rate> {
    (1..40_000_u64, 1..3_000_u64)
        .prop_map(|(count, millis)| Rate::new(count, Duration::from_millis(millis)))
}

proptest! {
    #[test]
    fn never_admits_more_than_the_burst_and_the_rate(
        rate in any_rate(),
        burst in 1..60_u32,
        events in prop::collection::vec(any_event(), 1..150),
    ) {
        let mut world = World::new(rate, burst, 3);
        for event in events {
            world.happen(event);
        }
        world.check()?;
    }

    #[test]
    fn a_greedy_caller_gets_the_whole_rate(
        count in 1..5_000_u64,
        per in 1..5_000_u64,
        burst in 1..100_u32,
    ) {
        let rate = Rate::new(count, Duration::from_millis(per));
        let start = Instant::now();
        let mut bucket = Bucket::new(rate, burst, start);
        let mut now = start;
        let calls = u64::from(burst) + count;
        for _ in 0..calls {
            while let Err(until) = bucket.take(now) {
                prop_assert!(until > now);
                now = until;
            }
        }
        // A token falls due within the nanosecond that its moment is rounded up to.
        let (passed, rounded) = (now - start, Duration::from_nanos(count));
        prop_assert!(rate.per() <= passed && passed <= rate.per() + rounded);
    }

    #[test]
    fn the_moment_that_a_refusal_names_is_the_first_one(
        count in 1..1_000_000_000_u64,
        burst in 1..1_000_u32,
        taken in 0..2_000_u32,
    ) {
        let now = Instant::now();
        let mut bucket = Bucket::new(Rate::per_second(count), burst, now);
        let refused = (0..=taken).find_map(|_| bucket.take(now).err());
        prop_assert_eq!(refused.is_some(), taken >= burst);
        if let Some(until) = refused {
            let nanosecond = Duration::from_nanos(1);
            prop_assert!(bucket.clone().take(until - nanosecond).is_err());
            prop_assert!(bucket.take(until).is_ok());
        }
    }
}

#[test]
fn a_rate_below_one_passes_at_its_pace() {
    // A limiter with a rate of 0.5 and the default burst of `int(0.5)` refused everything for ever.
    let start = Instant::now();
    let limit = RateLimit::new(Rate::new(1, 2 * SECOND));
    assert_eq!(limit.check(), Ok(()));
    let mut state = State::new(&limit, start, SystemTime::now());
    for seconds in [0, 2, 4, 6] {
        let now = start + SECOND * seconds;
        assert!(
            state.take(now, now, Ask::Token).is_ok(),
            "after {seconds} s"
        );
        let limited = state.take(now, now, Ask::Token).unwrap_err();
        assert_eq!(limited.until, now + 2 * SECOND);
    }
}

#[test]
fn no_boundary_lets_two_bursts_pass() {
    // A window that is filled anew at its boundary lets a burst pass on both sides of it.
    let start = Instant::now();
    let mut bucket = Bucket::new(Rate::per_second(10), 10, start);
    let before = start + SECOND - Duration::from_millis(1);
    let passed =
        |bucket: &mut Bucket, now| (0..100).take_while(|_| bucket.take(now).is_ok()).count();
    assert_eq!(passed(&mut bucket, before), 10);
    assert_eq!(passed(&mut bucket, start + SECOND), 0);
    assert_eq!(passed(&mut bucket, before + SECOND), 10);
}

#[test]
fn a_token_is_given_back_for_what_it_is_still_worth() {
    let start = Instant::now();
    for (burst, millis, free) in [(1, 0, 1), (1, 50, 1), (1, 500, 1), (2, 0, 2), (2, 150, 2)] {
        let mut bucket = Bucket::new(Rate::per_second(10), burst, start);
        let slot = bucket.take(start).unwrap();
        let now = start + Duration::from_millis(millis);
        bucket.give_back(now, slot);
        assert_eq!(bucket.free_at(now), free, "{burst} after {millis} ms");
    }

    // The bucket has filled up meanwhile and was emptied again: the old token adds nothing.
    let mut bucket = Bucket::new(Rate::per_second(10), 2, start);
    let slot = bucket.take(start).unwrap();
    let later = start + SECOND;
    bucket.take(later).unwrap();
    bucket.take(later).unwrap();
    bucket.give_back(later, slot);
    assert_eq!(bucket.free_at(later), 0);
}

#[test]
fn tokens_that_come_back_one_after_the_other_are_worth_no_more_than_they_were() {
    let start = Instant::now();
    let mut bucket = Bucket::new(Rate::per_second(10), 2, start);
    let [first, second] = [0; 2].map(|_| bucket.take(start).unwrap());
    bucket.give_back(start, first);
    // The second one is worked off by then, as the only one that is left.
    let later = start + SECOND / 10;
    bucket.take(later).unwrap();
    bucket.give_back(later, second);
    assert_eq!(bucket.free_at(later), 1);
}

#[test]
fn a_change_keeps_what_is_free_and_no_more() {
    let now = Instant::now();
    let mut bucket = Bucket::new(Rate::per_second(10), 10, now);
    for _ in 0..4 {
        bucket.take(now).unwrap();
    }
    for (rate, burst, free) in [(100, 100, 6), (1, 100, 6), (7, 3, 3), (7, 50, 3)] {
        bucket.set(now, Rate::per_second(rate), burst);
        assert_eq!(bucket.free_at(now), free, "{rate}/s, {burst}");
    }
}

#[test]
fn frequent_changes_do_not_stop_it() {
    let start = Instant::now();
    let mut bucket = Bucket::new(Rate::per_second(10), 1, start);
    bucket.take(start).unwrap();
    for millis in 1..100 {
        let rate = Rate::per_second(10 + millis % 2);
        bucket.set(start + Duration::from_millis(millis), rate, 1);
    }
    assert!(bucket.take(start + Duration::from_millis(100)).is_ok());
}

#[test]
fn idle_leases_never_hold_more_than_half_of_the_burst() {
    let now = Instant::now();
    for burst in 1..100 {
        let limit = RateLimit::new(Rate::per_second(1_000_000)).burst(burst);
        let mut state = State::new(&limit, now, SystemTime::now());
        for _ in 0..40 {
            state.begin_lease();
            let _ = state.take(now, now, Ask::Share);
        }
        let snapshot = state.snapshot(now + SECOND, now);
        assert!(snapshot.leased <= burst / 2, "{snapshot:?}");
        assert_eq!(snapshot.free, burst - snapshot.leased);
    }
}

#[test]
fn extreme_rates_are_no_overflow() {
    let start = Instant::now();
    let year = SECOND * 60 * 60 * 24 * 365;
    for rate in [
        Rate::new(u64::MAX, Duration::from_nanos(1)),
        Rate::new(u64::MAX, year),
        Rate::new(1, year),
        Rate::new(0, Duration::ZERO),
        Rate::new(0, Duration::MAX),
    ] {
        for burst in [0, 1, u32::MAX] {
            let limit = RateLimit::new(rate).burst(burst);
            let mut state = State::new(&limit, start, SystemTime::now());
            for now in [start, start + SECOND, start + 20 * year] {
                for _ in 0..3 {
                    let _ = state.take(now, now, Ask::Share);
                    let _ = state.take(now, now, Ask::Token);
                }
                state.set(now, Rate::new(1, year), u32::MAX);
                state.set(now, Rate::new(u64::MAX, year), 1);
                let _ = state.snapshot(now, now);
            }
        }
    }
}
