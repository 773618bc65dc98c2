//! The calls of an island, awaited in place, one stage inside the other.

use proc_macro2::{Ident, Span, TokenStream};

use super::line::{Line, fails};
use super::pass::LONGEST;
use super::ways::{failure_way, way};
use super::{Emitter, in_place};
use crate::graph::{Port, PortName, Stage, StageKind};
use crate::located::located;

/// The loop over the items of a chunk.
pub(super) fn items(line: &Line) -> TokenStream {
    let (head, intake) = (line.head(), line.intake());
    let label = line.calls().first().map(|first| {
        let label = Emitter::label(first, "items");
        ours!(#label:)
    });
    let pace = line.pace();
    if line.calls().len() == line.stages.len() {
        let work = in_place(|| call(line, 0));
        return ours!(#label loop {
            #pace
            let __rt::Some(item) = #intake.pop() else { break };
            pass.begin();
            #work
        });
    }
    let work = in_place(|| outputs(line, head, 0));
    ours!(#label loop {
        #pace
        let __rt::Some(item) = #intake.pop() else { break };
        pass.begin();
        #work
    })
}

/// What becomes of the failure of a generator, which stands behind the items at hand.
pub(super) fn source_failed(line: &Line) -> TokenStream {
    let (head, intake) = (line.head(), line.intake());
    if !matches!(head.kind, StageKind::Generator(_)) || !fails(head) {
        return TokenStream::new();
    }
    let failure = failed(line, head);
    if failure.is_empty() {
        return ours!(#intake.failed(););
    }
    ours!(if let __rt::Some(failure) = #intake.failed() { #failure })
}

/// The call of the `at`th stage with `item`, and what becomes of its outputs.
fn call(line: &Line, at: usize) -> TokenStream {
    let (emitter, stage) = (line.emitter, line.calls()[at]);
    let (var, given) = (emitter.stage(stage), emitter.of(stage, "out"));
    let counted_by_intake = at == 0 && line.calls().len() == line.stages.len();
    let begin = if counted_by_intake {
        ours!(resume)
    } else {
        ours!(begin)
    };
    let call = in_place(|| line.flushing(&ours!(#var.call())));
    let next = in_place(|| next(line, stage, at));
    let label = Emitter::label(stage, "call");
    let (attempts, done) = if stage.options.retry.is_none() {
        (ours!(#label:), ours!(#label))
    } else {
        (ours!(loop), TokenStream::new())
    };
    let or_instead = stage
        .options
        .fallback
        .as_ref()
        .map(|_| ours!(.or_instead()));
    let missed = in_place(|| given_up(line, stage, &done));
    ours!(
        #var.#begin(item);
        let #given = #attempts {
            let miss = match #call {
                __rt::Ok(given) => break #done given #or_instead,
                __rt::Err(miss) => miss,
            };
            #missed
        };
        let mut #given = __rt::std::pin::pin!(#given);
        #next
    )
}

/// What becomes of an item whose call gave nothing, unless it is called again, or something stands in the place of its outputs.
fn given_up(line: &Line, stage: &Stage, done: &TokenStream) -> TokenStream {
    let (var, retries) = (line.emitter.stage(stage), stage.options.retry.is_some());
    if stage.options.fallback.is_some() {
        let again = retries.then(|| {
            let again = line.flushing(&ours!(#var.again(miss)));
            ours!(let __rt::Some(miss) = #again else { continue; };)
        });
        let miss = miss(line, stage);
        return ours!(
            #again
            let miss = match #var.instead(miss) {
                __rt::Ok(given) => break #done given,
                __rt::Err(miss) => miss,
            };
            #miss
        );
    }
    if !retries {
        return miss(line, stage);
    }
    let gives_up = line.flushing(&ours!(#var.gives_up(miss)));
    let leave = leave(line, stage);
    if is_counted(line, stage) {
        return ours!(if #gives_up.is_some() { #leave });
    }
    let way = settled(line, stage, &ours!(settled));
    ours!(if let __rt::Some(settled) = #gives_up { #way #leave })
}

/// What becomes of the outputs of the `at`th call: a few stages in each async block, which rustc checks by itself.
fn next(line: &Line, stage: &Stage, at: usize) -> TokenStream {
    let outputs = loop_over(line, stage, at);
    let is_long = (at + 1).is_multiple_of(LONGEST) && at + 1 < line.calls().len();
    if is_long {
        ours!(async { #outputs }.await;)
    } else {
        outputs
    }
}

/// The loop over the outputs of the `at`th call.
fn loop_over(line: &Line, stage: &Stage, at: usize) -> TokenStream {
    let given = line.emitter.of(stage, "out");
    let is_sink = matches!(stage.output, Port::Unwired);
    let label = line.calls().get(at + 1).map(|inner| {
        let label = Emitter::label(inner, "items");
        ours!(#label:)
    });
    if !fails(stage) {
        let next = line.flushing(&ours!(__rt::next(&mut #given)));
        let next = located(next, stage.span);
        if is_sink {
            return ours!(while #next.is_some() {});
        }
        let (pace, work) = (line.pace(), in_place(|| outputs(line, stage, at + 1)));
        return ours!(#label loop {
            #pace
            let __rt::Some(item) = #next else { break };
            pass.begin();
            #work
        });
    }
    let next = in_place(|| line.flushing(&ours!(__rt::try_next(&mut #given))));
    let failure = failed(line, stage);
    match (is_sink, failure.is_empty()) {
        (true, true) => ours!(while #next.is_some() {}),
        (true, false) => ours!(while let __rt::Some(next) = #next {
            if let __rt::Err(failure) = next { #failure }
        }),
        (false, _) => {
            let item = in_place(|| item_or_failure(line, stage));
            let (pace, work) = (line.pace(), in_place(|| outputs(line, stage, at + 1)));
            ours!(#label loop {
                #pace
                let __rt::Some(next) = #next else { break };
                pass.begin();
                #item
                #work
            })
        }
    }
}

/// `item`, out of a `next` that may be a failure; a failure goes its way.
fn item_or_failure(line: &Line, stage: &Stage) -> TokenStream {
    let failure = failed(line, stage);
    if failure.is_empty() {
        return ours!(let __rt::Ok(item) = next else { continue; };);
    }
    ours!(
        let item = match next {
            __rt::Ok(item) => item,
            __rt::Err(failure) => {
                #failure
                continue;
            }
        };
    )
}

/// What becomes of an item whose call gave nothing.
fn miss(line: &Line, stage: &Stage) -> TokenStream {
    let missed = in_place(|| missed(line, stage, |wait| line.flushing(wait)));
    let leave = leave(line, stage);
    ours!(#missed #leave)
}

/// Goes on with the next item.
fn leave(line: &Line, stage: &Stage) -> TokenStream {
    let label = Emitter::label(stage, "items");
    let leaves = [&stage.error, &stage.neutral, &stage.overflow]
        .iter()
        .any(|port| !port.edges().is_empty());
    let hand_over = leaves.then(|| line.hand_over_if_full());
    ours!(#hand_over continue #label;)
}

/// Whether what is left of an item goes nowhere: it is counted, and that is all.
pub(super) fn is_counted(line: &Line, stage: &Stage) -> bool {
    !diverts(stage) && failure_way(line, stage).is_empty()
}

/// The ways of an item whose call gave nothing, in a place that may wait.
pub(super) fn missed(
    line: &Line,
    stage: &Stage,
    waiting: impl Fn(&TokenStream) -> TokenStream,
) -> TokenStream {
    let var = line.emitter.stage(stage);
    if !fails(stage) && !diverts(stage) {
        let lose = waiting(&ours!(#var.lose(miss)));
        return located(ours!(#lose;), stage.span);
    }
    settled(line, stage, &waiting(&ours!(#var.settle(miss))))
}

/// Whether what is refused has a port of its own.
pub(super) fn diverts(stage: &Stage) -> bool {
    stage.neutral.is_wired() || stage.overflow.is_wired()
}

/// The ways that a settled item takes.
pub(super) fn settled(line: &Line, stage: &Stage, settle: &TokenStream) -> TokenStream {
    let failure = failure_way(line, stage);
    if diverts(stage) {
        let refused = [
            ("Refused", PortName::Neutral),
            ("Overflowed", PortName::Overflow),
        ];
        let refused = refused
            .iter()
            .filter(|(_, port)| stage.port(*port).is_wired())
            .map(|(variant, port)| {
                let (variant, way) = (
                    Ident::new(variant, Span::mixed_site()),
                    way(line, stage, *port),
                );
                ours!(__rt::Settled::#variant(item) => { #way })
            });
        let name = if failure.is_empty() {
            ours!(_)
        } else {
            ours!(failure)
        };
        return ours!(match #settle {
            __rt::Settled::Failed(#name) => { #failure }
            #(#refused)*
            _ => {}
        });
    }
    if failure.is_empty() {
        return ours!(#settle;);
    }
    ours!(if let __rt::Settled::Failed(failure) = #settle { #failure })
}

/// What becomes of one failure, in a place that may wait.
fn failed(line: &Line, stage: &Stage) -> TokenStream {
    let way = failure_way(line, stage);
    let hand_over = (!stage.error.edges().is_empty()).then(|| line.hand_over_if_full());
    ours!(#way #hand_over)
}

/// What becomes of `item`, an output of `stage`: the next call, or the edges.
fn outputs(line: &Line, stage: &Stage, next: usize) -> TokenStream {
    if next < line.calls().len() {
        return call(line, next);
    }
    let way = way(line, stage, PortName::Output);
    [way, line.hand_over_if_full()].into_iter().collect()
}
