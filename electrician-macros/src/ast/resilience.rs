//! `retry`, `breaker` and `on_panic`: the options that are groups themselves.

use proc_macro2::Span;

use super::context::Context;
use super::option::{self, Entry};
use super::value::{Expected, Value};
use crate::message;

/// `retry: { … }`
#[derive(Debug, Clone)]
pub(crate) struct RetryOptions {
    pub(crate) span: Span,
    pub(crate) attempts: Option<Value>,
    pub(crate) backoff: Option<Value>,
    pub(crate) total: Option<Value>,
    /// A predicate over the error.
    pub(crate) when: Option<syn::Expr>,
    pub(crate) idempotent: Option<Span>,
}

/// `breaker: { … }`
#[derive(Debug, Clone)]
pub(crate) struct BreakerOptions {
    pub(crate) failure_rate: Option<Value>,
    pub(crate) consecutive: Option<Value>,
    pub(crate) window: Option<Value>,
    pub(crate) min_calls: Option<Value>,
    pub(crate) cooldown: Option<Value>,
    pub(crate) probes: Option<Value>,
    pub(crate) when_open: Option<(WhenOpen, Span)>,
    /// A predicate over the error: which ones count as failures.
    pub(crate) when: Option<syn::Expr>,
}

/// What an open breaker does with an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WhenOpen {
    Wait,
    Reject,
}

/// `on_panic: fail` or `on_panic: { … }`
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // one for a stage, and never moved in bulk
pub(crate) enum OnPanic {
    Fail,
    Restart {
        restarts: Value,
        within: Value,
        backoff: Option<Value>,
    },
}

pub(crate) const RETRY_EXAMPLE: &str = "retry: { attempts: 3, backoff: 50ms..2s, idempotent }";
pub(crate) const BREAKER_EXAMPLE: &str =
    "breaker: { failure_rate: 0.5, window: 10s, cooldown: 30s }";
pub(crate) const ON_PANIC_EXAMPLE: &str =
    "on_panic: { restarts: 5, within: 1min, backoff: 100ms..5s }";

const RETRY: [&str; 5] = ["attempts", "backoff", "total", "when", "idempotent"];
const BREAKER: [&str; 8] = [
    "failure_rate",
    "consecutive",
    "window",
    "min_calls",
    "cooldown",
    "probes",
    "when_open",
    "when",
];
const ON_PANIC: [&str; 3] = ["restarts", "within", "backoff"];
const WHEN_OPEN: [(&str, WhenOpen); 2] = [("wait", WhenOpen::Wait), ("reject", WhenOpen::Reject)];

impl RetryOptions {
    pub(super) fn read(entry: Entry, cx: &mut Context) -> Option<Self> {
        let span = entry.span();
        let group = entry.group(RETRY_EXAMPLE, cx)?;
        let mut retry = Self {
            span,
            attempts: None,
            backoff: None,
            total: None,
            when: None,
            idempotent: None,
        };
        for entry in option::entries(&group, &RETRY, "`retry`", cx).0 {
            match super::plain(&entry.name).as_str() {
                "attempts" => retry.attempts = entry.value(Expected::Count, cx),
                "backoff" => retry.backoff = entry.value(Expected::Backoff, cx),
                "total" => retry.total = entry.value(Expected::Duration, cx),
                "when" => retry.when = entry.value(Expected::Closure, cx).map(|value| value.expr),
                _ => retry.idempotent = Some(entry.flag(cx)),
            }
        }
        Some(retry)
    }
}

impl BreakerOptions {
    pub(super) fn read(entry: Entry, cx: &mut Context) -> Option<Self> {
        let group = entry.group(BREAKER_EXAMPLE, cx)?;
        let mut breaker = Self {
            failure_rate: None,
            consecutive: None,
            window: None,
            min_calls: None,
            cooldown: None,
            probes: None,
            when_open: None,
            when: None,
        };
        for entry in option::entries(&group, &BREAKER, "`breaker`", cx).0 {
            match super::plain(&entry.name).as_str() {
                "failure_rate" => breaker.failure_rate = entry.value(Expected::Ratio, cx),
                "consecutive" => breaker.consecutive = entry.value(Expected::Count, cx),
                "window" => breaker.window = entry.value(Expected::Window, cx),
                "min_calls" => breaker.min_calls = entry.value(Expected::Count, cx),
                "cooldown" => breaker.cooldown = entry.value(Expected::Duration, cx),
                "probes" => breaker.probes = entry.value(Expected::Count, cx),
                "when_open" => breaker.when_open = entry.word(&WHEN_OPEN, cx),
                _ => breaker.when = entry.value(Expected::Closure, cx).map(|value| value.expr),
            }
        }
        Some(breaker)
    }
}

impl OnPanic {
    pub(super) fn read(entry: Entry, cx: &mut Context) -> Option<Self> {
        let span = entry.span();
        if entry.path_word().is_some() {
            return entry.word(&[("fail", ())], cx).map(|_| Self::Fail);
        }
        let group = entry.group(ON_PANIC_EXAMPLE, cx)?;
        let (mut restarts, mut within, mut backoff) = (None, None, None);
        let (entries, names) = option::entries(&group, &ON_PANIC, "`on_panic`", cx);
        for entry in entries {
            match super::plain(&entry.name).as_str() {
                "restarts" => restarts = entry.value(Expected::Count, cx),
                "within" => within = entry.value(Expected::Duration, cx),
                _ => backoff = entry.value(Expected::Backoff, cx),
            }
        }
        for needed in ["restarts", "within"] {
            if names.span(needed).is_none() {
                cx.report(
                    span,
                    message::missing_part("on_panic", needed, ON_PANIC_EXAMPLE),
                );
            }
        }
        Some(Self::Restart {
            restarts: restarts?,
            within: within?,
            backoff,
        })
    }
}
