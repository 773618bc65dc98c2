//! The calls of an island, awaited in place, one stage inside the other.

use proc_macro2::TokenStream;
use quote::ToTokens;

use super::edges::converts;
use super::island::{Line, counts_outputs, fails};
use super::prologue::policy;
use crate::ast::OnError;
use crate::graph::{Port, PortName, RouteArm, Stage, StageKind};

/// The loop over the items of a chunk.
pub(super) fn items(line: &Line) -> TokenStream {
    let (intake, label) = (line.intake(), line.emitter.items(line.stages[0]));
    let brings_items = line.calls().len() < line.stages.len();
    let label = match line.calls().first() {
        Some(first) => line.emitter.items(first),
        None => label,
    };
    if !brings_items {
        let work = call(line, 0, true);
        return ours!(#label: while let __rt::Some(item) = #intake.pop() { #work });
    }
    let (head, work) = (line.head(), outputs(line, line.head(), 0));
    if fails(head) && matches!(head.kind, StageKind::Generator(_)) {
        let (var, failure) = (line.emitter.stage(head), failed(line, head));
        return ours!(#label: while let __rt::Some(next) = #var.try_pop() {
            let item = match next {
                __rt::Ok(item) => item,
                __rt::Err(failure) => {
                    #failure
                    continue #label;
                }
            };
            #work
        });
    }
    ours!(#label: while let __rt::Some(item) = #intake.pop() { #work })
}

/// The call of the `at`th stage with `item`, and what becomes of its outputs.
fn call(line: &Line, at: usize, is_first: bool) -> TokenStream {
    let (emitter, stage) = (line.emitter, line.calls()[at]);
    let (var, given) = (emitter.stage(stage), emitter.of(stage, "out"));
    let begin = if is_first { ours!(#var.resume(item);) } else { ours!(#var.begin(item);) };
    let call = line.flushing(&ours!(#var.call()));
    let miss = miss(line, stage);
    let outputs = outputs(line, stage, at + 1);
    let next = next(line, stage, &outputs);
    ours!(
        #begin
        let #given = loop {
            let miss = match #call {
                __rt::Ok(given) => break given,
                __rt::Err(miss) => miss,
            };
            #miss
        };
        let mut #given = __rt::std::pin::pin!(#given);
        #next
    )
}

/// The loop over the outputs of a call.
fn next(line: &Line, stage: &Stage, work: &TokenStream) -> TokenStream {
    let given = line.emitter.of(stage, "out");
    let inner = line.calls().iter().position(|call| call.id == stage.id);
    let inner = inner.and_then(|at| line.calls().get(at + 1));
    let label = inner.map(|inner| {
        let label = line.emitter.items(inner);
        ours!(#label:)
    });
    if fails(stage) {
        let (next, failure) = (line.flushing(&ours!(__rt::try_next(&mut #given))), failed(line, stage));
        return ours!(#label while let __rt::Some(next) = #next {
            let item = match next {
                __rt::Ok(item) => item,
                __rt::Err(failure) => {
                    #failure
                    continue;
                }
            };
            #work
        });
    }
    let next = line.flushing(&ours!(__rt::next(&mut #given)));
    if is_sink(stage) {
        return ours!(while #next.is_some() {});
    }
    ours!(#label while let __rt::Some(item) = #next { #work })
}

fn is_sink(stage: &Stage) -> bool {
    matches!(stage.output, Port::Unwired)
}

/// What becomes of an item whose call gave nothing.
fn miss(line: &Line, stage: &Stage) -> TokenStream {
    let (var, label) = (line.emitter.stage(stage), line.emitter.items(stage));
    let again = stage.options.retry.as_ref().map(|_| {
        ours!(if #var.again(&miss).await {
            continue;
        })
    });
    if !fails(stage) && !stage.neutral.is_wired() {
        return ours!(#again #var.lose(miss).await; continue #label;);
    }
    let settled = settled(line, stage, &ours!(#var.settle(miss).await));
    let hand_over = line.hand_over_if_full();
    ours!(#again #settled #hand_over continue #label;)
}

/// The ways that a settled item takes.
pub(super) fn settled(line: &Line, stage: &Stage, settle: &TokenStream) -> TokenStream {
    let failure = failure_way(line, stage);
    let neutral = stage.neutral.is_wired().then(|| way(line, stage, PortName::Neutral));
    match (failure.is_empty(), neutral) {
        (true, None) => ours!(__rt::std::mem::drop(#settle);),
        (_, Some(neutral)) => {
            let failure_name = if failure.is_empty() { ours!(_) } else { ours!(failure) };
            ours!(match #settle {
                __rt::Settled::Failed(#failure_name) => { #failure }
                __rt::Settled::Refused(item) => { #neutral }
                __rt::Settled::Counted => {}
            })
        }
        (false, None) => ours!(if let __rt::Settled::Failed(failure) = #settle { #failure }),
    }
}

/// What becomes of one failure, in a place that may wait.
fn failed(line: &Line, stage: &Stage) -> TokenStream {
    let (way, hand_over) = (failure_way(line, stage), line.hand_over_if_full());
    if way.is_empty() {
        return ours!(__rt::std::mem::drop(failure););
    }
    if stage.error.edges().is_empty() {
        return way;
    }
    ours!(#way #hand_over)
}

/// The way of `failure`: the error port, or the policy of the stage.
fn failure_way(line: &Line, stage: &Stage) -> TokenStream {
    let cell = line.emitter.of(stage, "cell");
    if stage.error.is_wired() {
        return way(line, stage, PortName::Error);
    }
    match policy(stage) {
        Some(OnError::Stop) => ours!(#cell.stop(failure);),
        Some(OnError::Fail) => ours!(#cell.fail(failure);),
        Some(OnError::Skip) | None => TokenStream::new(),
    }
}

/// What becomes of `item`, an output of `stage`: the next call, or the edges.
fn outputs(line: &Line, stage: &Stage, next: usize) -> TokenStream {
    if next < line.calls().len() {
        return call(line, next, false);
    }
    let (way, hand_over) = (way(line, stage, PortName::Output), line.hand_over_if_full());
    ours!(#way #hand_over)
}

/// Puts what leaves by a port into the buffers of its edges.
pub(super) fn way(line: &Line, stage: &Stage, port: PortName) -> TokenStream {
    let emitter = line.emitter;
    let item = if port == PortName::Error { ours!(failure) } else { ours!(item) };
    match stage.port(port) {
        Port::Unwired => ours!(__rt::std::mem::drop(#item);),
        Port::Discard(_) => discard(line, stage, port, &item),
        Port::Edges(edges) => {
            let edges: Vec<_> = edges.iter().map(|id| emitter.graph.edge(*id)).collect();
            let copies = edges.len() - 1;
            let counted = (port == PortName::Output && copies > 0).then(|| {
                let (tally, copies) = (emitter.of(stage, "tally"), copies as u64);
                ours!(#tally.copied(#copies);)
            });
            let pushes = edges.iter().enumerate().map(|(n, edge)| {
                let sender = emitter.sender(edge);
                let item = if n < copies { ours!(__rt::Clone::clone(&#item)) } else { item.clone() };
                push(&sender, &item, converts(emitter, edge))
            });
            ours!(#counted #(#pushes)*)
        }
        Port::Route { arms, span } => {
            let arms = arms.iter().map(|arm| route_arm(line, stage, port, arm, &item));
            ours_at!(*span => match #item { #(#arms)* })
        }
    }
}

fn push(sender: &proc_macro2::Ident, item: &TokenStream, converts: bool) -> TokenStream {
    if converts {
        ours!(#sender.push(__rt::Into::into(#item));)
    } else {
        ours!(#sender.push(#item);)
    }
}

fn route_arm(line: &Line, stage: &Stage, port: PortName, arm: &RouteArm, item: &TokenStream) -> TokenStream {
    let RouteArm { pattern, guard, payload, target, span } = arm;
    let guard = guard.as_ref().map(|guard| ours!(if #guard));
    let way = match target {
        None => discard(line, stage, port, item),
        Some(edge) => {
            let edge = line.emitter.graph.edge(*edge);
            let sender = line.emitter.sender(edge);
            match payload {
                Some(payload) => {
                    let payload = payload.to_token_stream();
                    ours_at!(*span => #sender.push(#payload);)
                }
                None => push(&sender, item, converts(line.emitter, edge)),
            }
        }
    };
    ours_at!(*span => #pattern #guard => { #way })
}

fn discard(line: &Line, stage: &Stage, port: PortName, item: &TokenStream) -> TokenStream {
    let counted = (port == PortName::Output && counts_outputs(stage)).then(|| {
        let tally = line.emitter.of(stage, "tally");
        ours!(#tally.discarded();)
    });
    // a pattern may have moved parts of the item out: naming it in a `let _` does not touch it
    ours!(#counted let _ = &#item;)
}
