//! Wirings that are complete and do not live.

use super::{accepts, rejects};

/// A circle of `b` and `c`, which give an item for each, and more statements.
fn circle(statements: &str) -> String {
    format!(
        "P {{ input a: u8; handler b = |n: u8| n; handler c = |n: u8| n; handler d; a -> b; {statements} \
         c -> b with {{ feedback, buffer: 9, overflow: fail }}; }}"
    )
}

/// Branches `b` and `c` of one broadcast, and more statements.
fn branches(options: &str, statements: &str) -> String {
    format!(
        "P {{ generator a; handler b {options}; handler c; handler d; a -> [b, c]; {statements} }}"
    )
}

#[test]
fn a_circle_lets_something_out() {
    rejects(
        &circle("b -> c;").replace(" handler d;", ""),
        &["->: nothing leaves this circle: b -> c -> b", "->: (2/2)"],
    );
    accepts(&circle("b -> [c, d];"));
    accepts(&circle("b -> match { 1 => c, _ => d };"));
    accepts(&circle("b -> d -> c;"));
    accepts(&circle(
        "b -> [e, d]; handler e = |n: u8| n; e -> filter(|n| *n > 1) -> c;",
    ));
}

#[test]
fn a_zip_pairs_even_branches() {
    let uneven = |options, statements, expected: [&str; 3]| {
        rejects(&branches(options, statements), &expected);
    };
    uneven(
        "",
        "b -> filter(|n| *n > 1) -> e; handler e; zip [e, c] -> d;",
        [
            "->: pairs the branches of `a` item by item, and `filter` leaves items out",
            "filter: (2/3)",
            "zip: (3/3)",
        ],
    );
    uneven(
        "{ on_error: skip }",
        "zip [b, c] -> d;",
        [
            "on_error: `b` leaves out the items that fail",
            "->: (2/3)",
            "zip: (3/3)",
        ],
    );
    uneven(
        "",
        "b.error -> _; zip [b, c] -> d;",
        [
            "b: `b` lets items out by another port",
            "->: (2/3)",
            "zip: (3/3)",
        ],
    );
    uneven(
        "",
        "b -> e with { overflow: drop_newest }; handler e; zip [e, c] -> d;",
        [
            "->: (1/3)",
            "drop_newest: `e` loses items where its edge is full",
            "zip: (3/3)",
        ],
    );
    accepts(&branches(
        "{ workers: 4, on_error: stop }",
        "b -> map(|n| n) -> e; handler e; zip [e, c] -> d;",
    ));
    accepts(
        "P { generator a; generator b; handler c; handler d; a -> filter(|n| *n > 1) -> d; zip [d, b] -> c; }",
    );
}

#[test]
fn a_zip_does_not_wait_for_itself() {
    rejects(
        "P { generator a; handler b; handler c; zip [a, c] -> b; b -> c with { feedback, buffer: 9, overflow: fail }; }",
        &[
            "zip: waits for an item of `c`, which has none before the `zip` has given one",
            "c: (2/2)",
        ],
    );
}
