//! One case for each sentence.

use proc_macro2::{LineColumn, TokenStream};
use std::str::FromStr;

use super::{check, check_block};
use crate::ast;
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::graph;

mod liveness;
mod options;
mod property;
mod syntax;
mod warnings;
mod wiring;

/// Everything that is said about a block.
fn said(source: &str) -> Vec<Diagnostic> {
    let tokens = TokenStream::from_str(source).expect("the case is made of tokens");
    judge(tokens)
}

/// The warnings about a block that has no mistake, each as `token: sentence`.
fn warned(source: &str) -> Vec<String> {
    accepts(source);
    let tokens = TokenStream::from_str(source).expect("the case is made of tokens");
    let warnings = judged(tokens).into_warnings();
    let shown = |one: &Diagnostic| format!("{}: {}", token(source, one), one.message);
    warnings.iter().map(shown).collect()
}

fn judge(tokens: TokenStream) -> Vec<Diagnostic> {
    judged(tokens).into_sorted()
}

fn judged(tokens: TokenStream) -> Diagnostics {
    let mut diag = Diagnostics::default();
    let block = ast::parse(tokens, &mut diag);
    check_block(&block, &mut diag);
    for pipeline in &block.pipelines {
        let graph = graph::build(pipeline, &mut diag);
        check(&graph, &mut diag);
        graph::mermaid(&graph);
        graph::dot(&graph);
    }
    diag
}

/// The text under a diagnostic's span.
fn token(source: &str, found: &Diagnostic) -> String {
    let LineColumn { line, column } = found.span.start();
    let rest: String = source
        .lines()
        .nth(line.saturating_sub(1))
        .unwrap_or("")
        .chars()
        .skip(column)
        .collect();
    let word: String = rest
        .chars()
        .take_while(|sign| sign.is_alphanumeric() || *sign == '_')
        .collect();
    let sign = |rest: &str| {
        rest.chars()
            .take_while(|sign| "-=>|".contains(*sign))
            .take(2)
            .collect::<String>()
    };
    match (word.is_empty(), sign(&rest)) {
        (false, _) => word,
        (true, sign) if sign.is_empty() => rest.chars().take(1).collect(),
        (true, sign) => sign,
    }
}

/// Exactly these, in the order of the source, each as `token: fragment of the sentence`.
fn rejects(source: &str, expected: &[&str]) {
    let found = said(source);
    let shown: Vec<String> = found
        .iter()
        .map(|one| format!("{}: {}", token(source, one), one.message))
        .collect();
    assert_eq!(shown.len(), expected.len(), "{source}\nsays {shown:#?}");
    for (shown, expected) in shown.iter().zip(expected) {
        let (token, sentence) = expected
            .split_once(": ")
            .expect("a case is `token: sentence`");
        assert!(
            shown.starts_with(&format!("{token}: ")) && shown.contains(sentence),
            "{source}\nsays {shown}\nnot {expected}"
        );
    }
}

fn accepts(source: &str) {
    rejects(source, &[]);
}

/// A pipeline of these statements, after a generator `a` and handlers `b` and `c` in a chain.
fn around(statements: &str) -> String {
    format!("P {{ generator a; handler b; handler c; a -> b -> c; {statements} }}")
}

#[test]
fn accepts_the_checkout() {
    accepts(
        "/// Charges orders and stores the receipts.
        pub Checkout(feed: Feed, gateway: Gateway, db: Pool) {
            generator orders  = poll_orders(feed) { on_error: stop };
            handler   parse   = parse_order { workers: 4 };
            handler   charge  = charge_order(gateway) {
                workers:    32,
                rate_limit: { rate: 500/s, burst: 50 },
                bulkhead:   16,
                breaker:    { failure_rate: 0.5, window: 10s, min_calls: 20, cooldown: 30s, probes: 3 },
                retry:      { attempts: 4, backoff: 50ms..2s, idempotent },
                timeout:    2s,
            };
            handler   store   = store_receipt(db) { on_error: stop };
            handler   defer   = park_order(db)    { on_error: skip };
            handler   rejects = log_reject;
            orders -> parse -> charge -> store;
            parse.error    -> rejects;
            charge.error   -> rejects;
            charge.neutral -> defer;
        }",
    );
}

#[test]
fn accepts_the_whole_language() {
    accepts(
        "#![inspect]
        pub(crate) Language<T: Clone>(db: Pool<T>, limit: usize) where T: Send {
            defaults { on_error: skip, timeout: 2s, on_panic: { restarts: 5, within: 1min, backoff: 100ms..5s } }
            input r#type: Vec<(u8, T)> { buffer: 8 };
            output receipts: Receipt;
            handler filter = (|x: u64| x * 2) { workers: limit, key: |o| o.customer };
            handler double = move |x: u64| x * 2;
            handler any = deep::path::<T>::of(db.clone(), vec![5s]) { on_panic: fail, keep_item };
            pipeline with = other::Sub(limit.max(1)) { buffer: 4 };
            handler zip(db) { buffer: { let twice = 2; twice * 4 } };
            generator ticks = every(1s);
            r#type -> match {
                (Kind::A(x) | Kind::B(x), 1..=9) if x > 3 => Pair::<A, B>::new(x, y) -> filter,
                (ref y, _) => double,
                _ => _,
            };
            filter -> any [any, with] -> zip -> map(|x| x) -> batch(500, 20ms) -> receipts with { buffer: 256, overflow: drop_oldest };
            double -> [left, right];
            handler left; handler right;
            zip [ticks, right] -> throttle(100/s) -> distinct() -> distinct(|x| x.id) -> _;
            left -> left2 -> loops;
            handler left2; handler loops;
            loops -> left2 with { feedback, buffer: 64, overflow: drop_newest };
        }
        Second { generator a; a -> _; }",
    );
}

#[test]
fn names_that_are_unknown() {
    rejects(
        "P { generator orders; handler parse; orders -> pars; }",
        &["pars: [E0201] no stage is called `pars`; did you mean `parse`?"],
    );
    rejects(
        &around("c -> far;"),
        &["far: declare it with `handler far = …`"],
    );
    rejects(
        &around("c -> flatten -> _;"),
        &["flatten: the operator is written `flatten()`"],
    );
    rejects(
        &around("zip(a, b) -> c;"),
        &["zip: write `zip [a, b] -> stage`"],
    );
    rejects(
        &around("b.eror -> _;"),
        &["eror: no port `eror`; did you mean `error`?"],
    );
    rejects(
        &around("c -> fliter(f) -> _;"),
        &["fliter: did you mean `filter`?"],
    );
    rejects(
        &around("c -> squash(f) -> _;"),
        &["squash: there are `map`"],
    );
    rejects(
        "P { generator a; handler b; a -> b(1); }",
        &["b: `b` is a stage"],
    );
    rejects(
        "P { generator a { workrs: 3 }; a -> _; }",
        &["workrs: did you mean `workers`?"],
    );
    rejects(
        "P { generator a { on_error: skp }; a -> _; }",
        &["skp: did you mean `skip`?"],
    );
    rejects(
        "P { generator a; handler b; a -> b with { bufer: 3 }; }",
        &["bufer: did you mean `buffer`?"],
    );
}

#[test]
fn names_that_are_doubled_or_of_no_use() {
    rejects(
        "P { generator a; handler b; handler b; a -> b; }",
        &["b: two stages are called `b`; rename one (1/2)", "b: (2/2)"],
    );
    rejects(
        "P(x: u8, x: u8) { generator a = f(x); a -> _; }",
        &["x: two parameters", "x: (2/2)"],
    );
    rejects(
        "P(x: u8) { generator x; x -> _; }",
        &["x: no stage uses the parameter `x`"],
    );
    accepts("P(x: u8, y: u8, _z: u8) { generator a = f(&x, format!(\"{y:?}\")); a -> _; }");
    rejects(
        "a { generator a; a -> _; }",
        &["a: cannot have the name of its pipeline"],
    );
    rejects(
        "P { generator a; a -> _; } P { generator a; a -> _; }",
        &["P: two pipelines", "P: (2/2)"],
    );
    rejects(
        "type(self: u8) { generator match = f(self); handler r#loop; match -> r#loop; }",
        &[
            "type: write `r#type`",
            "self: choose another name",
            "match: write `r#match`",
        ],
    );
    rejects("P { }", &["P: `P` has no stage"]);
    rejects(
        "P { generator a { on_error: skip, on_error: stop }; a -> _; }",
        &["on_error: written twice"],
    );
}

#[test]
fn everything_is_said_at_once_and_in_order() {
    rejects(
        "P {
            generator a { workers: 2 };
            handler b { workers: 0 };
            a -> c;
            handler d = ;
            a b;
            b.eror -> d;
        }",
        &["workers: ", "0: ", "c: ", "=: ", "b: ", "eror: "],
    );
}
