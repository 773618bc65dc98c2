//! What is said about arrows, ports, groups and circles.

use super::{accepts, around, rejects};

#[test]
fn stages_that_are_not_wired_through() {
    rejects(
        &around("handler d; generator e; output f: u8; "),
        &["d: `source -> d`", "e: `e -> stage`", "f: `stage -> f`"],
    );
    rejects(
        &around("handler d; handler e; d -> e;"),
        &["d: stage `d` has no input; connect one with `source -> d`"],
    );
    rejects(
        &around("handler d; generator e; e.error -> d;"),
        &["e: the items of `e` go nowhere"],
    );
    rejects(
        &around("pipeline d; c -> d;"),
        &["d: the items of `d` go nowhere"],
    );
    rejects(
        &around("c -> map(f);"),
        &["map: what comes out of `map(…)` goes nowhere"],
    );
    rejects(
        &around(
            "handler d; handler e; d -> e; e -> d with { feedback, buffer: 4, overflow: fail };",
        ),
        &["d: no generator and no input reaches `d`"],
    );
}

#[test]
fn arrows_in_the_wrong_place() {
    rejects(
        &around("c -> a;"),
        &["a: `a` is a generator: nothing can be sent into it"],
    );
    rejects(
        &around("input d: u8; d -> [b, d];"),
        &["d: `d` is an input: nothing can be sent into it"],
    );
    rejects(
        &around("output d: u8; b.error -> d; d -> c;"),
        &["d: `d` is an output: its items leave the pipeline"],
    );
    rejects(
        &around("handler d; b.error -> d.error;"),
        &["error: `d.error` is a way out of `d`"],
    );
    rejects(
        &around("handler d; b -> d;"),
        &[
            "->: two arrows leave `b`; write one: `b -> [c, d]` (1/2)",
            "->: (2/2)",
        ],
    );
    rejects(
        &around("b -> c;"),
        &["->: `b -> c` is written already", "->: (2/2)"],
    );
    rejects(
        &around("handler d; b.error -> d; b.error -> _;"),
        &["->: two arrows leave `b.error`", "->: (2/2)"],
    );
    rejects(
        &around("c -> match { _ => _ } -> b;"),
        &["match: each arm of a route names its own target"],
    );
    rejects(&around("c -> _ -> b;"), &["_: nothing comes out of `_`"]);
    rejects(
        &around("_ -> b;"),
        &["_: a chain starts at a stage, not at `_`"],
    );
    rejects(
        &around("map(f) -> b;"),
        &["map: a chain starts at a stage, not at `map(…)`; write `stage -> map(…)`"],
    );
    rejects(
        &around("match { _ => b } -> b;"),
        &["match: a chain starts at a stage, not at a route; write `stage -> match { … }`"],
    );
    rejects(&around("any [c, b] -> b;"), &["any: shares items out"]);
    rejects(
        "P { generator a; generator b; handler c; any [a, b] -> c; }",
        &["any: shares items out"],
    );
    rejects(
        &around("output d: u8; handler e; c -> d -> e;"),
        &["->: `d` is an output: its items leave the pipeline"],
    );
    rejects(&around("c -> zip [b, c];"), &["zip: starts a chain"]);
    rejects(
        &around("c -> _ with { buffer: 4 };"),
        &["_: leave out `with"],
    );
}

#[test]
fn a_second_arrow_says_what_to_write_where_it_can() {
    rejects(
        &around("handler d; handler e; b -> [d, e];"),
        &["->: write one: `b -> [c, d, e]`", "->: (2/2)"],
    );
    rejects(
        &around("b -> map(f) -> _;"),
        &["->: keep one of them (1/2)", "->: (2/2)"],
    );
    rejects(
        &around("b -> match { 1 => c, _ => _ };"),
        &["->: keep one of them (1/2)", "match: (2/2)"],
    );
}

#[test]
fn ports_that_a_stage_does_not_have() {
    rejects(
        &around("b.neutral -> _;"),
        &["neutral: `b` has none; write `breaker: { … }`"],
    );
    rejects(
        &around("b.overflow -> _;"),
        &["overflow: write `rate_limit: { … }` on it"],
    );
    rejects(
        &around("input d: u8; d -> b; d.error -> _;"),
        &["error: `d` is an input and has no `error` port"],
    );
    rejects(
        &around("handler d { breaker: { when_open: wait } }; c -> d; d.neutral -> _;"),
        &["neutral: `when_open` says where items go"],
    );
    accepts(&around(
        "handler d { breaker: {} }; c -> d; d.neutral -> _; a.error -> _;",
    ));
}

#[test]
fn groups_of_one_and_of_the_same() {
    rejects(
        &around("handler d; c -> [d];"),
        &["[: a group needs at least two stages; write `[a, b]`"],
    );
    rejects(
        &around("handler d; c -> any [d];"),
        &["any: write `any [a, b]`"],
    );
    rejects(
        &around("handler d; c -> [d, d];"),
        &["d: `d` stands twice in this group"],
    );
    accepts(&around("handler d; [c, c.error] -> d;"));
}

#[test]
fn circles() {
    rejects(
        &around("handler d; c -> d -> b;"),
        &[
            "->: `b` feeds itself: b -> c -> d -> b; break the circle at one of these arrows",
            "->: (2/3)",
            "->: (3/3)",
        ],
    );
    rejects(
        &around("b.error -> b;"),
        &["->: `b.error` leads back to `b`"],
    );
    rejects(
        &around("handler d; c -> d; d.error -> c;"),
        &["->: `c` feeds itself: c -> d.error -> c", "->: (2/2)"],
    );
    rejects(
        &around("handler d; c -> d with { feedback, buffer: 3, overflow: fail };"),
        &["feedback: closes no circle"],
    );
    rejects(
        &around("c -> b with { feedback, overflow: fail };"),
        &["feedback: write `buffer: 64` beside"],
    );
    rejects(
        &around("c -> b with { feedback, buffer: 9 };"),
        &["feedback: write `overflow: drop_newest`"],
    );
    rejects(
        &around("c -> b with { feedback, buffer: 9, overflow: block };"),
        &["block: write `overflow: drop_newest`"],
    );
    accepts(&around(
        "c -> b with { feedback, buffer: 9, overflow: drop_oldest };",
    ));
}
