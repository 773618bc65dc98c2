//! `breaker`, `retry`, `hedge` and `on_panic`: the options that are groups themselves.

use proc_macro2::Span;

use super::context::Context;
use super::option::{self, Entry};
use super::rate_limit::{Keyed, keyed};
use super::value::{Expected, Value};
use crate::message;

/// `retry: { … }`
#[derive(Debug, Clone)]
pub(crate) struct RetryOptions {
    pub(crate) span: Span,
    pub(crate) braces: Span,
    pub(crate) attempts: Option<Value>,
    pub(crate) backoff: Option<Value>,
    pub(crate) total: Option<Value>,
    pub(crate) budget: Option<Value>,
    /// A predicate over the error.
    pub(crate) when: Option<syn::Expr>,
    /// What the error says of when to try again.
    pub(crate) after: Option<syn::Expr>,
    pub(crate) idempotent: Option<Span>,
}

/// `breaker: { … }`
#[derive(Debug, Clone)]
pub(crate) struct BreakerOptions {
    /// What is set, by the name that the runtime has for it, too.
    pub(crate) settings: Vec<(&'static str, Value)>,
    /// Where a rate of slow calls is written without what a slow call is.
    pub(crate) slow_rate_alone: Option<Span>,
    /// Each key has a breaker of its own, of so many.
    pub(crate) keyed: Option<Keyed>,
    pub(crate) when_open: Option<(WhenOpen, Span)>,
    /// A predicate over the error: which ones count as failures.
    pub(crate) when: Option<syn::Expr>,
    /// The same over the output.
    pub(crate) when_output: Option<syn::Expr>,
}

/// `hedge: DELAY` or `hedge: { … }`
#[derive(Debug, Clone)]
pub(crate) struct HedgeOptions {
    pub(crate) span: Span,
    pub(crate) after: Option<HedgeDelay>,
    pub(crate) idempotent: Option<Span>,
}

/// When the second call is made.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant)] // one for a stage, and never moved in bulk
pub(crate) enum HedgeDelay {
    After(Value),
    /// `p95`: when the first has taken longer than this share of the calls before.
    Percentile(f64),
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

const KEYED_BREAKER_EXAMPLE: &str =
    "breaker: { consecutive: 5, key: |item| item.host, keys: 1_000 }";

pub(crate) const HEDGE_EXAMPLE: &str = "hedge: { after: 50ms, idempotent }";

const HEDGE: [&str; 2] = ["after", "idempotent"];
const RETRY: [&str; 7] = [
    "attempts",
    "backoff",
    "total",
    "budget",
    "when",
    "retry_after",
    "idempotent",
];
const BREAKER: [&str; 14] = [
    "failure_rate",
    "consecutive",
    "slow_call",
    "slow_rate",
    "window",
    "min_calls",
    "cooldown",
    "probes",
    "ramp",
    "key",
    "keys",
    "when_open",
    "when",
    "when_output",
];
/// What a breaker's settings can be.
const BREAKER_SETTINGS: [(&str, Expected); 9] = [
    ("failure_rate", Expected::Ratio),
    ("consecutive", Expected::Count),
    ("slow_call", Expected::Duration),
    ("slow_rate", Expected::Ratio),
    ("window", Expected::Window),
    ("min_calls", Expected::Count),
    ("cooldown", Expected::Cooldown),
    ("probes", Expected::Count),
    ("ramp", Expected::Duration),
];
const ON_PANIC: [&str; 3] = ["restarts", "within", "backoff"];
const WHEN_OPEN: [(&str, WhenOpen); 2] = [("wait", WhenOpen::Wait), ("reject", WhenOpen::Reject)];

impl RetryOptions {
    pub(super) fn read(entry: Entry, cx: &mut Context) -> Option<Self> {
        let span = entry.span();
        let group = entry.group(RETRY_EXAMPLE, cx)?;
        let mut retry = Self {
            span,
            braces: group.span_open(),
            attempts: None,
            backoff: None,
            total: None,
            budget: None,
            when: None,
            after: None,
            idempotent: None,
        };
        for entry in option::entries(&group, &RETRY, "`retry`", cx).0 {
            match super::plain(&entry.name).as_str() {
                "attempts" => retry.attempts = entry.value(Expected::Count, cx),
                "backoff" => retry.backoff = entry.value(Expected::Backoff, cx),
                "total" => retry.total = entry.value(Expected::Duration, cx),
                "budget" => retry.budget = entry.value(Expected::Budget, cx),
                "when" => retry.when = entry.value(Expected::Closure, cx).map(|value| value.expr),
                "retry_after" => {
                    retry.after = entry.value(Expected::Closure, cx).map(|value| value.expr);
                }
                _ => retry.idempotent = Some(entry.flag(cx)),
            }
        }
        Some(retry)
    }
}

impl HedgeOptions {
    pub(super) fn read(entry: Entry, cx: &mut Context) -> Option<Self> {
        let mut hedge = Self {
            span: entry.span(),
            after: None,
            idempotent: None,
        };
        if !entry.is_group() {
            hedge.after = Some(HedgeDelay::read(entry, cx)?);
            return Some(hedge);
        }
        let group = entry.group(HEDGE_EXAMPLE, cx)?;
        let (entries, names) = option::entries(&group, &HEDGE, "`hedge`", cx);
        for entry in entries {
            match super::plain(&entry.name).as_str() {
                "after" => hedge.after = HedgeDelay::read(entry, cx),
                _ => hedge.idempotent = Some(entry.flag(cx)),
            }
        }
        if names.span("after").is_none() {
            let sentence = message::missing_part("hedge", "after", HEDGE_EXAMPLE);
            cx.report(hedge.span, sentence);
        }
        Some(hedge)
    }
}

impl HedgeDelay {
    fn read(entry: Entry, cx: &mut Context) -> Option<Self> {
        let word = entry.path_word().map(|word| super::plain(&word));
        if let Some(share) = word.as_deref().and_then(percentile) {
            return Some(Self::Percentile(share));
        }
        entry.value(Expected::Duration, cx).map(Self::After)
    }
}

/// `p95` is 0.95, `p999` is 0.999.
fn percentile(word: &str) -> Option<f64> {
    let digits = word.strip_prefix('p')?;
    let share = format!("0.{digits}").parse().ok()?;
    (digits.len() >= 2 && digits != "100" && share > 0.0).then_some(share)
}

impl BreakerOptions {
    /// The value of a setting, if it is written.
    pub(crate) fn setting(&self, name: &str) -> Option<&Value> {
        let (_, value) = self.settings.iter().find(|(known, _)| *known == name)?;
        Some(value)
    }

    /// Whatever is wrong in it, the stage has a breaker.
    pub(super) fn read(entry: Entry, cx: &mut Context) -> Self {
        let (entries, names) = entry.entries(&BREAKER, "`breaker`", BREAKER_EXAMPLE, cx);
        let slow_rate = names.span("slow_rate");
        let mut breaker = Self {
            settings: Vec::new(),
            slow_rate_alone: slow_rate.filter(|_| names.span("slow_call").is_none()),
            keyed: None,
            when_open: None,
            when: None,
            when_output: None,
        };
        let (mut key, mut keys) = (None, None);
        for entry in entries {
            match super::plain(&entry.name).as_str() {
                "key" => key = entry.closure("`|item| item.host`", cx),
                "keys" => keys = entry.value(Expected::Count, cx),
                "when_open" => breaker.when_open = entry.word(&WHEN_OPEN, cx),
                "when" => breaker.when = entry.value(Expected::Closure, cx).map(|value| value.expr),
                "when_output" => {
                    breaker.when_output =
                        entry.value(Expected::Closure, cx).map(|value| value.expr);
                }
                name => {
                    let setting = BREAKER_SETTINGS.iter().find(|(known, _)| *known == name);
                    let value = setting
                        .and_then(|(name, expected)| Some((*name, entry.value(*expected, cx)?)));
                    breaker.settings.extend(value);
                }
            }
        }
        breaker.keyed = keyed(&names, (key, keys), "breaker", KEYED_BREAKER_EXAMPLE, cx);
        breaker
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
