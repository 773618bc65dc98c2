//! Options that a stage cannot have, or that do not go together.

use std::time::Duration;

use crate::ast::{HedgeDelay, Literal, StageOptions, Value, show};
use crate::diagnostics::Diagnostics;
use crate::graph::{Graph, Stage};
use crate::message;

pub(super) fn fit(graph: &Graph, diag: &mut Diagnostics) {
    for stage in &graph.stages {
        kind(stage, diag);
        order(&stage.options, diag);
        times(&stage.options, diag);
        late_calls(&stage.options, diag);
        breaker(&stage.options, diag);
        bulkhead(&stage.options, diag);
        queue(graph, stage, diag);
    }
}

fn kind(stage: &Stage, diag: &mut Diagnostics) {
    let known = stage.kind.options();
    for (name, span) in stage
        .options
        .names
        .iter()
        .filter(|(name, _)| !known.contains(name))
    {
        diag.report(
            span,
            message::option_not_for(name, stage.kind.noun(), known),
        );
    }
}

fn order(options: &StageOptions, diag: &mut Diagnostics) {
    let single = |workers: &Value| workers.literal == Some(Literal::Int(1));
    let lone = options.workers.as_ref().is_none_or(single);
    let ordered = options
        .names
        .span("ordered")
        .filter(|_| options.ordered.is_some());
    let key = options.names.span("key").filter(|_| options.key.is_some());
    if let (Some(_), Some(key)) = (ordered, key) {
        diag.report(key, message::ordered_with_key());
    } else if let (None, Some(span)) = (&options.workers, ordered) {
        diag.report(span, message::ordered_without_workers());
    } else if let (true, Some(span)) = (lone, key) {
        diag.report(span, message::key_without_workers());
    }
}

/// One attempt cannot take longer than all of them, nor as long as the whole.
fn times(options: &StageOptions, diag: &mut Diagnostics) {
    let total = options
        .retry
        .as_ref()
        .and_then(|retry| retry.total.as_ref());
    let Some(one) = options.timeout.as_ref().and_then(duration) else {
        return;
    };
    if let Some(total) = total
        && let Some(all) = duration(total).filter(|all| one > *all)
    {
        let sentence = message::timeout_exceeds_total(&show(one), &show(all));
        diag.report(total.span, sentence);
    }
    if let Some(deadline) = &options.deadline
        && let Some(whole) = duration(deadline).filter(|whole| one >= *whole)
    {
        let sentence = message::timeout_reaches_deadline(&show(one), &show(whole));
        diag.report(deadline.span, sentence);
    }
}

/// What is to happen when a call takes long has to happen before its timeout.
fn late_calls(options: &StageOptions, diag: &mut Diagnostics) {
    let Some(limit) = options.timeout.as_ref().and_then(duration) else {
        return;
    };
    let hedge = match options
        .hedge
        .as_ref()
        .and_then(|hedge| hedge.after.as_ref())
    {
        Some(HedgeDelay::After(delay)) => Some(delay),
        Some(HedgeDelay::Percentile(_)) | None => None,
    };
    let breaker = options.breaker.as_ref();
    let slow_call = breaker.and_then(|breaker| breaker.setting("slow_call"));
    for (name, value) in [("hedge", hedge), ("slow_call", slow_call)] {
        if let Some(value) = value
            && let Some(after) = duration(value).filter(|after| *after >= limit)
        {
            let sentence = message::never_before_timeout(name, &show(after), &show(limit));
            diag.report(value.span, sentence);
        }
    }
}

/// A breaker is judged in one way, and from no more calls than its window holds.
fn breaker(options: &StageOptions, diag: &mut Diagnostics) {
    let Some(breaker) = &options.breaker else {
        return;
    };
    let row = breaker.setting("consecutive");
    if let (Some(row), Some(_)) = (row, breaker.setting("failure_rate")) {
        diag.report(row.span, message::judged_twice());
    }
    let count = |name| match breaker
        .setting(name)
        .map(|value| (&value.literal, value.span))
    {
        Some((Some(Literal::Int(calls)), span)) => Some((*calls, span)),
        _ => None,
    };
    let by_rate = row.is_none() || breaker.setting("slow_call").is_some();
    if let (true, Some((least, span)), Some((window, _))) =
        (by_rate, count("min_calls"), count("window"))
        && least > window
    {
        diag.report(span, message::window_too_small(least, window));
    }
}

fn duration(value: &Value) -> Option<Duration> {
    match value.literal {
        Some(Literal::Duration(time)) => Some(time),
        _ => None,
    }
}

/// A queue goes by priority, for all items and with their limit: what asks for another order does not fit.
fn queue(graph: &Graph, stage: &Stage, diag: &mut Diagnostics) {
    let options = &stage.options;
    let (Some(limit), Some(queue)) = (&options.rate_limit, options.queue()) else {
        return;
    };
    let place = |name| options.names.span(name);
    let clashes = [
        ("ordered", options.ordered),
        ("key", options.key.as_ref().and_then(|_| place("key"))),
        ("blocking", options.blocking),
        ("keys", limit.keyed.as_ref().map(|(_, keys)| keys.span)),
        ("when_limited", limit.when_limited.map(|(_, span)| span)),
    ];
    for (name, span) in clashes {
        if let Some(span) = span {
            diag.report(span, message::beside_queue(name));
        }
    }
    if graph.cycles.iter().flatten().any(|id| *id == stage.id) {
        diag.report(queue.span, message::queue_in_circle(&stage.label));
    }
}

/// A bulkhead holds something back only where there are more workers.
fn bulkhead(options: &StageOptions, diag: &mut Diagnostics) {
    let Some(bulkhead) = &options.bulkhead else {
        return;
    };
    let workers = match &options.workers {
        None => 1,
        Some(workers) => match workers.literal {
            Some(Literal::Int(workers)) => workers,
            _ => return,
        },
    };
    if let Some(Literal::Int(calls)) = bulkhead.literal
        && calls >= workers.max(1)
    {
        diag.report(
            bulkhead.span,
            message::bulkhead_holds_nothing(calls, workers),
        );
    }
}
