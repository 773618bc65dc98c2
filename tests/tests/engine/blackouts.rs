//! Times at which a rate limit lets nothing pass: what comes meanwhile waits, or overflows.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, SystemTime},
};

use electrician::{
    prelude::*,
    resilience::Blackout,
    test::{Faults, Recorder, Script, assert_clean, faulty_ref, record, run_to_end, scripted},
};
use tokio::time::Instant;

use super::support::{Broken, LONG, ms, stats};

pipeline! {
    Recurring(input: Script<u32>, faults: Faults<Broken>, times: Blackout, seen: Recorder<Duration>, began: Instant) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { rate_limit: { rate: 1_000/s, blackout: times.clone() }, on_error: skip };
        handler   store  = record(seen);
        source -> call -> map(|_| began.elapsed()) -> store;
    }

    ByHand(faults: Faults<Broken>, closed: Arc<AtomicBool>, stored: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            workers:    2,
            rate_limit: { rate: 1_000/s, blackout: || closed.load(Relaxed) },
            on_error:   skip,
        };
        handler store = record(stored);
        items -> call -> store;
    }

    Diverting(faults: Faults<Broken>, closed: Arc<AtomicBool>, stored: Recorder<u32>, later: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: { rate: 1_000/s, blackout: || closed.load(Relaxed) },
            on_error:   skip,
        };
        handler store = record(stored);
        handler park  = record(later);
        items -> call -> store;
        call.overflow -> park;
    }

    Queueing(faults: Faults<Broken>, closed: Arc<AtomicBool>, stored: Recorder<u32>) {
        input   items: u32;
        handler call  = faulty_ref(faults) {
            rate_limit: {
                rate:     1_000/s,
                blackout: || closed.load(Relaxed),
                queue:    { capacity: 10, priority: |item| *item as i32 },
            },
            on_error:   skip,
        };
        handler store = record(stored);
        items -> call -> store;
    }

    Never(faults: Faults<Broken>) {
        input   items: u32;
        handler call = faulty_ref(faults) {
            rate_limit: { rate: 1_000/s, blackout: Blackout::daily(1h, 24h) },
            on_error:   skip,
        };
        items -> call -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn what_comes_during_a_recurring_blackout_waits_for_its_end() {
    let (seen, began) = (Recorder::new(), Instant::now());
    let input = Script::items([1])
        .wait(ms(5_000))
        .and([2])
        .wait(ms(6_000))
        .and([3]);
    let report = run_to_end(Recurring {
        input,
        faults: Faults::none(),
        times: Blackout::every(ms(10_000), SystemTime::now(), ms(2_000)),
        seen: seen.clone(),
        began,
    })
    .await;
    assert_clean(&report);
    // the schedule follows the clock of the system, which has gone on a little before the limiter was made
    let seen: Vec<_> = seen.items().iter().map(Duration::as_secs_f64).collect();
    let [first, second, third] = seen[..] else {
        panic!("three items come through, not {seen:?}");
    };
    assert!((1.5..=2.1).contains(&first), "{first}");
    assert!((6.5..=7.1).contains(&second), "{second}");
    assert!((12.5..=13.1).contains(&third), "{third}");
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_a_predicate_closes_the_way_waits() {
    let (stored, closed) = (Recorder::new(), Arc::new(AtomicBool::new(true)));
    let running = ByHand {
        faults: Faults::none(),
        closed: Arc::clone(&closed),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    for item in 0..5 {
        running.items.send(item).await.unwrap();
    }
    tokio::time::sleep(ms(60_000)).await;
    assert!(stored.items().is_empty());
    closed.store(false, Relaxed);
    let report = running.drain(LONG).await;
    assert_eq!(stored.items(), [0, 1, 2, 3, 4]);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn what_comes_during_a_blackout_overflows_where_there_is_a_port() {
    let (stored, later) = (Recorder::new(), Recorder::new());
    let closed = Arc::new(AtomicBool::new(false));
    let running = Diverting {
        faults: Faults::none(),
        closed: Arc::clone(&closed),
        stored: stored.clone(),
        later: later.clone(),
    }
    .start()
    .unwrap();
    for (item, is_closed) in [(0, false), (1, true), (2, true), (3, false)] {
        closed.store(is_closed, Relaxed);
        running.items.send(item).await.unwrap();
        tokio::time::sleep(ms(10)).await;
    }
    let report = running.drain(LONG).await;
    assert_eq!((stored.items(), later.items()), (vec![0, 3], vec![1, 2]));
    assert_eq!(stats(&report, "call").refused, 2);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn what_comes_during_a_blackout_is_queued_where_there_is_a_queue() {
    let (stored, closed) = (Recorder::new(), Arc::new(AtomicBool::new(true)));
    let running = Queueing {
        faults: Faults::none(),
        closed: Arc::clone(&closed),
        stored: stored.clone(),
    }
    .start()
    .unwrap();
    for item in [1, 9, 5, 7] {
        running.items.send(item).await.unwrap();
    }
    tokio::time::sleep(ms(10_000)).await;
    assert!(stored.items().is_empty());
    closed.store(false, Relaxed);
    let report = running.drain(LONG).await;
    assert_eq!(stored.items(), [9, 7, 5, 1], "the urgent go first");
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn start_refuses_a_blackout_that_never_ends() {
    let faults = Faults::none();
    let refused = Never { faults }.start().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "stage `call`: `blackout` must be shorter than its period of 86400s, not 86400s"
    );
}
