//! Breakers: when they open, where the items go meanwhile, and how they close.

use std::time::Duration;

use electrician::{
    prelude::*,
    resilience::breaker::BreakerState,
    test::{
        Faults, Recorder, Script, assert_clean, faulty_ref, record, run_to_end, run_with, scripted,
    },
};

use super::support::{Broken, LONG, keep, ms, stats};

pipeline! {
    Rejecting(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) { breaker: { consecutive: 3, cooldown: 10s, probes: 1, when_open: reject } };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    Neutral(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, parked: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { breaker: { consecutive: 3, cooldown: 10s, probes: 1 }, on_error: skip };
        handler   store  = record(stored);
        handler   park   = record(parked);
        source -> call -> store;
        call.neutral -> park;
    }

    Waiting(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            breaker:  { consecutive: 3, cooldown: 10s, probes: 1, when_open: wait },
            on_error: skip,
            workers:  4,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Slow(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            breaker:  { slow_call: 100ms, slow_rate: 0.5, window: 10, min_calls: 2, when_open: reject },
            on_error: skip,
        };
        source -> call -> _;
    }

    BackingOff(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            breaker:  { consecutive: 1, cooldown: 1s..4s, probes: 1, when_open: wait },
            on_error: skip,
        };
        source -> call -> _;
    }

    Choosy(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            breaker:  { failure_rate: 0.5, window: 10, min_calls: 4, when: |error| error.0 >= 500, when_open: reject },
            on_error: skip,
        };
        source -> call -> _;
    }

    Knobs(faults: Faults<Broken>, stored: Recorder<u32>, parked: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) { breaker: { consecutive: 3, cooldown: 1min, probes: 1 }, on_error: skip };
        handler store = record(stored);
        handler park  = record(parked);
        items -> call -> store;
        call.neutral -> park;
    }
}

fn down(calls: u64) -> Faults<Broken> {
    Faults::none().fail_from_to(1, calls, Broken(503))
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_rejects_without_a_call() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let faults = down(u64::MAX);
    let rejecting = Rejecting {
        input: Script::items(0..10),
        faults: faults.clone(),
        stored,
        rejected: rejected.clone(),
    };
    let report = run_to_end(rejecting).await;
    assert_eq!(faults.calls(), 3);
    let failures = rejected.take();
    let items: Vec<_> = failures.iter().map(|failure| failure.item).collect();
    assert_eq!(items, (0..10).collect::<Vec<_>>());
    assert!(
        failures[..3]
            .iter()
            .all(|failure| failure.error() == Some(&Broken(503)) && failure.attempts == 1)
    );
    assert!(
        failures[3..]
            .iter()
            .all(|failure| matches!(failure.cause, Cause::Refused(_)) && failure.attempts == 0)
    );
    assert_eq!(
        (
            stats(&report, "call").failed,
            stats(&report, "call").refused
        ),
        (3, 7)
    );
}

#[tokio::test(start_paused = true)]
async fn calls_that_succeed_too_slowly_open_it() {
    let faults = Faults::none().slow(ms(200));
    let report = run_to_end(Slow {
        input: Script::items(0..5),
        faults: faults.clone(),
    })
    .await;
    assert_eq!((faults.calls(), stats(&report, "call").refused), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn a_cooldown_doubles_while_probes_fail() {
    let began = tokio::time::Instant::now();
    run_to_end(BackingOff {
        input: Script::items(0..5),
        faults: down(4),
    })
    .await;
    assert_eq!(began.elapsed(), ms(1_000 + 2_000 + 4_000 + 4_000));
}

#[tokio::test(start_paused = true)]
async fn the_neutral_port_gets_the_items_of_an_open_breaker() {
    let (stored, parked) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Neutral {
        input: Script::items(0..10),
        faults: down(u64::MAX),
        stored,
        parked: parked.clone(),
    })
    .await;
    assert_eq!(parked.items(), (3..10).collect::<Vec<_>>());
    assert_eq!(
        (
            stats(&report, "call").failed,
            stats(&report, "call").refused
        ),
        (3, 7)
    );
}

#[tokio::test(start_paused = true)]
async fn a_breaker_closes_when_its_probe_succeeds() {
    let (stored, parked) = (Recorder::new(), Recorder::new());
    let input = Script::items(0..5).wait(ms(10_001)).and(5..10);
    let report = run_to_end(Neutral {
        input,
        faults: down(3),
        stored: stored.clone(),
        parked: parked.clone(),
    })
    .await;
    assert_eq!(
        (parked.items(), stored.items()),
        (vec![3, 4], (5..10).collect())
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_fails_opens_it_for_another_cooldown() {
    let (stored, parked) = (Recorder::new(), Recorder::new());
    let input = Script::items(0..4)
        .wait(ms(10_001))
        .and(4..6)
        .wait(ms(10_001))
        .and(6..8);
    run_to_end(Neutral {
        input,
        faults: down(4),
        stored: stored.clone(),
        parked: parked.clone(),
    })
    .await;
    assert_eq!((parked.items(), stored.items()), (vec![3, 5], vec![6, 7]));
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_waits_pauses_its_stage_and_loses_nothing() {
    let stored = Recorder::new();
    let faults = down(3);
    let report = run_to_end(Waiting {
        input: Script::items(0..20),
        faults: faults.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!((stored.len(), faults.calls()), (17, 20));
    assert!(
        stored
            .times()
            .iter()
            .all(|at| *at >= Duration::from_secs(10)),
        "{:?}",
        stored.times()
    );
    assert_eq!(stats(&report, "call").refused, 0);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn errors_that_the_predicate_passes_over_open_no_breaker() {
    let faults = Faults::none().fail_every(1, Broken(404));
    let report = run_to_end(Choosy {
        input: Script::items(0..50),
        faults: faults.clone(),
    })
    .await;
    assert_eq!((faults.calls(), stats(&report, "call").refused), (50, 0));
}

#[tokio::test(start_paused = true)]
async fn a_rate_is_judged_once_there_are_enough_calls() {
    let faults = Faults::none().fail_every(2, Broken(503));
    let report = run_to_end(Choosy {
        input: Script::items(0..50),
        faults: faults.clone(),
    })
    .await;
    assert_eq!(faults.calls(), 4, "half of four calls have failed");
    assert_eq!(
        (
            stats(&report, "call").refused,
            stats(&report, "call").failed
        ),
        (46, 2)
    );
}

#[tokio::test(start_paused = true)]
async fn a_breaker_is_tripped_reset_and_forced_by_hand() {
    let (stored, parked) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().fail_from_to(4, 8, Broken(503));
    let knobs = Knobs {
        faults,
        stored: stored.clone(),
        parked: parked.clone(),
    };
    let work = async |running: &Running<Knobs>| {
        let breaker = running.stages().call.breaker();
        let send = async |item| {
            running.items.send(item).await.unwrap();
            tokio::time::sleep(ms(1)).await;
        };
        send(1).await;
        breaker.trip();
        assert_eq!(running.stages().call.snapshot().state, BreakerState::Open);
        send(2).await;
        breaker.reset();
        send(3).await;
        breaker.force_open();
        tokio::time::sleep(Duration::from_mins(30)).await;
        send(4).await;
        breaker.reset();
        send(5).await;
        assert_eq!(
            (stored.items(), parked.items()),
            (vec![1, 3, 5], vec![2, 4])
        );
        breaker.force_closed();
        for item in 6..11 {
            send(item).await;
        }
        assert_eq!(
            running.stages().call.stats().failed,
            5,
            "forced closed, it lets every call through"
        );
        send(11).await;
        assert_eq!(stored.items(), [1, 3, 5, 11]);
    };
    assert_clean(&run_with(knobs, work, LONG).await);
}

#[tokio::test(start_paused = true)]
async fn a_drain_ends_while_a_breaker_waits_no_later_than_its_deadline() {
    let stored = Recorder::new();
    let work = async |_: &Running<Waiting>| tokio::time::sleep(ms(100)).await;
    let waiting = Waiting {
        input: Script::items(0..20),
        faults: down(u64::MAX),
        stored: stored.clone(),
    };
    let report = run_with(waiting, work, Duration::from_secs(5)).await;
    assert_eq!((report.left, stored.len()), (vec!["call".to_owned()], 0));
}
