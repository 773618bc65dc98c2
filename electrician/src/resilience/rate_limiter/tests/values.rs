//! What is refused, and when nothing passes.

use super::super::{
    Blackout, RateLimit,
    blackout::{Schedule, opens},
};
use crate::value::Rate;
use proptest::prelude::*;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;

const HOUR: Duration = Duration::from_hours(1);

fn fine() -> RateLimit {
    RateLimit::new(Rate::per_second(5))
}

#[test]
fn check_names_the_option_its_value_and_its_range() {
    let first = SystemTime::UNIX_EPOCH;
    let longest = Duration::from_hours(24 * 365);
    let cases = [
        (
            RateLimit::new(Rate::per_second(0)),
            "`rate` must be at least 1 in its time, not 0/s",
        ),
        (
            RateLimit::new(Rate::new(1, Duration::ZERO)),
            "`rate` must be over a time above zero and at most 365 days, not 1/0ns",
        ),
        (
            RateLimit::new(Rate::new(1, longest + HOUR)),
            "`rate` must be over a time above zero and at most 365 days, not 1/31539600s",
        ),
        (fine().burst(0), "`burst` must be at least 1, not 0"),
        (
            fine().blackout(Blackout::once(first, Duration::ZERO)),
            "`blackout` must last longer than 0ns",
        ),
        (
            fine().blackout(Blackout::every(HOUR, first, HOUR)),
            "`blackout` must be shorter than its period of 3600s, not 3600s",
        ),
    ];
    for (limit, sentence) in cases {
        assert_eq!(limit.check().unwrap_err().to_string(), sentence);
    }
    for limit in [
        fine(),
        fine().burst(1).waiters(0),
        fine().blackout(Blackout::daily(2 * HOUR, HOUR)),
        RateLimit::new(Rate::new(1, longest)),
    ] {
        assert_eq!(limit.check(), Ok(()));
    }
}

/// A moment, and the system's time at it: half past the hour, ten days after the epoch.
fn noon() -> (Instant, SystemTime) {
    let wall = SystemTime::UNIX_EPOCH + HOUR * (24 * 10 + 12) + HOUR / 2;
    (Instant::now(), wall)
}

fn schedule(blackout: &Blackout) -> (Instant, Vec<Schedule>) {
    let (now, wall) = noon();
    (now, blackout.schedule(now, wall).into_iter().collect())
}

#[test]
fn a_daily_blackout_comes_again_each_day() {
    // A blackout of the ancestor had one absolute window, and began at once if it had passed.
    let (now, daily) = schedule(&Blackout::daily(HOUR * 12, HOUR));
    for day in 0..400 {
        let midday = now + HOUR * 24 * day - HOUR / 2 * u32::from(day > 0);
        assert_eq!(
            opens(&daily, midday),
            midday + HOUR - HOUR / 2 * u32::from(day == 0)
        );
        assert_eq!(opens(&daily, midday + HOUR), midday + HOUR);
        assert_eq!(opens(&daily, midday + HOUR * 22), midday + HOUR * 22);
    }
}

#[test]
fn a_single_blackout_is_over_for_good() {
    let (now, wall) = noon();
    let ahead = Blackout::once(wall + HOUR, HOUR);
    let (now, ahead) = (
        now,
        ahead.schedule(now, wall).into_iter().collect::<Vec<_>>(),
    );
    assert_eq!(opens(&ahead, now), now);
    assert_eq!(opens(&ahead, now + HOUR), now + 2 * HOUR);
    assert_eq!(opens(&ahead, now + 2 * HOUR), now + 2 * HOUR);
    assert_eq!(opens(&ahead, now + 1000 * HOUR), now + 1000 * HOUR);
    let (now, past) = schedule(&Blackout::once(SystemTime::UNIX_EPOCH, HOUR));
    assert_eq!(opens(&past, now), now);
}

#[test]
fn blackouts_that_touch_are_one() {
    let (now, wall) = noon();
    let all: Vec<_> = [(2, 1), (0, 1), (1, 1)]
        .map(|(begin, lasts)| Blackout::once(wall + HOUR * begin, HOUR * lasts))
        .iter()
        .filter_map(|each| each.schedule(now, wall))
        .collect();
    assert_eq!(opens(&all, now), now + 3 * HOUR);
}

proptest! {
    #[test]
    fn a_schedule_names_the_first_open_moment(
        period in 2..1_000_u64,
        lasts in 1..1_000_u64,
        first in 0..5_000_u64,
        at in 0..5_000_u64,
    ) {
        let second = Duration::from_secs;
        let lasts = 1 + lasts % (period - 1);
        let now = Instant::now();
        let wall = SystemTime::UNIX_EPOCH + second(2_500);
        let blackout = Blackout::every(second(period), SystemTime::UNIX_EPOCH + second(first), second(lasts));
        let all: Vec<_> = blackout.schedule(now, wall).into_iter().collect();
        let closed = |at: u64| {
            let at = 2_500 + at;
            at >= first && (at - first) % period < lasts
        };
        let open = (at..at + 2_000).find(|&at| !closed(at)).expect("it ends");
        prop_assert_eq!(opens(&all, now + second(at)), now + second(open));
    }
}
