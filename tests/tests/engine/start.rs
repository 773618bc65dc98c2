//! What `start` refuses: a value that cannot be meant, by its stage and its option; nothing runs then.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use electrician::{
    ErrorKind,
    prelude::*,
    test::{Faults, Recorder, Script, assert_clean, faulty_ref, record, run_to_end, scripted},
    value::Rate,
};
use tokio::runtime::Handle;

use super::support::{Broken, ms};

pipeline! {
    Options(
        input: Script<u32>,
        faults: Faults<Broken>,
        stored: Recorder<u32>,
        workers: usize,
        buffer: usize,
        attempts: u32,
        total: Duration,
        limit: Duration,
        rate: f64,
        cooldown: Duration,
        within: Duration,
        per_second: u64,
        burst: u32,
        keys: usize,
        places: u32,
        whole: Duration,
        hedge: Duration,
        budget: f64,
        slow: f64,
    ) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) {
            workers:  *workers,
            buffer:   *buffer,
            deadline: *whole,
            rate_limit: { rate: Rate::per_second(*per_second), burst: *burst, key: |item| *item, keys: *keys },
            bulkhead: *places,
            breaker:  { failure_rate: *rate, cooldown: *cooldown, slow_call: 1s, slow_rate: *slow, when_open: reject },
            retry:    { attempts: *attempts, total: *total, budget: *budget, idempotent },
            hedge:    *hedge,
            timeout:  *limit,
            on_panic: { restarts: 3, within: *within },
            on_error: skip,
        };
        handler   store  = record(stored);
        source -> call -> store;
    }
}

/// A state of which there are only so many.
#[handler]
fn use_up(item: u32, _scarce: &mut u32) -> u32 {
    item
}

fn scarce(left: &AtomicU32) -> u32 {
    assert!(left.fetch_sub(1, Relaxed) > 0, "there is none left");
    0
}

pipeline! {
    Scarce(input: Script<u32>, left: Arc<AtomicU32>, stored: Recorder<u32>) {
        generator source = scripted(input);
        handler   work   = use_up(scarce(left)) { workers: 4 };
        handler   store  = record(stored);
        source -> work -> store;
    }

    Outer(input: Script<u32>, limit: Duration, stored: Recorder<u32>) {
        generator source = scripted(input);
        pipeline  inner  = Inner(limit);
        handler   store  = record(stored);
        source -> inner -> store;
    }

    Inner(limit: Duration) {
        input   items: u32;
        output  results: u32;
        handler call = faulty_ref(Faults::<Broken>::none()) { timeout: *limit, on_error: skip };
        items -> call -> results;
    }
}

fn good() -> Options {
    Options {
        input: Script::items(0..10),
        faults: Faults::none(),
        stored: Recorder::new(),
        workers: 2,
        buffer: 8,
        attempts: 3,
        total: ms(1000),
        limit: ms(100),
        rate: 0.5,
        cooldown: ms(1000),
        within: ms(1000),
        per_second: 1_000,
        burst: 10,
        keys: 10,
        places: 1,
        whole: ms(2000),
        hedge: ms(50),
        budget: 0.5,
        slow: 0.5,
    }
}

/// Checks that a pipeline does not start because of this option of its stage `call`, and that nothing has run.
async fn refuses(change: impl FnOnce(&mut Options), option: &str) {
    let mut options = good();
    change(&mut options);
    let (input, before) = (
        options.input.clone(),
        Handle::current().metrics().num_alive_tasks(),
    );
    let error = options.start().expect_err("it is refused");
    assert_eq!(
        (error.kind(), error.stage()),
        (ErrorKind::BadValue, "call"),
        "{error}"
    );
    assert!(
        error
            .to_string()
            .starts_with(&format!("stage `call`: `{option}` ")),
        "{error}"
    );
    tokio::time::sleep(ms(1)).await;
    assert_eq!(
        (
            input.opened(),
            Handle::current().metrics().num_alive_tasks()
        ),
        (0, before),
        "nothing runs"
    );
}

#[tokio::test(start_paused = true)]
async fn good_values_start() {
    assert_clean(&run_to_end(good()).await);
}

#[tokio::test(start_paused = true)]
async fn no_workers_are_refused() {
    refuses(|options| options.workers = 0, "workers").await;
}

#[tokio::test(start_paused = true)]
async fn an_edge_without_room_is_refused() {
    refuses(|options| options.buffer = 0, "buffer").await;
}

#[tokio::test(start_paused = true)]
async fn a_retry_without_attempts_or_time_is_refused() {
    refuses(|options| options.attempts = 0, "attempts").await;
    refuses(|options| options.total = Duration::ZERO, "total").await;
}

#[tokio::test(start_paused = true)]
async fn a_timeout_of_nothing_is_refused() {
    refuses(|options| options.limit = Duration::ZERO, "timeout").await;
}

#[tokio::test(start_paused = true)]
async fn a_breaker_that_cannot_be_meant_is_refused() {
    refuses(|options| options.rate = 0.0, "failure_rate").await;
    refuses(|options| options.rate = 1.5, "failure_rate").await;
    refuses(|options| options.rate = f64::NAN, "failure_rate").await;
    refuses(|options| options.cooldown = Duration::ZERO, "cooldown").await;
}

#[tokio::test(start_paused = true)]
async fn a_rate_of_slow_calls_that_cannot_be_meant_is_refused() {
    refuses(|options| options.slow = 1.5, "slow_rate").await;
}

#[tokio::test(start_paused = true)]
async fn limits_that_let_nothing_pass_are_refused() {
    refuses(|options| options.per_second = 0, "rate").await;
    refuses(|options| options.burst = 0, "burst").await;
    refuses(|options| options.keys = 0, "keys").await;
    refuses(|options| options.places = 0, "bulkhead").await;
}

#[tokio::test(start_paused = true)]
async fn a_deadline_that_leaves_no_time_for_an_attempt_is_refused() {
    refuses(|options| options.whole = Duration::ZERO, "deadline").await;
    refuses(|options| options.limit = options.whole, "timeout").await;
}

#[tokio::test(start_paused = true)]
async fn a_hedge_and_a_budget_that_cannot_be_meant_are_refused() {
    refuses(|options| options.hedge = Duration::ZERO, "hedge").await;
    refuses(|options| options.budget = -1.0, "budget").await;
}

#[tokio::test(start_paused = true)]
async fn a_limit_of_panics_over_no_time_is_refused() {
    refuses(|options| options.within = Duration::ZERO, "within").await;
}

#[tokio::test(start_paused = true)]
async fn a_value_inside_an_inner_pipeline_is_refused_with_its_path() {
    let input = Script::items(0..10);
    let outer = Outer {
        input: input.clone(),
        limit: Duration::ZERO,
        stored: Recorder::new(),
    };
    let error = outer.start().unwrap_err();
    assert_eq!(
        (error.kind(), error.stage(), input.opened()),
        (ErrorKind::BadValue, "inner/call", 0)
    );
}

/// The fourth worker could not be made, and what had been spawned before it ran on without an owner.
#[tokio::test(start_paused = true)]
async fn an_argument_that_panics_while_it_starts_leaves_nothing_running() {
    let (input, before) = (
        Script::items([1]).wait(ms(1)).repeat(),
        Handle::current().metrics().num_alive_tasks(),
    );
    let three = Scarce {
        input: input.clone(),
        left: Arc::new(AtomicU32::new(3)),
        stored: Recorder::new(),
    };
    let started = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| three.start()));
    assert!(started.is_err());
    tokio::time::sleep(ms(100)).await;
    assert_eq!(
        (
            input.playing(),
            Handle::current().metrics().num_alive_tasks()
        ),
        (0, before)
    );

    let four = Scarce {
        input: Script::items(0..9),
        left: Arc::new(AtomicU32::new(4)),
        stored: Recorder::new(),
    };
    assert_clean(&run_to_end(four).await);
}
