//! One case for each warning, and one for what it is not.

use super::{around, warned};

/// What is said of a pipeline with these statements, and nothing where its code is allowed.
fn warns(statements: &str, expected: &[&str]) {
    let source = around(statements);
    let found = warned(&source);
    assert_eq!(found.len(), expected.len(), "{source}\nwarns {found:#?}");
    for (found, expected) in found.iter().zip(expected) {
        assert!(
            found.contains(expected),
            "{source}\nwarns {found}\nnot {expected}"
        );
        let code = &found[found.find("[W").expect("a warning has a code") + 1..][..5];
        let allowed = source.replacen('{', &format!("{{ #![allow({code})] "), 1);
        assert!(warned(&allowed).iter().all(|other| !other.contains(code)));
    }
}

#[test]
fn a_branch_that_waits() {
    warns(
        "handler d { rate_limit: 5/s }; handler e; c -> [d, e];",
        &[
            "rate_limit: [W0401] `d` waits for its rate limit, and once its queue is full all branches of `c` wait",
        ],
    );
    warns(
        "handler d { breaker: { when_open: wait } }; handler e; c -> [e, d];",
        &["wait: [W0401] `d` waits for its breaker to close"],
    );
    warns(
        "handler d { rate_limit: 5/s, overflow: block }; handler e; c -> [d, e];",
        &[],
    );
    warns(
        "handler d { rate_limit: 5/s }; handler e; c -> any [d, e];",
        &[],
    );
    warns(
        "handler d { rate_limit: 5/s }; handler e { rate_limit: 5/s }; c -> [d, e];",
        &[],
    );
}

#[test]
fn a_breaker_that_loses_items() {
    warns(
        "handler d { breaker: {}, on_error: skip }; c -> d;",
        &[
            "breaker: [W0601] while this breaker is open, items are refused and lost; write `d.neutral -> stage`",
        ],
    );
    warns(
        "handler d { breaker: { when_open: reject }, on_error: skip }; c -> d;",
        &[],
    );
    warns("handler d { breaker: {}, on_error: stop }; c -> d;", &[]);
    warns("handler d { breaker: {} }; c -> d; d.error -> _;", &[]);
}

#[test]
fn a_retry_of_every_error() {
    let stage = |retry: &str| {
        format!(
            "handler d {{ breaker: {{ when: |e| e.is_down() }}, retry: {{ attempts: 3, idempotent {retry} }} }}; c -> d; d.error -> _;"
        )
    };
    warns(&stage(""), &["retry: [W0602] the breaker says with `when`"]);
    warns(&stage(", when: |e| e.is_down()"), &[]);
}

#[test]
fn an_order_that_nobody_needs() {
    warns(
        "handler d { workers: 1, ordered }; c -> d -> _;",
        &["ordered: [W0701] one worker never loses the order"],
    );
    warns(
        "handler d { workers: 4, ordered }; handler e; handler f; c -> d -> any [e, f];",
        &["ordered: [W1001] `ordered` restores the order of what leaves `d`"],
    );
    warns(
        "handler d { workers: 4, ordered }; c -> d;",
        &["ordered: [W1002] `ordered` keeps the order in which items leave `d`"],
    );
    warns(
        "handler d { workers: 4, ordered }; c -> d -> map(|n| n) -> _;",
        &[],
    );
}

#[test]
fn a_code_that_is_allowed_is_one_of_a_warning() {
    super::rejects(
        "#![allow(W0402)] P { generator a; a -> _; }",
        &["W0402: [E0216] no warning has the code `W0402`; did you mean `W0401`?"],
    );
    super::rejects(
        "#![allow(dead_code)] P { generator a; a -> _; }",
        &["dead_code: there are `W0401`, `W0601`"],
    );
}
