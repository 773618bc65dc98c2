//! What happens when a handler fails: retried with consent, handled once, and never by nobody.

use proc_macro2::Span;

use crate::ast::{WhenLimited, WhenOpen};
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Stage, StageKind};
use crate::message;

pub(super) fn failures(graph: &Graph, diag: &mut Diagnostics) {
    for stage in &graph.stages {
        retry(stage, diag);
        hedge(stage, diag);
        slow_calls(stage, diag);
        handled_twice(stage, diag);
        if matches!(stage.kind, StageKind::Handler(_)) && !graph.excused.contains(&stage.id) {
            unhandled(stage, diag);
        }
    }
}

fn retry(stage: &Stage, diag: &mut Diagnostics) {
    let Some(retry) = &stage.options.retry else {
        return;
    };
    if retry.attempts.is_none() {
        diag.report(retry.span, message::retry_without_attempts());
    }
    if retry.idempotent.is_none() {
        let both = retry.attempts.is_none();
        let span = if both { retry.braces } else { retry.span };
        diag.report(span, message::retry_without_idempotent());
    }
}

fn hedge(stage: &Stage, diag: &mut Diagnostics) {
    let retry = stage.options.retry.as_ref();
    let by_retry = retry.is_some_and(|retry| retry.idempotent.is_some());
    if let Some(hedge) = &stage.options.hedge
        && hedge.idempotent.is_none()
        && !by_retry
    {
        diag.report(hedge.span, message::hedge_without_idempotent());
    }
}

fn slow_calls(stage: &Stage, diag: &mut Diagnostics) {
    let breaker = stage.options.breaker.as_ref();
    if let Some(span) = breaker.and_then(|breaker| breaker.slow_rate_alone) {
        diag.report(span, message::slow_rate_without_slow_call());
    }
}

fn handled_twice(stage: &Stage, diag: &mut Diagnostics) {
    if let Some(span) = stage
        .options
        .names
        .span("on_error")
        .filter(|_| stage.error.is_wired())
    {
        diag.report(span, message::error_handled_twice(&stage.label));
    }
}

/// Failures that the options make; those of the handler's own type are judged where its type is known.
fn unhandled(stage: &Stage, diag: &mut Diagnostics) {
    if stage.error.is_wired()
        || stage.options.on_error.is_some()
        || stage.options.fallback.is_some()
        || stage.options.names.span("on_error").is_some()
    {
        return;
    }
    if let Some((cause, span)) = cause(stage) {
        diag.report(span, message::unhandled_failure(&stage.label, cause));
    }
}

fn cause(stage: &Stage) -> Option<(&'static str, Span)> {
    let options = &stage.options;
    let place = |name: &str| options.names.span(name).unwrap_or(stage.span);
    for (name, value) in [
        ("timeout", &options.timeout),
        ("deadline", &options.deadline),
    ] {
        if value.is_some() {
            return Some((name, place(name)));
        }
    }
    if let Some(queue) = options.queue().filter(|_| !stage.overflow.is_wired()) {
        return Some(("queue", queue.span));
    }
    let limit = options.rate_limit.as_ref();
    if let Some((WhenLimited::Reject, span)) = limit.and_then(|limit| limit.when_limited) {
        return Some(("when_limited: reject", span));
    }
    let (when_open, span) = options.breaker.as_ref()?.when_open?;
    (when_open == WhenOpen::Reject).then_some(("when_open: reject", span))
}
