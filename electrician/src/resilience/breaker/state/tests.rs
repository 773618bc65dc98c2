//! What the pure breaker promises: tables for each rule here, any order of events for the whole in a room of its own.

mod any_order;

use super::*;
use BreakerState::{Closed, Closing, Disabled, ForcedClosed, ForcedOpen, HalfOpen, Open};
use std::time::Duration;

const COOLDOWN: Duration = Duration::from_secs(30);
const SECOND: Duration = Duration::from_secs(1);

fn breaker() -> Breaker {
    Breaker::default()
        .window(10)
        .min_calls(4)
        .cooldown(COOLDOWN)
        .probes(2)
}

fn shown(state: &State, now: Instant) -> BreakerState {
    state.snapshot(now).state
}

/// Books one result for each letter, `F` a failure, and says where that leads.
fn after_results(breaker: Breaker, results: &str) -> BreakerState {
    let now = Instant::now();
    let mut state = State::new(breaker, now);
    for result in results.chars() {
        let Ok(generation) = state.permit(now) else {
            break;
        };
        match result {
            'F' => state.failure(now, generation, false),
            _ => state.success(now, generation, false),
        };
    }
    shown(&state, now)
}

/// A breaker that failures have opened at `now`.
fn opened(now: Instant) -> State {
    let mut state = State::new(breaker(), now);
    while let Ok(generation) = state.permit(now) {
        state.failure(now, generation, false);
    }
    state
}

#[test]
fn opens_at_the_rate_once_enough_calls_are_counted() {
    for (results, leads_to) in [
        ("", Closed),
        ("FFF", Closed),
        ("FFFF", Open),
        ("SFSF", Open),
        ("SSSF", Closed),
        ("FFFS", Closed),
        ("FFFSF", Open),
        ("SSSSFFF", Closed),
        ("SSSSFFFF", Open),
    ] {
        assert_eq!(after_results(breaker(), results), leads_to, "{results}");
    }
}

#[test]
fn the_rate_is_met_by_exactly_its_share() {
    for failures in 1..=100_u32 {
        let share = f64::from(failures) / 100.0;
        let breaker = breaker().window(100).min_calls(100).failure_rate(share);
        let enough = "S".repeat(100 - failures as usize) + &"F".repeat(failures as usize);
        let one_less = "S".repeat(101 - failures as usize) + &"F".repeat(failures as usize - 1);
        assert_eq!(after_results(breaker, &enough), Open, "{failures} of 100");
        assert_eq!(
            after_results(breaker, &one_less),
            Closed,
            "{} of 100",
            failures - 1
        );
    }
}

#[test]
fn a_success_begins_the_row_anew() {
    let breaker = breaker().consecutive(3);
    for (results, leads_to) in [
        ("FF", Closed),
        ("FFSFF", Closed),
        ("FFSFFF", Open),
        ("FFF", Open),
    ] {
        assert_eq!(after_results(breaker, results), leads_to, "{results}");
    }
}

#[test]
fn old_failures_do_not_open_it() {
    let start = Instant::now();
    let mut state = State::new(breaker().window(SECOND), start);
    for seconds in 0..50 {
        let now = start + SECOND * seconds;
        let generation = state.permit(now).expect("it is closed");
        state.failure(now, generation, false);
    }
    assert_eq!(shown(&state, start + SECOND * 50), Closed);
}

#[test]
fn refuses_until_the_cooldown_is_over() {
    let now = Instant::now();
    let mut state = opened(now);
    let until = now + COOLDOWN;
    assert_eq!(state.permit(now), Err(until));
    assert_eq!(state.permit(until - Duration::from_nanos(1)), Err(until));
    assert_eq!(shown(&state, until), Open, "looking changes nothing");
    assert!(state.permit(until).is_ok());
    assert_eq!(shown(&state, until), HalfOpen);
}

/// Who asked for the state used to change it, under a lock that was for reading.
#[test]
fn looking_at_it_changes_nothing() {
    let now = Instant::now();
    let (mut state, later) = (opened(now), now + COOLDOWN);
    let (seen, generation) = (state.snapshot(later), state.generation);
    for _ in 0..3 {
        assert_eq!(state.snapshot(later), seen);
        assert_eq!(state.ask(later), Ok(()));
    }
    assert_eq!((seen.state, state.generation), (Open, generation));
    assert!(
        state.permit(later).is_ok(),
        "the first call after the cooldown is the first probe"
    );
    assert_eq!(shown(&state, later), HalfOpen);
}

#[test]
fn half_open_admits_its_probes_and_no_more() {
    let now = Instant::now() + COOLDOWN;
    let mut state = opened(now - COOLDOWN);
    let probe = state.permit(now).expect("the first probe");
    assert_eq!(state.permit(now), Ok(probe));
    assert_eq!(state.permit(now), Err(now + COOLDOWN));

    assert!(!state.success(now, probe, false));
    assert!(state.permit(now).is_err(), "a success keeps its place");
    assert!(state.success(now, probe, false));
    assert_eq!(shown(&state, now), Closed);
    assert_eq!(state.snapshot(now).calls, 0, "it counts anew");
}

#[test]
fn the_first_probe_that_fails_opens_it_again() {
    let now = Instant::now() + COOLDOWN;
    let mut state = opened(now - COOLDOWN);
    let probe = state.permit(now).expect("a probe");
    state.permit(now).expect("another probe");
    state.failure(now, probe, false);
    assert_eq!(state.permit(now), Err(now + COOLDOWN));
    assert_eq!(state.snapshot(now).times_opened, 2);
}

#[test]
fn a_cancelled_probe_gives_its_place_back() {
    let now = Instant::now() + COOLDOWN;
    let mut state = opened(now - COOLDOWN);
    for _ in 0..100 {
        let probe = state.permit(now).expect("a place");
        assert!(state.cancelled(probe), "the place is free");
    }
    assert_eq!(
        shown(&state, now),
        HalfOpen,
        "a cancelled call shows nothing"
    );
}

#[test]
fn a_late_result_is_not_booked_on_a_newer_state() {
    let now = Instant::now();
    let mut state = State::new(breaker().consecutive(1), now);
    let (first, slow) = (state.permit(now).unwrap(), state.permit(now).unwrap());
    state.failure(now, first, false);
    assert!(!state.success(now, slow, false));
    assert!(!state.failure(now + SECOND, slow, false));
    assert_eq!(
        state.permit(now),
        Err(now + COOLDOWN),
        "a late failure does not extend it"
    );

    let probe = state.permit(now + COOLDOWN).expect("a probe");
    assert_ne!(probe, slow);
    state.success(now + COOLDOWN, slow, false);
    state.failure(now + COOLDOWN, slow, false);
    state.cancelled(slow);
    assert_eq!(shown(&state, now), HalfOpen);
}

#[test]
fn probes_that_hang_lose_their_places_after_a_cooldown() {
    let now = Instant::now() + COOLDOWN;
    let mut state = opened(now - COOLDOWN);
    let hanging = state.permit(now).unwrap();
    state.permit(now).unwrap();
    let later = now + COOLDOWN;
    assert_eq!(state.permit(later - SECOND), Err(later));
    assert_eq!(state.permit(later), Ok(hanging), "of the same generation");
    assert!(state.permit(later).is_ok());
    assert!(state.permit(later).is_err(), "again no more than two");

    state.success(later, hanging, false);
    state.success(later, hanging, false);
    assert_eq!(shown(&state, later), Closed, "slow is not failed");
}

#[test]
fn probes_that_lost_their_places_free_none_when_they_end() {
    let now = Instant::now() + COOLDOWN;
    let mut state = opened(now - COOLDOWN);
    let probe = state.permit(now).unwrap();
    state.permit(now).unwrap();
    let later = now + COOLDOWN;
    state.permit(later).unwrap();
    state.permit(later).unwrap();
    for freed in [false, false, true, true] {
        assert_eq!(state.cancelled(probe), freed);
    }
    assert_eq!(
        [0, 1, 2].map(|_| state.permit(later).is_ok()),
        [true, true, false]
    );
}

#[test]
fn calls_slower_than_the_cooldown_still_close_it() {
    let start = Instant::now();
    let mut state = opened(start);
    let mut running = std::collections::VecDeque::new();
    for seconds in 30..600 {
        let now = start + SECOND * seconds;
        if let Ok(generation) = state.permit(now) {
            running.push_back((now + COOLDOWN * 3, generation));
        }
        while running.front().is_some_and(|(ends, _)| *ends <= now) {
            let (_, generation) = running.pop_front().unwrap();
            state.success(now, generation, false);
        }
    }
    assert_eq!(shown(&state, start), Closed);
}

#[test]
fn hands_overrule_and_let_go() {
    let now = Instant::now();
    let mut state = State::new(breaker().consecutive(1), now);
    state.force_open(now);
    assert!(state.permit(now + COOLDOWN * 9).is_err());
    state.trip(now);
    assert_eq!(shown(&state, now), ForcedOpen);
    state.auto(now);
    let probe = state
        .permit(now)
        .expect("what was forced open sends probes");
    assert_eq!(shown(&state, now), HalfOpen);
    state.success(now, probe, false);

    state.force_closed(now);
    state.trip(now);
    let call = state.permit(now).unwrap();
    state.failure(now, call, false);
    assert_eq!(shown(&state, now), ForcedClosed);
    assert_eq!(state.snapshot(now).failures, 1, "it still counts");
    state.auto(now);
    let call = state.permit(now).unwrap();
    state.failure(now, call, false);
    assert_eq!(shown(&state, now), Open);

    state.force_open(now);
    state.reset(now);
    assert_eq!(shown(&state, now), Closed);
    assert_eq!(state.snapshot(now).times_opened, 2);
}

#[test]
fn opens_when_too_many_calls_are_slow() {
    let now = Instant::now();
    let timed = breaker().slow_call(SECOND).slow_rate(0.5);
    let mut state = State::new(timed, now);
    let generation = state.permit(now).unwrap();
    for slow in [false, true, false] {
        assert!(!state.success(now, generation, slow));
    }
    assert!(state.success(now, generation, true), "two of four");
    assert_eq!(shown(&state, now), Open);
    assert_eq!(state.snapshot(now).slow, 2);
    assert!(matches!(
        state.take_events()[..],
        [BreakerEvent::Changed {
            why: Reason::SlowRate,
            ..
        }]
    ));
}

#[test]
fn probes_that_are_too_slow_open_it_again() {
    let start = Instant::now();
    let now = start + COOLDOWN;
    for (slow_rate, leads_to) in [(0.5, Open), (1.0, Closed)] {
        let mut state = State::new(breaker().slow_call(SECOND).slow_rate(slow_rate), start);
        state.trip(start);
        for slow in [true, false] {
            if let Ok(probe) = state.permit(now) {
                state.success(now, probe, slow);
            }
        }
        assert_eq!(shown(&state, now), leads_to, "{slow_rate}");
    }
}

#[test]
fn a_cooldown_backs_off_while_probes_fail_and_begins_anew_once_closed() {
    let mut now = Instant::now();
    let mut state = State::new(breaker().cooldown(SECOND..SECOND * 4).probes(1), now);
    state.trip(now);
    for seconds in [1, 2, 4, 4] {
        let until = now + SECOND * seconds;
        assert_eq!(state.permit(now), Err(until), "{seconds} s");
        now = until;
        let probe = state.permit(now).expect("a probe");
        state.failure(now, probe, false);
    }
    state.reset(now);
    state.trip(now);
    assert_eq!(state.permit(now), Err(now + SECOND));
}

#[test]
fn half_open_is_left_even_if_no_call_comes() {
    let start = Instant::now();
    let now = start + COOLDOWN;
    for (succeeds, leads_to) in [(true, Closed), (false, Open)] {
        let mut state = opened(start);
        let probe = state.permit(now).expect("a probe");
        if succeeds {
            state.success(now, probe, false);
        } else {
            state.cancelled(probe);
        }
        let later = now + COOLDOWN;
        state.tick(later - SECOND);
        assert_eq!(shown(&state, later), HalfOpen);
        state.tick(later);
        assert_eq!(shown(&state, later), leads_to);
        assert!(state.permit(later).is_ok());
    }
}

#[test]
fn a_ramp_lets_a_growing_share_through() {
    let start = Instant::now();
    let now = start + COOLDOWN;
    let mut state = State::new(breaker().probes(1).ramp(SECOND * 100), start);
    state.trip(start);
    let probe = state.permit(now).unwrap();
    assert!(state.success(now, probe, false));
    assert_eq!(shown(&state, now), Closing);
    let half_way = now + SECOND * 50;
    let passed = (0..100).filter(|_| state.permit(half_way).is_ok());
    assert!((49..=51).contains(&passed.count()));

    let call = state.permit(half_way).or_else(|_| state.permit(half_way));
    let end = now + SECOND * 100;
    state.tick(end);
    assert_eq!(shown(&state, end), Closed);
    state.failure(end, call.unwrap(), false);
    assert_eq!(state.snapshot(end).failures, 1, "a call of the ramp counts");
}

#[test]
fn failures_during_a_ramp_open_it_again() {
    let start = Instant::now();
    let now = start + COOLDOWN;
    let mut state = State::new(breaker().consecutive(1).probes(1).ramp(SECOND), start);
    state.trip(start);
    let probe = state.permit(now).unwrap();
    state.success(now, probe, false);
    let call = state.permit(now).unwrap();
    assert!(state.failure(now, call, false));
    assert_eq!(shown(&state, now), Open);
}

#[test]
fn a_disabled_breaker_only_says_when_it_would_have_opened() {
    let now = Instant::now();
    let mut state = State::new(breaker(), now);
    state.disable(now);
    state.take_events();
    for _ in 0..8 {
        let call = state.permit(now).expect("it refuses nothing");
        state.failure(now, call, false);
    }
    let (why, at) = (Reason::FailureRate, now);
    assert_eq!(
        state.take_events(),
        [BreakerEvent::Exceeded { why, at }; 2],
        "twice four calls"
    );
    assert_eq!(shown(&state, now), Disabled);
    state.trip(now);
    assert_eq!(shown(&state, now), Disabled);
    state.auto(now);
    assert_eq!(shown(&state, now), Closed);
}
