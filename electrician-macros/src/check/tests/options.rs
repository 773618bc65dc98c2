//! What is said about options and the arguments of operators.

use super::{accepts, around, rejects};

#[test]
fn operators_with_the_wrong_arguments() {
    rejects(
        &around("c -> map() -> _;"),
        &["map: `map` has no argument here; write `map(|item| …)`"],
    );
    rejects(
        &around("c -> dedupe(1) -> _;"),
        &["dedupe: `dedupe` has one argument here; write `dedupe()`"],
    );
    rejects(
        &around("c -> batch(500, 20) -> _;"),
        &["20: `duration` of `batch` is a duration and needs a unit; write `20s`"],
    );
    rejects(
        &around("c -> take(0) -> _;"),
        &["0: `n` of `take` cannot be zero"],
    );
    rejects(&around("c -> throttle(100) -> _;"), &["100: write `100/s`"]);
    rejects(
        &around("c -> map(1) -> _;"),
        &["1: `f` of `map` wants a closure"],
    );
}

#[test]
fn failures_that_nobody_handles() {
    let with = |options: &str| around(&format!("handler d {{ {options} }}; c -> d;"));
    rejects(
        &with("timeout: 2s"),
        &["timeout: makes `d` fail, and nobody handles its failures"],
    );
    rejects(
        &with("breaker: { when_open: reject }"),
        &["reject: makes `d` fail"],
    );
    accepts(&(with("timeout: 2s").trim_end_matches('}').to_owned() + "d.error -> _; }"));
    accepts(&with("timeout: 2s, on_error: skip"));
    accepts(
        &(with("timeout: 2s").trim_end_matches('}').to_owned() + "defaults { on_error: stop } }"),
    );
    rejects(
        &with("retry: { idempotent }"),
        &["retry: write `attempts: 3`"],
    );
    rejects(
        &with("retry: { attempts: 3 }"),
        &["retry: may have done its work"],
    );
    rejects(&with("retry: 3"), &["retry: write `retry: { attempts: 3"]);
    rejects(
        &around("handler d { on_error: skip }; c -> d; d.error -> _;"),
        &["on_error: two ways to go"],
    );
    rejects(
        &with("on_panic: { restarts: 3 }"),
        &["on_panic: `on_panic` needs `within`"],
    );
    rejects(
        &with("on_panic: restart"),
        &["restart: is no value of `on_panic`"],
    );
}

#[test]
fn options_that_do_not_fit() {
    let with = |options: &str| around(&format!("handler d {{ {options} }}; c -> d;"));
    rejects(&with("ordered"), &["ordered: write `workers: 4` beside it"]);
    rejects(
        &with("ordered, workers: 1"),
        &["ordered: write `workers: 4` beside it"],
    );
    rejects(
        &with("key: |o| o.id"),
        &["key: write `workers: 4` beside it"],
    );
    rejects(
        &with("key: |o| o.id, ordered, workers: n"),
        &["key: keep one of them"],
    );
    rejects(
        &with("key: id"),
        &["key: a closure such as `|item| item.id`"],
    );
    rejects(&with("workers: 0"), &["0: `workers` cannot be zero"]);
    rejects(
        &with("workers: 2s"),
        &["2s: `workers` wants a whole number"],
    );
    rejects(&with("workers"), &["workers: `workers` needs a value"]);
    rejects(
        &with("workers: , blocking"),
        &[",: `workers:` has no value"],
    );
    rejects(&with("blocking: true"), &["blocking: takes no value"]);
    rejects(
        &with("on_error: skip, timeout: 2"),
        &["2: write `2s`, or `2000ms`"],
    );
    rejects(
        &with("on_error: skip, timeout: 0s"),
        &["0s: cannot be zero"],
    );
    rejects(
        &with("breaker: { probes: 0, failure_rate: 1.5 }"),
        &["0: cannot be zero", "1: at most one"],
    );
    rejects(
        &with("on_error: skip, timeout: 5s, retry: { attempts: 2, total: 1s, idempotent }"),
        &["1s: one attempt may take 5s, and all of them together 1s"],
    );
    rejects(
        &around("generator e { workers: 3, keep_item }; e -> b;"),
        &[
            "workers: a generator cannot have `workers`; it can have `on_error`",
            "keep_item: a generator cannot have `keep_item`",
        ],
    );
    rejects(
        &around("output e: u8 { timeout: 3s }; c -> e;"),
        &["timeout: an output cannot have `timeout`"],
    );
    rejects(
        "P { defaults { ordered } generator a; a -> _; }",
        &["ordered: `defaults` has no option `ordered`"],
    );
}
