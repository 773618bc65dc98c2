//! A graph comes in; Mermaid and DOT text go out, the same for the same graph.

mod dot;
mod mermaid;

use quote::ToTokens;
use std::fmt::Write;

use super::{Edge, Graph, Port, PortName, Stage};
use crate::ast::{OnPanic, StageOptions, Value};

pub(crate) use dot::dot;
pub(crate) use mermaid::mermaid;

/// One arrow of the drawing; an edge to several stages is several.
struct Arrow<'g, 'a> {
    from: &'g Stage<'a>,
    to: &'g Stage<'a>,
    label: String,
    fused: bool,
    feedback: bool,
}

fn arrows<'g, 'a>(graph: &'g Graph<'a>) -> Vec<Arrow<'g, 'a>> {
    let mut arrows = Vec::new();
    for edge in &graph.edges {
        let from = graph.stage(edge.from.0);
        for target in &edge.to {
            let to = graph.stage(*target);
            arrows.push(Arrow {
                from,
                to,
                label: edge_label(graph, edge),
                fused: edge.fused,
                feedback: edge.feedback,
            });
        }
    }
    arrows
}

/// The port, the arm, and the bound of an edge, as far as they are written.
fn edge_label(graph: &Graph, edge: &Edge) -> String {
    let mut parts = Vec::new();
    if edge.from.1 != PortName::Output {
        parts.push(edge.from.1.word().to_owned());
    }
    if let Some(arm) = edge.arm(graph) {
        let guard = arm
            .guard
            .as_ref()
            .map(|guard| format!(" if {}", source(guard)))
            .unwrap_or_default();
        parts.push(source(&arm.pattern) + &guard);
    }
    if edge.to.len() > 1 {
        parts.push("any".to_owned());
    }
    parts.extend(
        edge.options
            .buffer
            .as_ref()
            .map(|buffer| format!("buffer: {}", buffer.text)),
    );
    parts.extend(
        edge.options
            .overflow
            .map(|(overflow, _)| overflow.word().to_owned()),
    );
    parts.join(", ")
}

/// What stands in a stage's shape, line by line: its name and its options.
fn lines(stage: &Stage) -> Vec<String> {
    std::iter::once(stage.label.clone())
        .chain(options(&stage.options))
        .collect()
}

/// The options of a stage, each in a few letters.
fn options(options: &StageOptions) -> Vec<String> {
    let value = |name: &str, value: &Option<Value>| {
        value
            .as_ref()
            .map(|value| format!("{name}: {}", value.text))
    };
    let flag = |name: &str, written: bool| written.then(|| name.to_owned());
    let retry = options.retry.as_ref().map(|retry| match &retry.attempts {
        Some(attempts) => format!("retry: {}", attempts.text),
        None => "retry".to_owned(),
    });
    let rate_limit = options.rate_limit.as_ref();
    let rate_limit = rate_limit.and_then(|limit| value("rate_limit", &limit.rate));
    let queue = options
        .queue()
        .and_then(|queue| value("queue", &queue.capacity));
    let on_panic = options.on_panic.as_ref().map(|on_panic| match on_panic {
        OnPanic::Fail => "on_panic: fail".to_owned(),
        OnPanic::Restart {
            restarts, within, ..
        } => format!("on_panic: {} in {}", restarts.text, within.text),
    });
    [
        value("workers", &options.workers),
        flag("ordered", options.ordered.is_some()),
        flag("key", options.key.is_some()),
        flag("blocking", options.blocking.is_some()),
        value("deadline", &options.deadline),
        rate_limit,
        queue,
        value("bulkhead", &options.bulkhead),
        flag("breaker", options.breaker.is_some()),
        retry,
        flag("hedge", options.hedge.is_some()),
        value("timeout", &options.timeout),
        flag("fallback", options.fallback.is_some()),
        flag("chaos", options.chaos.is_some()),
        options
            .on_error
            .map(|(on_error, _)| format!("on_error: {}", on_error.word())),
        on_panic,
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn discards<'g, 'a>(graph: &'g Graph<'a>) -> Vec<(&'g Stage<'a>, String)> {
    let mut found = Vec::new();
    for stage in &graph.stages {
        for port in [
            PortName::Output,
            PortName::Error,
            PortName::Neutral,
            PortName::Overflow,
        ] {
            let word = if port == PortName::Output {
                ""
            } else {
                port.word()
            };
            match stage.port(port) {
                Port::Discard(_) => found.push((stage, word.to_owned())),
                Port::Route { arms, .. } => {
                    let thrown = arms.iter().filter(|arm| arm.target.is_none());
                    found.extend(thrown.map(|arm| (stage, source(&arm.pattern))));
                }
                Port::Unwired | Port::Edges(_) => {}
            }
        }
    }
    found
}

/// The tokens of a pattern or guard, closer to what a person writes.
fn source(tokens: &impl ToTokens) -> String {
    let text = tokens.to_token_stream().to_string();
    text.replace(" :: ", "::")
        .replace(" ..= ", "..=")
        .replace(" .. ", "..")
        .replace(" (", "(")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" . ", ".")
}

fn line(text: &mut String, content: &str) {
    writeln!(text, "    {content}").expect("a string takes every write");
}
