//! Limits that find their own, against a backend of a known size.

use super::super::{
    Aimd, Gradient,
    adaptive::{Limit, Limits, Sample},
};
use proptest::prelude::*;
use std::time::Duration;
use tokio::time::Instant;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Full rounds of calls, one after the other, against a backend that answers.
fn rounds(limit: &mut Limit, rounds: u32, answer: impl Fn(u32) -> (Duration, bool)) {
    let mut now = Instant::now();
    for _ in 0..rounds {
        let calls = limit.calls();
        let (took, failed) = answer(calls);
        for running in 1..=calls {
            limit.sample(&Sample {
                began: now,
                ended: now + took,
                running,
                failed,
            });
        }
        now += took;
    }
}

/// Up to 50 at once take 10 ms; what is more has to queue.
fn queues(calls: u32) -> (Duration, bool) {
    (ms(10) * calls.max(50) / 50, false)
}

/// Up to 50 at once are answered, what is more is refused.
fn refuses(calls: u32) -> (Duration, bool) {
    (ms(10), calls > 50)
}

fn aimd() -> Aimd {
    Aimd::between(1, 200)
}

fn gradient() -> Gradient {
    Gradient::between(1, 500)
}

#[test]
fn aimd_settles_below_what_is_refused() {
    let mut limit = Limit::new(Limits::Aimd(aimd()));
    rounds(&mut limit, 200, refuses);
    assert!((40..=51).contains(&limit.calls()), "{limit:?}");
}

#[test]
fn aimd_grows_by_one_in_each_full_round_and_not_when_idle() {
    let mut limit = Limit::new(Limits::Aimd(aimd().initial(10)));
    rounds(&mut limit, 20, |_| (ms(1), false));
    assert!((24..=30).contains(&limit.calls()), "{limit:?}");
    let before = limit.calls();
    for _ in 0..10_000 {
        let now = Instant::now();
        limit.sample(&Sample {
            began: now,
            ended: now + ms(1),
            running: 2,
            failed: false,
        });
    }
    assert_eq!(limit.calls(), before);
}

#[test]
fn a_burst_of_failures_lowers_aimd_once() {
    let mut limit = Limit::new(Limits::Aimd(aimd().initial(100)));
    rounds(&mut limit, 1, |_| (ms(10), true));
    assert_eq!(limit.calls(), 90);
    rounds(&mut limit, 1, |_| (ms(6_000), false));
    assert_eq!(limit.calls(), 81, "too slow is failed");
}

#[test]
fn gradient_finds_the_size_of_a_backend_that_queues() {
    let mut limit = Limit::new(Limits::Gradient(gradient()));
    rounds(&mut limit, 300, queues);
    assert!((50..=120).contains(&limit.calls()), "{limit:?}");
}

#[test]
fn gradient_lowers_the_limit_when_calls_become_slow() {
    let mut limit = Limit::new(Limits::Gradient(gradient().initial(100)));
    rounds(&mut limit, 20, |_| (ms(10), false));
    let before = limit.calls();
    rounds(&mut limit, 3, |_| (ms(100), false));
    assert!(limit.calls() < before * 9 / 10, "{before} {limit:?}");
}

#[test]
fn gradient_comes_back_after_an_outage() {
    let mut limit = Limit::new(Limits::Gradient(gradient()));
    rounds(&mut limit, 50, |_| (ms(10), true));
    assert_eq!(limit.calls(), 1);
    rounds(&mut limit, 1_000, queues);
    assert!(limit.calls() >= 20, "{limit:?}");
}

proptest! {
    #[test]
    fn a_limit_stays_within_its_bounds(
        least in 1..50_u32,
        more in 0..50_u32,
        calls in prop::collection::vec((0..20_000_u64, 0..200_u32, any::<bool>()), 0..500),
    ) {
        let most = least + more;
        let limits = [
            Limits::Aimd(Aimd::between(least, most)),
            Limits::Gradient(Gradient::between(least, most)),
        ];
        for limits in limits {
            let mut limit = Limit::new(limits);
            for &(took, running, failed) in &calls {
                let began = Instant::now();
                limit.sample(&Sample { began, ended: began + ms(took), running, failed });
                prop_assert!((least..=most).contains(&limit.calls()), "{limit:?}");
            }
        }
    }
}
