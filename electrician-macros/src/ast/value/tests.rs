//! What is written as a value, and what becomes of it.

use super::*;
use crate::diagnostics::Diagnostics;
use quote::ToTokens;

fn rewrites(source: &str) -> String {
    let mut diag = Diagnostics::default();
    let mut cx = Context {
        krate: syn::parse_quote!(::electrician),
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
    text.replace(
        ":: electrician :: __private :: core :: time :: Duration :: from_nanos",
        "nanos",
    )
    .replace(":: electrician :: value :: ", "")
}

fn refuses(source: &str, expected: Expected) -> String {
    let mut diag = Diagnostics::default();
    let mut cx = Context {
        krate: syn::parse_quote!(::electrician),
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
    assert_eq!(rewrites("250ms"), "nanos (250000000u64)");
    assert_eq!(rewrites("1.5s"), "nanos (1500000000u64)");
    assert_eq!(
        rewrites("50ms..2s"),
        "nanos (50000000u64) .. nanos (2000000000u64)"
    );
    assert_eq!(
        rewrites("base.max(5min) + 10us"),
        "base . max (nanos (300000000000u64)) + nanos (10000u64)"
    );
    assert_eq!(rewrites("vec![1h]"), "vec ! [nanos (3600000000000u64)]");
    assert_eq!(
        rewrites("500/s"),
        "Rate :: new (500 , nanos (1000000000u64))"
    );
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
    assert!(refuses("2s..50ms", Expected::Backoff).contains("backwards"));
    assert!(refuses("50ms..=2s", Expected::Backoff).contains("`50ms..2s`"));
    assert!(refuses("50ms..", Expected::Backoff).contains("`50ms..2s`"));
    assert!(refuses("1..2", Expected::Count).contains("whole number"));
    assert!(refuses("1.5", Expected::Ratio).contains("at most one"));
    assert!(refuses("\"2s\"", Expected::Duration).contains("a duration"));
    assert!(refuses("0/s", Expected::Rate).contains("zero"));
    assert!(refuses("999999999d", Expected::Duration).contains("too long"));
    assert_eq!(refuses("timeout", Expected::Duration), "");
}
