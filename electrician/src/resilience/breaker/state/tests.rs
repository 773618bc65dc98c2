//! What the pure breaker promises: tables for each rule, and any order of events for the whole.

use super::*;
use BreakerState::{Closed, ForcedClosed, ForcedOpen, HalfOpen, Open};
use proptest::prelude::*;
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
            'F' => state.failure(now, generation),
            _ => state.success(now, generation),
        };
    }
    shown(&state, now)
}

/// A breaker that failures have opened at `now`.
fn opened(now: Instant) -> State {
    let mut state = State::new(breaker(), now);
    while let Ok(generation) = state.permit(now) {
        state.failure(now, generation);
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
        ("FFFS", Open),
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
        state.failure(now, generation);
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

#[test]
fn half_open_admits_its_probes_and_no_more() {
    let now = Instant::now() + COOLDOWN;
    let mut state = opened(now - COOLDOWN);
    let probe = state.permit(now).expect("the first probe");
    assert_eq!(state.permit(now), Ok(probe));
    assert_eq!(state.permit(now), Err(now + COOLDOWN));

    assert!(!state.success(now, probe));
    assert!(state.permit(now).is_err(), "a success keeps its place");
    assert!(state.success(now, probe));
    assert_eq!(shown(&state, now), Closed);
    assert_eq!(state.snapshot(now).calls, 0, "it counts anew");
}

#[test]
fn the_first_probe_that_fails_opens_it_again() {
    let now = Instant::now() + COOLDOWN;
    let mut state = opened(now - COOLDOWN);
    let probe = state.permit(now).expect("a probe");
    state.permit(now).expect("another probe");
    state.failure(now, probe);
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
    state.failure(now, first);
    assert!(!state.success(now, slow));
    assert!(!state.failure(now + SECOND, slow));
    assert_eq!(
        state.permit(now),
        Err(now + COOLDOWN),
        "a late failure does not extend it"
    );

    let probe = state.permit(now + COOLDOWN).expect("a probe");
    assert_ne!(probe, slow);
    state.success(now + COOLDOWN, slow);
    state.failure(now + COOLDOWN, slow);
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

    state.success(later, hanging);
    state.success(later, hanging);
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
            state.success(now, generation);
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
    state.success(now, probe);

    state.force_closed(now);
    state.trip(now);
    let call = state.permit(now).unwrap();
    state.failure(now, call);
    assert_eq!(shown(&state, now), ForcedClosed);
    assert_eq!(state.snapshot(now).failures, 1, "it still counts");
    state.auto(now);
    let call = state.permit(now).unwrap();
    state.failure(now, call);
    assert_eq!(shown(&state, now), Open);

    state.force_open(now);
    state.reset(now);
    assert_eq!(shown(&state, now), Closed);
    assert_eq!(state.snapshot(now).times_opened, 2);
}

#[derive(Clone, Copy, Debug)]
enum Event {
    Pass(u64),
    Ask,
    Succeed(prop::sample::Index),
    Fail(prop::sample::Index),
    Cancel(prop::sample::Index),
    Trip,
    Reset,
    ForceOpen,
    ForceClosed,
    Auto,
}

fn any_event() -> impl Strategy<Value = Event> {
    let which = any::<prop::sample::Index>;
    prop_oneof![
        6 => (0..20_000_u64).prop_map(Event::Pass),
        20 => Just(Event::Ask),
        8 => which().prop_map(Event::Succeed),
        8 => which().prop_map(Event::Fail),
        4 => which().prop_map(Event::Cancel),
        1 => Just(Event::Trip),
        1 => Just(Event::Reset),
        1 => Just(Event::ForceOpen),
        1 => Just(Event::ForceClosed),
        2 => Just(Event::Auto),
    ]
}

fn may_lead(event: Event, from: BreakerState, to: BreakerState) -> bool {
    from == to
        || match event {
            Event::Pass(_) | Event::Cancel(_) => false,
            Event::Ask => (from, to) == (Open, HalfOpen),
            Event::Succeed(_) => matches!((from, to), (HalfOpen, Closed) | (Closed, Open)),
            Event::Fail(_) => matches!((from, to), (HalfOpen | Closed, Open)),
            Event::Trip => matches!((from, to), (HalfOpen | Closed, Open)),
            Event::Reset => to == Closed,
            Event::ForceOpen => to == ForcedOpen,
            Event::ForceClosed => to == ForcedClosed,
            Event::Auto => matches!((from, to), (ForcedOpen, Open) | (ForcedClosed, Closed)),
        }
}

proptest! {
    #[test]
    fn any_order_of_events_keeps_the_rules(
        events in prop::collection::vec(any_event(), 1..200),
        probes in 1..4_u32,
        by_rate: bool,
    ) {
        let breaker = breaker().probes(probes).window(COOLDOWN);
        let breaker = if by_rate { breaker } else { breaker.consecutive(2) };
        let mut now = Instant::now();
        let mut state = State::new(breaker, now);
        let mut running: Vec<u64> = Vec::new();
        for event in events {
            let from = state.snapshot(now);
            let (generation, opened) = (state.generation, from.times_opened);
            match event {
                Event::Pass(millis) => now += Duration::from_millis(millis),
                Event::Ask => match state.permit(now) {
                    Ok(permitted) => {
                        prop_assert_eq!(permitted, state.generation);
                        running.push(permitted);
                    }
                    Err(until) => prop_assert!(until > now, "a refusal has an end ahead"),
                },
                Event::Succeed(_) | Event::Fail(_) | Event::Cancel(_) if running.is_empty() => {}
                Event::Succeed(which) | Event::Fail(which) | Event::Cancel(which) => {
                    let ended = running.swap_remove(which.index(running.len()));
                    match event {
                        Event::Succeed(_) => state.success(now, ended),
                        Event::Fail(_) => state.failure(now, ended),
                        _ => state.cancelled(ended),
                    };
                    if ended != generation {
                        prop_assert_eq!(state.snapshot(now), from, "a late result was booked");
                    }
                }
                Event::Trip => drop(state.trip(now)),
                Event::Reset => drop(state.reset(now)),
                Event::ForceOpen => drop(state.force_open(now)),
                Event::ForceClosed => drop(state.force_closed(now)),
                Event::Auto => drop(state.auto(now)),
            }
            let to = state.snapshot(now);
            prop_assert!(may_lead(event, from.state, to.state), "{event:?}: {} to {}", from.state, to.state);
            prop_assert!(from.state == to.state || state.generation > generation);
            prop_assert!(to.times_opened - opened <= 1);
            prop_assert!(to.failures <= to.calls);
            if let Phase::HalfOpen(probes_now) = state.phase {
                let current = running.iter().filter(|held| **held == state.generation).count();
                prop_assert_eq!(probes_now.running() as usize, current, "no place is lost");
            }
        }
        // Whatever happened: where no hand holds it open, a call goes through after a cooldown.
        if shown(&state, now) != ForcedOpen {
            prop_assert!(state.permit(now + COOLDOWN).is_ok());
        }
    }

    #[test]
    fn no_more_probes_than_places_in_one_cooldown(
        probes in 1..5_u32,
        asks in prop::collection::vec(0..2_000_u64, 1..40),
    ) {
        let start = Instant::now();
        let mut state = State::new(breaker().probes(probes), start);
        state.trip(start);
        let mut now = start + COOLDOWN;
        let mut admitted = Vec::new();
        for step in asks {
            now += Duration::from_millis(step);
            if state.permit(now).is_ok() {
                admitted.push(now);
            }
            let lately = admitted.iter().filter(|then| now - **then < COOLDOWN).count();
            prop_assert!(lately <= probes as usize);
        }
    }
}
