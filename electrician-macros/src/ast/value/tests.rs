//! What is written as a value, and what becomes of it.

use super::*;
use crate::diagnostics::Diagnostics;
use quote::ToTokens;

fn rewrites(source: &str) -> String {
    let mut diag = Diagnostics::default();
    let mut cx = Context {
        diag: &mut diag,
        words: super::super::Words::default(),
        broken: Vec::new(),
    };
    let expr = syn::parse_str(source).expect("the case is Rust");
    let text = cx
        .value(expr, "it", Expected::Free)
        .expr
        .into_token_stream()
        .to_string();
    assert!(diag.is_empty(), "{source}");
    text.replace("__rt :: Duration :: from_", "")
        .replace("__rt :: ", "")
}

fn refuses(source: &str, expected: Expected) -> String {
    let mut diag = Diagnostics::default();
    let mut cx = Context {
        diag: &mut diag,
        words: super::super::Words::default(),
        broken: Vec::new(),
    };
    let expr = syn::parse_str(source).expect("the case is Rust");
    cx.value(expr, "it", expected);
    diag.into_sorted()
        .into_iter()
        .map(|entry| entry.message)
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn rewrites_suffixed_literals_at_any_depth() {
    assert_eq!(rewrites("250ms"), "millis (250)");
    assert_eq!(rewrites("1.5s"), "millis (1500)");
    assert_eq!(rewrites("50ms..2s"), "millis (50) .. secs (2)");
    assert_eq!(
        rewrites("base.max(5min) + 10us"),
        "base . max (secs (300)) + micros (10)"
    );
    assert_eq!(rewrites("vec![1h]"), "vec ! [secs (3600)]");
    assert_eq!(rewrites("500/s"), "Rate :: new (500 , secs (1))");
    assert_eq!(rewrites("n/s + 3u8"), "n / s + 3u8");
}

#[test]
fn says_what_to_write_where_a_literal_cannot_stand() {
    assert!(refuses("2", Expected::Duration).contains("`2s`"));
    assert!(refuses("2", Expected::Duration).contains("`2000ms`"));
    assert!(refuses("2sec", Expected::Duration).contains("did you mean `s`"));
    assert!(refuses("500/sec", Expected::Rate).contains("did you mean `s`"));
    assert!(refuses("0", Expected::Count).contains("zero"));
    assert!(refuses("-1", Expected::Count).contains("whole number"));
    assert!(
        refuses("2s..50ms", Expected::Backoff)
            .contains("backwards; write the shorter time first, `50ms..2s`")
    );
    assert!(refuses("50ms..=2s", Expected::Backoff).contains("`50ms..2s`"));
    assert!(refuses("50ms..", Expected::Backoff).contains("`50ms..2s`"));
    assert!(refuses("1..2", Expected::Count).contains("whole number"));
    assert!(refuses("1.5", Expected::Ratio).contains("at most one"));
    assert!(refuses("\"2s\"", Expected::Duration).contains("a duration"));
    assert!(refuses("0/s", Expected::Rate).contains("zero"));
    assert!(refuses("999999999d", Expected::Duration).contains("too long"));
    assert_eq!(refuses("timeout", Expected::Duration), "");
}
