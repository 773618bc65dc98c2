//! What the other side says counts: when to try again, which answers are failures, how many calls are too many.

use std::time::Duration;

use electrician::{
    prelude::*,
    resilience::{Aimd, Backoff, Gradient, Jitter, Layer},
    test::{
        Faults, Recorder, Script, assert_balanced, assert_clean, faulty_ref, record, run_to_end,
        scripted,
    },
};
use tokio::time::Instant;

use super::support::{Broken, LONG, keep, ms, stats};

type Rejects = Recorder<Failure<u32, Broken>>;

/// An answer in the place of an error.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Answer(u32);

#[handler]
async fn ask(item: &u32) -> Answer {
    Answer(*item)
}

#[handler]
fn split(item: &u32) -> impl Iterator<Item = u32> {
    0..*item
}

fn steady(wait: Duration) -> Backoff {
    Backoff::constant(wait).jitter(Jitter::None)
}

/// An error of more than a thousand says so many milliseconds.
fn asked(error: &Broken) -> Option<Duration> {
    error.0.checked_sub(1_000).map(|millis| ms(millis.into()))
}

pipeline! {
    Advised(input: Script<u32>, faults: Faults<Broken>, rejected: Rejects) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) {
            retry: { attempts: 4, backoff: steady(100ms), total: 20s, retry_after: asked, idempotent },
        };
        handler   rejects = keep(rejected);
        source -> call -> _;
        call.error -> rejects;
    }

    AdvisedPool(input: Script<u32>, faults: Faults<Broken>, patience: Duration) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            workers:  2,
            retry:    { attempts: 2, backoff: steady(1ms), retry_after: |_| *patience, idempotent },
            on_error: skip,
        };
        source -> call -> _;
    }

    CutShort(input: Script<u32>, faults: Faults<Broken>, rejected: Rejects) {
        generator source  = scripted(input);
        handler   call    = faulty_ref(faults) {
            breaker: { consecutive: 2, cooldown: 1h, when_open: reject },
            retry:   { attempts: 9, backoff: steady(1ms), idempotent },
        };
        handler   rejects = keep(rejected);
        source -> call -> _;
        call.error -> rejects;
    }

    Answers(input: Script<u32>, worst: u32, stored: Recorder<Answer>, parked: Recorder<u32>) {
        generator source = scripted(input);
        handler   call   = ask {
            breaker: { consecutive: 2, cooldown: 1h, when_output: |answer| answer.0 >= *worst },
        };
        handler   store  = record(stored);
        handler   park   = record(parked);
        source -> call -> store;
        call.neutral -> park;
    }

    ManyAnswers {
        input   items: u32;
        handler call = split { breaker: { when_output: |part| *part > 1, when_open: wait } };
        items -> call -> _;
    }

    ByFailures(input: Script<u32>, faults: Faults<Broken>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            workers:  16,
            bulkhead: Aimd::between(1, 16).initial(8).back_off(0.5),
            on_error: skip,
        };
        source -> call -> _;
    }

    ByLatency(faults: Faults<Broken>) {
        input   items: u32;
        handler call = faulty_ref(faults) {
            workers:  40,
            bulkhead: Gradient::between(2, 40).initial(4),
            on_error: skip,
        };
        items -> call -> _;
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_waits_as_long_as_the_error_asks_and_never_less_than_the_backoff() {
    let (rejected, began) = (Recorder::new(), Instant::now());
    let faults = Faults::none()
        .fail_on(1, Broken(1_000 + 7_000))
        .fail_on(2, Broken(1_000 + 1))
        .fail_on(3, Broken(503));
    let report = run_to_end(Advised {
        input: Script::items(0..1),
        faults,
        rejected,
    })
    .await;
    assert_eq!(began.elapsed(), ms(7_000 + 100 + 100));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn a_retry_gives_up_at_once_where_the_error_asks_for_more_than_there_is() {
    let (rejected, began) = (Recorder::new(), Instant::now());
    let faults = Faults::none().fail_on(1, Broken(1_000 + 30_000));
    run_to_end(Advised {
        input: Script::items(0..1),
        faults,
        rejected: rejected.clone(),
    })
    .await;
    assert_eq!(began.elapsed(), Duration::ZERO);
    assert_eq!(rejected.take()[0].attempts, 1);
}

#[tokio::test(start_paused = true)]
async fn a_worker_of_a_pool_waits_as_long_as_the_error_asks() {
    let began = Instant::now();
    let report = run_to_end(AdvisedPool {
        input: Script::items(0..1),
        faults: Faults::none().fail_on(1, Broken(503)),
        patience: ms(4_000),
    })
    .await;
    assert_eq!(began.elapsed(), ms(4_000));
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn retries_that_a_refusal_cuts_short_keep_the_error_before() {
    let rejected = Recorder::new();
    let report = run_to_end(CutShort {
        input: Script::items(0..2),
        faults: Faults::none().fail_from_to(1, u64::MAX, Broken(503)),
        rejected: rejected.clone(),
    })
    .await;
    let [cut, refused] = &rejected.take()[..] else {
        panic!("both items fail");
    };
    let Cause::Refused(refusal) = cause(cut) else {
        panic!("{cut} was not refused");
    };
    assert_eq!((refusal.layer, cut.attempts), (Layer::Breaker, 2));
    assert_eq!(cut.error(), Some(&Broken(503)));
    assert_eq!(
        cut.to_string(),
        "stage `call` failed: refused: the circuit breaker is open (after 2 attempts); before that: broken by 503"
    );
    assert_eq!((refused.attempts, refused.last), (0, None));
    let any = AnyFailure::from(cut.clone());
    assert_eq!(any.to_string(), cut.to_string());
    assert!(std::error::Error::source(&any).is_some());
    assert_balanced(&report);
}

fn cause(failure: &Failure<u32, Broken>) -> &Cause<Broken> {
    &failure.cause
}

#[tokio::test(start_paused = true)]
async fn an_answer_can_count_as_a_failure() {
    let (stored, parked) = (Recorder::new(), Recorder::new());
    let report = run_to_end(Answers {
        input: Script::items([200, 500, 404, 500, 503, 200]),
        worst: 500,
        stored: stored.clone(),
        parked: parked.clone(),
    })
    .await;
    let given = stored.items();
    assert_eq!(given, [200, 500, 404, 500, 503].map(Answer));
    assert_eq!(parked.items(), [200]);
    assert_eq!(stats(&report, "call").failed, 0);
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn start_refuses_to_judge_one_of_many_outputs() {
    let refused = ManyAnswers.start().unwrap_err();
    assert_eq!(
        refused.to_string(),
        "stage `call`: `when_output` needs a handler that gives one item at most"
    );
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_that_goes_by_failures_lets_fewer_in() {
    let began = Instant::now();
    let faults = Faults::none().slow(ms(10)).fail_from_to(1, 8, Broken(503));
    let report = run_to_end(ByFailures {
        input: Script::items(0..16),
        faults: faults.clone(),
    })
    .await;
    assert_eq!(faults.max_concurrent(), 8);
    assert_eq!(began.elapsed(), ms(10 + 10 + 10), "eight, four, and four");
    assert_eq!(stats(&report, "call").failed, 8);
    assert_balanced(&report);
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_that_goes_by_latency_lets_more_in_while_calls_stay_quick() {
    let faults = Faults::none().slow(ms(10));
    let running = ByLatency {
        faults: faults.clone(),
    }
    .start()
    .unwrap();
    let bulkhead = running.stages().call.bulkhead();
    assert_eq!(bulkhead.snapshot().limit, 4);
    for item in 0..2_000 {
        running.items.send(item).await.unwrap();
    }
    assert_clean(&running.drain(LONG).await);
    let limit = bulkhead.snapshot().limit;
    assert!((12..=40).contains(&limit), "{limit}");
    assert!(faults.max_concurrent() <= 40);
}
