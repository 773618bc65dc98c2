//! Fallbacks and hedges: what stands in the place of an output, and which of two calls counts.

use electrician::{
    prelude::*,
    test::{
        Faults, Recorder, Script, assert_clean, faulty, faulty_ref, record, run_to_end, scripted,
    },
};
use tokio::time::Instant;

use super::support::{Broken, keep, keep_any, ms, stats};

/// Many outputs, or a failure.
#[handler]
async fn spread(item: u32) -> Result<impl Iterator<Item = u32>, Broken> {
    if item == 3 {
        Err(Broken(item))
    } else {
        Ok(0..item)
    }
}

/// Has no `Clone`.
#[derive(Debug)]
struct Single(u32);

#[handler]
async fn single(item: Single) -> Result<u32, Broken> {
    if item.0 == 3 {
        Err(Broken(3))
    } else {
        Ok(item.0)
    }
}

pipeline! {
    Constant(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rest: u32) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { fallback: *rest };
        handler   store  = record(stored);
        source -> call -> store;
    }

    OfTheItem(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, offset: u32) {
        generator source = scripted(input);
        handler   call   = faulty(faults) {
            workers:  4,
            ordered,
            timeout:  1s,
            retry:    { attempts: 2, backoff: 1ms, idempotent },
            fallback: |item| item + *offset,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }

    OfMany(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   spread = spread { fallback: |item| item * 100 };
        handler   store  = record(stored);
        source -> spread -> store;
    }

    OfOneThatIsGone(input: Script<u32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   single = single { fallback: 0 };
        handler   store  = record(stored);
        source -> map(|item| Single(item)) -> single -> store;
    }

    Panicking(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rejected: Recorder<Failure<u32, Broken>>) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) { fallback: 0 };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    WhileOpen(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { breaker: { consecutive: 1, when_open: reject }, fallback: |item| item + 100 };
        handler   store  = record(stored);
        source -> call -> store;
    }

    Parking(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, parked: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { breaker: { consecutive: 1 }, fallback: 100 };
        handler   store  = record(stored);
        handler   park   = record(parked);
        source -> call -> store;
        call.neutral -> park;
    }

    TakenOver(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            breaker: { consecutive: 4, cooldown: 1h },
            retry:   { attempts: 2, backoff: 1ms, idempotent },
        };
        handler   spare  = |item: u32| item + 100;
        handler   store  = record(stored);
        source -> call -> store;
        call.error   -> map(|failure| failure.item) -> spare -> store;
        call.neutral -> spare;
    }

    Hedged(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>, rejected: Recorder<AnyFailure>) {
        generator source  = scripted(input);
        handler   call    = faulty(faults) { hedge: { after: 50ms, idempotent } };
        handler   store   = record(stored);
        handler   rejects = keep_any(rejected);
        source -> call -> store;
        call.error -> rejects;
    }

    HedgedPool(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            workers:  4,
            retry:    { attempts: 2, backoff: 1ms, idempotent },
            hedge:    p95,
            timeout:  10s,
            on_error: skip,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }
}

#[tokio::test(start_paused = true)]
async fn a_fallback_stands_in_the_place_of_an_output() {
    let stored = Recorder::new();
    let report = run_to_end(Constant {
        input: Script::items(0..4),
        faults: Faults::none().fail_from_to(2, 3, Broken(503)),
        stored: stored.clone(),
        rest: 77,
    })
    .await;
    assert_eq!(stored.items(), [0, 77, 77, 3]);
    let call = stats(&report, "call");
    assert_eq!((call.completed, call.failed, call.emitted), (4, 0, 4));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn another_stage_takes_over_what_the_chain_gave_up() {
    let stored = Recorder::new();
    let report = run_to_end(TakenOver {
        input: Script::items(0..6),
        faults: Faults::none().fail_from_to(3, u64::MAX, Broken(503)),
        stored: stored.clone(),
    })
    .await;
    let mut kept = stored.take();
    kept.sort_unstable();
    assert_eq!(kept, [0, 1, 102, 103, 104, 105]);
    let [call, spare] = ["call", "spare"].map(|stage| stats(&report, stage));
    assert_eq!((call.completed, call.failed, call.refused), (2, 2, 2));
    assert_eq!((spare.received, spare.completed), (4, 4));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_made_from_the_item_once_all_attempts_have_failed() {
    let stored = Recorder::new();
    let faults = Faults::none().fail_with(|call| (call <= 8).then_some(Broken(503)));
    let report = run_to_end(OfTheItem {
        input: Script::items(0..6),
        faults: faults.clone(),
        stored: stored.clone(),
        offset: 10,
    })
    .await;
    assert_eq!(stored.items(), [10, 11, 12, 13, 4, 5]);
    assert_eq!((faults.calls(), stats(&report, "call").retried), (10, 4));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_fallback_is_one_output_where_there_may_be_many() {
    let stored = Recorder::new();
    run_to_end(OfMany {
        input: Script::items([2, 3, 1]),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [0, 1, 300, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_value_needs_no_item() {
    let stored = Recorder::new();
    run_to_end(OfOneThatIsGone {
        input: Script::items([2, 3, 4]),
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [2, 0, 4]);
}

#[tokio::test(start_paused = true)]
async fn a_panic_has_no_fallback() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    run_to_end(Panicking {
        input: Script::items(1..4),
        faults: Faults::none().panic_on(2),
        stored: stored.clone(),
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!(stored.items(), [1, 3]);
    assert!(matches!(rejected.take()[0].cause, Cause::Panicked(_)));
}

#[tokio::test(start_paused = true)]
async fn a_fallback_answers_while_the_breaker_is_open() {
    let (stored, faults) = (Recorder::new(), Faults::none().fail_on(1, Broken(503)));
    run_to_end(WhileOpen {
        input: Script::items(0..3),
        faults: faults.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!((stored.items(), faults.calls()), (vec![100, 101, 102], 1));
}

#[tokio::test(start_paused = true)]
async fn what_has_a_port_of_its_own_takes_no_fallback() {
    let (stored, parked) = (Recorder::new(), Recorder::new());
    run_to_end(Parking {
        input: Script::items(0..3),
        faults: Faults::none().fail_on(1, Broken(503)),
        stored: stored.clone(),
        parked: parked.clone(),
    })
    .await;
    assert_eq!((stored.items(), parked.items()), (vec![100], vec![1, 2]));
}

#[tokio::test(start_paused = true)]
async fn a_hedge_takes_the_answer_of_the_quicker_call() {
    let (stored, rejected, began) = (Recorder::new(), Recorder::new(), Instant::now());
    let faults = Faults::none().hang_on(2).slow(ms(10));
    let report = run_to_end(Hedged {
        input: Script::items(0..3),
        faults: faults.clone(),
        stored: stored.clone(),
        rejected,
    })
    .await;
    assert_eq!((stored.items(), faults.calls()), (vec![0, 1, 2], 4));
    assert_eq!(began.elapsed(), ms(10 + 60 + 10));
    assert_eq!(stats(&report, "call").retried, 0);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_fails_in_time_is_not_hedged() {
    let (stored, rejected) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().fail_on(1, Broken(503));
    run_to_end(Hedged {
        input: Script::items(0..1),
        faults: faults.clone(),
        stored,
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!((rejected.take().len(), faults.calls()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_percentile_is_measured_by_all_workers() {
    let stored = Recorder::new();
    let faults = Faults::none().slow(ms(10)).hang_on(40);
    let began = Instant::now();
    run_to_end(HedgedPool {
        input: Script::items(0..40),
        faults: faults.clone(),
        stored: stored.clone(),
    })
    .await;
    assert_eq!((stored.items().len(), faults.calls()), (40, 41));
    assert!(
        began.elapsed() < ms(200),
        "the second call is made after some 10 ms"
    );
}
