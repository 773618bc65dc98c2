//! Timeouts: the call is cancelled, the failure says why, and the item is where the signature left it.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use electrician::{
    prelude::*,
    test::{
        Faults, Recorder, Script, assert_clean, faulty, faulty_ref, record, run_to_end, scripted,
    },
};

use super::support::{Alive, Broken, keep, keep_lost, ms, stats};

/// A call that holds something, and never ends where the item is odd.
#[handler]
async fn hold(item: u32, alive: &Alive) -> Result<u32, Broken> {
    let _one = alive.one_more();
    if !item.is_multiple_of(2) {
        std::future::pending::<()>().await;
    }
    Ok(item)
}

pipeline! {
    ByRef(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) { timeout: 1s };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    ByValue(input: Script<u32>, faults: Faults<Broken>, rejected: Recorder<Failure<(), Broken>>) {
        generator source  = scripted(input);
        handler   call    = faulty(faults) { timeout: 1s };
        handler   rejects = keep_lost(rejected);
        source -> call -> _;
        call.error -> rejects;
    }

    Kept(input: Script<u32>, faults: Faults<Broken>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   call    = faulty(faults) { timeout: 1s, keep_item };
        handler   rejects = keep(rejected);
        source -> call -> _;
        call.error -> rejects;
    }

    Holding(input: Script<u32>, alive: Alive) {
        generator source = scripted(input);
        handler   call   = hold(alive) { timeout: 1s, on_error: skip, workers: 3 };
        source -> call -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_call_fails_with_its_item_and_the_limit() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().hang_on(2);
    let report = run_to_end(ByRef {
        input: Script::items([1, 2, 3]),
        faults,
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!(
        (stored.items(), rejected.times()),
        (vec![1, 3], vec![ms(1000)])
    );
    let failure = &rejected.take()[0];
    assert_eq!(failure.item, 2);
    assert!(matches!(failure.cause, Cause::TimedOut(limit) if limit == ms(1000)));
    assert_eq!(
        failure.to_string(),
        "stage `call` failed: took longer than 1s"
    );
    assert_eq!(stats(&report, "call").failed, 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_in_time_is_let_be() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().slow(ms(999));
    let report = run_to_end(ByRef {
        input: Script::items(0..20),
        faults,
        stored: stored.clone(),
        rejected,
    })
    .await;
    assert_eq!((stored.len(), stats(&report, "call").failed), (20, 0));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn an_item_taken_by_value_is_gone_with_its_call() {
    let rejected = Recorder::new();
    let report = run_to_end(ByValue {
        input: Script::items([1, 2]),
        faults: Faults::none().hang_on(1),
        rejected: rejected.clone(),
    })
    .await;
    let failure: Failure<(), Broken> = rejected.take().remove(0);
    assert!(matches!(failure.cause, Cause::TimedOut(_)) && failure.attempts == 1);
    assert_eq!(
        (
            stats(&report, "call").failed,
            stats(&report, "call").completed
        ),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_that_is_kept_comes_back() {
    let rejected = Recorder::new();
    let faults = Faults::none().hang_on(1).fail_on(2, Broken(9));
    run_to_end(Kept {
        input: Script::items([5, 6]),
        faults,
        rejected: rejected.clone(),
    })
    .await;
    let items: Vec<_> = rejected
        .take()
        .into_iter()
        .map(|failure| failure.item)
        .collect();
    assert_eq!(items, [5, 6]);
}

#[tokio::test(start_paused = true)]
async fn a_late_call_is_dropped_with_all_that_it_holds() {
    let (alive, count) = Alive::new();
    let seen = Arc::new(AtomicU64::new(0));
    let holding = Holding {
        input: Script::items(0..9),
        alive,
    };
    let running = holding.start().unwrap();
    tokio::time::sleep(ms(500)).await;
    seen.store(count.load(Relaxed), Relaxed);
    let report = running.wait().await;
    electrician::test::assert_balanced(&report);
    assert_eq!(
        seen.load(Relaxed),
        4,
        "three calls hang, and the pipeline has the first"
    );
    drop(running);
    assert_eq!((count.load(Relaxed), stats(&report, "call").failed), (0, 4));
}
