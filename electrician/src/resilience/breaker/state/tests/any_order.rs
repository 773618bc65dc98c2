//! The breaker under any order of permits, results, cancellations, hands and time.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Copy, Debug)]
enum Event {
    Tick,
    Pass(u64),
    Ask,
    Succeed(prop::sample::Index, bool),
    Fail(prop::sample::Index, bool),
    Cancel(prop::sample::Index),
    Gather(u64),
    Trip,
    Reset,
    ForceOpen,
    ForceClosed,
    Disable,
    Auto,
}

fn any_event() -> impl Strategy<Value = Event> {
    let which = any::<prop::sample::Index>;
    let ended = move || (which(), prop::bool::weighted(0.2));
    prop_oneof![
        6 => (0..20_000_u64).prop_map(Event::Pass),
        20 => Just(Event::Ask),
        8 => ended().prop_map(|(which, slow)| Event::Succeed(which, slow)),
        8 => ended().prop_map(|(which, slow)| Event::Fail(which, slow)),
        4 => which().prop_map(Event::Cancel),
        3 => (0..5_u64).prop_map(Event::Gather),
        1 => Just(Event::Trip),
        1 => Just(Event::Reset),
        1 => Just(Event::ForceOpen),
        1 => Just(Event::ForceClosed),
        1 => Just(Event::Disable),
        2 => Just(Event::Auto),
    ]
}

fn may_lead(event: Event, from: BreakerState, to: BreakerState) -> bool {
    let let_go = matches!(
        (from, to),
        (ForcedOpen, Open) | (ForcedClosed | Disabled, Closed)
    );
    from == to
        || match event {
            Event::Pass(_) | Event::Cancel(_) | Event::Gather(_) => false,
            Event::Tick => matches!(
                (from, to),
                (HalfOpen, Closed | Closing | Open) | (Closing, Closed)
            ),
            Event::Ask => (from, to) == (Open, HalfOpen),
            Event::Succeed(..) => matches!(
                (from, to),
                (HalfOpen, Closed | Closing | Open) | (Closed | Closing, Open)
            ),
            Event::Fail(..) | Event::Trip => {
                matches!((from, to), (HalfOpen | Closed | Closing, Open))
            }
            Event::Reset => to == Closed,
            Event::ForceOpen => to == ForcedOpen,
            Event::ForceClosed => to == ForcedClosed,
            Event::Disable => to == Disabled,
            Event::Auto => let_go,
        }
}

/// How many calls of a generation are under way.
fn probing(running: &[u64], generation: u64) -> usize {
    running.iter().filter(|held| **held == generation).count()
}

/// Nothing is let through before the cooldown is over, and no ramp outlasts its end.
fn on_time(
    event: Event,
    (from, to): (&BreakerSnapshot, &BreakerSnapshot),
    now: Instant,
) -> Result<(), TestCaseError> {
    let is_due = |snapshot: &BreakerSnapshot| snapshot.until.is_some_and(|until| until <= now);
    if matches!(event, Event::Ask) && (from.state, to.state) == (Open, HalfOpen) {
        prop_assert!(is_due(from), "a cooldown is waited for");
    }
    if matches!(event, Event::Tick) {
        prop_assert!(to.state != Closing || !is_due(to), "a ramp ends");
    }
    Ok(())
}

fn act(state: &mut State, event: Event, now: Instant, running: &mut Vec<u64>) {
    let mut end = |which: prop::sample::Index| {
        (!running.is_empty()).then(|| running.swap_remove(which.index(running.len())))
    };
    match event {
        Event::Tick => state.tick(now),
        Event::Pass(_) => {}
        Event::Ask => running.extend(state.permit(now)),
        Event::Succeed(which, slow) => {
            end(which).map(|generation| state.success(now, generation, slow));
        }
        Event::Fail(which, slow) => {
            end(which).map(|generation| state.failure(now, generation, slow));
        }
        Event::Cancel(which) => {
            end(which).map(|generation| state.cancelled(generation));
        }
        Event::Gather(fresh) => state.gather(now, state.gathered.0 + fresh),
        Event::Trip => drop(state.trip(now)),
        Event::Reset => drop(state.reset(now)),
        Event::ForceOpen => drop(state.force_open(now)),
        Event::ForceClosed => drop(state.force_closed(now)),
        Event::Disable => drop(state.disable(now)),
        Event::Auto => drop(state.auto(now)),
    }
}

proptest! {
    #[test]
    fn any_order_of_events_moves_along_legal_transitions(
        events in prop::collection::vec(any_event(), 1..200),
        probes in 1..4_u32,
        by_rate: bool,
        ramp in prop::option::of(0..60_000_u64),
    ) {
        let ramp = Duration::from_millis(ramp.unwrap_or(0));
        let breaker = breaker().probes(probes).window(COOLDOWN).ramp(ramp).slow_call(SECOND).slow_rate(0.7);
        let breaker = if by_rate { breaker } else { breaker.consecutive(2) };
        let mut now = Instant::now();
        let mut state = State::new(breaker, now);
        let (mut running, mut told, mut succeeded) = (Vec::new(), Closed, 0);
        for event in events.into_iter().flat_map(|event| [Event::Tick, event]) {
            if let Event::Pass(millis) = event {
                now += Duration::from_millis(millis);
            }
            let from = state.snapshot(now);
            let (generation, before) = (state.generation, running.clone());
            act(&mut state, event, now, &mut running);

            let to = state.snapshot(now);
            prop_assert!(may_lead(event, from.state, to.state), "{event:?}: {} to {}", from.state, to.state);
            let ended = probing(&before, generation).saturating_sub(probing(&running, generation));
            if matches!(event, Event::Succeed(..)) {
                succeeded += ended;
            }
            on_time(event, (&from, &to), now)?;
            if from.state == HalfOpen && matches!(to.state, Closed | Closing) {
                match event {
                    Event::Succeed(..) => prop_assert_eq!(succeeded, probes as usize, "all probes have succeeded"),
                    Event::Tick => prop_assert!(succeeded > 0 && ended == 0),
                    _ => {}
                }
            }
            if matches!(event, Event::Tick) && from.state == HalfOpen {
                let idle = probing(&running, generation) == 0 && from.until.is_some_and(|until| until <= now);
                prop_assert_eq!(to.state != HalfOpen, idle, "it is left if no call comes, and waits for those under way");
            }
            if state.generation > generation {
                succeeded = 0;
            }
            let ramped_up = (from.state, to.state) == (Closing, Closed);
            prop_assert!(from.state == to.state || ramped_up || state.generation > generation);
            prop_assert!(to.times_opened - from.times_opened <= 1);
            prop_assert!(to.failures <= to.calls && to.slow <= to.calls);
            if before.len() > running.len() && !before.contains(&generation) {
                prop_assert_eq!(to, from, "a late result was booked");
            }
            if let Err(until) = state.ask(now) {
                prop_assert!(until > now, "a refusal has an end ahead");
            }
            if let Phase::HalfOpen(probes_now) = state.phase {
                let current = running.iter().filter(|held| **held == state.generation).count();
                prop_assert_eq!(probes_now.running() as usize, current, "no place is lost");
            }
            for told_now in state.take_events() {
                if let BreakerEvent::Changed { from, to, at, .. } = told_now {
                    prop_assert_eq!((from, at), (told, now), "no change goes untold");
                    told = to;
                }
            }
            prop_assert_eq!(told, to.state);
        }
        // Whatever happened: where no hand holds it open, one of ten calls goes after a cooldown.
        let later = now + COOLDOWN;
        state.tick(later);
        if shown(&state, later) != ForcedOpen {
            prop_assert!((0..10).any(|_| state.permit(later).is_ok()));
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
