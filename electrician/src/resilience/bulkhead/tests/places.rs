//! The pure bulkhead: never too many at once, and nobody is overtaken.

use super::super::{Aimd, Concurrency, Gradient, state::State};
use proptest::prelude::*;
use std::time::Duration;

#[derive(Clone, Copy, Debug)]
enum Event {
    Enter,
    Join,
    EnterInTurn,
    GiveUp,
    Leave,
    Set(u32),
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => Just(Event::Enter),
        3 => Just(Event::Join),
        3 => Just(Event::EnterInTurn),
        1 => Just(Event::GiveUp),
        4 => Just(Event::Leave),
        1 => (1..6_u32).prop_map(Event::Set),
    ]
}

proptest! {
    #[test]
    fn never_more_at_once_than_the_limit_nor_more_waiting_than_agreed(
        limit in 1..6_u32,
        waiters in 0..4_u32,
        events in prop::collection::vec(any_event(), 1..200),
    ) {
        let mut state = State::new(&Concurrency::from(limit).waiters(waiters));
        let (mut running, mut waiting, mut limit) = (0, 0, limit);
        for event in events {
            match event {
                Event::Enter => {
                    let free = waiting == 0 && running < limit;
                    prop_assert_eq!(state.enter().is_some(), free);
                    running += u32::from(free);
                }
                Event::Join => {
                    let room = waiting < waiters;
                    prop_assert_eq!(state.join(), room);
                    waiting += u32::from(room);
                }
                Event::EnterInTurn if waiting > 0 => {
                    let free = running < limit;
                    prop_assert_eq!(state.enter_in_turn().is_some(), free);
                    if free {
                        state.left();
                        (running, waiting) = (running + 1, waiting - 1);
                    }
                }
                Event::GiveUp if waiting > 0 => {
                    state.left();
                    waiting -= 1;
                }
                Event::Leave if running > 0 => {
                    running -= 1;
                    state.leave(None);
                }
                Event::Set(calls) => {
                    limit = calls;
                    state.set(calls);
                }
                Event::EnterInTurn | Event::GiveUp | Event::Leave => {}
            }
            prop_assert_eq!(state.ask_again(), waiting > 0 && running < limit);
            prop_assert_eq!(state.wants(), waiting > 0 || running > limit);
            let snapshot = state.snapshot();
            prop_assert_eq!((snapshot.running, snapshot.waiting, snapshot.limit), (running, waiting, limit));
        }
    }
}

#[test]
fn check_names_the_option_its_value_and_its_range() {
    let fine = Concurrency::from(1);
    let (aimd, gradient) = (Aimd::between(1, 10), Gradient::between(1, 10));
    let cases = [
        (Concurrency::from(0), "`limit` must be at least 1, not 0"),
        (
            fine.max_wait(Duration::ZERO),
            "`max_wait` must be above zero, not 0ns; with `waiters` 0 nobody waits",
        ),
        (
            Aimd::between(0, 1).into(),
            "`least` must be at least 1, not 0",
        ),
        (
            Gradient::between(3, 2).into(),
            "`most` must be at least `least`, which is 3, not 2",
        ),
        (
            aimd.initial(11).into(),
            "`initial` must be in 1..=10, not 11",
        ),
        (
            aimd.back_off(1.0).into(),
            "`back_off` must be above 0 and below 1, not 1",
        ),
        (
            aimd.slow(Duration::ZERO).into(),
            "`slow` must be above zero, not 0ns",
        ),
        (
            gradient.tolerance(f64::NAN).into(),
            "`tolerance` must be at least 1, not NaN",
        ),
        (
            gradient.smoothing(0.0).into(),
            "`smoothing` must be above 0 and below 1, not 0",
        ),
        (
            gradient.queue(0).into(),
            "`queue` must be at least 1, not 0",
        ),
    ];
    for (concurrency, sentence) in cases {
        assert_eq!(concurrency.check().unwrap_err().to_string(), sentence);
        let mut state = State::new(&concurrency);
        assert!(state.enter().is_some(), "{sentence}");
    }
    for fine in [fine.waiters(0), aimd.into(), gradient.into()] {
        assert_eq!(fine.check(), Ok(()));
    }
}
