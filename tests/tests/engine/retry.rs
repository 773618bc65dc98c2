//! Retries: how many, when, of what, and what becomes of the item.

use std::time::Duration;

use electrician::{
    prelude::*,
    resilience::retry::{Backoff, Jitter},
    test::{Faults, Recorder, Script, assert_balanced, assert_clean, record, run_to_end, scripted},
};

use super::support::{Broken, keep, ms, stats};

/// A call that is written down, and follows a plan.
#[handler]
async fn charge(item: &u32, calls: &Recorder<u32>, faults: &Faults<Broken>) -> Result<u32, Broken> {
    calls.put(*item).await;
    faults.act().await?;
    Ok(*item)
}

#[handler]
async fn consume(
    item: String,
    calls: &Recorder<String>,
    faults: &Faults<Broken>,
) -> Result<String, Broken> {
    calls.put(item.clone()).await;
    faults.act().await?;
    Ok(item)
}

/// Not `Clone`: a retry of a handler that takes it by reference must not ask for it.
#[derive(Debug, PartialEq)]
struct Ticket(u32);

#[handler]
fn print_ticket(number: u32) -> Ticket {
    Ticket(number)
}

#[handler]
async fn punch(ticket: &Ticket, faults: &Faults<Broken>) -> Result<u32, Broken> {
    faults.act().await?;
    Ok(ticket.0)
}

fn steady(wait: Duration) -> Backoff {
    Backoff::constant(wait).jitter(Jitter::None)
}

pipeline! {
    Retrying(
        input: Script<u32>,
        calls: Recorder<u32>,
        faults: Faults<Broken>,
        backoff: Backoff,
        total: Duration,
        stored: Recorder<u32>,
        rejected: Recorder<Failure<u32, Broken>>,
    ) {
        generator source  = scripted(input);
        handler   attempt = charge(calls, faults) {
            retry:    { attempts: 3, backoff: *backoff, total: *total, when: |error| error.0 >= 500, idempotent },
            timeout:  10s,
            on_panic: { restarts: 3, within: 1s },
        };
        handler   store   = record(stored);
        handler   rejects = keep(rejected);
        source -> attempt -> store;
        attempt.error -> rejects;
    }

    Growing(input: Script<u32>, calls: Recorder<u32>, faults: Faults<Broken>) {
        generator source  = scripted(input);
        handler   attempt = charge(calls, faults) {
            retry:    { attempts: 6, backoff: 100ms..400ms, idempotent },
            on_error: skip,
        };
        source -> attempt -> _;
    }

    ByValue(input: Script<String>, calls: Recorder<String>, faults: Faults<Broken>, stored: Recorder<String>) {
        generator source  = scripted(input);
        handler   attempt = consume(calls, faults) { retry: { attempts: 3, idempotent }, on_error: skip };
        handler   store   = record(stored);
        source -> attempt -> store;
    }

    Tickets(input: Script<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source  = scripted(input);
        handler   print   = print_ticket;
        handler   attempt = punch(faults) { retry: { attempts: 2, idempotent }, on_error: skip };
        handler   store   = record(stored);
        source -> print -> attempt -> store;
    }

    Crowded(input: Script<u32>, calls: Recorder<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source  = scripted(input);
        handler   attempt = charge(calls, faults) {
            workers:  2,
            retry:    { attempts: 2, backoff: steady(1min), idempotent },
            on_error: skip,
        };
        handler   store   = record(stored);
        source -> attempt -> store;
    }

    Patient(input: Script<u32>, calls: Recorder<u32>, faults: Faults<Broken>, stored: Recorder<u32>) {
        generator source  = scripted(input);
        handler   attempt = charge(calls, faults) {
            retry:    { attempts: 2, backoff: steady(1min), idempotent },
            on_error: skip,
        };
        handler   store   = record(stored);
        source -> attempt -> store with { buffer: 100 };
    }
}

pipeline! {
    Guarded(input: Script<u32>, calls: Recorder<u32>, faults: Faults<Broken>, parked: Recorder<u32>) {
        generator source  = scripted(input);
        handler   attempt = charge(calls, faults) {
            retry:    { attempts: 5, backoff: Backoff::none(), idempotent },
            breaker:  { consecutive: 3 },
            on_error: skip,
        };
        handler   park    = record(parked);
        source -> attempt -> _;
        attempt.neutral -> park;
    }
}

/// The ends of a [`Retrying`] pipeline.
struct Ends {
    calls: Recorder<u32>,
    stored: Recorder<u32>,
    rejected: Recorder<Failure<u32, Broken>>,
}

async fn retrying(input: Script<u32>, faults: Faults<Broken>, total: Duration) -> (Report, Ends) {
    let ends = Ends {
        calls: Recorder::new(),
        stored: Recorder::new(),
        rejected: Recorder::new(),
    };
    let pipeline = Retrying {
        input,
        calls: ends.calls.clone(),
        faults,
        backoff: steady(ms(100)),
        total,
        stored: ends.stored.clone(),
        rejected: ends.rejected.clone(),
    };
    (run_to_end(pipeline).await, ends)
}

const HOUR: Duration = Duration::from_hours(1);

/// An item whose second attempt succeeded was taken for handled, and never reached the later stages.
#[tokio::test(start_paused = true)]
async fn a_recovered_retry_goes_on_to_the_later_stages_and_is_counted() {
    let faults = Faults::none().fail_from_to(2, 3, Broken(503));
    let (report, ends) = retrying(Script::items([1, 2, 3]), faults, HOUR).await;
    assert_eq!(ends.stored.items(), [1, 2, 3]);
    assert_eq!(ends.calls.items(), [1, 2, 2, 2, 3]);
    let attempt = stats(&report, "attempt");
    assert_eq!(
        (attempt.completed, attempt.retried, attempt.failed),
        (3, 2, 0)
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn the_attempts_count_the_first_call() {
    let faults = Faults::none().fail_every(1, Broken(503));
    let (report, ends) = retrying(Script::items([7]), faults, HOUR).await;
    let failures = ends.rejected.take();
    assert_eq!(
        (failures[0].item, failures[0].attempts, failures[0].error()),
        (7, 3, Some(&Broken(503)))
    );
    assert_eq!(
        failures[0].to_string(),
        "stage `attempt` failed: broken by 503 (after 3 attempts)"
    );
    assert_eq!((ends.calls.len(), stats(&report, "attempt").failed), (3, 1));
}

#[tokio::test(start_paused = true)]
async fn the_backoff_is_waited_between_two_attempts() {
    let faults = Faults::none().fail_every(1, Broken(503));
    let (_, ends) = retrying(Script::items([7]), faults, HOUR).await;
    assert_eq!(ends.calls.times(), [ms(0), ms(100), ms(200)]);
}

#[tokio::test(start_paused = true)]
async fn a_backoff_grows_up_to_its_end_and_not_beyond() {
    let calls = Recorder::new();
    let faults = Faults::none().fail_every(1, Broken(503));
    run_to_end(Growing {
        input: Script::items([1]),
        calls: calls.clone(),
        faults,
    })
    .await;
    let times = calls.times();
    let waits: Vec<_> = times
        .windows(2)
        .map(|pair| pair[1].saturating_sub(pair[0]))
        .collect();
    for (wait, most) in waits.iter().zip([100, 200, 400, 400, 400]) {
        assert!(*wait <= ms(most) + ms(1), "{waits:?}");
    }
    assert_eq!(waits.len(), 5);
}

#[tokio::test(start_paused = true)]
async fn no_attempt_begins_after_the_total() {
    let faults = Faults::none().fail_every(1, Broken(503));
    let (_, ends) = retrying(Script::items([7]), faults, ms(150)).await;
    assert_eq!(ends.calls.times(), [ms(0), ms(100)]);
    assert_eq!(ends.rejected.take()[0].attempts, 2);
}

/// The predicate was asked about the error of the first attempt, again and again.
#[tokio::test(start_paused = true)]
async fn the_predicate_sees_the_latest_error() {
    let faults = Faults::none()
        .fail_on(1, Broken(503))
        .fail_on(2, Broken(404))
        .fail_on(3, Broken(503));
    let (_, ends) = retrying(Script::items([7]), faults, HOUR).await;
    let failures = ends.rejected.take();
    assert_eq!(
        (failures[0].error(), failures[0].attempts),
        (Some(&Broken(404)), 2)
    );
    assert_eq!(ends.calls.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_error_that_is_not_worth_it_is_not_retried() {
    let faults = Faults::none().fail_every(1, Broken(404));
    let (report, ends) = retrying(Script::items(0..10), faults, HOUR).await;
    assert_eq!(
        (
            ends.calls.len(),
            ends.rejected.len(),
            stats(&report, "attempt").retried
        ),
        (10, 10, 0)
    );
}

#[tokio::test(start_paused = true)]
async fn a_timeout_is_retried() {
    let (report, ends) = retrying(Script::items([7]), Faults::none().hang_on(1), HOUR).await;
    assert_eq!(
        (ends.stored.items(), ends.calls.times()),
        (vec![7], vec![ms(0), ms(10_100)])
    );
    assert_eq!(stats(&report, "attempt").retried, 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_not_retried() {
    let (report, ends) = retrying(Script::items([7, 8]), Faults::none().panic_on(1), HOUR).await;
    assert_eq!((ends.stored.items(), ends.calls.len()), (vec![8], 2));
    assert_eq!(
        (
            stats(&report, "attempt").panicked,
            ends.rejected.take()[0].attempts
        ),
        (1, 1)
    );
}

#[tokio::test(start_paused = true)]
async fn an_item_taken_by_value_is_whole_at_each_attempt() {
    let (calls, stored) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().fail_from_to(1, 2, Broken(1));
    let input = Script::items(["letter".to_owned()]);
    run_to_end(ByValue {
        input,
        calls: calls.clone(),
        faults,
        stored: stored.clone(),
    })
    .await;
    assert_eq!(
        (calls.items(), stored.items()),
        (vec!["letter".to_owned(); 3], vec!["letter".to_owned()])
    );
}

#[tokio::test(start_paused = true)]
async fn a_retry_by_reference_asks_for_no_clone() {
    let stored = Recorder::new();
    let faults = Faults::none().fail_on(1, Broken(1));
    let report = run_to_end(Tickets {
        input: Script::items([5, 6]),
        faults,
        stored: stored.clone(),
    })
    .await;
    assert_eq!(stored.items(), [5, 6]);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_worker_in_its_backoff_holds_up_no_other() {
    let (calls, stored) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().fail_on(1, Broken(1));
    let crowded = Crowded {
        input: Script::items(0..50),
        calls,
        faults,
        stored: stored.clone(),
    };
    let report = run_to_end(crowded).await;
    assert_eq!(
        (stored.len(), stored.times()[48], stored.times()[49]),
        (50, ms(0), ms(60_000))
    );
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn what_was_made_before_does_not_wait_for_the_backoff() {
    let (calls, stored) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().fail_on(4, Broken(1));
    let patient = Patient {
        input: Script::items(0..4),
        calls,
        faults,
        stored: stored.clone(),
    };
    let report = run_to_end(patient).await;
    assert_eq!(stored.times(), [ms(0), ms(0), ms(0), ms(60_000)]);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn an_item_in_its_backoff_is_counted_when_the_run_is_stopped() {
    let (calls, stored) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().fail_every(1, Broken(1));
    let patient = Patient {
        input: Script::items(0..4),
        calls: calls.clone(),
        faults,
        stored,
    };
    let running = patient.start().unwrap();
    calls.wait_for(1).await;
    let report = running.stop().await;
    assert_balanced(&report);
    let attempt = stats(&report, "attempt");
    assert_eq!((attempt.failed, attempt.dropped), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn each_attempt_asks_the_breaker() {
    let (calls, parked) = (Recorder::new(), Recorder::new());
    let faults = Faults::none().fail_every(1, Broken(1));
    let guarded = Guarded {
        input: Script::items([1, 2]),
        calls: calls.clone(),
        faults,
        parked: parked.clone(),
    };
    let report = run_to_end(guarded).await;
    assert_eq!((calls.items(), parked.items()), (vec![1, 1, 1], vec![1, 2]));
    let attempt = stats(&report, "attempt");
    assert_eq!(
        (attempt.retried, attempt.refused, attempt.failed),
        (2, 2, 0)
    );
}
