//! `rate_limit`: how many items may pass, which of them have a limit of their own, and where they wait.

use proc_macro2::Span;

use super::context::Context;
use super::option::{Entry, Names};
use super::value::{Expected, Value};
use crate::message;

/// `rate_limit: RATE` or `rate_limit: { … }`
#[derive(Debug, Clone)]
pub(crate) struct RateLimitOptions {
    pub(crate) rate: Option<Value>,
    pub(crate) burst: Option<Value>,
    /// When nothing passes: a `Blackout`, or a closure that says whether it is now.
    pub(crate) blackout: Option<Value>,
    /// Each key has a limiter of its own, of so many.
    pub(crate) keyed: Option<Keyed>,
    pub(crate) queue: Option<QueueOptions>,
    pub(crate) when_limited: Option<(WhenLimited, Span)>,
}

/// `queue: { … }`
#[derive(Debug, Clone)]
pub(crate) struct QueueOptions {
    pub(crate) span: Span,
    pub(crate) capacity: Option<Value>,
    /// How much an item matters.
    pub(crate) priority: Option<syn::Expr>,
    pub(crate) ageing: Option<Value>,
    pub(crate) ttl: Option<Value>,
}

/// `key: |item| …, keys: N`
pub(crate) type Keyed = (syn::ExprClosure, Value);

/// What a stage does with an item while its rate limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenLimited {
    Wait,
    Reject,
}

pub(crate) const RATE_LIMIT_EXAMPLE: &str =
    "rate_limit: { rate: 10/s, key: |item| item.customer, keys: 10_000 }";

const QUEUE_EXAMPLE: &str = "queue: { capacity: 100, priority: |item| item.urgency }";

const RATE_LIMIT: [&str; 7] = [
    "rate",
    "burst",
    "blackout",
    "key",
    "keys",
    "queue",
    "when_limited",
];
const QUEUE: [&str; 4] = ["capacity", "priority", "ageing", "ttl"];
const WHEN_LIMITED: [(&str, WhenLimited); 2] =
    [("wait", WhenLimited::Wait), ("reject", WhenLimited::Reject)];

impl RateLimitOptions {
    /// Whatever is wrong in it, the stage has a limit.
    pub(super) fn read(entry: Entry, cx: &mut Context) -> Self {
        let mut limit = Self {
            rate: None,
            burst: None,
            blackout: None,
            keyed: None,
            queue: None,
            when_limited: None,
        };
        let span = entry.span();
        if !entry.is_group() {
            limit.rate = entry.value(Expected::Rate, cx);
            return limit;
        }
        let (entries, names) = entry.entries(&RATE_LIMIT, "`rate_limit`", RATE_LIMIT_EXAMPLE, cx);
        let (mut key, mut keys) = (None, None);
        for entry in entries {
            match super::plain(&entry.name).as_str() {
                "rate" => limit.rate = entry.value(Expected::Rate, cx),
                "burst" => limit.burst = entry.value(Expected::Count, cx),
                "blackout" => limit.blackout = entry.value(Expected::Free, cx),
                "key" => key = entry.closure("`|item| item.customer`", cx),
                "keys" => keys = entry.value(Expected::Count, cx),
                "queue" => limit.queue = Some(QueueOptions::read(entry, cx)),
                _ => limit.when_limited = entry.word(&WHEN_LIMITED, cx),
            }
        }
        limit.keyed = keyed(&names, (key, keys), "rate_limit", RATE_LIMIT_EXAMPLE, cx);
        if names.span("rate").is_none() {
            cx.report(
                span,
                message::missing_part("rate_limit", "rate", RATE_LIMIT_EXAMPLE),
            );
        }
        limit
    }
}

impl QueueOptions {
    fn read(entry: Entry, cx: &mut Context) -> Self {
        let mut queue = Self {
            span: entry.span(),
            capacity: None,
            priority: None,
            ageing: None,
            ttl: None,
        };
        let is_group = entry.is_group();
        let (entries, names) = entry.entries(&QUEUE, "`queue`", QUEUE_EXAMPLE, cx);
        for entry in entries {
            match super::plain(&entry.name).as_str() {
                "capacity" => queue.capacity = entry.value(Expected::Count, cx),
                "ageing" => queue.ageing = entry.value(Expected::Duration, cx),
                "ttl" => queue.ttl = entry.value(Expected::Duration, cx),
                _ => queue.priority = entry.value(Expected::Closure, cx).map(|value| value.expr),
            }
        }
        if is_group && names.span("capacity").is_none() {
            let sentence = message::missing_part("queue", "capacity", QUEUE_EXAMPLE);
            cx.report(queue.span, sentence);
        }
        queue
    }
}

/// A key needs a bound, and a bound a key; something stands in the place of the one that is missing.
pub(super) fn keyed(
    names: &Names,
    (key, keys): (Option<syn::ExprClosure>, Option<Value>),
    of: &str,
    example: &str,
    cx: &mut Context,
) -> Option<Keyed> {
    for (one, other) in [("key", "keys"), ("keys", "key")] {
        if let (Some(span), None) = (names.span(one), names.span(other)) {
            cx.report(span, message::missing_part(of, other, example));
        }
    }
    names.span("key").or(names.span("keys"))?;
    let key = key.unwrap_or_else(|| syn::parse_quote!(|item| item));
    let keys = keys.unwrap_or_else(|| cx.value(syn::parse_quote!(1), "keys", Expected::Count));
    Some((key, keys))
}
