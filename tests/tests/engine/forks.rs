//! The ports `error`, `neutral` and `overflow`, where each leads to several stages: a copy to each, or each item to one.

use electrician::{
    prelude::*,
    test::{Faults, Recorder, Script, assert_clean, faulty_ref, record, run_to_end, scripted},
};

use super::support::{Broken, keep, keep_any, stats};

type Numbers = Recorder<u32>;

pipeline! {
    NeutralCopies(input: Script<u32>, faults: Faults<Broken>, one: Numbers, other: Numbers) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { breaker: { consecutive: 2, cooldown: 1min }, on_error: skip };
        handler   first  = record(one);
        handler   second = record(other);
        source -> call -> _;
        call.neutral -> [first, second];
    }

    NeutralShares(input: Script<u32>, faults: Faults<Broken>, one: Numbers, other: Numbers) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { workers: 2, breaker: { consecutive: 2, cooldown: 1min }, on_error: skip };
        handler   first  = record(one) { buffer: 1 };
        handler   second = record(other) { buffer: 1 };
        source -> call -> _;
        call.neutral -> any [first, second];
    }

    OverflowCopies(input: Script<u32>, faults: Faults<Broken>, one: Numbers, other: Numbers) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { workers: 2, rate_limit: { rate: 1/h, burst: 2 }, on_error: skip };
        handler   first  = record(one);
        handler   second = record(other);
        source -> call -> _;
        call.overflow -> [first, second];
    }

    OverflowShares(input: Script<u32>, faults: Faults<Broken>, one: Numbers, other: Numbers) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { rate_limit: { rate: 1/h, burst: 2 }, on_error: skip };
        handler   first  = record(one) { buffer: 1 };
        handler   second = record(other) { buffer: 1 };
        source -> call -> _;
        call.overflow -> any [first, second];
    }

    ErrorCopies(input: Script<u32>, faults: Faults<Broken>, one: Recorder<Failure<u32, Broken>>, other: Recorder<AnyFailure>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults);
        handler   first  = keep(one);
        handler   second = keep_any(other);
        source -> call -> _;
        call.error -> [first, second];
    }

    ErrorShares(input: Script<u32>, faults: Faults<Broken>, one: Recorder<Failure<u32, Broken>>, other: Recorder<Failure<u32, Broken>>) {
        generator source = scripted(input);
        handler   call   = faulty_ref(faults) { workers: 2 };
        handler   first  = keep(one) { buffer: 1 };
        handler   second = keep(other) { buffer: 1 };
        source -> call -> _;
        call.error -> any [first, second];
    }
}

fn down() -> Faults<Broken> {
    Faults::none().fail_from_to(1, u64::MAX, Broken(503))
}

/// Runs a pipeline of ten items, and gives what the two branches had.
macro_rules! branches {
    ($pipeline:ident, $faults:expr) => {{
        let (one, other) = (Recorder::new(), Recorder::new());
        let report = run_to_end($pipeline {
            input: Script::items(0..10),
            faults: $faults,
            one: one.clone(),
            other: other.clone(),
        })
        .await;
        (one, other, report)
    }};
}

/// What is in the two, in order.
fn together(one: &Numbers, other: &Numbers) -> Vec<u32> {
    let mut all = [one.items(), other.items()].concat();
    all.sort_unstable();
    all
}

#[tokio::test(start_paused = true)]
async fn each_neutral_branch_gets_a_copy() {
    let (one, other, report) = branches!(NeutralCopies, down());
    assert_eq!(one.items(), (2..10).collect::<Vec<_>>());
    assert_eq!(one.items(), other.items());
    assert_eq!(stats(&report, "call").refused, 8);
}

#[tokio::test(start_paused = true)]
async fn neutral_branches_share_what_comes() {
    let (one, other, report) = branches!(NeutralShares, down());
    assert_eq!(together(&one, &other), (2..10).collect::<Vec<_>>());
    assert_eq!(stats(&report, "call").refused, 8);
}

#[tokio::test(start_paused = true)]
async fn each_overflow_branch_gets_a_copy() {
    let (one, other, report) = branches!(OverflowCopies, Faults::none());
    assert_eq!(one.items(), (2..10).collect::<Vec<_>>());
    assert_eq!(one.items(), other.items());
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn overflow_branches_share_what_comes() {
    let (one, other, report) = branches!(OverflowShares, Faults::none());
    assert_eq!(together(&one, &other), (2..10).collect::<Vec<_>>());
    assert!(!one.items().is_empty() && !other.items().is_empty());
    assert_clean(&report);
}

#[tokio::test(start_paused = true)]
async fn each_error_branch_gets_a_copy_in_the_form_that_it_takes() {
    let (one, other, _) = branches!(ErrorCopies, down());
    let items: Vec<_> = one.take().iter().map(|failure| failure.item).collect();
    assert_eq!(items, (0..10).collect::<Vec<_>>());
    let failures = other.take();
    assert_eq!(failures.len(), 10);
    assert!(failures.iter().all(|failure| failure.stage == "call"));
}

#[tokio::test(start_paused = true)]
async fn error_branches_share_what_comes() {
    let (one, other, _) = branches!(ErrorShares, down());
    let all = [one.take(), other.take()].concat();
    let mut items: Vec<_> = all.iter().map(|failure| failure.item).collect();
    items.sort_unstable();
    assert_eq!(items, (0..10).collect::<Vec<_>>());
}
