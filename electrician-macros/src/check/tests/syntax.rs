//! What is said about a block that cannot be read.

use super::{accepts, around, rejects};

#[test]
fn statements_that_cannot_be_read() {
    rejects(
        &around("handler d c -> d;"),
        &["c: one of them is missing before this"],
    );
    rejects(
        &around("handler d = f handler e = g; c -> d -> e;"),
        &["handler: one of them is missing before this"],
    );
    rejects(&around("c b;"), &["b: expected an arrow"]);
    rejects(&around("c;"), &["c: expected an arrow"]);
    rejects(&around("c => b;"), &["=>: an arrow of the wiring is `->`"]);
    rejects(
        "P { generator a handler b; a -> b; }",
        &["handler: one of them is missing before this"],
    );
    rejects(&around("c -> ;"), &[">: expected a stage"]);
    rejects(&around("handler d; c - > d;"), &["-: expected an arrow"]);
    rejects(
        &around("handler d; c -> d with { buffer: 3 } -> b;"),
        &["->: belongs to the last arrow"],
    );
    rejects(
        &around("handler d; c -> [d, 1];"),
        &["1: expected the name of a stage"],
    );
    rejects(
        &around("handlr d = f; c -> d;"),
        &["d: or is the first word meant to be `handler`?"],
    );
    rejects(
        &around("handler d; c -> d with;"),
        &["with: expected `{ … }` behind `with`"],
    );
    rejects(
        &around("#[cfg(test)] handler d; c -> d;"),
        &["[: only doc comments"],
    );
    rejects(
        &around("defaults { on_error: skip } defaults { on_error: stop };"),
        &["defaults: `defaults` is written twice"],
    );
    accepts(&around(
        "/// The last.\n handler d;\n /** Wired. */ c -> d;",
    ));
    rejects(&around("c. -> b;"), &["->: expected the name of a port"]);
}

#[test]
fn declarations_that_cannot_be_read() {
    rejects(
        &around("handler d = ; c -> d;"),
        &["=: write `handler d = path(arguments)`"],
    );
    rejects(
        &around("handler d = 5 { workers: 0 }; c -> d;"),
        &["5: [E0101]", "0: cannot be zero"],
    );
    rejects(&around("handler d = f(1 +); c -> d;"), &["+: [E0101]"]);
    rejects(&around("output d; c -> d;"), &["d: write `output d: Type`"]);
    rejects(
        &around("output d: ; c -> d;"),
        &[":: write `output d: Type`"],
    );
    rejects(
        &around("generator d = || 3; d -> b;"),
        &[
            "||: only a handler can be a closure; write a function, and `generator d = path(arguments)`",
        ],
    );
    rejects(
        &around("handler d = |x| { x } { workers: 3 }; c -> d;"),
        &["{: stands in parentheses"],
    );
    rejects(
        &around("handler d = |x| x { workers: 3 }; c -> d;"),
        &["{: stands in parentheses"],
    );
    rejects(
        &around("handler 5; c -> b2; handler b2;"),
        &["5: expected the name of the stage"],
    );
}

#[test]
fn options_that_cannot_be_read() {
    rejects(
        &around("handler d { workers: 3 ordered }; c -> d;"),
        &["ordered: expected `,` between options"],
    );
    rejects(
        "P { generator a; handler b { workers = 4 }; a -> b; }",
        &["=: expected `:` behind an option"],
    );
    rejects(
        &around("handler d { 5, workers: 0 }; c -> d;"),
        &["5: the name of an option", "0: cannot be zero"],
    );
    rejects(
        &around("handler d { workers: 3 +, buffer: 0 }; c -> d;"),
        &[",: [E0101]", "0: cannot be zero"],
    );
}

#[test]
fn routes_that_cannot_be_read() {
    rejects(
        &around("handler d; c -> match { 1 => d, 2 };"),
        &["2: this arm leads nowhere"],
    );
    rejects(&around("c -> match { };"), &["{: a route needs arms"]);
    rejects(
        &around("handler d; c -> match { 1 1 => d };"),
        &["1: [E0101]"],
    );
    rejects(
        &around("handler d; c -> match { x => y + -> d };"),
        &["+: [E0101]"],
    );
    accepts(&around(
        "handler d; c -> match { Some::<fn(u8) -> u8>(x) if x < 3 => f::<A, B>(|x| -> u8 { x }) -> d, _ => d, };",
    ));
}

#[test]
fn heads_that_cannot_be_read() {
    rejects(
        "P(db) { generator a = f(db); a -> _; }",
        &["db: write `db: Type`"],
    );
    rejects(
        "P(db Pool, x: u8) { generator a = f(db, x); a -> _; }",
        &["db: write `db: Type`"],
    );
    rejects("P", &["P: expected the pipeline's stages in braces"]);
    rejects(
        "P(db: Pool)",
        &["(: expected the pipeline's stages in braces"],
    );
    rejects("{ generator a; }", &["{: expected the name of a pipeline"]);
    rejects(
        "P() -> u8 { generator a; a -> _; }",
        &["->: unexpected in the head of a pipeline"],
    );
    rejects(
        "#![inspekt] P { generator a; a -> _; }",
        &["[: there are `#![inspect]`"],
    );
    accepts("P { #![inspect] #![crate_path = other::path] generator a; a -> _; }");
    accepts("");
}

#[test]
fn keywords_are_names_where_they_cannot_be_keywords() {
    accepts(
        "P { generator input; handler handler; handler generator; handler with { workers: 2 }; handler r#match; handler any;
             input -> handler -> generator -> with -> r#match -> any; handler.error -> _; }",
    );
}
