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

#[test]
fn protections_that_lack_a_part_or_hold_nothing() {
    let with = |options: &str| {
        around(&format!(
            "handler d {{ on_error: skip, {options} }}; c -> d;"
        ))
    };
    rejects(&with("rate_limit: 100"), &["100: write `100/s`"]);
    rejects(
        &with("rate_limit: 0/s"),
        &["0: `rate_limit` cannot be zero"],
    );
    rejects(
        &with("rate_limit: { burst: 0 }"),
        &[
            "rate_limit: `rate_limit` needs `rate`",
            "0: `burst` cannot be zero",
        ],
    );
    rejects(
        &with("rate_limit: { rate: 1/s, key: |o| o.id }"),
        &["key: `rate_limit` needs `keys`"],
    );
    rejects(
        &with("rate_limit: { rate: 1/s, keys: 10 }"),
        &["keys: `rate_limit` needs `key`"],
    );
    rejects(
        &with("rate_limit: { rate: 1/s, when_limited: drop }"),
        &["drop: is no value of `when_limited`"],
    );
    rejects(&with("bulkhead: 0"), &["0: `bulkhead` cannot be zero"]);
    rejects(
        &with("bulkhead: 8"),
        &["8: 8 calls at once are never reached by 1 of `workers`"],
    );
    rejects(
        &with("bulkhead: 8, workers: 8"),
        &["8: never reached by 8 of `workers`"],
    );
    accepts(&with("bulkhead: 8, workers: 9"));
    accepts(&with("bulkhead: 8, workers: n"));
    rejects(
        &with("timeout: 2s, deadline: 2s"),
        &["2s: one attempt may take 2s, and the whole of it 2s"],
    );
    rejects(&with("deadline: 2"), &["2: write `2s`, or `2000ms`"]);
    rejects(
        &with("breaker: { slow_rate: 0.5 }"),
        &["slow_rate: write `slow_call: 2s` beside it"],
    );
    rejects(
        &with("breaker: { cooldown: 0s..2s, slow_rate: 2, slow_call: 1s }"),
        &["0s: cannot be zero", "2: at most one"],
    );
    rejects(
        &with("breaker: { cooldown: 30s..1s }"),
        &["30s: runs backwards"],
    );
    rejects(
        &with("retry: { attempts: 3, idempotent, budget: 2.0 }"),
        &["2: at most one"],
    );
    accepts(&with("retry: { attempts: 3, idempotent, budget: 5/s }"));
}

#[test]
fn what_a_limit_refuses_has_one_way_to_go() {
    let with = |options: &str, wiring: &str| {
        around(&format!("handler d {{ {options} }}; c -> d; {wiring}"))
    };
    rejects(
        &with("rate_limit: { rate: 1/s, when_limited: reject }", ""),
        &["reject: `when_limited: reject` makes `d` fail"],
    );
    rejects(&with("deadline: 1s", ""), &["deadline: makes `d` fail"]);
    rejects(
        &with(
            "rate_limit: { rate: 1/s, when_limited: wait }",
            "d.overflow -> _;",
        ),
        &["overflow: and so does `d.overflow`; keep one"],
    );
    rejects(
        &with("on_error: skip", "d.overflow -> _;"),
        &["overflow: write `rate_limit: { … }` on it"],
    );
    accepts(&with("rate_limit: 1/s", "d.overflow -> _;"));
}

#[test]
fn hedges_and_fallbacks() {
    let with = |options: &str| around(&format!("handler d {{ {options} }}; c -> d;"));
    rejects(
        &with("hedge: 50ms"),
        &["hedge: calls the handler a second time"],
    );
    rejects(
        &with("hedge: { idempotent }"),
        &["hedge: `hedge` needs `after`"],
    );
    rejects(
        &with("hedge: { after: 0ms, idempotent }"),
        &["0ms: `after` cannot be zero"],
    );
    rejects(
        &with("hedge: { after: 95, idempotent }"),
        &["95: `after` is a duration and needs a unit"],
    );
    accepts(&with("hedge: { after: p95, idempotent }"));
    accepts(&with("hedge: p999, retry: { attempts: 2, idempotent }"));
    accepts(&with("timeout: 2s, fallback: |item| item.id"));
    accepts(&with("breaker: { when_open: reject }, fallback: 0"));
}

#[test]
fn queues_of_a_rate_limit() {
    let with = |options: &str| around(&format!("handler d {{ {options} }}; c -> d;"));
    let queue = |beside: &str| {
        with(&format!(
            "workers: 4, on_error: skip, rate_limit: {{ rate: 1/s, queue: {{ capacity: 9 }} }}, {beside}"
        ))
    };
    accepts(&queue(""));
    rejects(
        &queue("ordered"),
        &["ordered: a `queue` lets what is urgent overtake"],
    );
    rejects(
        &queue("key: |o| o.id"),
        &["key: a `queue` lets what is urgent overtake"],
    );
    rejects(&queue("blocking"), &["blocking: is served by one task"]);
    rejects(
        &with("rate_limit: { rate: 1/s, queue: { capacity: 9 } }"),
        &["queue: makes `d` fail"],
    );
    rejects(
        &with("on_error: skip, rate_limit: { rate: 1/s, queue: { ttl: 1s } }"),
        &["queue: `queue` needs `capacity`"],
    );
    rejects(
        &with("on_error: skip, rate_limit: { rate: 1/s, queue: { capacity: 9, priority: 3 } }"),
        &["3: `priority` wants a closure"],
    );
    rejects(
        &with("on_error: skip, rate_limit: { rate: 1/s, queue: { capacity: 9, ttl: 0s } }"),
        &["0s: `ttl` cannot be zero"],
    );
}

#[test]
fn keys_of_a_breaker() {
    let with = |options: &str| {
        around(&format!(
            "handler d {{ breaker: {{ {options} }} }}; c -> d;"
        ))
    };
    accepts(&with("key: |o| o.id, keys: 10"));
    rejects(&with("key: || 3, keys: 10"), &["key: wants a closure"]);
    rejects(&with("key: |o| o.id"), &["key: `breaker` needs `keys`"]);
    rejects(&with("keys: 10"), &["keys: `breaker` needs `key`"]);
}

#[test]
fn what_never_happens_before_the_timeout() {
    let with = |options: &str| {
        around(&format!(
            "handler d {{ timeout: 2s, on_error: skip, {options} }}; c -> d;"
        ))
    };
    accepts(&with(
        "hedge: { after: 1s, idempotent }, breaker: { slow_call: 1999ms }",
    ));
    accepts(&with("hedge: { after: p95, idempotent }"));
    rejects(
        &with("hedge: { after: 2s, idempotent }"),
        &["2s: make `timeout` the longer one"],
    );
    rejects(
        &with("breaker: { slow_call: 3s }"),
        &["3s: make `timeout` the longer one"],
    );
}

#[test]
fn how_a_breaker_judges() {
    let with = |options: &str| {
        around(&format!(
            "handler d {{ breaker: {{ {options} }} }}; c -> d;"
        ))
    };
    rejects(
        &with("failure_rate: 0.5, consecutive: 3"),
        &["3: keep one of them"],
    );
    rejects(
        &with("window: 10, min_calls: 11"),
        &["11: make `min_calls` the smaller one"],
    );
    accepts(&with("window: 10, min_calls: 10"));
    accepts(&with("window: 10, min_calls: 11, consecutive: 3"));
    accepts(&with("window: 10s, min_calls: 11"));
}
