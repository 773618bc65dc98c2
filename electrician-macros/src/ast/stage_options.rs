//! The options of a stage come in as a group; they go out typed.

use proc_macro2::{Group, Span};

use super::context::Context;
use super::edge_options::{OVERFLOW, Overflow};
use super::option::{self, Entry, Names};
use super::rate_limit::{QueueOptions, RateLimitOptions};
use super::resilience::{BreakerOptions, HedgeOptions, OnPanic, RetryOptions};
use super::value::{Expected, Literal, Value};

/// Everything that can be said about a stage.
#[derive(Debug, Default, Clone)]
pub(crate) struct StageOptions {
    pub(crate) workers: Option<Value>,
    pub(crate) buffer: Option<Value>,
    pub(crate) ordered: Option<Span>,
    pub(crate) blocking: Option<Span>,
    pub(crate) keep_item: Option<Span>,
    pub(crate) key: Option<syn::ExprClosure>,
    pub(crate) overflow: Option<(Overflow, Span)>,
    pub(crate) on_error: Option<(OnError, Span)>,
    pub(crate) on_panic: Option<OnPanic>,
    pub(crate) deadline: Option<Value>,
    pub(crate) rate_limit: Option<RateLimitOptions>,
    pub(crate) bulkhead: Option<Value>,
    pub(crate) retry: Option<RetryOptions>,
    pub(crate) timeout: Option<Value>,
    pub(crate) breaker: Option<BreakerOptions>,
    pub(crate) hedge: Option<HedgeOptions>,
    /// What goes wrong on purpose.
    pub(crate) chaos: Option<Value>,
    /// What stands in the place of an output: a value, or a closure over the item.
    pub(crate) fallback: Option<Value>,
    /// What is written on the stage itself, each with the place of its name; a default is not among them.
    pub(crate) names: Names,
}

/// What happens when the handler fails and its `error` port leads nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnError {
    Skip,
    Stop,
    Fail,
}

const ON_ERROR: [(&str, OnError); 3] = [
    ("skip", OnError::Skip),
    ("stop", OnError::Stop),
    ("fail", OnError::Fail),
];

/// The names of all options of a stage.
const NAMES: [&str; 18] = [
    "workers",
    "buffer",
    "ordered",
    "blocking",
    "keep_item",
    "key",
    "overflow",
    "on_error",
    "on_panic",
    "deadline",
    "rate_limit",
    "bulkhead",
    "breaker",
    "retry",
    "hedge",
    "timeout",
    "fallback",
    "chaos",
];

/// Those that may stand in `defaults`.
const DEFAULTS: [&str; 9] = [
    "workers", "buffer", "overflow", "on_error", "on_panic", "deadline", "breaker", "retry",
    "timeout",
];

impl StageOptions {
    /// Whether something stands between an item and its call, so that the stage waits for more than its handler.
    pub(crate) fn guards(&self) -> bool {
        let backs_off = matches!(
            self.on_panic,
            Some(OnPanic::Restart {
                backoff: Some(_),
                ..
            })
        );
        self.deadline.is_some()
            || self.rate_limit.is_some()
            || self.bulkhead.is_some()
            || self.breaker.is_some()
            || self.retry.is_some()
            || self.hedge.is_some()
            || self.timeout.is_some()
            || self.fallback.is_some()
            || backs_off
    }

    /// Whether several items are in the stage at once.
    pub(crate) fn is_pool(&self) -> bool {
        let workers = self.workers.as_ref();
        self.queue().is_some()
            || workers.is_some_and(|workers| workers.literal != Some(Literal::Int(1)))
    }

    /// Where items wait for their turn.
    pub(crate) fn queue(&self) -> Option<&QueueOptions> {
        self.rate_limit.as_ref()?.queue.as_ref()
    }

    pub(super) fn read(group: &Group, cx: &mut Context) -> Self {
        Self::collect(option::entries(group, &NAMES, "a stage", cx), cx)
    }

    pub(super) fn read_defaults(group: &Group, cx: &mut Context) -> Self {
        Self::collect(option::entries(group, &DEFAULTS, "`defaults`", cx), cx)
    }

    fn collect((entries, names): (Vec<Entry>, Names), cx: &mut Context) -> Self {
        let mut options = Self {
            names,
            ..Self::default()
        };
        for entry in entries {
            options.set(entry, cx);
        }
        options
    }

    fn set(&mut self, entry: Entry, cx: &mut Context) {
        match super::plain(&entry.name).as_str() {
            "workers" => self.workers = entry.value(Expected::Count, cx),
            "buffer" => self.buffer = entry.value(Expected::Count, cx),
            "ordered" => self.ordered = Some(entry.flag(cx)),
            "blocking" => self.blocking = Some(entry.flag(cx)),
            "keep_item" => self.keep_item = Some(entry.flag(cx)),
            "key" => self.key = entry.closure("`|item| item.id`", cx),
            "overflow" => self.overflow = entry.word(&OVERFLOW, cx),
            "on_error" => self.on_error = entry.word(&ON_ERROR, cx),
            "on_panic" => self.on_panic = OnPanic::read(entry, cx),
            "deadline" => self.deadline = entry.value(Expected::Duration, cx),
            "rate_limit" => self.rate_limit = Some(RateLimitOptions::read(entry, cx)),
            "bulkhead" => self.bulkhead = entry.value(Expected::Count, cx),
            "retry" => self.retry = RetryOptions::read(entry, cx),
            "hedge" => self.hedge = HedgeOptions::read(entry, cx),
            "chaos" => self.chaos = entry.value(Expected::Free, cx),
            "fallback" => self.fallback = entry.value(Expected::Free, cx),
            "timeout" => self.timeout = entry.value(Expected::Duration, cx),
            _ => self.breaker = Some(BreakerOptions::read(entry, cx)),
        }
    }

    /// Takes over the options of `defaults` that `allowed` names and that are not written here.
    pub(crate) fn merge(&mut self, defaults: &StageOptions, allowed: &[&str]) {
        for (name, _) in defaults.names.iter() {
            if allowed.contains(&name) && self.names.span(name).is_none() {
                self.take(name, defaults);
            }
        }
    }

    fn take(&mut self, name: &str, from: &StageOptions) {
        match name {
            "workers" => self.workers.clone_from(&from.workers),
            "buffer" => self.buffer.clone_from(&from.buffer),
            "overflow" => self.overflow = from.overflow,
            "on_error" => self.on_error = from.on_error,
            "on_panic" => self.on_panic.clone_from(&from.on_panic),
            "deadline" => self.deadline.clone_from(&from.deadline),
            "retry" => self.retry.clone_from(&from.retry),
            "timeout" => self.timeout.clone_from(&from.timeout),
            "breaker" => self.breaker.clone_from(&from.breaker),
            _ => {}
        }
    }
}

impl OnError {
    /// The word that is written for it.
    pub(crate) fn word(self) -> &'static str {
        ON_ERROR
            .iter()
            .find(|(_, value)| *value == self)
            .map_or("skip", |(word, _)| word)
    }
}
