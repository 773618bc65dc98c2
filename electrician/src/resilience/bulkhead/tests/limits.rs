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

/// A limit, and full rounds of calls through it, one after the other.
#[derive(Debug)]
struct Load {
    limit: Limit,
    now: Instant,
}

impl Load {
    fn on(limits: Limits) -> Self {
        Self {
            limit: Limit::new(limits),
            now: Instant::now(),
        }
    }

    fn rounds(&mut self, rounds: u32, answer: impl Fn(u32) -> (Duration, bool)) {
        for _ in 0..rounds {
            let running = self.limit.calls();
            let (took, failed) = answer(running);
            let (began, ended) = (self.now, self.now + took);
            for _ in 0..running {
                self.limit.sample(&Sample {
                    began,
                    ended,
                    running,
                    failed,
                });
            }
            self.now = ended;
        }
    }

    fn calls(&self) -> u32 {
        self.limit.calls()
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
    let mut load = Load::on(Limits::Aimd(aimd()));
    load.rounds(200, refuses);
    assert!((44..=51).contains(&load.calls()), "{load:?}");
}

#[test]
fn aimd_grows_by_one_in_each_full_round_and_not_when_idle() {
    let mut load = Load::on(Limits::Aimd(aimd().initial(10)));
    load.rounds(20, |_| (ms(1), false));
    assert!((28..=30).contains(&load.calls()), "{load:?}");
    let before = load.calls();
    for _ in 0..10_000 {
        load.limit.sample(&Sample {
            began: load.now,
            ended: load.now + ms(1),
            running: 2,
            failed: false,
        });
    }
    assert_eq!(load.calls(), before);
}

#[test]
fn a_burst_of_failures_lowers_aimd_once() {
    let mut load = Load::on(Limits::Aimd(aimd().initial(100)));
    load.rounds(1, |_| (ms(10), true));
    assert_eq!(load.calls(), 90);
    load.rounds(1, |_| (ms(6_000), false));
    assert_eq!(load.calls(), 81, "too slow is failed");
}

#[test]
fn gradient_finds_the_size_of_a_backend_that_queues_and_stays_there() {
    let mut load = Load::on(Limits::Gradient(gradient()));
    load.rounds(200, queues);
    for _ in 0..100 {
        load.rounds(49, queues);
        let calls = load.calls();
        assert!((35..=100).contains(&calls), "{load:?}");
    }
}

#[test]
fn gradient_lowers_the_limit_when_calls_become_slow() {
    let mut load = Load::on(Limits::Gradient(gradient().initial(100)));
    load.rounds(20, |_| (ms(10), false));
    let before = load.calls();
    load.rounds(3, |_| (ms(100), false));
    assert!(load.calls() < before * 9 / 10, "{before} {load:?}");
}

#[test]
fn gradient_gets_used_to_a_backend_that_is_slower_for_good() {
    let mut load = Load::on(Limits::Gradient(gradient()));
    load.rounds(100, |_| (ms(10), false));
    load.rounds(1_000, |_| (ms(40), false));
    assert!(load.calls() >= 200, "{load:?}");
}

#[test]
fn gradient_comes_back_after_an_outage() {
    let mut load = Load::on(Limits::Gradient(gradient()));
    load.rounds(2_000, |_| (ms(10), true));
    assert_eq!(load.calls(), 1);
    load.rounds(2_000, queues);
    assert!(load.calls() >= 20, "{load:?}");
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
